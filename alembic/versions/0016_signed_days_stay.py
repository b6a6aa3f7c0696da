"""Whoever has signed results of a day in a schedule is not taken off that day, unless those results are contested."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Asked at the end of the transaction: a sanction takes the day away first and contests the results then.
    op.execute(
        """
        CREATE FUNCTION signed_day_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM record_state s JOIN record r ON r.id = s.record_id JOIN attempt t ON t.id = r.attempt_id
                WHERE s.assessor_id = OLD.assessor_id AND t.schedule_id = OLD.schedule_id
                  AND OLD.held_on BETWEEN s.first_day AND s.last_day
                  AND s.contested_at IS NULL AND s.annulled_at IS NULL AND s.replaced_by IS NULL
            ) AND NOT EXISTS (
                SELECT FROM assignment a
                WHERE a.assessor_id = OLD.assessor_id AND a.schedule_id = OLD.schedule_id AND a.held_on = OLD.held_on
                  AND a.confirmed_at IS NOT NULL AND a.withdrawn_at IS NULL
            ) THEN
                RAISE EXCEPTION 'assignment: results of % are signed', OLD.held_on
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assignment_signed_day_stays';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER signed_day_stays AFTER UPDATE OR DELETE ON assignment "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        "WHEN (OLD.confirmed_at IS NOT NULL AND OLD.withdrawn_at IS NULL) EXECUTE FUNCTION signed_day_stays()"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
