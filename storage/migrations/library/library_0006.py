"""What a person played, and the artists, albums and tracks it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0006"
down_revision = "library_0005"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTED = sa.text("counted = true")
FOREIGN = sa.text("(source <> 'export' OR account_at IS NOT NULL)")


def upgrade() -> None:
    op.create_table(
        "played_album",
        sa.Column("id", Serial, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("spotify_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("artist_name", sa.Text(), nullable=False),
        sa.Column("album_type", sa.Text()),
        sa.Column("release_date", sa.Text()),
        sa.Column("total_tracks", sa.Integer()),
        sa.Column("image_url", sa.Text()),
        sa.Column("artist_key", Key, nullable=False),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_played_album"),
        sa.UniqueConstraint("key", name="uq_played_album_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_played_album_name", "played_album", ["artist_key", "title_key"], unique=False)
    op.create_table(
        "played_artist",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_played_artist"),
    )
    op.create_table(
        "play_gap",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_play_gap_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "since", name="pk_play_gap"),
    )
    op.create_table(
        "play_sync",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("attempted_at", Key, nullable=False),
        sa.Column("synced_at", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_play_sync_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_play_sync"),
    )
    op.create_table(
        "played_track",
        sa.Column("id", Serial, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("spotify_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("artist_name", sa.Text(), nullable=False),
        sa.Column("album_pk", sa.BigInteger()),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.Column("explicit", sa.Boolean()),
        sa.Column("isrc", sa.Text()),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("artist_key", Key, nullable=False),
        sa.Column("listen_key", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["album_pk"], ["played_album.id"], name="fk_played_track_album_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_played_track"),
        sa.UniqueConstraint("key", name="uq_played_track_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_played_track_album_pk", "played_track", ["album_pk"], unique=False)
    op.create_index("ix_played_track_listen_key", "played_track", ["listen_key"], unique=False)
    op.create_table(
        "play",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("played_at", sa.BigInteger(), nullable=False),
        sa.Column("track_pk", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("ms_played", sa.BigInteger()),
        sa.Column("export_at", sa.BigInteger()),
        sa.Column("account_at", sa.BigInteger()),
        sa.Column("account_ms", sa.BigInteger()),
        sa.Column("skipped", sa.Boolean()),
        sa.Column("context", sa.Text()),
        sa.ForeignKeyConstraint(["track_pk"], ["played_track.id"], name="fk_play_track_pk"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_play_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_play"),
        sa.UniqueConstraint("user_id", "played_at", "track_pk", name="uq_play_user_id_played_at_track_pk"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_play_foreign",
        "play",
        ["user_id", "played_at"],
        unique=False,
        sqlite_where=FOREIGN,
        postgresql_where=FOREIGN,
    )
    op.create_index(
        "ix_play_of_track", "play", ["user_id", "track_pk", "played_at", "counted", "ms_played"], unique=False
    )
    op.create_index(
        "ix_play_timeline",
        "play",
        ["user_id", "played_at", "id", "counted"],
        unique=False,
        sqlite_where=COUNTED,
        postgresql_where=COUNTED,
    )
    op.create_table(
        "played_track_artist",
        sa.Column("track_pk", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("artist_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["played_artist.id"], name="fk_played_track_artist_artist_id"),
        sa.ForeignKeyConstraint(
            ["track_pk"], ["played_track.id"], name="fk_played_track_artist_track_pk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_pk", "position", name="pk_played_track_artist"),
    )
    op.create_index("ix_played_track_artist_artist_id", "played_track_artist", ["artist_id"], unique=False)
