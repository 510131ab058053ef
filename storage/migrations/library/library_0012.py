"""Auto-sync: the tracks that were looked for, and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0012"
down_revision = "library_0011"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "autosync",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("track_key", Key, nullable=False),
        sa.Column("spotify_id", sa.Text(), nullable=True),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("album", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("download_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("attempted_at", sa.Text(), nullable=False),
        sa.Column("changed_at", Key, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_autosync_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_autosync"),
        sa.UniqueConstraint("user_id", "track_key", name="uq_autosync_user_id_track_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_autosync_state", "autosync", ["user_id", "state", "changed_at"], unique=False)
