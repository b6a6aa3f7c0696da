"""The file of a circular, a sanction or a licence: the decree as it came."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("extension", "sanction", "licence"):
        op.add_column(table, sa.Column("file_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_file_id"), table, "stored_file", ["file_id"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
