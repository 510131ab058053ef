"""What is carried over from the live catalogue because no dump tells it anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.catalogue.dumps.files import DumpKind
from services.catalogue.dumps.filing import Filing
from services.catalogue.dumps.notes import MENTIONED, TOLD, Notes
from services.catalogue.dumps.others import Master
from services.catalogue.dumps.releases import Label, Release
from storage.catalogue.database import Database
from storage.catalogue.kinds import TAGS, Kind, Relation, key_of, parted
from storage.catalogue.packed import unpack_ids

_PAGE = 5000


def carry(live: Database, kind: DumpKind, notes: Notes, filing: Filing) -> None:
    """Note what the live catalogue knows of one kind, as if a dump had told it."""
    if kind is DumpKind.RELEASES:
        _carry_releases(live, notes, filing)
    elif kind is DumpKind.MASTERS:
        _carry_masters(live, notes, TOLD)
    else:
        _carry_names(live, Kind.ARTIST if kind is DumpKind.ARTISTS else Kind.LABEL, notes, TOLD)
        _carry_kinships(live, Kind.ARTIST if kind is DumpKind.ARTISTS else Kind.LABEL, notes)


def _carry_names(live: Database, kind: Kind, notes: Notes, source: int) -> None:
    for key, name in _pages(live, f"SELECT key, name FROM node WHERE kind = {int(kind)} AND key > ? ORDER BY key"):
        _, number = parted(key)
        if source == TOLD or notes.is_new(kind, number):
            notes.name(kind, number, name, source)


def _carry_kinships(live: Database, kind: Kind, notes: Notes) -> None:
    relations = (Relation.PARENT, Relation.SUBLABEL) if kind is Kind.LABEL else tuple(Relation)[:3]
    for relation in relations:
        select = (
            "SELECT key, other FROM kinship WHERE relation = ? AND (key, other) > (?, ?) ORDER BY key, other LIMIT ?"
        )
        last = (-1, -1)
        while rows := live.rows(select, (int(relation), *last, _PAGE)):
            for key, other in rows:
                notes.kinship(kind, parted(key)[1], relation, other)
            last = tuple(rows[-1])


def _carry_masters(live: Database, notes: Notes, source: int) -> None:
    join = f"JOIN node ON node.key = master.id * 8 + {key_of(Kind.MASTER, 0)}"
    select = f"SELECT id, name, artist, year, main_release FROM master {join} WHERE id > ? ORDER BY id"
    for row in _pages(live, select):
        if source == TOLD or notes.is_new(Kind.MASTER, row[0]):
            notes.master(Master(*row), source)


def _carry_releases(live: Database, notes: Notes, filing: Filing) -> None:
    """Releases with the names of whatever they link, where no dump of this import told them."""
    _carry_names(live, Kind.ARTIST, notes, MENTIONED)
    _carry_names(live, Kind.LABEL, notes, MENTIONED)
    _carry_masters(live, notes, MENTIONED)
    words = live.rows(f"SELECT key, name FROM node WHERE kind IN ({', '.join(str(int(kind)) for kind in TAGS)})")
    tags = {parted(key)[1]: (parted(key)[0], str(name)) for key, name in words}
    filing.number_tags({tag: number for number, tag in tags.items()})
    select = (
        "SELECT id, title, artist, year, country, format, master, artists, credits, labels, tags, label, catno, met_at"
        " FROM release WHERE id > ? ORDER BY id"
    )
    for row in _pages(live, select):
        lists = [tuple(unpack_ids(stored)) for stored in row[7:11]]
        labels = Label(0, row[11] or "", row[12] or ""), *(Label(number, "", "") for number in lists[2])
        release = Release(
            *row[:6],
            master=row[6] or 0,
            is_main=False,
            artists=lists[0],
            credits=lists[1],
            labels=labels if row[11] else labels[1:],
            tags=tuple(tags[number] for number in lists[3] if number in tags),
            barcodes=(),
        )
        filing.add(release, met_at=row[13])


def _pages(live: Database, select: str) -> Iterator[tuple[Any, ...]]:
    """All rows of a query whose only value is the key that its rows go beyond, and which comes first in them."""
    last = -1
    while rows := live.rows(f"{select} LIMIT {_PAGE}", (last,)):
        yield from rows
        last = rows[-1][0]
