"""What a listener played, the tracks, albums and artists it was, and where something may be missing.

Instants of plays are 64-bit milliseconds since 1970 in UTC, as Spotify counts them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.tables.base import Key, Serial, library, owned

COUNTED = text("counted = true")
"""What counts as a play. Written as the index has it, or SQLite does not see that the index will do."""
FOREIGN = text("(source <> 'export' OR account_at IS NOT NULL)")
"""What something else than the extended history told of."""

played_artist = Table(
    "played_artist",
    library,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)
"""An artist by Spotify's id."""

played_album = Table(
    "played_album",
    library,
    Column("id", Serial, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("spotify_id", Text),
    Column("name", Text, nullable=False),
    Column("artist_name", Text, nullable=False),
    Column("album_type", Text),
    Column("release_date", Text),
    Column("total_tracks", Integer),
    Column("image_url", Text),
    Column("artist_key", Key, nullable=False),
    Column("title_key", Key, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("ix_played_album_name", "artist_key", "title_key"),
    sqlite_autoincrement=True,
)
"""An album by Spotify's id, or by its names where an export has no more. The keys are folded as those of records are,
the title without what only tells editions apart, so that a record of it is found by comparing them."""

played_track = Table(
    "played_track",
    library,
    Column("id", Serial, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("spotify_id", Text),
    Column("name", Text, nullable=False),
    Column("artist_name", Text, nullable=False),
    Column("album_pk", BigInteger, ForeignKey("played_album.id")),
    Column("duration_ms", BigInteger),
    Column("explicit", Boolean),
    Column("isrc", Text),
    Column("told_by", Text, nullable=False),
    Column("artist_key", Key, nullable=False),
    Column("listen_key", Text, nullable=False),
    Column("tokens", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("ix_played_track_listen_key", "listen_key"),
    Index("ix_played_track_album_pk", "album_pk"),
    sqlite_autoincrement=True,
)
"""A track by Spotify's id, or by its names where there is none (local files, account data). ``artist_name`` is that of
the first artist; ``listen_key`` is the same for every id and spelling of one recording by one artist; ``told_by`` is the
source of the names."""

played_track_artist = Table(
    "played_track_artist",
    library,
    Column("track_pk", BigInteger, ForeignKey("played_track.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("artist_id", Text, ForeignKey("played_artist.id")),
    Column("name", Text, nullable=False),
    Index("ix_played_track_artist_artist_id", "artist_id"),
)
"""All artists of a track in their order; one without an id stands by its name."""

play = Table(
    "play",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("played_at", BigInteger, nullable=False),
    Column("track_pk", BigInteger, ForeignKey("played_track.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("counted", Boolean, nullable=False, server_default=text("true")),
    Column("ms_played", BigInteger),
    Column("export_at", BigInteger),
    Column("account_at", BigInteger),
    Column("account_ms", BigInteger),
    Column("skipped", Boolean),
    Column("context", Text),
    UniqueConstraint("user_id", "played_at", "track_pk"),
    Index("ix_play_of_track", "user_id", "track_pk", "played_at", "counted", "ms_played"),
    Index("ix_play_timeline", "user_id", "played_at", "id", "counted", sqlite_where=COUNTED, postgresql_where=COUNTED),
    Index("ix_play_foreign", "user_id", "played_at", sqlite_where=FOREIGN, postgresql_where=FOREIGN),
    sqlite_autoincrement=True,
)
"""One listen (spotify-api.md 4.7: user, instant, track). ``source`` is who told its instant: ``api``, ``export`` or
``account``. What others said of the same listen is kept beside it, so that it can be told again from scratch whatever
arrives later: ``export_at`` is the extended history's instant, ``account_at`` and ``account_ms`` are the account data's;
``ms_played`` is the former's where there is one, else the latter's. ``counted`` is false for what was heard for too short
a time to be a play. ``ix_play_of_track`` holds all that is counted by track."""

play_gap = Table(
    "play_gap",
    library,
    owned(in_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger, nullable=False),
    Column("found_at", Text, nullable=False),
)
"""Spotify had more new plays than it hands out: between these instants some may be missing."""

play_sync = Table(
    "play_sync",
    library,
    owned(in_key=True),
    Column("attempted_at", Key, nullable=False),
    Column("synced_at", Text),
    Column("error", Text),
)
"""When a user's plays were last asked for, last received, and what went wrong the last time."""
