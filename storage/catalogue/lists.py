"""Pages of the lists of a node, wherever its entries lie."""

from __future__ import annotations

from enum import IntEnum

from storage.catalogue.database import Database
from storage.catalogue.packed import Directory, Entries, unpack


class List(IntEnum):
    """The lists that may be cut into parts; by their names, columns of ``node``."""

    RELEASES = 0
    ARTISTS = 1
    LABELS = 2

    @property
    def column(self) -> str:
        return self.name.lower()


def page(db: Database, key: int, which: List, stored: bytes | None, offset: int, limit: int) -> Entries:
    """``limit`` entries of a list behind the ``offset`` first; ``stored`` is what its node has of it."""
    found = unpack(stored)
    if isinstance(found, Entries):
        return found.cut(offset, offset + limit)
    ids: list[int] = []
    marks: list[int] = []
    start = 0
    for number, size in enumerate(found.sizes):
        if start + size > offset and len(ids) < limit:
            skipped = max(0, offset - start)
            piece = part(db, key, which, number).cut(skipped, skipped + limit - len(ids))
            ids += piece.ids
            marks += piece.marks
        start += size
        if len(ids) == limit:
            break
    return Entries(ids, marks)


def whole(db: Database, key: int, which: List, stored: bytes | None, *, most: int | None = None) -> Entries:
    """All entries of a list, or the ``most`` first."""
    found = unpack(stored)
    if isinstance(found, Directory):
        return page(db, key, which, stored, 0, found.total if most is None else most)
    return found if most is None else found.cut(0, most)


def part(db: Database, key: int, which: List, number: int) -> Entries:
    """One part of a list that is cut."""
    row = db.row("SELECT entries FROM part WHERE key = ? AND list = ? AND number = ?", (key, which, number))
    found = unpack(None if row is None else row[0])
    assert isinstance(found, Entries)
    return found
