"""The records a person owns and their copies on Discogs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from storage.tables.base import LIVE, Key, Serial, library, owned
from storage.values import SORTS

SORT_COLUMNS: dict[str, tuple[str, ...]] = {sort.name.lower(): SORTS[sort] for sort in SORTS}
UNSYNCED = text("is_synced = false AND discogs_id IS NOT NULL AND removed_at IS NULL")

folder = Table(
    "folder",
    library,
    owned(in_key=True),
    Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("count", Integer, nullable=False, server_default=text("0")),
)

collection_field = Table(
    "collection_field",
    library,
    owned(in_key=True),
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
    owned(),
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
    Index("ix_record_of_user", "user_id"),
    Index("ix_record_unsynced", "user_id", "id", sqlite_where=UNSYNCED, postgresql_where=UNSYNCED),
    sqlite_autoincrement=True,
)
"""One record per release and owner (or per manual entry). ``date_added`` is the newest copy's, else ``created_at``.

``ix_record_of_user`` is for what counts them all: it leads through the table in the table's own order."""

copy = Table(
    "copy",
    library,
    owned(in_key=True),
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
Index(
    "ix_copy_newest",
    copy.c.user_id,
    copy.c.date_added.desc(),
    copy.c.release_id,
    copy.c.instance_id,
    sqlite_where=LIVE,
    postgresql_where=LIVE,
)

intent = Table(
    "intent",
    library,
    Column("id", Text, primary_key=True),
    owned(),
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
