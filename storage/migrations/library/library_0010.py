"""Matches: what was found to be the same, how sure, why, and what a person decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0010"
down_revision = "library_0009"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "match_result",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("spotify_track_id", Key, nullable=False),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", Key, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_match_result_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_match_result"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_match_result_newest", "match_result", ["user_id", "id"], unique=False)
    op.create_index("ix_match_result_track", "match_result", ["user_id", "spotify_track_id"], unique=False)
    op.create_table(
        "match_pair",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("source", Key, nullable=False),
        sa.Column("key", Key, nullable=False),
        sa.Column("other_source", Key, nullable=False),
        sa.Column("other_key", Key, nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision", Key, server_default="auto", nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_match_pair_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "kind", "source", "key", "other_source", "other_key", name="pk_match_pair"),
    )
    op.create_index("ix_match_pair_other", "match_pair", ["user_id", "kind", "other_source", "other_key"], unique=False)
    op.create_table(
        "match_job",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", Key, server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_at", Key, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_match_job_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_match_job"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_match_job_waiting", "match_job", ["user_id", "state", "id"], unique=False)
