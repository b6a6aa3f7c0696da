"""What can be done with schedules: one verb, one function, in the transaction that the caller hands in.

`plans` makes and cancels them · `moving` moves them · `candidates` who is assessed · `duties` who assesses.
"""

from assessor_registry.scheduling.actions.candidates import (
    Added,
    add_candidates,
    add_class,
    allocate,
    remove_candidate,
    split_evenly,
)
from assessor_registry.scheduling.actions.duties import (
    Choice,
    Withdrawn,
    assign,
    confirm_planned,
    needs,
    picker,
    replace_assessor,
    withdraw,
    withdraw_lost,
)
from assessor_registry.scheduling.actions.moving import Fate, Moved, Moving, look_at_move, move_schedule
from assessor_registry.scheduling.actions.plans import cancel_schedule, create_schedule, map_class, set_evidence
from assessor_registry.scheduling.actions.todos import sweep_lacking

__all__ = [
    "Added",
    "Choice",
    "Fate",
    "Moved",
    "Moving",
    "Withdrawn",
    "add_candidates",
    "add_class",
    "allocate",
    "assign",
    "cancel_schedule",
    "confirm_planned",
    "create_schedule",
    "look_at_move",
    "map_class",
    "move_schedule",
    "needs",
    "picker",
    "remove_candidate",
    "replace_assessor",
    "set_evidence",
    "split_evenly",
    "sweep_lacking",
    "withdraw",
    "withdraw_lost",
]
