"""How columns are declared: each says whether it holds personal data, and no name of a constraint is left to chance.

`tests/architecture` refuses a column that was declared without one of these functions.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, DateTime, Dialect, LargeBinary, Text, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB
from sqlmodel import Field, SQLModel

# Before the first table is declared, so that a constraint's name can be told to the user's error and to a migration.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UuidArray(TypeDecorator[Iterable[UUID]]):
    """An array of keys as a parameter, written as one text: the driver asks of each of thousands what it is."""

    impl = ARRAY(Uuid)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Iterable[UUID] | None], str | None]:
        """Return what makes the text."""
        return lambda keys: None if keys is None else "{" + ",".join([key.hex for key in keys]) + "}"


UUIDS = UuidArray()


def _declare(personal: bool, **options: Any) -> Any:
    keywords = options.pop("sa_column_kwargs", {})
    return Field(sa_column_kwargs={**keywords, "info": {"personal": personal}}, **options)


def plain(**options: Any) -> Any:
    """A column without personal data."""
    return _declare(False, **options)


def personal(**options: Any) -> Any:
    """A column with personal data: masked in audit rows, never in a log, a URL or a file name."""
    return _declare(True, **options)


def text(*, private: bool = False, **options: Any) -> Any:
    """A column of unlimited text."""
    return _declare(private, sa_type=Text, **options)


def key(**options: Any) -> Any:
    """The primary key: a random UUID made by us, so that a row has its name before it is stored."""
    return _declare(False, primary_key=True, default_factory=uuid4, **options)


def instant(**options: Any) -> Any:
    """An instant, stored in UTC."""
    return _declare(False, sa_type=DateTime(timezone=True), **options)


def document(*, private: bool = False, **options: Any) -> Any:
    """A JSON document (jsonb)."""
    return _declare(private, sa_type=JSONB(none_as_null=True), **options)


def blob(*, private: bool = False, **options: Any) -> Any:
    """Bytes (bytea)."""
    return _declare(private, sa_type=LargeBinary, **options)


def texts(**options: Any) -> Any:
    """An array of text."""
    return _declare(False, sa_type=ARRAY(Text), **options)


def days(**options: Any) -> Any:
    """A range of days (daterange)."""
    return _declare(False, sa_type=DATERANGE, **options)


def one_of(column: str, *values: str) -> CheckConstraint:
    """CHECK that `column` holds one of `values` (or NULL, where the column allows it)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def in_order(first: str, last: str) -> CheckConstraint:
    """CHECK that the range of days `first`…`last` does not end before it begins; an open end is allowed."""
    return CheckConstraint(
        f"{last} IS NULL OR {first} IS NULL OR {last} >= {first}", name=f"{first}_to_{last}_in_order"
    )


__all__ = [
    "UUID", "blob", "datetime", "days", "document", "in_order", "instant", "key", "one_of", "personal", "plain",
    "text", "texts",
]  # fmt: skip
