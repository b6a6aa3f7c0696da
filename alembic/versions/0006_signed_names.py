"""What a statement names is read from the statement itself: lists show who was assessed as signed, whatever changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The payload of a compact JWS is base64url without padding. What is not a statement can not be stored.
    op.execute(
        """
        CREATE FUNCTION signed_names(jws text) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT jsonb_build_object(
                'candidate', said #>> '{candidate,name}', 'nisn', said #>> '{candidate,nisn}',
                'assessor', said #>> '{assessor,name}', 'registration', said #>> '{assessor,registration}',
                'lsp', said #>> '{lsp,name}', 'scheme', said #>> '{scheme,title}', 'venue', said #>> '{venue}')
            FROM (
                SELECT convert_from(decode(rpad(part, (length(part) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb AS said
                FROM (SELECT translate(split_part(jws, '.', 2), '-_', '+/') AS part OFFSET 0) AS payload
                OFFSET 0
            ) AS statement
        $$
        """
    )
    op.add_column("record", sa.Column("named", JSONB(none_as_null=True), nullable=True))
    op.execute("ALTER TABLE record DISABLE TRIGGER frozen")
    op.execute("UPDATE record SET named = signed_names(jws)")
    op.execute("ALTER TABLE record ENABLE TRIGGER frozen")
    # Whoever inserts, and whatever they say: a column of the database's own, as a generated one would be.
    op.execute(
        """
        CREATE FUNCTION name_from_statement() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.named := signed_names(NEW.jws);
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER named BEFORE INSERT ON record FOR EACH ROW EXECUTE FUNCTION name_from_statement()")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
