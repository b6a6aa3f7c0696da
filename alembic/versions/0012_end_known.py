"""Since when it is known that somebody assesses no longer: what was known before can still be told."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assessor", sa.Column("ended_known_at", sa.DateTime(timezone=True), nullable=True))
    # The trail knows when an end was entered.
    op.execute(
        "UPDATE assessor p SET ended_known_at = coalesce((SELECT max(a.at) FROM audit_entry a "
        "WHERE a.act = 'assessors.end_assessor' AND a.subject_kind = 'assessor' AND a.subject_id = p.id::text), "
        "p.created_at) WHERE p.ended_on IS NOT NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
