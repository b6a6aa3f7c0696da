"""What is done with validity: facts are added, periods follow, to-dos are kept in step.

`certificates` and technical competences · `appointing` by an LSP · `decrees` (circulars, sanctions) · `rebuilding` the
derived periods · `sweeping` the to-dos · `reach` whom an actor may act on.
"""

from assessor_registry.validity.actions.appointing import appoint, end_appointment
from assessor_registry.validity.actions.certificates import (
    EARLIEST,
    LATEST,
    Done,
    NewCertificate,
    NewTechnical,
    add_certificate,
    add_imported,
    add_technical,
    correct_certificate,
    correct_technical,
    enter_technical,
    map_technical,
)
from assessor_registry.validity.actions.decrees import (
    EndingDecree,
    NewExtension,
    NewSanction,
    amend_extension,
    cancel_extension,
    cancel_sanction,
    extend,
    reinstate,
    sanction,
)
from assessor_registry.validity.actions.rebuilding import Difference, check, rebuild
from assessor_registry.validity.actions.sweeping import Swept, acknowledge, ends_by_stage, sweep

__all__ = [
    "EARLIEST",
    "LATEST",
    "Difference",
    "Done",
    "EndingDecree",
    "NewCertificate",
    "NewExtension",
    "NewSanction",
    "NewTechnical",
    "Swept",
    "acknowledge",
    "add_certificate",
    "add_imported",
    "add_technical",
    "amend_extension",
    "appoint",
    "cancel_extension",
    "cancel_sanction",
    "check",
    "correct_certificate",
    "correct_technical",
    "end_appointment",
    "ends_by_stage",
    "enter_technical",
    "extend",
    "map_technical",
    "rebuild",
    "reinstate",
    "sanction",
    "sweep",
]  # fmt: skip
