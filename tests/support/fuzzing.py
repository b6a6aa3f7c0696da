"""Bad input: what a broken browser, a hostile program or a tired person may send to a route."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

NASTY_TEXT = (
    "", " ", "\x00", "a\x00b", "\ud800", "x\udfffy", "\ufffe", "\u202eabc", "e\u0301" * 40, "İıſßΐ", "²", "٣", "१२",
    "½", "-1", "0", "1", "+5", "1_000", "0x10", "1e309", "NaN", "Infinity", "99999999999999999999", "9" * 5000,
    "2147483648", "31 Februari 2026", "2026-02-30", "2026-13-45", "0000-00-00", "0001-01-01", "9999-12-31",
    "10000-01-01", "32/13/2026", "2026-11-21T25:61:61", "2026-11-21T00:00:00", "true", "null", "None", "[]", "{}",
    "K", "BK", "semua", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "not-an-id",
    "{a}", "'; DROP TABLE assessor; --", "\\", "%", "%00", "%s%d", "_" * 300, "../../etc/passwd", "{{ 7*7 }}",
    "<script>alert(1)</script>", "=1+1", "@SUM(A1)", "a\r\nset-cookie: x=1", "\t\n\v\f", "x" * 401, "x" * 10_000,
    "🂡" * 500, "a:b", "a:", ":", "::::",
)  # fmt: skip
NESTED: Any = json.loads("[" * 400 + "]" * 400)
NASTY_JSON: tuple[Any, ...] = (
    NESTED, {"a": NESTED},
    None, True, False, 0, -1, 1.5, 1e308, 10**30, -(2**63), [], {}, [[]], [None], [""], {"": ""}, [[[[[[]]]]]],
    {"a": {"b": []}},
)  # fmt: skip
RAW = (
    b"[" * 700 + b"]" * 700, b'{"a":' * 700 + b"1" + b"}" * 700, b'{"items":' + b"[" * 700 + b"]" * 700 + b"}",
    b"", b"\x00", b"\xff\xfe\xfd", b"{", b'{"a":', b"[]", b'"x"', b"null", b"NaN", b"[" * 30_000, b'{"a":' * 5_000,
    b"a=%ff%fe", b"=&=&&==", b"a" * 200_000, b'{"version": 1, "version": 2}', b'{"\\ud800": "\\ud800"}',
    b"--x\r\n\r\n\r\n--x--", b"\x1f\x8b\x08",
)  # fmt: skip
TYPES = (
    None, "", "text/plain", "application/json", "application/json; charset=nonsense",
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data",
    "multipart/form-data; boundary=x", 'multipart/form-data; boundary="', "application/msgpack",
    "application/octet-stream", "\xe9", "a/b; =;;",
)  # fmt: skip
PARTS = (
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n',
    b"--x\r\nContent-Disposition: form-data\r\n\r\nb\r\n", b"--x\r\nno colon\r\n\r\nb\r\n",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="../\x00a.xlsx"\r\n\r\nPK\x03\x04\r\n',
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\nContent-Type: text/html\r\n\r\n\xff\r\n',
    b'--x\r\nContent-Disposition: form-data; name="file"; filename*=utf-8\'\'%ff\r\n\r\n\r\n', b"--x\r\n\r\n\r\n",
    b"--x--\r\n", b"junk",
    b'--x\r\nContent-Disposition: form-data; name="file"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n',
)  # fmt: skip
QUERY = (
    "page", "q", "status", "region", "scheme", "kind", "kapan", "lsp", "jadwal", "asesi", "keadaan", "asal", "teks",
    "role", "state", "sekolah", "kelas", "hilang", "hari", "ganti", "ok", "kode", "on", "known_at", "day", "\x00", "",
)  # fmt: skip
HEADERS = (
    "if-none-match",
    "accept-language",
    "hx-request",
    "idempotency-key",
    "accept",
    "range",
    "x-forwarded-for",
    "origin",
)

texts = st.one_of(st.sampled_from(NASTY_TEXT), st.text(max_size=60))
jsons = st.one_of(st.sampled_from(NASTY_JSON), texts, st.lists(texts, max_size=3))


@dataclass
class Request:
    """What is sent, as bytes; `path` is encoded."""

    method: str
    path: str
    headers: dict[bytes, bytes] = field(default_factory=dict)
    content: bytes | None = None

    def __repr__(self) -> str:
        shown = repr(self.content[:300]) if self.content else None
        return f"{self.method} {self.path[:300]} {self.headers} {shown}"


def encoded(text: str) -> str:
    """A text in a path: what has no place in UTF-8 goes as the bytes that it would have."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@st.composite
def queries(draw: Any) -> str:
    """A query string, some of it asked for by no page."""
    pairs = draw(st.lists(st.tuples(st.sampled_from(QUERY), texts), max_size=4))
    return urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in pairs])


@st.composite
def bodies(draw: Any, kind: str | None, good: dict[str, Any]) -> tuple[bytes | None, str | None]:
    """A body and its content type: the good one with something wrong in it, or nothing like it."""
    how = draw(st.sampled_from(("field", "field", "field", "twice", "less", "more", "raw", "type", "multipart")))
    if how == "raw" or kind is None:
        return draw(st.sampled_from(RAW)), draw(st.sampled_from(TYPES))
    if how == "multipart":
        parts = draw(st.lists(st.sampled_from(PARTS), max_size=4))
        return b"".join(parts) + draw(st.sampled_from((b"--x--\r\n", b"", b"--x"))), "multipart/form-data; boundary=x"
    fields = dict(good)
    if fields and how == "less":
        fields.pop(draw(st.sampled_from(sorted(fields))))
    elif how == "more" or not fields:
        fields[draw(texts)] = draw(jsons)
    elif how in {"field", "twice"}:
        name = draw(st.sampled_from(sorted(fields)))
        fields[name] = [fields[name], draw(texts)] if how == "twice" else draw(jsons if kind == "json" else texts)
    content, media = written(kind, fields)
    return content, draw(st.sampled_from(TYPES)) if how == "type" else media


def written(kind: str, fields: dict[str, Any]) -> tuple[bytes, str]:
    """Fields as JSON, as a form, or as parts."""
    if kind == "json":
        return json.dumps(fields).encode(), "application/json"
    pairs = [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]
    as_bytes = [(_bytes(name), _bytes(value)) for name, value in pairs]
    if kind == "form":
        return urlencode(as_bytes).encode(), "application/x-www-form-urlencoded"
    parts = [b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (_plain(name), _file(name), value)
             for name, value in as_bytes]  # fmt: skip
    return b"".join(parts) + b"--x--\r\n", "multipart/form-data; boundary=x"


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def _plain(name: bytes) -> bytes:
    return name.replace(b'"', b"%22").replace(b"\r", b"").replace(b"\n", b"")


def _file(name: bytes) -> bytes:
    return b'; filename="daftar.xlsx"' if name == b"file" else b""
