"""An attempt belongs to the school that the student was at: who moves leaves their results to it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("school_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE attempt a SET school_id = s.school_id FROM student s WHERE s.id = a.student_id")
    op.create_foreign_key(op.f("fk_attempt_school_id"), "attempt", "school", ["school_id"], ["id"])
    op.create_index("ix_attempt_school_id", "attempt", ["school_id"])
    op.execute(
        """
        CREATE FUNCTION school_of_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.school_id := COALESCE(NEW.school_id, (SELECT school_id FROM student WHERE id = NEW.student_id));
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER school_of BEFORE INSERT ON attempt FOR EACH ROW EXECUTE FUNCTION school_of_attempt()")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
