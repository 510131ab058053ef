"""The two stores as SQLAlchemy tables: the precious library and the rebuildable catalogue.

Instants are UTC text, ISO 8601 with microseconds and ``+00:00``: the same bytes on SQLite and PostgreSQL, ordered by
comparing them. Documents are JSON text. Sort keys are folded text compared byte by byte (collation ``C``), so both
engines put records in the same order.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.values import SORTS

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
library = MetaData(naming_convention=NAMING)
catalogue = MetaData(naming_convention=NAMING)

Key = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is sorted or ranged over: byte order on both engines."""
Serial = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit integer primary key (SQLite's rowid)."""

SORT_COLUMNS: dict[str, tuple[str, ...]] = {sort.name.lower(): SORTS[sort] for sort in SORTS}
UNSYNCED = text("is_synced = false AND discogs_id IS NOT NULL AND removed_at IS NULL")


def _owned() -> Column[Any]:
    return Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), nullable=False)


user = Table(
    "user",
    library,
    Column("id", Text, primary_key=True),
    Column("email", Text, unique=True),
    Column("password_hash", Text),
    Column("is_owner", Boolean, nullable=False, server_default=text("false")),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Text, nullable=False),
)

api_token = Table(
    "api_token",
    library,
    Column("id", Text, primary_key=True),
    _owned(),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("last_used_at", Text),
    Column("revoked_at", Text),
)
"""Named API tokens; only their SHA-256 is kept, ``hint`` is the first characters for recognition."""

connection = Table(
    "connection",
    library,
    Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("service", Text, primary_key=True),
    Column("username", Text),
    Column("credential", Text),
    Column("state", Text, nullable=False),
    Column("message", Text),
    Column("checked_at", Text),
    Column("updated_at", Text, nullable=False),
)
"""A user's connection to an outside account; ``credential`` is encrypted (Fernet), never plain."""

folder = Table(
    "folder",
    library,
    Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("count", Integer, nullable=False, server_default=text("0")),
)

collection_field = Table(
    "collection_field",
    library,
    Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("field_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("position", Integer, nullable=False, server_default=text("0")),
    Column("options", Text, nullable=False, server_default="[]"),
)

record = Table(
    "record",
    library,
    Column("id", Serial, primary_key=True),
    Column("record_id", Text, nullable=False, unique=True),
    _owned(),
    Column("artist_name", Text, nullable=False),
    Column("album_title", Text, nullable=False),
    Column("year_released", Integer),
    Column("label_name", Text),
    Column("catalog_number", Text),
    Column("discogs_id", BigInteger),
    Column("master_id", BigInteger),
    Column("discogs_uri", Text),
    Column("is_synced", Boolean, nullable=False, server_default=text("false")),
    Column("thumbnail_url", Text),
    Column("cover_image_url", Text),
    Column("genres", Text, nullable=False, server_default="[]"),
    Column("styles", Text, nullable=False, server_default="[]"),
    Column("formats", Text, nullable=False, server_default="[]"),
    Column("upc_code", Text),
    Column("record_size", Text),
    Column("vinyl_color", Text),
    Column("is_shaped", Boolean, nullable=False, server_default=text("false")),
    Column("is_picture_disc", Boolean, nullable=False, server_default=text("false")),
    Column("data_source", Text, nullable=False),
    Column("notes", Text),
    # What the copies below say, kept beside the record so that a table window is one narrow read.
    Column("copies", Integer, nullable=False, server_default=text("0")),
    Column("folder_name", Text),
    Column("rating", Integer, nullable=False, server_default=text("0")),
    Column("date_added", Key, nullable=False),
    Column("removed_at", Text),
    Column("created_at", Key, nullable=False),
    Column("updated_at", Text, nullable=False),
    # Folded sort keys (None sorts last in both directions) and the search tokens (storage.fold).
    Column("artist_key", Key, nullable=False),
    Column("title_key", Key, nullable=False),
    Column("label_key", Key),
    Column("catalog_key", Key),
    Column("size_key", Key),
    Column("color_key", Key),
    Column("folder_key", Key),
    Column("tokens", Text, nullable=False),
    UniqueConstraint("user_id", "discogs_id"),
    *(Index(f"ix_record_by_{sort}", "user_id", *columns, "id") for sort, columns in SORT_COLUMNS.items()),
    Index("ix_record_unsynced", "user_id", "id", sqlite_where=UNSYNCED, postgresql_where=UNSYNCED),
    sqlite_autoincrement=True,
)
"""One record per release and owner (or per manual entry). ``date_added`` is the newest copy's, else ``created_at``."""

copy = Table(
    "copy",
    library,
    Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("instance_id", BigInteger, primary_key=True, autoincrement=False),
    Column("record_pk", BigInteger, ForeignKey("record.id", ondelete="CASCADE"), nullable=False),
    Column("release_id", BigInteger, nullable=False),
    Column("folder_id", BigInteger, nullable=False),
    Column("rating", Integer, nullable=False, server_default=text("0")),
    Column("fields", Text, nullable=False, server_default="{}"),
    Column("date_added", Key, nullable=False),
    Column("pending", Text),
    Column("seen_pass", Text),
    Column("removed_at", Text),
    Index("ix_copy_record", "record_pk"),
    Index("ix_copy_added", "user_id", "date_added"),
    Index(
        "ix_copy_pending",
        "user_id",
        postgresql_where=text("pending IS NOT NULL"),
        sqlite_where=text("pending IS NOT NULL"),
    ),
)
"""One physical copy (Discogs: instance). ``fields`` is {field id: value}; ``pending`` holds local edits not yet sent:
``{"rating": 4, "folder_id": 7, "fields": {"1": "Mint (M)"}}``; ``seen_pass`` is the id of the last full pass
that saw it."""

intent = Table(
    "intent",
    library,
    Column("id", Text, primary_key=True),
    _owned(),
    Column("kind", Text, nullable=False),
    Column("record_pk", BigInteger, ForeignKey("record.id", ondelete="CASCADE")),
    Column("release_id", BigInteger, nullable=False),
    Column("folder_id", BigInteger),
    Column("known_instances", Text, nullable=False, server_default="[]"),
    Column("state", Text, nullable=False),
    Column("instance_id", BigInteger),
    Column("message", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("ix_intent_open", "user_id", "state"),
)
"""Writes to an upstream that must not be repeated: recorded before, settled after (discogs-api.md 4.4)."""

job = Table(
    "job",
    library,
    Column("id", Text, primary_key=True),
    _owned(),
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
    Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("last_due_at", Text),
    Column("last_job_id", Text),
)
"""The last due time that was honoured per job kind, so that missed runs are caught up once."""

activity = Table(
    "activity",
    library,
    Column("id", Serial, primary_key=True),
    _owned(),
    Column("timestamp", Key, nullable=False),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("details", Text, nullable=False, server_default="{}"),
    Index("ix_activity_recent", "user_id", "id"),
    sqlite_autoincrement=True,
)

release = Table(
    "release",
    catalogue,
    Column("release_id", BigInteger, primary_key=True, autoincrement=False),
    Column("artist", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("year", Integer),
    Column("detail", LargeBinary, nullable=False),
    Column("fetched_at", Text, nullable=False),
)
"""Releases met through the API: the whole answer (zlib-compressed JSON) and when it was fetched."""
