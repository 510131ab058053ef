"""Wishes by text, artists who are watched, and their releases."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.tables.base import Key, Serial, library, owned

wish = Table(
    "wish",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("wish_key", Key, nullable=False),
    Column("kind", Text, nullable=False),
    Column("artist", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("album", Text, nullable=False),
    Column("year", Integer),
    Column("duration", BigInteger),
    Column("release_id", BigInteger),
    Column("said", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("state", Key, nullable=False),
    Column("candidates", Text, nullable=False, server_default="[]"),
    Column("choice", Text),
    Column("matched_at", Text),
    Column("created_at", Key, nullable=False),
    Column("artist_key", Key, nullable=False),
    Column("title_key", Key, nullable=False),
    Column("tokens", Text, nullable=False),
    UniqueConstraint("user_id", "wish_key"),
    Index("ix_wish_state", "user_id", "state", "id"),
    sqlite_autoincrement=True,
)
"""One thing that is wanted by its name. ``wish_key`` folds artist, title and album, so that the same line is there once."""

watched_artist = Table(
    "watched_artist",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("name", Text, nullable=False),
    Column("name_key", Key, nullable=False),
    Column("discogs_id", BigInteger),
    Column("spotify_id", Text),
    Column("added_at", Key, nullable=False),
    Column("discogs_at", Text),
    Column("spotify_at", Text),
    Column("trouble", Text),
    UniqueConstraint("user_id", "discogs_id"),
    UniqueConstraint("user_id", "spotify_id"),
    sqlite_autoincrement=True,
)

watched_release = Table(
    "watched_release",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("artist_pk", BigInteger, ForeignKey("watched_artist.id", ondelete="CASCADE"), nullable=False),
    Column("source", Key, nullable=False),
    Column("release_key", Key, nullable=False),
    Column("title", Text, nullable=False),
    Column("title_key", Key, nullable=False),
    Column("released", Key, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("release_id", BigInteger),
    Column("spotify_id", Text),
    Column("state", Key, nullable=False),
    Column("told_at", Text),
    Column("seen_at", Key, nullable=False),
    UniqueConstraint("artist_pk", "source", "release_key"),
    Index("ix_watched_release_state", "user_id", "state", "id"),
    sqlite_autoincrement=True,
)
"""One release of a watched artist as one service lists it; every one ever seen stays, so that it is told once."""
