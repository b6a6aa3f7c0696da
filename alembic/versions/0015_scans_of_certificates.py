"""The scan of a certificate that was entered by hand, and of a technical competence."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("assessor_certificate", "technical_certificate"):
        op.add_column(table, sa.Column("file_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_file_id"), table, "stored_file", ["file_id"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
