"""A sweep with nothing to do reads nobody: it is told of every change of an assessor's end; one index less to write."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Who has ended is cleared of to-dos, who returns has them again, whoever wrote it and for whatever day.
    op.execute(
        """
        CREATE FUNCTION tell_of_end() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO ends_changed (id, assessor_id, known_on)
            VALUES (gen_random_uuid(), NEW.id, CAST(now() AT TIME ZONE 'Asia/Makassar' AS date));
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER ended AFTER UPDATE OF ended_on ON assessor FOR EACH ROW "
        "WHEN (OLD.ended_on IS DISTINCT FROM NEW.ended_on) EXECUTE FUNCTION tell_of_end()"
    )
    # Read once a day, for the digest, but written with every to-do.
    op.drop_index("ix_flag_untold", table_name="flag")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
