"""A record's day of signing is the day of its moment where the LSP is, not just somewhere on earth."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION signed_on_day_of_lsp() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM added JOIN lsp ON lsp.id = added.lsp_id
                       WHERE added.signed_on <> CAST(added.signed_at AT TIME ZONE lsp.zone AS date)) THEN
                RAISE EXCEPTION 'record: signed_on is not the day of signed_at where the LSP is'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_record_signed_on_that_day';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER signed_on_day_of_lsp AFTER INSERT ON record REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION signed_on_day_of_lsp()"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
