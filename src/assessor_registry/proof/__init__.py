"""Proof: what anyone can check about a signed record without asking the registry.

Pure: bytes in, bytes or a verdict out; no database, no network, no clock.

- `status` what the registry says about a record at a moment, signed with its seal
- `bundle` the file that is handed out (berkas bukti)
- `checks` each check by itself
- `verdict` the numbered checks (cek keaslian)
"""
