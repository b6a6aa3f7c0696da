"""What is done with assessors.

Whoever changes a person's region, school or end changes what `validity` derives from them: the caller rebuilds there.
"""

from assessor_registry.assessors.actions._values import kept
from assessor_registry.assessors.actions.bulk import Change, NewAssessor, add_many, change_many
from assessor_registry.assessors.actions.employment import end_assessor, follow_schools, move_employment, undo_end
from assessor_registry.assessors.actions.people import add_assessor, change_assessor, reveal_nik
from assessor_registry.assessors.actions.registrations import add_registration

__all__ = [
    "Change", "NewAssessor", "add_assessor", "add_many", "add_registration", "change_assessor", "change_many",
    "end_assessor", "follow_schools", "kept", "move_employment", "reveal_nik", "undo_end",
]  # fmt: skip
