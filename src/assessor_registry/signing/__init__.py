"""Signing: keys, X.509, the signed statement, JWS.

The server can not sign without the passphrase being typed, and does not keep it. The named modules here are pure
(bytes and values in, bytes and values out; no database, no network, no clock):

- `canonical` one strict form of JSON (RFC 8785), between frozen dataclasses and bytes
- `statement` what is signed, and its clauses
- `passphrases` what may be one, and its one form
- `keys` P-256 keys, wrapped by a passphrase or by a key file
- `lint` the profiles of our certificates, checked before one is stored and again when a bundle is verified
- `x509` root, issuing CA, certificates of assessors and of the registry's seal, revocation list
- `agreement` what statement and certificate must say alike
- `jws` sign and read compact JWS, ES256
"""
