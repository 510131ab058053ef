"""Saved views of the graph, each under the hash of the token that opens it; and an index to count a collection by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0004"
down_revision = "library_0003"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("nodes", sa.Text(), nullable=False),
        sa.Column("center", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", Key, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_snapshot_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name="pk_snapshot"),
    )
    op.create_index("ix_snapshot_expires_at", "snapshot", ["expires_at"], unique=False)
    op.create_index("ix_snapshot_of_user", "snapshot", ["user_id", "expires_at"], unique=False)
    op.create_index("ix_record_of_user", "record", ["user_id"], unique=False)
