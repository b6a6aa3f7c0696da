"""Assessors in the database."""

from assessor_registry.assessors.store.people import (
    Assessor,
    AssessorRow,
    Employment,
    Page,
    RegistrationNumber,
    details,
    employments,
    get,
    keeps,
    kept,
    matching,
    search,
    visible,
)
from assessor_registry.assessors.store.registrations import by_nik, find_registration, holders, registrations_of
from assessor_registry.assessors.store.writing import (
    add_employment,
    add_registration,
    change,
    change_registration,
    close_employment,
    copy_people,
    follow_schools,
    insert,
    locked,
    nik_cipher,
    open_employment,
    retire_registrations,
    update_people,
)

__all__ = [
    "Assessor", "AssessorRow", "Employment", "Page", "RegistrationNumber", "add_employment", "add_registration",
    "by_nik", "change", "change_registration", "close_employment", "copy_people", "details", "employments",
    "find_registration", "follow_schools", "get", "holders", "insert", "keeps", "kept", "locked", "matching",
    "nik_cipher", "open_employment", "registrations_of", "retire_registrations", "search", "update_people", "visible",
]  # fmt: skip
