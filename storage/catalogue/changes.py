"""What happens to the lists of one node when releases come to it, leave it or change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from storage.catalogue.database import Database
from storage.catalogue.kinds import TAGS, Kind, key_of, parted
from storage.catalogue.lists import List
from storage.catalogue.packed import Entries, pack, pack_ids, unpack, unpack_ids
from storage.catalogue.revision import Order, Revision, most, newest


@dataclass(slots=True)
class NodeChange:
    """What happens to one node: releases that go and come with their years, and by how much each count changes."""

    gone: dict[int, int] = field(default_factory=dict[int, int])
    come: dict[int, int] = field(default_factory=dict[int, int])
    artists: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    labels: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    tags: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    uncredited: set[int] = field(default_factory=set[int])
    credited: set[int] = field(default_factory=set[int])


def carry_out(db: Database, key: int, change: NodeChange) -> None:
    """Bring the lists of the node ``key`` up to date; nothing if there is no such node."""
    row = db.row("SELECT releases, artists, labels, tags, credits, years FROM node WHERE key = ?", (key,))
    if row is None:
        return
    kind, _ = parted(key)
    releases = Revision(db, key, List.RELEASES, row[0], newest)
    for release, year in change.gone.items():
        if change.come.get(release) != year:
            releases.remove(release, year)
    for release, year in change.come.items():
        if change.gone.get(release) != year:
            releases.put(release, year, year)
    kept = releases.stored()
    by_name = kind in TAGS
    artists = _recount(db, key, List.ARTISTS, row[1], change.artists, _by_name(db) if by_name else most)
    labels = _recount(db, key, List.LABELS, row[2], change.labels, most)
    values = (
        kept,
        artists,
        labels,
        _recount(db, key, None, row[3], change.tags, most),
        _credits(row[4], change),
        _years(releases, kept, row[5], change),
        key,
    )
    db.do(
        "UPDATE node SET releases = ?, artists = ?, labels = ?, tags = ?, credits = ?, years = ? WHERE key = ?", values
    )


def _recount(
    db: Database, key: int, which: List | None, stored: bytes | None, counts: dict[int, int], order: Order
) -> bytes | None:
    """A list of counts with each count changed. ``which`` None: a list that is never cut."""
    changed = {number: by for number, by in counts.items() if by}
    if not changed:
        return stored
    if which is None:
        entries = unpack(stored)
        assert isinstance(entries, Entries)
        now = dict(zip(entries.ids, entries.marks, strict=True))
        for number, by in changed.items():
            now[number] = now.get(number, 0) + by
        kept = sorted(((number, count) for number, count in now.items() if count > 0), key=lambda e: order(*e))
        return pack(Entries([number for number, _ in kept], [count for _, count in kept])) if kept else None
    revision = Revision(db, key, which, stored, order)
    for number, by in changed.items():
        before = revision.mark_of(number)
        count = (before or 0) + by
        if count > 0:
            revision.put(number, count, before)
        else:
            revision.remove(number, before)
    return revision.stored()


def _by_name(db: Database) -> Order:
    """The order of artists by name, then by id."""
    names: dict[int, str] = {}

    def order(number: int, _count: int) -> Any:
        if number not in names:
            row = db.row("SELECT name FROM node WHERE key = ?", (key_of(Kind.ARTIST, number),))
            names[number] = "" if row is None else row[0]
        return (names[number], number)

    return order


def _credits(stored: bytes | None, change: NodeChange) -> bytes | None:
    if not change.credited and not change.uncredited:
        return stored
    return pack_ids(sorted((set(unpack_ids(stored)) - change.uncredited) | change.credited))


def _years(releases: Revision, kept: bytes | None, stored: bytes | None, change: NodeChange) -> bytes | None:
    """The releases of a node by year, kept only where their list is cut."""
    if not kept or kept[:1] != b"D":
        return None
    counts: defaultdict[int, int] = defaultdict(int)
    if releases.was_cut and stored:
        entries = unpack(stored)
        assert isinstance(entries, Entries)
        counts.update(zip(entries.ids, entries.marks, strict=True))
        _add_years(counts, change.come.values(), 1)
        _add_years(counts, change.gone.values(), -1)
    else:
        _add_years(counts, releases.everything().marks, 1)
    years = sorted((year, count) for year, count in counts.items() if year and count > 0)
    return pack(Entries([year for year, _ in years], [count for _, count in years])) if years else None


def _add_years(counts: defaultdict[int, int], years: Iterable[int], sign: int) -> None:
    for year in years:
        counts[year] += sign
