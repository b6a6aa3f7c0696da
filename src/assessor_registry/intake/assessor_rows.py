"""A register of assessors, from sheets to typed rows with what is to be said about each cell. Pure: no database."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from assessor_registry.assessors.rules import Registration, Sex, parse_registration, search_name
from assessor_registry.intake.cells import Sheet, lines_of
from assessor_registry.intake.findings import Finding, RowReader
from assessor_registry.intake.headings import Table
from assessor_registry.intake.tabulate import choose, data_rows, said_of_lines, signature_lines
from assessor_registry.intake.vocabulary import ASSESSORS
from assessor_registry.validity.rules import last_day_of

_NPSN = re.compile(r"^[0-9A-Z]{8}$", re.ASCII)
_LAPSED = re.compile(
    r"expire|\bexp\b|k[ae]dalu?[uw]?|daluwarsa|\bmati\b|\bhabis\b|\b(?:tidak|tdk|tak)\s+(?:aktif|berlaku)"
    r"|non[ -]?aktif",
    re.IGNORECASE,
)
_NOT_LAPSED = re.compile(r"\b(?:belum|blm|tidak|tdk|bukan)\s+(?:expire|exp\b|k[ae]dalu|mati|habis)", re.IGNORECASE)
NUMBERS = ("registration",)
_APART = ("row", "raw", "findings", "expiry_computed", "duplicate_of", "fields")


@dataclass(frozen=True, slots=True)
class AssessorRow:
    """One row of a register. None: nothing is written, or it can not be read (a finding says so).

    `nik` is 16 digits or None; `first_day` and `last_day` are those of the assessor certificate, both included;
    `expiry_computed`: the file has no last day and it was reckoned from the first. `raw` is what the row shows.
    """

    row: int
    name: str | None
    nik: str | None
    birth_place: str | None
    birth_date: date | None
    sex: Sex | None
    school_name: str | None
    npsn: str | None
    address: str | None
    city: str | None
    province: str | None
    phone: str | None
    email: str | None
    registration: Registration | None
    blanko_number: str | None
    certificate_number: str | None
    certificate_date: date | None
    expiry_date: date | None
    expiry_computed: bool
    schemes: tuple[str, ...]
    technical_number: str | None
    technical_date: date | None
    technical_expiry: date | None
    lsp: str | None
    appointment_number: str | None
    appointment_date: date | None
    appointment_until: date | None
    siapkerja: bool | None
    remarks: str | None
    raw: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """Whether the row can not go in."""
        return any(finding.level == "refused" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class AssessorFile:
    """A register as read: every row of the table, those refused too. `skipped`: rows with text that are no data."""

    rows: tuple[AssessorRow, ...]
    sheet_name: str
    heading_row: int
    columns: dict[str, str]
    """Field → label as the file has it."""
    ignored_columns: tuple[str, ...]
    skipped: tuple[int, ...]
    findings: tuple[Finding, ...]
    """About the file as a whole."""


def parse_assessors(sheets: Iterable[Sheet], *, today: date, validity_years: int) -> AssessorFile:
    """Return the assessors of a workbook.

    `today` only tells whether remarks contradict the dates; `validity_years` is the policy's validity of an assessor
    certificate. Scheme and school are left as written.

    Raises:
        InvalidInput: no sheet has the headings Nama and No. Reg. MET.
    """
    sheet, table, findings = choose(sheets, ASSESSORS)
    below = signature_lines(sheet, table, NUMBERS)
    rows, skipped = data_rows(sheet, table, NUMBERS, lambda reader: _read(reader, today, validity_years), below=below)
    findings += said_of_lines(below, table, NUMBERS)
    columns = {field: table.labels[column] for field, column in table.columns.items()}
    findings += _unread(table)
    return AssessorFile(
        tuple(_refuse_repeated(rows, table)),
        table.sheet_name,
        table.heading_row,
        columns,
        table.ignored,
        skipped,
        findings,
    )


def _unread(table: Table) -> tuple[Finding, ...]:
    """Headings that nothing is known of: else a column of dates under one is only missed."""
    told = {label for label, _used in table.doubled}
    labels = ", ".join(label for label in table.ignored if label not in told)
    params = {"labels": labels}
    return (Finding("warned", table.heading_row, "", "", "intake.columns_ignored", params),) if labels else ()


def _read(reader: RowReader, today: date, validity_years: int) -> AssessorRow:
    name = reader.needed("name", "intake.no_name")
    registration = _registration(reader)
    birth_place, birth_date = reader.birth()
    sex = reader.sex()
    first_day, last_day, computed = _certificate_days(reader, validity_years)
    if first_day is not None and first_day > today:
        reader.warn("certificate_date", "intake.certificate_to_come", first_day=first_day)
    remarks = _remarks(reader, last_day, today)
    return AssessorRow(
        row=reader.row.number,
        name=name,
        nik=reader.nik(birth_date, sex),
        birth_place=birth_place,
        birth_date=birth_date,
        sex=sex,
        school_name=reader.text("school_name"),
        npsn=_npsn(reader),
        address=reader.text("address"),
        city=reader.text("city"),
        province=reader.text("province"),
        phone=reader.phone(),
        email=reader.email(),
        registration=registration,
        blanko_number=reader.code("blanko_number"),
        certificate_number=reader.text("certificate_number"),
        certificate_date=first_day,
        expiry_date=last_day,
        expiry_computed=computed,
        schemes=lines_of(reader.cell("scheme")) if reader.text("scheme") else (),
        technical_number=reader.text("technical_number"),
        **_technical_days(reader),
        lsp=reader.text("lsp"),
        appointment_number=reader.text("appointment_number"),
        **_appointment_days(reader),
        siapkerja=_siapkerja(reader),
        remarks=remarks,
        raw=reader.raw(),
        findings=tuple(reader.findings),
    )


def _registration(reader: RowReader) -> Registration | None:
    text = reader.needed("registration", "intake.no_registration")
    if text is None:
        return None
    registration = parse_registration(text)
    if registration is None:
        reader.refuse("registration", "intake.registration_unreadable", value=text[:40])
    elif registration.year is None:
        reader.warn("registration", "intake.registration_without_year")
    return registration


def _certificate_days(reader: RowReader, validity_years: int) -> tuple[date | None, date | None, bool]:
    """Return first day, last day, and whether the last was computed. A printed last day wins over the policy."""
    unread = len([finding for finding in reader.findings if finding.level == "refused"])
    first_day, last_day = reader.span("certificate_date", "expiry_date")
    impossible = len([finding for finding in reader.findings if finding.level == "refused"]) > unread
    if first_day is None:
        if not impossible:
            reader.warn("certificate_date", "intake.no_certificate_date")
        return None, last_day, False
    usual = last_day_of(first_day, validity_years)
    if last_day is None:
        if not impossible:
            reader.warn("expiry_date", "intake.expiry_computed", last_day=usual, years=validity_years)
        return first_day, None if impossible else usual, not impossible
    if last_day < first_day:
        reader.refuse("expiry_date", "intake.expiry_before_issue", first_day=first_day, last_day=last_day)
    elif last_day != usual:
        reader.warn("expiry_date", "intake.expiry_against_policy", last_day=last_day, usual=usual, years=validity_years)
    return first_day, last_day, False


def _technical_days(reader: RowReader) -> dict[str, date | None]:
    return _ordered_days(reader, "technical_date", "technical_expiry")


def _appointment_days(reader: RowReader) -> dict[str, date | None]:
    return _ordered_days(reader, "appointment_date", "appointment_until")


def _ordered_days(reader: RowReader, first: str, last: str) -> dict[str, date | None]:
    first_day, last_day = reader.span(first, last)
    if first_day is not None and last_day is not None and last_day < first_day:
        reader.refuse(last, "intake.expiry_before_issue", first_day=first_day, last_day=last_day)
    return {first: first_day, last: last_day}


def _remarks(reader: RowReader, last_day: date | None, today: date) -> str | None:
    """Remarks never decide; they are only compared with the dates."""
    text = reader.text("remarks")
    lapsed = text is not None and _LAPSED.search(text) and not _NOT_LAPSED.search(text)
    if lapsed and last_day is not None and last_day >= today:
        reader.warn("remarks", "intake.remarks_say_expired", last_day=last_day)
    return text


def _npsn(reader: RowReader) -> str | None:
    npsn = reader.code("npsn")
    if npsn is None or _NPSN.match(npsn.upper()):
        return npsn and npsn.upper()
    reader.warn("npsn", "intake.npsn_unreadable")
    return None


def _siapkerja(reader: RowReader) -> bool | None:
    text = (reader.text("siapkerja") or "").lower()
    if text.startswith(("tidak", "belum", "no", "false", "tdk")):
        return False
    return True if text.startswith(("memiliki", "ada", "ya", "sudah", "punya", "yes", "true", "aktif")) else None


def _refuse_repeated(rows: list[AssessorRow], table: Table) -> Iterable[AssessorRow]:
    """Refuse the second row of a person, and a row without year whose person can not be told.

    (number, year) is one person. Without a year it is someone of the same number only if the NIK, or name and birth
    date, agree; if they do not, nobody can say whose number it is.
    """
    by_number: dict[str, list[AssessorRow]] = defaultdict(list)
    for row in rows:
        if row.registration is not None:
            by_number[row.registration.number].append(row)
    for row in rows:
        same_number = by_number[row.registration.number] if row.registration is not None else []
        if len(same_number) < 2:
            yield row
        else:
            yield _checked(row, [other for other in same_number if other is not row], table)


def _checked(row: AssessorRow, others: list[AssessorRow], table: Table) -> AssessorRow:
    for other in others:
        if other.row < row.row and _same_person(row, other):
            differs = ", ".join(_differing(row, other, table))
            if not differs:
                return _with(row, table, "intake.second_row_same", first_row=other.row)
            return _with(row, table, "intake.second_row", first_row=other.row, differs=differs)
    for other in others:
        yearless = _year(row) is None and (_year(other) is not None or other.row < row.row)
        if yearless and not _same_person(row, other):
            shared = _year(other) is None
            code = "intake.registration_shared" if shared else "intake.registration_ambiguous"
            return _with(row, table, code, first_row=other.row)
    return row


def _year(row: AssessorRow) -> int | None:
    return row.registration.year if row.registration else None


def _same_person(one: AssessorRow, other: AssessorRow) -> bool:
    if _year(one) is not None and _year(other) is not None:
        return _year(one) == _year(other)
    if one.nik is not None and one.nik == other.nik:
        return True
    named = one.name and other.name and search_name(one.name) == search_name(other.name)
    return bool(named and one.birth_date is not None and one.birth_date == other.birth_date)


def _differing(row: AssessorRow, first: AssessorRow, table: Table) -> list[str]:
    """Return the labels of fields whose meaning differs; another spelling of the same date is no difference."""
    fields = {"schemes": "scheme"}
    return [
        table.label(fields.get(name, name))
        for name in AssessorRow.__dataclass_fields__
        if name not in _APART and getattr(row, name) != getattr(first, name)
    ]


def _with(row: AssessorRow, table: Table, code: str, **params: str | int) -> AssessorRow:
    label = table.label("registration")
    finding = Finding("refused", row.row, label, row.raw.get(label, ""), code, params)
    return replace(row, findings=(*row.findings, finding))
