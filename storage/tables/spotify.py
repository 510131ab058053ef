"""How the listeners' access to Spotify stands, and how this installation may use it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, Table, Text, text

from storage.tables.base import Key, library, owned

spotify_access = Table(
    "spotify_access",
    library,
    owned(in_key=True),
    Column("seed", Text, nullable=False),
    Column("tokens", Text),
    Column("scopes", Text, nullable=False),
    Column("authorized_at", Text, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("renewed_at", Float, nullable=False),
    Column("is_dead", Boolean, nullable=False, server_default=text("false")),
    Column("updated_at", Text, nullable=False),
)
"""The tokens that a listener's grant has come to. ``seed`` is the fingerprint of the grant they descend from, ``tokens``
are encrypted; the instants of tokens are Unix seconds (spotify-api.md 1.6)."""

spotify_capability = Table(
    "spotify_capability",
    library,
    owned(in_key=True),
    Column("client_id", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("checked_at", Key, nullable=False),
    Column("evidence", Text, nullable=False),
)
"""What an app may do for an account, as far as answers have shown it (spotify-api.md 2.20)."""

spotify_pause = Table(
    "spotify_pause",
    library,
    Column("client_id", Text, primary_key=True),
    Column("blocked_until", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("begun_at", Text, nullable=False),
)
"""An app that Spotify told to keep still, until when (Unix seconds); outlives a restart (spotify-api.md 1.9)."""

spotify_call = Table(
    "spotify_call",
    library,
    Column("client_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("calls", Integer, nullable=False),
)
"""How often an app asked, by kind of endpoint and hour (hours since 1970)."""
