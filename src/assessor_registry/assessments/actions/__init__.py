"""What can be done with results: one verb, one function, in the transaction that the caller hands in.

`drafts` recording and correcting · `signing` showing what will be signed, and signing · `paper` the way by paper ·
`states` contested, upheld, annulled · `leaving` assessors who leave a schedule · `todos` unsigned results · `showing`
bundle and public check · `statements` what is signed.
"""

from assessor_registry.assessments.actions.drafts import Saved, correct, drop_correction, save_attendance, save_draft
from assessor_registry.assessments.actions.leaving import replace_assessor, withdraw_assessor
from assessor_registry.assessments.actions.paper import confirm_paper, enter_paper, reject_paper
from assessor_registry.assessments.actions.showing import (
    OpenedCheck,
    PublicCheck,
    bundle,
    opened_check,
    party_check,
    public_check,
)
from assessor_registry.assessments.actions.signing import Preview, Shown, preview_signing, sign, sign_unlocked
from assessor_registry.assessments.actions.states import Contested, annul, contest_lost, uphold
from assessor_registry.assessments.actions.todos import sweep_unsigned

__all__ = [
    "Contested",
    "OpenedCheck",
    "Preview",
    "PublicCheck",
    "Saved",
    "Shown",
    "annul",
    "bundle",
    "confirm_paper",
    "contest_lost",
    "correct",
    "drop_correction",
    "enter_paper",
    "opened_check",
    "party_check",
    "preview_signing",
    "public_check",
    "reject_paper",
    "replace_assessor",
    "save_attendance",
    "save_draft",
    "sign",
    "sign_unlocked",
    "sweep_unsigned",
    "uphold",
    "withdraw_assessor",
]
