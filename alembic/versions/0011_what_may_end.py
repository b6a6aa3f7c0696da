"""A record is born with nothing decided about it and with its units; decrees may end early, and change in nothing else."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# What the rooms write after the row is there; every other column stays as it was inserted.
# A merged school takes its place in a network along: `institutions.merge_school`.
ENDING = {
    "licence": ("last_day", "ended_reason", "ended_known_at"),
    "licensed_scheme": ("last_day", "ended_reason", "ended_known_at"),
    "network_school": ("last_day", "ended_reason", "ended_known_at", "school_id"),
    "appointment": ("ended_on", "ended_reason", "ended_known_at"),
    "appointment_decree": (),
}


def upgrade() -> None:
    born_undecided()
    units_come_with_their_record()
    decrees_only_end()


def born_undecided() -> None:
    """Contested, upheld or annulled from the first moment would escape the keys to the active days."""
    op.execute(
        """
        CREATE FUNCTION born_undecided() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF num_nonnulls(NEW.replaced_by, NEW.contested_at, NEW.contested_reason, NEW.upheld_at,
                            NEW.upheld_reference, NEW.annulled_at, NEW.annulled_reason, NEW.erased_at) > 0 THEN
                RAISE EXCEPTION 'a record is signed before anything is decided about it' USING ERRCODE = '55000';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER born_undecided BEFORE INSERT ON record_state FOR EACH ROW EXECUTE FUNCTION born_undecided()"
    )


def units_come_with_their_record() -> None:
    """A row version that this transaction wrote carries its number: units are inserted in the record's own one.

    A record that was inserted under a savepoint counts as another transaction's: refused, where it could be let in.
    """
    op.execute(
        """
        CREATE FUNCTION units_come_with_record() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM added JOIN record ON record.id = added.record_id
                       WHERE record.xmin <> CAST(pg_current_xact_id() AS xid)) THEN
                RAISE EXCEPTION 'record_unit: the record was signed before' USING ERRCODE = '55000';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER with_record AFTER INSERT ON record_unit REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION units_come_with_record()"
    )


def decrees_only_end() -> None:
    """A last day may come, or come earlier; it does not move away. Who ended is not ended again."""
    op.execute(
        """
        CREATE FUNCTION only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            before jsonb := to_jsonb(OLD);
            after jsonb := to_jsonb(NEW);
        BEGIN
            IF before ->> 'file_id' IS NULL THEN  -- the file of a decree may come later, once
                before := before - 'file_id';
                after := after - 'file_id';
            END IF;
            IF before - TG_ARGV <> after - TG_ARGV THEN
                RAISE EXCEPTION '% is not changed, only ended', TG_TABLE_NAME USING ERRCODE = '55000';
            END IF;
            IF (before ->> 'last_day' < coalesce(after ->> 'last_day', '9'))
               OR (before ->> 'ended_on' IS NOT NULL AND before <> after) THEN
                RAISE EXCEPTION '% has ended already', TG_TABLE_NAME USING ERRCODE = '55000';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    for table, columns in ENDING.items():
        arguments = ", ".join(f"'{name}'" for name in columns)
        op.execute(
            f"CREATE TRIGGER only_ends BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION only_ends({arguments})"
        )
        op.execute(
            f"CREATE TRIGGER frozen BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
