"""Writing what the plan of a list of pupils says, in a fixed number of statements however many rows it has."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.intake.assessor_apply import add_schools
from assessor_registry.intake.plan_rules import Plan
from assessor_registry.intake.student_plan import StudentWork
from assessor_registry.secrecy import Secrecy
from assessor_registry.students import actions as students


def write_students(tx: Connection, actor: Actor, plan: Plan, *, secrecy: Secrecy, now: datetime, today: date) -> UUID:
    """Write `plan` and return the school. The caller holds the locks since before it planned.

    Raises:
        Conflict: a pupil changed meanwhile.
        NotFound: the school is outside the actor's scope.
    """
    made = add_schools(tx, actor, plan, now)
    if plan.school_id is None:
        raise ValueError("a list of pupils without a school")
    school_id = made.get(plan.school_id, plan.school_id)
    works = [row.work for row in plan.rows if isinstance(row.work, StudentWork)]
    new = [students.NewStudent(school_id, work.values) for work in works if work.pupil is None]
    added = students.add_many(tx, actor, secrecy, new, now, today=today)
    changes = [
        students.Change(work.pupil.id, work.pupil.version, work.values, school_id if work.moves else None)
        for work in works
        if work.pupil is not None and (work.values or work.moves)
    ]
    students.change_many(tx, actor, secrecy, changes, now, today=today)
    students.mark_missing(tx, actor, school_id, {*plan.present, *added}, today, now)
    return school_id
