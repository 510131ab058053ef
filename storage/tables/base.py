"""What the tables share: the metadata of both stores, the kinds of key, whose row it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Text, text

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
LIVE = text("removed_at IS NULL")
"""What an upstream still lists."""
Serial = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit integer primary key (SQLite's rowid)."""


def owned(*, in_key: bool = False) -> Column[Any]:
    """The user whose row it is; it goes with them. ``in_key`` makes it part of the primary key."""
    return Column("user_id", Text, ForeignKey("user.id", ondelete="CASCADE"), primary_key=in_key, nullable=False)
