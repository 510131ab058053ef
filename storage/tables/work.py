"""Durable jobs, the schedule and the feed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from storage.tables.base import Key, Serial, library, owned

job = Table(
    "job",
    library,
    Column("id", Text, primary_key=True),
    owned(),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("params", Text, nullable=False, server_default="{}"),
    Column("progress", Text, nullable=False, server_default="{}"),
    Column("checkpoint", Text, nullable=False, server_default="{}"),
    Column("result", Text),
    Column("error", Text),
    Column("problem_count", Integer, nullable=False, server_default=text("0")),
    Column("cancel_requested", Boolean, nullable=False, server_default=text("false")),
    Column("lease_owner", Text),
    Column("lease_until", Float),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    Column("wake_at", Text),
    Column("created_at", Key, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    Index(
        "uq_job_active",
        "kind",
        "user_id",
        unique=True,
        sqlite_where=text("state IN ('queued', 'running', 'waiting')"),
        postgresql_where=text("state IN ('queued', 'running', 'waiting')"),
    ),
    Index("ix_job_recent", "user_id", "created_at"),
)
"""A durable job. ``lease_until`` is Unix seconds; ``fence`` grows with every takeover; late writes are refused."""

job_problem = Table(
    "job_problem",
    library,
    Column("id", Serial, primary_key=True),
    Column("job_id", Text, ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
    Column("item", Text, nullable=False),
    Column("message", Text, nullable=False),
    UniqueConstraint("job_id", "item", "message"),
    sqlite_autoincrement=True,
)
"""What went wrong with single items of a job; the job went on."""

schedule = Table(
    "schedule",
    library,
    owned(in_key=True),
    Column("kind", Text, primary_key=True),
    Column("last_due_at", Text),
    Column("last_job_id", Text),
)
"""The last due time that was honoured per job kind, so that missed runs are caught up once."""

activity = Table(
    "activity",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("timestamp", Key, nullable=False),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("details", Text, nullable=False, server_default="{}"),
    Index("ix_activity_recent", "user_id", "id"),
    sqlite_autoincrement=True,
)
