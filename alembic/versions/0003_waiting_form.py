"""Forms that wait until their sender has signed in again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_waiting_form_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_form")),
    )
    op.create_index("ix_waiting_form_account_id", "waiting_form", ["account_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
