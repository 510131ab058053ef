"""Views of the graph that somebody saved to pass on."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from storage.tables.base import Key, library, owned

snapshot = Table(
    "snapshot",
    library,
    Column("key", Text, primary_key=True),
    owned(),
    Column("nodes", Text, nullable=False),
    Column("center", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Key, nullable=False),
    Index("ix_snapshot_expires_at", "expires_at"),
    Index("ix_snapshot_of_user", "user_id", "expires_at"),
)
"""A saved view: ``key`` is the SHA-256 of the token that opens it, so that a copy of the library opens none. ``nodes`` is a
list of [id, type], ``center`` one such pair. ``user_id`` is who saved it; ``expires_at`` is checked when reading."""
