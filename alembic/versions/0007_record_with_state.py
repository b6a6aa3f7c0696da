"""No record without the state that holds it to the active days, and none signed on another day than it was signed."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The two rows refer to each other, so this end is asked at the commit.
    op.create_foreign_key(
        "fk_record_has_state", "record", "record_state", ["id"], ["record_id"], deferrable=True, initially="DEFERRED"
    )
    # `signed_on` is what the temporal key of signing looks at: it is the day of `signed_at` in some zone on earth.
    op.create_check_constraint(
        op.f("ck_record_signed_on_that_day"),
        "record",
        "signed_on BETWEEN CAST(signed_at AT TIME ZONE 'UTC' AS date) - 1 "
        "AND CAST(signed_at AT TIME ZONE 'UTC' AS date) + 1",
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
