"""How many releases a node has of each year."""

from __future__ import annotations

from collections import Counter

from storage.catalogue.database import Database
from storage.catalogue.packed import Directory, Entries, unpack


def years_of(db: Database, key: int) -> list[tuple[int, int]]:
    """Years with their numbers of releases, oldest first; releases without a year are left out."""
    row = db.row("SELECT releases, years FROM node WHERE key = ?", (key,))
    if row is None:
        return []
    releases = unpack(row[0])
    if isinstance(releases, Directory):
        counted = unpack(row[1])
        assert isinstance(counted, Entries)
        return list(zip(counted.ids, counted.marks, strict=True))
    return sorted((year, count) for year, count in Counter(releases.marks).items() if year)
