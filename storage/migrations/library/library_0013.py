"""Wishes by text, and artists who are watched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0013"
down_revision = "library_0012"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "wish",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("wish_key", Key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("album", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("duration", sa.BigInteger(), nullable=True),
        sa.Column("release_id", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", Key, nullable=False),
        sa.Column("candidates", sa.Text(), server_default="[]", nullable=False),
        sa.Column("choice", sa.Text(), nullable=True),
        sa.Column("matched_at", sa.Text(), nullable=True),
        sa.Column("created_at", Key, nullable=False),
        sa.Column("artist_key", Key, nullable=False),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_wish_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_wish"),
        sa.UniqueConstraint("user_id", "wish_key", name="uq_wish_user_id_wish_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_wish_state", "wish", ["user_id", "state", "id"], unique=False)
    op.create_table(
        "watched_artist",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("discogs_id", sa.BigInteger(), nullable=True),
        sa.Column("spotify_id", sa.Text(), nullable=True),
        sa.Column("added_at", Key, nullable=False),
        sa.Column("discogs_at", sa.Text(), nullable=True),
        sa.Column("spotify_at", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_watched_artist_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_watched_artist"),
        sa.UniqueConstraint("user_id", "discogs_id", name="uq_watched_artist_user_id_discogs_id"),
        sa.UniqueConstraint("user_id", "spotify_id", name="uq_watched_artist_user_id_spotify_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "watched_release",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("artist_pk", sa.BigInteger(), nullable=False),
        sa.Column("source", Key, nullable=False),
        sa.Column("release_key", Key, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("released", Key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=True),
        sa.Column("spotify_id", sa.Text(), nullable=True),
        sa.Column("state", Key, nullable=False),
        sa.Column("told_at", sa.Text(), nullable=True),
        sa.Column("seen_at", Key, nullable=False),
        sa.ForeignKeyConstraint(
            ["artist_pk"], ["watched_artist.id"], name="fk_watched_release_artist_pk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_watched_release_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_watched_release"),
        sa.UniqueConstraint(
            "artist_pk", "source", "release_key", name="uq_watched_release_artist_pk_source_release_key"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_watched_release_state", "watched_release", ["user_id", "state", "id"], unique=False)
