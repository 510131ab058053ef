"""Releases as lists and chains show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import Kind
from storage.catalogue.nodes import number_in, wire_name
from storage.catalogue.packed import Entries
from storage.values import Child

CHUNK = 500
"""Releases that one statement asks for."""
_LARGEST = (1 << 63) - 1
_GONE = ("", None, None, None, None)
Row = tuple[Any, ...]


def rows_of(db: Database, columns: str, ids: Sequence[int]) -> Iterable[Row]:
    """``id`` and ``columns`` of those of these releases that are there, chunk by chunk, in no order."""
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        db.ahead("release", chunk)
        yield from db.rows(f"SELECT id, {columns} FROM release WHERE id IN ({marks(chunk)})", chunk)


def shown(db: Database, entries: Entries) -> tuple[Child, ...]:
    """The releases of a part of a list, in its order; its marks are their years."""
    found = {row[0]: row[1:] for row in rows_of(db, "title, artist, label, catno, format", entries.ids)}
    children: list[Child] = []
    for release, year in zip(entries.ids, entries.marks, strict=True):
        title, artist, label, catno, form = found.get(release, _GONE)
        node = wire_name(Kind.RELEASE, release, title)
        children.append(Child(node, year or None, artist=artist, label=label, catno=catno, format=form))
    return tuple(children)


def years(db: Database, dated: Iterable[tuple[int, int | None, int | None]]) -> dict[int, int]:
    """The years of releases given as (id, own year, master): their own, else their master's, else 0
    (discogsography-contract.md section 9).
    """
    known = list(dated)
    masters = sorted({master for _, own, master in known if not own and master})
    of_master: dict[int, int] = {}
    for start in range(0, len(masters), CHUNK):
        chunk = masters[start : start + CHUNK]
        of_master.update(db.rows(f"SELECT id, coalesce(year, 0) FROM master WHERE id IN ({marks(chunk)})", chunk))
    return {release: own or of_master.get(master or 0, 0) for release, own, master in known}


def called(db: Database, text: str) -> int | None:
    """The release of that number, else the one of exactly that title; of several the lowest number."""
    number = number_in(text)
    row = None
    if number is not None and number <= _LARGEST:
        row = db.row("SELECT id FROM release WHERE id = ?", (number,))
    row = row or db.row("SELECT id FROM release WHERE title = ? ORDER BY id LIMIT 1", (text,))
    return None if row is None else row[0]
