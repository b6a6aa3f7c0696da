"""What was said of the rows of an import when it was applied, sealed; it goes with the file."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_batch", sa.Column("told", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
