"""Facts, periods and statuses in the database.

`facts` rows in and out · `periods` what is derived from them · `bands` one word for many assessors · `sweeping` the
last days that to-dos count to · `neighbours` the columns of lower rooms that are joined.
"""

from assessor_registry.validity.store.asking import ask
from assessor_registry.validity.store.bands import (
    Banded,
    band_counts,
    band_counts_known,
    banded,
    bands,
    last_active_day,
)
from assessor_registry.validity.store.facts import (
    Appointment,
    Certificate,
    Decree,
    Extension,
    Sanction,
    Technical,
    appointments,
    certificates,
    extensions,
    extensions_over,
    find_appointment,
    find_certificate,
    find_decree,
    find_extension,
    find_sanction,
    sanctions,
    technicals,
    unmapped_of_text,
    unmapped_texts,
)
from assessor_registry.validity.store.neighbours import in_scope
from assessor_registry.validity.store.periods import active_on, active_periods_of, coverage_of
from assessor_registry.validity.store.standings import carried_by, standing, standings

__all__ = [
    "Appointment",
    "Banded",
    "Certificate",
    "Decree",
    "Extension",
    "Sanction",
    "Technical",
    "active_on",
    "active_periods_of",
    "appointments",
    "ask",
    "band_counts",
    "band_counts_known",
    "banded",
    "bands",
    "carried_by",
    "certificates",
    "coverage_of",
    "extensions",
    "extensions_over",
    "find_appointment",
    "find_certificate",
    "find_decree",
    "find_extension",
    "find_sanction",
    "in_scope",
    "last_active_day",
    "sanctions",
    "standing",
    "standings",
    "technicals",
    "unmapped_of_text",
    "unmapped_texts",
]  # fmt: skip
