"""Files of imports are kept for a while: an import outlives its file."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("import_batch", "file_id", nullable=True)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
