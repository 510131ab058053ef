"""Finding a node by what a person or a client calls it, and what to call a node in return."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import TAGS, Kind, key_of, parted
from storage.values import NodeName

_CHUNK = 500
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_LARGEST = 1 << 60
"""Numbers beyond have no key."""
COLLECTIVE = frozenset((194, 355, 118760))
"""Various, Unknown Artist, No Artist: names for nobody in particular, so that sharing them connects nobody."""
NOT_ON_LABEL = "Not On Label"
"""How the names begin under which Discogs files what was on no label."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node that is there."""

    key: int
    name: str

    @property
    def kind(self) -> Kind:
        return parted(self.key)[0]

    @property
    def number(self) -> int:
        return parted(self.key)[1]

    @property
    def wire(self) -> NodeName:
        """As the wire has it."""
        return wire_name(self.kind, self.number, self.name)


def wire_name(kind: Kind, number: int, name: str) -> NodeName:
    """A node as the wire has it: genres, styles and formats go by their names alone."""
    return NodeName(kind.word, name if kind in TAGS else str(number), name)


def by_name(db: Database, kind: Kind, name: str) -> Node | None:
    """The node of exactly that name; of several the one with the lowest number (discogsography-contract.md section 9)."""
    row = db.row("SELECT key, name FROM node WHERE kind = ? AND name = ? ORDER BY key LIMIT 1", (int(kind), name))
    return None if row is None else Node(row[0], row[1])


def by_number(db: Database, kind: Kind, text: str) -> Node | None:
    """The node that Discogs numbers so; None also where ``text`` is no number, or the kind has none."""
    number = number_in(text)
    if number is None or number >= _LARGEST or kind in TAGS:
        return None
    row = db.row("SELECT key, name FROM node WHERE key = ?", (key_of(kind, number),))
    return None if row is None else Node(row[0], row[1])


def called(db: Database, kind: Kind, text: str) -> Node | None:
    """The node of that name, else the one of that number."""
    return by_name(db, kind, text) or by_number(db, kind, text)


def number_in(text: str) -> int | None:
    """The number that ``text`` is, written as Discogs writes it."""
    return int(text) if _NUMBER.fullmatch(text) else None


def names(db: Database, kind: Kind, numbers: Iterable[int]) -> dict[int, str]:
    """The names of those of these nodes that are there, by number."""
    keys = [key_of(kind, number) for number in numbers]
    found: dict[int, str] = {}
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        db.ahead("node", chunk)
        rows = db.rows(f"SELECT key, name FROM node WHERE key IN ({marks(chunk)})", chunk)
        found.update((parted(key)[1], name) for key, name in rows)
    return found


def wired(db: Database, kind: Kind, numbers: Iterable[int]) -> list[NodeName]:
    """Nodes as the wire has them, in order; one without a name goes by its number."""
    asked = list(numbers)
    known = names(db, kind, asked)
    return [wire_name(kind, each, known.get(each) or str(each)) for each in asked]
