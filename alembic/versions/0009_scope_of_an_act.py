"""An audit row says where the role was held in which somebody acted, so that an auditor of one place sees that place."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was entered before does not say: nobody but the province reads it.
    for name in ("scope_kind", "scope_ref"):
        op.add_column("audit_entry", sa.Column(name, sa.Text(), nullable=True))
    op.create_index("ix_audit_entry_scope", "audit_entry", ["scope_kind", "scope_ref"])


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
