"""What a person wants from others and sends to Discogs: the wantlist and the items of exports."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.tables.base import LIVE, Key, Serial, library, owned

want = Table(
    "want",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("release_id", BigInteger, nullable=False),
    Column("artist_name", Text, nullable=False),
    Column("album_title", Text, nullable=False),
    Column("year_released", Integer),
    Column("label_name", Text),
    Column("catalog_number", Text),
    Column("formats", Text, nullable=False, server_default="[]"),
    Column("genres", Text, nullable=False, server_default="[]"),
    Column("styles", Text, nullable=False, server_default="[]"),
    Column("thumbnail_url", Text),
    Column("cover_image_url", Text),
    Column("notes", Text, nullable=False),
    Column("rating", Integer, nullable=False, server_default="0"),
    Column("date_added", Key),
    Column("seen_pass", Text),
    Column("removed_at", Text),
    Column("created_at", Text, nullable=False),
    Column("artist_key", Key, nullable=False),
    Column("title_key", Key, nullable=False),
    Column("label_key", Key),
    Column("tokens", Text, nullable=False),
    UniqueConstraint("user_id", "release_id"),
    Index("ix_want_by_added", "user_id", "date_added", "id"),
    Index("ix_want_by_artist", "user_id", "artist_key", "title_key", "id"),
    sqlite_autoincrement=True,
)
"""One wanted release, as Discogs has it (discogs-api.md 4.5). ``seen_pass`` is the instant since when the row is known to
be as Discogs has it: when the page was asked for that showed it, or when a change made here was answered. ``removed_at``
is when it was taken off, or when Discogs was first found not to list it any more."""
Index(
    "ix_want_newest",
    want.c.user_id,
    want.c.date_added.desc(),
    want.c.release_id,
    sqlite_where=LIVE,
    postgresql_where=LIVE,
)

export_item = Table(
    "export_item",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("job_id", Text, ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("release_id", BigInteger, nullable=False),
    Column("record_pk", BigInteger, ForeignKey("record.id", ondelete="SET NULL")),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("message", Text),
    Column("external_id", Text),
    Column("folder_id", BigInteger),
    Column("instance_id", BigInteger),
    Column("listing_id", BigInteger),
    Column("undone_at", Text),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("job_id", "position"),
    Index("ix_export_item_state", "job_id", "state", "position"),
    sqlite_autoincrement=True,
)
"""One release of an export, what became of it and what it made on Discogs. The row is the record of intent: it is
``sending`` before anything is sent, so that after a crash Discogs is asked instead of told again."""
