"""The shelf: albums, what every source has of them, what a person decided."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.tables.base import Key, Serial, library, owned

STALE = text("is_stale = true")
"""What is still to be matched; word for word the condition of its index."""
_NONE = text("0")

shelf_album = Table(
    "shelf_album",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("artist", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("year", Integer),
    Column("tracks", Integer),
    Column("formats", Text, nullable=False, server_default="[]"),
    Column("records", Integer, nullable=False, server_default=_NONE),
    Column("vinyls", Integer, nullable=False, server_default=_NONE),
    Column("wants", Integer, nullable=False, server_default=_NONE),
    Column("plex", Integer, nullable=False, server_default=_NONE),
    Column("beets", Integer, nullable=False, server_default=_NONE),
    Column("spotify", Integer, nullable=False, server_default=_NONE),
    Column("coming", Integer, nullable=False, server_default=_NONE),
    Column("plays", Integer, nullable=False, server_default=_NONE),
    Column("added_at", Key),
    Column("confidence", Float, nullable=False, server_default=text("1")),
    Column("artist_key", Key, nullable=False),
    Column("title_key", Key, nullable=False),
    Column("tokens", Text, nullable=False),
    Index("ix_shelf_album_by_artist", "user_id", "artist_key", "title_key", "id"),
    Index("ix_shelf_album_by_added", "user_id", "added_at", "id"),
    sqlite_autoincrement=True,
)
"""An album somebody cares about. All but its key sums up its holdings; one without any is deleted with the last."""

shelf_holding = Table(
    "shelf_holding",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("source", Key, nullable=False),
    Column("key", Key, nullable=False),
    Column("ref", BigInteger),
    Column("marker", Text, nullable=False),
    Column("artist", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("year", Integer),
    Column("tracks", Integer),
    Column("formats", Text, nullable=False, server_default="[]"),
    Column("is_vinyl", Boolean, nullable=False, server_default=text("false")),
    Column("added_at", Key),
    Column("amount", Integer, nullable=False, server_default=text("1")),
    Column("detail", Text, nullable=False, server_default="{}"),
    Column("facts", Text, nullable=False, server_default="{}"),
    Column("rank", Integer, nullable=False),
    Column("artist_key", Key, nullable=False),
    Column("title_key", Key, nullable=False),
    Column("tokens", Text, nullable=False),
    Column("album_pk", BigInteger, ForeignKey("shelf_album.id", ondelete="SET NULL")),
    Column("confidence", Float, nullable=False, server_default=text("1")),
    Column("reason", Text, nullable=False),
    Column("decision", Text),
    Column("is_stale", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("user_id", "source", "key"),
    Index("ix_shelf_holding_album_pk", "album_pk"),
    Index("ix_shelf_holding_ref", "source", "ref"),
    Index("ix_shelf_holding_stale", "user_id", "artist_key", "id", sqlite_where=STALE, postgresql_where=STALE),
    sqlite_autoincrement=True,
)
"""An album as one source has it (:class:`storage.values.NewHolding`). ``ref`` is the key of the source's row here (``record.id``,
``want.id``, ``played_album.id``). ``is_stale``: its facts are others since it was put into its album."""

shelf_sign = Table(
    "shelf_sign",
    library,
    Column("sign", BigInteger, primary_key=True, autoincrement=False),
    Column("holding_pk", BigInteger, ForeignKey("shelf_holding.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_shelf_sign_holding_pk", "holding_pk"),
    sqlite_with_rowid=False,
)
"""What holdings of one user have in common that may be the same album, hashed with the user; positive for identifiers."""

shelf_decision = Table(
    "shelf_decision",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("source", Key, nullable=False),
    Column("key", Key, nullable=False),
    Column("other_source", Key, nullable=False),
    Column("other_key", Key, nullable=False),
    Column("is_same", Boolean, nullable=False),
    Column("decided_at", Text, nullable=False),
    UniqueConstraint("user_id", "source", "key", "other_source", "other_key"),
    Index("ix_shelf_decision_other", "user_id", "other_source", "other_key"),
    sqlite_autoincrement=True,
)
"""What a person said of two holdings, the smaller (source, key) first; it outlives both. Without another one: it stands alone. The
later of two has the greater id, and takes the place of the earlier."""

shelf_source = Table(
    "shelf_source",
    library,
    owned(in_key=True),
    Column("source", Key, primary_key=True),
    Column("read_at", Text),
    Column("failing_since", Text),
    Column("error", Text),
    Column("stamp", Text, nullable=False),
)
"""How a source stands for a user; ``stamp`` is what it said of itself when it was last read whole."""
