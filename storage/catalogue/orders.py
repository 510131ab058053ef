"""In which order a list of a node is, and whether an entry is in it at its place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from storage.catalogue.database import Database
from storage.catalogue.kinds import TAGS, Kind, key_of, parted
from storage.catalogue.lists import List, part
from storage.catalogue.nodes import names
from storage.catalogue.packed import Directory, Entries, unpack
from storage.catalogue.revision import Order, most, newest


def order_of(db: Database, key: int, which: List, ids: Iterable[int] = ()) -> Order:
    """The sort key of the entries of a list. ``ids`` are those that it will be asked of, as far as they are known."""
    if which is List.RELEASES:
        return newest
    if which is List.ARTISTS and parted(key)[0] in TAGS:
        named = names(db, Kind.ARTIST, ids)

        def by_name(number: int, _count: int) -> Any:
            if number not in named:
                row = db.row("SELECT name FROM node WHERE key = ?", (key_of(Kind.ARTIST, number),))
                named[number] = "" if row is None else row[0]
            return (named[number], number)

        return by_name
    return most


def has(db: Database, key: int, which: List, number: int, mark: int) -> bool:
    """Whether a list of the node ``key`` has the entry with that mark where it belongs."""
    row = db.row(f"SELECT {which.column} FROM node WHERE key = ?", (key,))
    found = unpack(None if row is None else row[0])
    order = order_of(db, key, which)
    wanted = order(number, mark)

    def place_in(entries: Entries) -> int:
        return bisect_left(range(len(entries)), wanted, key=lambda at: order(entries.ids[at], entries.marks[at]))

    if isinstance(found, Directory):
        place = place_in(found.last)
        if place == len(found.last):
            return False
        found = part(db, key, which, place)
    at = place_in(found)
    return at < len(found) and (found.ids[at], found.marks[at]) == (number, mark)
