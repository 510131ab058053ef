"""What arrived to be filed by beets, and what became of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from storage.tables.base import Key, Serial, library, owned

OPEN = text("state IN ('waiting', 'asked', 'importing')")
"""What is still to be dealt with."""

arrival = Table(
    "arrival",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("path", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("state", Key, nullable=False),
    Column("stamp", Text, nullable=False),
    Column("marker", Text, nullable=False, unique=True),
    Column("autotag", Boolean, nullable=False, server_default=text("false")),
    Column("quiet", Boolean, nullable=False, server_default=text("true")),
    Column("files", Integer, nullable=False, server_default=text("0")),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    Column("imported", Integer, nullable=False, server_default=text("0")),
    Column("skipped", Integer, nullable=False, server_default=text("0")),
    Column("filed", Text, nullable=False, server_default="[]"),
    Column("error", Text),
    Column("output", Text, nullable=False),
    Column("arrived_at", Key, nullable=False),
    Column("changed_at", Key, nullable=False),
    Column("begun_at", Text),
    Index("uq_arrival_open", "user_id", "path", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_arrival_newest", "user_id", "state", "id"),
    Index("ix_arrival_path", "user_id", "path", "id"),
    sqlite_autoincrement=True,
)
"""One folder or file of music. A path is open once; whoever finds it again, in whichever process, finds that row.
``begun_at`` is when beets was started on it, NULL while it waits for its turn; ``filed`` is a list of folders."""
