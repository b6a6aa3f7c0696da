"""Find the headings of a table by what they mean: any order, any spelling, below titles, in one row or two. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assessor_registry.intake.cells import Cell, Kind, Row, number_text, squeeze

SEARCH_ROWS = 60
"""Rows with something in them among which the headings are looked for."""
LABEL_LENGTH = 80
FEWEST = 2
"""Headings that a row must have to be taken for the heading row."""

_PHRASES = (
    (re.compile(r"^\w(?: \w){2,}$"), lambda spread: spread[0].replace(" ", "")),  # N I S N, T.T.L.
    (re.compile(r"\be mail\b"), "email"),
    (re.compile(r"\bs d\b"), "sampai"),
    (re.compile(r"\bttl\b"), "tempat tanggal lahir"),
    (re.compile(r"\b(?:jenis|jns) kel\b"), "jenis kelamin"),
    (re.compile(r"\borang ?tua\b"), "ortu"),
    (re.compile(r"\bsiap kerja\b"), "siapkerja"),
    (re.compile(r"\bwhats app\b"), "hp"),
    (re.compile(r"\bno ?reg(?:istrasi)?\b"), "nomor registrasi"),
    (re.compile(r"\bno(hp|met|wa|ktp|blanko|sk)\b"), r"nomor \1"),
)
_SYNONYMS = {
    word: canonical
    for canonical, words in {
        "nomor": "no nomer nmr num number",
        "nama": "nm name",
        "registrasi": "reg regist register registration",
        "sertifikat": "sert sertif sertipikat sertfikat certificate",
        "tanggal": "tgl tg tangal date",
        "tempat": "tmp tmpt tpt",
        "jenis": "jns",
        "terbit": "penerbitan diterbitkan",
        "penetapan": "ditetapkan",
        "kecamatan": "kec",
        "lahir": "lhr kelahiran",
        "kadaluarsa": "exp expired expire expiry kadaluwarsa kedaluwarsa kedaluarsa kadarluarsa daluwarsa",
        "berlaku": "valid validity masaberlaku",
        "sampai": "sd hingga until",
        "akhir": "berakhir habis berakhirnya",
        "mulai": "awal dari sejak",
        "telepon": "telp tlp tlpn telpon telephone phone",
        "hp": "handphone wa whatsapp ponsel seluler mobile",
        "kabupaten": "kab",
        "provinsi": "prov propinsi province",
        "keterangan": "ket catatan remarks remark",
        "blanko": "blangko",
        "skema": "scheme schema",
        "sekolah": "school smk smkn sek",
        "email": "surel",
        "alamat": "address alamatrumah",
        "kota": "city",
    }.items()
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A heading means `field` when it has all words of `has`, none of `without`, and no other than `only` if given."""

    field: str
    has: frozenset[str]
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None

    def fits(self, words: frozenset[str]) -> bool:
        """Whether a heading of these words means this field."""
        return self.has <= words and not self.without & words and (self.only is None or words <= self.has | self.only)


def rule(field: str, has: str, *, without: str = "", only: str | None = None) -> Rule:
    """Return a rule from words with blanks between; `only=""` allows no other word than `has`."""
    return Rule(
        field, frozenset(has.split()), frozenset(without.split()), None if only is None else frozenset(only.split())
    )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The headings of a kind of table: rules by precedence, the fields it can not do without and how to name them.

    `never` are words that make a column another's (a parent's name). `decisive` fields may stand only once.
    """

    rules: tuple[Rule, ...]
    required: Mapping[str, str]
    never: frozenset[str] = frozenset()
    decisive: frozenset[str] = frozenset()

    def meaning(self, words: frozenset[str]) -> tuple[int, str] | None:
        """Return (precedence, field) of a heading, None when it has no meaning here."""
        if not words or words & self.never:
            return None
        return next(((rank, each.field) for rank, each in enumerate(self.rules) if each.fits(words)), None)


@dataclass(frozen=True, slots=True)
class Table:
    """Where a table was found: column of each field (0-based), label of each column as the file has it."""

    sheet_name: str
    heading_row: int
    columns: Mapping[str, int]
    labels: Mapping[int, str]
    ignored: tuple[str, ...]
    doubled: tuple[tuple[str, str], ...]
    """What means the same as another, and the one of the two that is read."""
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every required heading is there."""
        return not self.missing

    @property
    def found(self) -> tuple[str, ...]:
        """The labels that were understood, from left to right."""
        return tuple(self.labels[column] for column in sorted(self.columns.values()))

    def label(self, field: str) -> str:
        """Return the label of `field` as the file has it; what it is called here when the file has no such column."""
        return self.labels[self.columns[field]] if field in self.columns else called(field)

    @property
    def rank(self) -> tuple[bool, int]:
        """What makes a table the better of two."""
        return self.complete, len(self.columns)


def words_of(label: str) -> frozenset[str]:
    """Return the words of a heading in one spelling: `No. Reg. MET` and `nomor_registrasi MET` are the same."""
    text = unicodedata.normalize("NFKC", label)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold()
    text = " ".join(re.sub(r"[\W_]+", " ", text).split())
    for pattern, plain in _PHRASES:
        text = pattern.sub(plain, text)
    return frozenset(_SYNONYMS.get(word, word) for word in text.split())


def locate(sheet_name: str, rows: Sequence[Row], vocabulary: Vocabulary) -> Table | None:
    """Return the best table of a sheet, None when no row looks like headings. The earlier of two equals wins."""
    best: Table | None = None
    searched = rows[:SEARCH_ROWS]
    for index, row in enumerate(searched):
        for table in _candidates(
            sheet_name, row, searched[index + 1] if index + 1 < len(searched) else None, vocabulary
        ):
            if len(table.columns) >= FEWEST and (best is None or table.rank > best.rank):
                best = table
    return best


def _candidates(sheet_name: str, row: Row, below: Row | None, vocabulary: Vocabulary) -> Iterable[Table]:
    """Yield the table with both rows as headings before that with one: of equals the first wins."""
    upper = _labels(row)
    follows = below is not None and below.number == row.number + 1
    if below is not None and follows and len(upper) > 1 and _is_sub_heading(below, vocabulary):
        yield _two_rows(sheet_name, below.number, upper, _labels(below), vocabulary)
    yield _table(sheet_name, row.number, {column: (text, text) for column, text in upper.items()}, vocabulary)


def _two_rows(
    sheet_name: str, number: int, upper: Mapping[int, str], lower: Mapping[int, str], vocabulary: Vocabulary
) -> Table:
    """What is missing is sought in the lower row: a group hides it (`Sertifikat Asesor` over `No. Registrasi`)."""
    texts = _joined(upper, lower)
    table = _table(sheet_name, number, texts, vocabulary)
    if table.complete:
        return table
    own = {column: vocabulary.meaning(words_of(lower[column])) for column in texts if column in lower}
    alone = {
        column: (texts[column][0], lower[column])
        for column, meaning in own.items()
        if meaning and meaning[1] in table.missing and not words_of(texts[column][1]) & vocabulary.never
    }
    both = _table(sheet_name, number, texts | alone, vocabulary)
    below = _table(sheet_name, number, {column: (text, text) for column, text in lower.items()}, vocabulary)
    return both if both.rank > below.rank else table


def _labels(row: Row) -> dict[int, str]:
    texts = {column: squeeze(str(cell.value)) for column, cell in enumerate(row.cells) if cell.kind is Kind.TEXT}
    return {column: text for column, text in texts.items() if 0 < len(text) <= LABEL_LENGTH}


def _is_sub_heading(row: Row, vocabulary: Vocabulary) -> bool:
    """A second heading row has only texts, and most of them use words of headings."""
    filled = [cell for cell in row.cells if cell.kind is not Kind.EMPTY]
    known = frozenset().union(*(each.has for each in vocabulary.rules))
    labels = _labels(row).values()
    return len(labels) == len(filled) > 0 and 2 * sum(bool(words_of(text) & known) for text in labels) > len(labels)


def _joined(upper: Mapping[int, str], lower: Mapping[int, str]) -> dict[int, tuple[str, str]]:
    """Return column → (label, text with the meaning). A group heading stands over the columns up to the next one."""
    joined: dict[int, tuple[str, str]] = {}
    group = ""
    for column in range(max([*upper, *lower], default=-1) + 1):
        group = upper.get(column, group)
        below = lower.get(column)
        if below is not None and below != upper.get(column):
            joined[column] = (f"{group} – {below}" if group else below, f"{group} {below}")
        elif column in upper:
            joined[column] = (group, group)
    return joined


def _table(sheet_name: str, number: int, texts: Mapping[int, tuple[str, str]], vocabulary: Vocabulary) -> Table:
    meanings = {column: vocabulary.meaning(words_of(text)) for column, (_, text) in texts.items()}
    chosen: dict[str, tuple[int, int]] = {}
    for column, meaning in meanings.items():
        if meaning is not None and (meaning[1] not in chosen or meaning[0] < chosen[meaning[1]][0]):
            chosen[meaning[1]] = (meaning[0], column)
    columns = {field: column for field, (_, column) in chosen.items()}
    used = set(columns.values())
    doubled = tuple(
        (texts[column][0], texts[columns[meaning[1]]][0])
        for column, meaning in meanings.items()
        if meaning is not None and column not in used and meaning[1] in vocabulary.decisive
    )
    return Table(
        sheet_name,
        number,
        columns,
        _distinct({column: label for column, (label, _) in texts.items()}),
        tuple(label for column, (label, _) in texts.items() if column not in used),
        doubled,
        tuple(field for field in vocabulary.required if field not in columns),
    )


def _distinct(labels: Mapping[int, str]) -> dict[int, str]:
    seen: dict[str, int] = {}
    distinct: dict[int, str] = {}
    for column, label in sorted(labels.items()):
        seen[label] = seen.get(label, 0) + 1
        distinct[column] = label if seen[label] == 1 else f"{label} ({seen[label]})"
    return distinct


def is_heading_again(texts: Iterable[tuple[str, str]]) -> bool:
    """Whether the headings stand here once more, as at the top of each printed page: (text, label folded) of each cell
    that has a text."""
    filled = list(texts)
    others = 0
    for text, label in filled:
        others += len(text) < 2 or text.casefold() not in label
        if 2 * others >= len(filled):
            return False
    return len(filled) >= FEWEST


def is_column_numbers(cells: Iterable[Cell]) -> bool:
    """Whether a row only numbers the columns: 1, 2, 3, … under the headings."""
    count = 0
    for cell in cells:
        if cell.kind is not Kind.EMPTY:
            count += 1
            text = number_text(cell.value) if isinstance(cell.value, float) else str(cell.value).strip("()")
            if text != str(count):
                return False
    return count > FEWEST


_CALLED = {
    "name": "Nama", "registration": "Nomor MET", "nik": "NIK", "nisn": "NISN", "nipd": "NIPD", "npsn": "NPSN",
    "birth_place": "Tempat lahir", "birth_date": "Tanggal lahir", "birth_place_and_date": "Tempat dan tanggal lahir",
    "sex": "Jenis kelamin", "address": "Alamat", "city": "Kota", "phone": "Telepon", "mobile": "HP", "email": "Email",
    "school_name": "Sekolah", "school_region": "Kabupaten/kota", "province": "Provinsi", "class_group": "Rombel",
    "certificate_number": "Nomor sertifikat", "blanko_number": "Nomor blanko", "certificate_date": "Tanggal sertifikat",
    "expiry_date": "Tanggal akhir sertifikat", "technical_number": "Nomor sertifikat teknis",
    "technical_date": "Tanggal sertifikat teknis", "technical_expiry": "Tanggal akhir sertifikat teknis",
    "scheme": "Skema", "lsp": "LSP", "appointment_number": "Nomor SK", "appointment_date": "Tanggal SK",
    "appointment_until": "SK berlaku sampai", "siapkerja": "SIAPKerja", "remarks": "Keterangan",
    "scheme_number": "Nomor skema", "scheme_title": "Judul skema", "kind": "Jenis skema", "level": "Level",
    "label": "Versi", "source": "Sumber", "first_day": "Berlaku mulai", "complete": "Lengkap", "cluster": "Klaster",
    "unit_code": "Kode unit", "unit_title": "Judul unit",
}  # fmt: skip


def called(field: str) -> str:
    """What a column is called that the file does not have."""
    return _CALLED.get(field, field)
