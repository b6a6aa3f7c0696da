"""Whom a list means by a registration number."""

from datetime import date
from uuid import UUID

import pytest

from assessor_registry.assessors.rules import Holder, Match, choose_holder

A, B = UUID(int=1), UUID(int=2)
BORN = date(1980, 3, 4)


def _holder(who: UUID = A, year: int | None = None, nik: bytes | None = b"a", name: str = "sugeng") -> Holder:
    return Holder(who, year, name, BORN, nik)


@pytest.mark.parametrize(
    ("holders", "year", "name", "born", "nik", "expected", "because"),
    [
        ([_holder(year=2022)], 2022, "lain", None, None, Match("known", A), "number and year are one person"),
        ([_holder(year=2022)], 2019, "sugeng", BORN, b"a", Match("new"), "another year is another number"),
        ([_holder()], 2022, "lain", None, b"a", Match("known", A), "the same NIK gains its year"),
        ([_holder()], 2022, "sugeng", BORN, None, Match("known", A), "the same name and birth date gain their year"),
        ([_holder()], 2022, "sugeng", None, None, Match("new"), "a name alone does not say who it is"),
        ([_holder()], 2022, "rina", BORN, b"b", Match("new"), "someone else's yearless number is not taken"),
        ([], None, "sugeng", BORN, b"a", Match("new"), "nobody has the number"),
        ([_holder(year=2022)], None, "sugeng", BORN, None, Match("known", A), "exactly one has it and agrees"),
        ([_holder(year=2022)], None, "lain", None, b"a", Match("known", A), "the NIK agrees"),
        ([_holder(year=2022)], None, "sugeng", None, None, Match("ambiguous"), "a name alone does not agree"),
        ([_holder(year=2022, nik=None)], None, "lain", None, None, Match("ambiguous"), "no NIK is not the same NIK"),
        ([_holder(year=2022), _holder(B, 2019, b"b", "rina")], None, "sugeng", BORN, b"a", Match("ambiguous"),
         "two people have the number"),
    ],
)  # fmt: skip
def test_who_is_meant_by_a_number(
    holders: list[Holder],
    year: int | None,
    name: str,
    born: date | None,
    nik: bytes | None,
    expected: Match,
    because: str,
) -> None:
    assert choose_holder(holders, year, name, born, nik) == expected, because
