"""What was found to be the same, how sure, why, and what a person decided; and what waits to be looked at."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Table, Text, text

from storage.tables.base import Key, Serial, library, owned

match_result = Table(
    "match_result",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("source", Text, nullable=False),
    Column("spotify_track_id", Key, nullable=False),
    Column("target_id", Text),
    Column("confidence", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Key, nullable=False),
    Index("ix_match_result_newest", "user_id", "id"),
    Index("ix_match_result_track", "user_id", "spotify_track_id"),
    sqlite_autoincrement=True,
)
"""One row for each time that was asked, or that the worker found something (harmony-contract.md 13.1 and 19)."""

match_pair = Table(
    "match_pair",
    library,
    owned(in_key=True),
    Column("kind", Key, primary_key=True),
    Column("source", Key, primary_key=True),
    Column("key", Key, primary_key=True),
    Column("other_source", Key, primary_key=True),
    Column("other_key", Key, primary_key=True),
    Column("confidence", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decision", Key, nullable=False, server_default="auto"),
    Column("created_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("decided_at", Text),
    Index("ix_match_pair_other", "user_id", "kind", "other_source", "other_key"),
)
"""Two albums or tracks that are the same, or that a person said are not. The first of the two is the one that sorts first."""

match_job = Table(
    "match_job",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("payload", Text, nullable=False),
    Column("state", Key, nullable=False, server_default="queued"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text),
    Column("created_at", Text, nullable=False),
    Column("changed_at", Key, nullable=False),
    Index("ix_match_job_waiting", "user_id", "state", "id"),
    sqlite_autoincrement=True,
)
"""A track and the candidates for it, to be looked at by the worker (harmony-contract.md 17.2)."""
