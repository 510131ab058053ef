"""Downloads from Soulseek, one row per attempt, and who keeps the queue."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text, text

from storage.tables.base import Key, Serial, library, owned

ACTIVE = text("state IN ('queued', 'running')")
"""What is not over; word for word the condition of its index."""
UNTOLD = text("state = 'completed' AND announced_at IS NULL")
"""What has arrived and nobody was told of yet."""

download = Table(
    "download",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("state", Text, nullable=False),
    Column("handover", Text, nullable=False),
    Column("raw_state", Text),
    Column("username", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("size", BigInteger),
    Column("folder", Text),
    Column("priority", Integer, nullable=False, server_default=text("0")),
    Column("attempt", Integer, nullable=False, server_default=text("1")),
    Column("retry_of", BigInteger),
    Column("automatic", Boolean, nullable=False, server_default=text("false")),
    Column("transfer_id", Text),
    Column("known_transfer", Text),
    Column("progress", Float, nullable=False, server_default=text("0")),
    Column("bytes_transferred", BigInteger, nullable=False, server_default=text("0")),
    Column("speed", BigInteger, nullable=False, server_default=text("0")),
    Column("place", Integer),
    Column("error_code", Text),
    Column("error", Text),
    Column("hint", Text),
    Column("local_path", Text),
    Column("located", Text),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("alternatives", Text, nullable=False, server_default="[]"),
    Column("next_attempt_at", Key),
    Column("doubted_at", Text),
    Column("sent_at", Text),
    Column("handed_at", Text),
    Column("started_at", Text),
    Column("finished_at", Text),
    Column("announced_at", Text),
    Column("created_at", Key, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("tokens", Text, nullable=False),
    Index("ix_download_newest", "user_id", "created_at", "id"),
    Index("ix_download_folder", "user_id", "folder"),
    Index("ix_download_retry_of", "retry_of"),
    Index("ix_download_transfer", "username", "transfer_id"),
    Index("ix_download_active", "priority", "id", sqlite_where=ACTIVE, postgresql_where=ACTIVE),
    Index("ix_download_untold", "id", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
    sqlite_autoincrement=True,
)
"""One attempt to fetch one file of one user. The row is the record of intent: it is ``sending`` before slskd is told, with
the id of what slskd listed under that name before (``known_transfer``), so that after a crash slskd's list shows whether it
took it. ``details`` is the request as it came, ``alternatives`` the sources that are left; ``doubted_at`` is when slskd first
showed a failure that is not final yet."""

download_keeper = Table(
    "download_keeper",
    library,
    Column("name", Text, primary_key=True),
    Column("lease_owner", Text),
    Column("lease_until", Float),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    Column("polled_at", Text),
    Column("away_since", Text),
    Column("away_reason", Text),
    Column("event_seen", Text),
)
"""The one process that talks to slskd about the queue, under a lease; and what slskd last said. ``lease_until`` is Unix
seconds; ``fence`` grows with every takeover and late writes are refused."""
