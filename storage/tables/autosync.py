"""What auto-sync has looked for on Soulseek, track by track."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint, text

from storage.tables.base import Key, Serial, library, owned

autosync = Table(
    "autosync",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("track_key", Key, nullable=False),
    Column("spotify_id", Text),
    Column("artist", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("album", Text, nullable=False),
    Column("priority", Integer, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False),
    Column("failure", Text),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("error", Text),
    Column("download_id", BigInteger),
    Column("path", Text),
    Column("attempted_at", Text, nullable=False),
    Column("changed_at", Key, nullable=False),
    UniqueConstraint("user_id", "track_key"),
    Index("ix_autosync_state", "user_id", "state", "changed_at"),
    sqlite_autoincrement=True,
)
"""One wanted track that was looked for. ``track_key`` is its Spotify id, else "artist::title" in lower case; ``failures`` counts
since the last success; ``download_id`` is the first attempt of its last request, ``path`` where it came to lie."""
