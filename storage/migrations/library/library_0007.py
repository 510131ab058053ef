"""Playlists, saved tracks, followed artists with their releases and which of these are wanted in step; changed settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0007"
down_revision = "library_0006"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "artist_preference",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("artist_id", Key, nullable=False),
        sa.Column("release_id", Key, nullable=False),
        sa.Column("selected", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_artist_preference_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "artist_id", "release_id", name="pk_artist_preference"),
    )
    op.create_table(
        "artist_release",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("artist_id", Key, nullable=False),
        sa.Column("release_id", Key, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("released", Key, nullable=False),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("total_tracks", sa.Integer(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("artists", sa.Text(), server_default="[]", nullable=False),
        sa.Column("group_key", Key, nullable=False),
        sa.Column("gone_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_artist_release_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "artist_id", "release_id", name="pk_artist_release"),
    )
    op.create_table(
        "followed_artist",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("artist_id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("followed_at", Key, nullable=False),
        sa.Column("removed_at", sa.Text(), nullable=True),
        sa.Column("releases_at", sa.Text(), nullable=True),
        sa.Column("release_count", sa.Integer(), nullable=True),
        sa.Column("newest_release", Key, nullable=True),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_followed_artist_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_followed_artist"),
        sa.UniqueConstraint("user_id", "artist_id", name="uq_followed_artist_user_id_artist_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "playlist",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("playlist_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("track_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("is_own", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_editable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("collaborative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=True),
        sa.Column("snapshot_id", sa.Text(), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("items_state", sa.Text(), server_default="unread", nullable=False),
        sa.Column("items_snapshot", sa.Text(), nullable=False),
        sa.Column("items_checked_at", sa.Text(), nullable=True),
        sa.Column("updated_at", Key, nullable=False),
        sa.Column("removed_at", sa.Text(), nullable=True),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("owner_key", Key, nullable=True),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_playlist_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_playlist"),
        sa.UniqueConstraint("user_id", "playlist_id", name="uq_playlist_user_id_playlist_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "saved_track",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("artists", sa.Text(), server_default="[]", nullable=False),
        sa.Column("album", sa.Text(), nullable=False),
        sa.Column("album_id", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("added_at", Key, nullable=False),
        sa.Column("seen_pass", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_saved_track_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "track_id", name="pk_saved_track"),
    )
    op.create_index("ix_saved_track_newest", "saved_track", ["user_id", "added_at", "track_id"], unique=False)
    op.create_table(
        "setting_change",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=True),
        sa.Column("new_value", sa.Text(), nullable=True),
        sa.Column("changed_at", Key, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_setting_change_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_setting_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_setting_change_newest", "setting_change", ["user_id", "changed_at", "id"], unique=False)
    op.create_table(
        "playlist_item",
        sa.Column("id", Serial, nullable=False),
        sa.Column("playlist_pk", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("track_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("artists", sa.Text(), server_default="[]", nullable=False),
        sa.Column("album", sa.Text(), nullable=False),
        sa.Column("album_id", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.Text(), nullable=True),
        sa.Column("is_local", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist_pk"], ["playlist.id"], name="fk_playlist_item_playlist_pk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_playlist_item"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_playlist_item_in_order", "playlist_item", ["playlist_pk", "position"], unique=False)
