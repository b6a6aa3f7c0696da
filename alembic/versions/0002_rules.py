"""What the database refuses: temporal keys, facts and signed rows that never change."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Insert-only: no UPDATE, no DELETE, no TRUNCATE.
FROZEN = (
    "audit_entry",
    "record",
    "record_unit",
    "assessor_certificate",
    "technical_certificate",
    "extension",
    "sanction",
)


def upgrade() -> None:
    temporal_keys()
    frozen_rows()
    record_state_only_grows()


def temporal_keys() -> None:
    """No row can say that someone who is not an active assessor on a day assesses or signs on that day."""
    op.execute("ALTER TABLE active_period DROP CONSTRAINT pk_active_period")
    op.execute(
        "ALTER TABLE active_period ADD CONSTRAINT pk_active_period PRIMARY KEY (assessor_id, during WITHOUT OVERLAPS)"
    )
    op.execute(
        "ALTER TABLE active_period ADD CONSTRAINT ck_active_period_bounded "
        "CHECK (NOT isempty(during) AND lower(during) IS NOT NULL AND upper(during) IS NOT NULL)"
    )
    for table, column in (("assignment", "held"), ("record_state", "assessed"), ("record_state", "signed")):
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_{column}_active "
            f"FOREIGN KEY (assessor_id, PERIOD {column}) REFERENCES active_period (assessor_id, PERIOD during) "
            "DEFERRABLE INITIALLY DEFERRED"
        )


def frozen_rows() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is never changed or removed', TG_TABLE_NAME USING ERRCODE = '55000';
        END $$
        """
    )
    for table in FROZEN:
        op.execute(
            f"CREATE TRIGGER frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def record_state_only_grows() -> None:
    """A column of `record_state` goes from NULL to a value, never back and never to another value."""
    op.execute(
        """
        CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            before jsonb := to_jsonb(OLD) - 'assessed' - 'signed';
            after jsonb := to_jsonb(NEW) - 'assessed' - 'signed';
            name text;
        BEGIN
            FOR name IN SELECT jsonb_object_keys(before) LOOP
                IF before -> name <> 'null'::jsonb AND before -> name IS DISTINCT FROM after -> name THEN
                    RAISE EXCEPTION 'record_state.% is never changed', name USING ERRCODE = '55000';
                END IF;
            END LOOP;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER only_grows BEFORE UPDATE ON record_state FOR EACH ROW EXECUTE FUNCTION only_grows()")
    op.execute(
        "CREATE TRIGGER frozen BEFORE DELETE OR TRUNCATE ON record_state "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
