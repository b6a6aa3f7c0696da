"""What decides whether an assessor may assess. Pure: no database, no clock.

`periods` when someone is active · `facts` which rows hold · `standing` the clauses of a day · `bands` one word for
lists · `changes` what to write when periods change.
"""

from assessor_registry.days import DAY, add_months
from assessor_registry.validity.rules.bands import BANDS, Band, band, ending_until
from assessor_registry.validity.rules.changes import Changes, Shrunk, changes, lost, overlap
from assessor_registry.validity.rules.facts import (
    CertificateRow,
    ExtensionRow,
    PersonFacts,
    SanctionRow,
    current,
    extending,
    extensions_in_force,
    person_facts,
    roots,
    sanctions_in_force,
)
from assessor_registry.validity.rules.periods import (
    CertificateFact,
    ExtensionFact,
    Period,
    SanctionFact,
    active_periods,
    coverage,
    last_day_of,
    subtract,
    union,
)
from assessor_registry.validity.rules.standing import (
    AppointmentFact,
    LspQuestion,
    Standing,
    TechnicalFact,
    TechnicalQuestion,
    Weight,
    standing,
)

__all__ = [
    "BANDS", "DAY", "AppointmentFact", "Band", "CertificateFact", "CertificateRow", "Changes", "ExtensionFact",
    "ExtensionRow", "LspQuestion", "Period", "PersonFacts", "SanctionFact", "SanctionRow", "Shrunk", "Standing",
    "TechnicalFact", "TechnicalQuestion", "Weight", "active_periods", "add_months", "band", "changes", "coverage",
    "current", "ending_until", "extending", "extensions_in_force", "last_day_of", "lost", "overlap", "person_facts",
    "roots", "sanctions_in_force", "standing", "subtract", "union",
]  # fmt: skip
