"""Adding single releases to the graph: what came through the API finds its place in every list, as an import would put it.

Between two imports this is how the catalogue grows; where nothing was ever imported it is how it comes to be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.catalogue import index
from storage.catalogue.changes import NodeChange, carry_out
from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import TAGS, Kind, key_of, parted
from storage.catalogue.packed import pack_ids, unpack_ids
from storage.catalogue.tags import Tags
from storage.catalogue.words import name_tokens, release_tokens
from storage.instants import instant
from storage.values import Credit, ReleaseEntry

_CHUNK = 300


@dataclass(frozen=True, slots=True)
class _Links:
    """What a release is linked to; ``year`` is 0 if not known."""

    year: int = 0
    artists: frozenset[int] = frozenset()
    labels: frozenset[int] = frozenset()
    tags: frozenset[int] = frozenset()
    credits: frozenset[int] = frozenset()
    master: int | None = None


def apply(db: Database, entries: Sequence[ReleaseEntry], *, met_at: str | None = None) -> int:
    """File ``entries``, each in place of what was known of that release; how many said something new.

    To be called inside a writing transaction; a few milliseconds per release that is new, much less for one that is
    known already.
    """
    tags = Tags(db)
    latest = {entry.id: entry for entry in entries if entry.title or entry.artist}
    known = _known(db, list(latest))
    changes: defaultdict[int, NodeChange] = defaultdict(NodeChange)
    news = 0
    for entry in latest.values():
        row, before = known.get(entry.id, (None, _Links()))
        entry_row, after = _filed(db, tags, entry, row, before)
        if row is not None and before == after and row == entry_row:
            continue
        news += 1
        _name_nodes(db, entry)
        _note(changes, tags, entry.id, before, -1)
        _note(changes, tags, entry.id, after, 1)
        _keep(db, entry_row, entry.id, after, met_at or instant())
        if row is None or row[:2] != entry_row[:2]:
            index.add(db, Kind.RELEASE, entry.id, release_tokens(entry.artist, entry.title, entry_row[4], entry.year))
        index.add_numbers(db, entry)
    for key, change in sorted(changes.items()):
        carry_out(db, key, change)
    return news


_Row = tuple[Any, ...]
_COLUMNS = "title, artist, year, country, label, catno, format, master"


def _known(db: Database, ids: Sequence[int]) -> dict[int, tuple[_Row, _Links]]:
    """What is filed of these releases: their rows without the links, and the links."""
    found: dict[int, tuple[_Row, _Links]] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        statement = f"SELECT id, {_COLUMNS}, artists, labels, tags, credits FROM release WHERE id IN ({marks(chunk)})"
        for row in db.rows(statement, chunk):
            artists, labels, tags, credits = (frozenset(unpack_ids(blob)) for blob in row[9:])
            links = _Links(_year(db, row[3], row[8]), artists, labels, tags, credits, row[8])
            found[row[0]] = (tuple(row[1:9]), links)
    return found


def _year(db: Database, own: int | None, master: int | None) -> int:
    """A release's own year, else its master's (discogsography-contract.md section 9)."""
    if own or not master:
        return own or 0
    row = db.row("SELECT year FROM master WHERE id = ?", (master,))
    return 0 if row is None else row[0] or 0


def _filed(db: Database, tags: Tags, entry: ReleaseEntry, row: _Row | None, before: _Links) -> tuple[_Row, _Links]:
    """``entry`` as a row and as links; what it says nothing of is taken from what was known."""
    first = entry.labels[0] if entry.labels else None
    country = entry.country if entry.whole or row is None else row[3]
    filed = (
        entry.title,
        entry.artist,
        entry.year,
        country,
        first.name if first else None,
        (first.catno or None) if first else None,
        entry.format,
        entry.master_id,
    )
    numbers: list[int] = []
    for kind, names in zip(TAGS, (entry.genres, entry.styles, entry.formats), strict=True):
        numbers += tags.numbers(kind, names)
    artists = frozenset(credit.id for credit in entry.artists)
    credits = frozenset(credit.id for credit in entry.credits) if entry.whole else before.credits
    return filed, _Links(
        _year(db, entry.year, entry.master_id),
        artists,
        frozenset(label.id for label in entry.labels),
        frozenset(numbers),
        credits - artists,
        entry.master_id,
    )


def _name_nodes(db: Database, entry: ReleaseEntry) -> None:
    """Make the nodes that ``entry`` names and that are not there yet."""
    for credit in dict.fromkeys((*entry.artists, *entry.credits)):
        _make(db, Kind.ARTIST, credit)
    for label in entry.labels:
        _make(db, Kind.LABEL, Credit(label.id, label.name))
    if entry.master_id and _make(db, Kind.MASTER, Credit(entry.master_id, entry.title), entry.artist):
        db.do(
            "INSERT INTO master (id, artist, year, main_release) VALUES (?, ?, NULL, NULL) ON CONFLICT DO NOTHING",
            (entry.master_id, entry.artist),
        )


def _make(db: Database, kind: Kind, named: Credit, artist: str = "") -> bool:
    """Make a node unless there is one; whether there was none."""
    made = db.do(
        "INSERT INTO node (key, kind, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (key_of(kind, named.id), int(kind), named.name),
    )
    if made:
        if kind is Kind.MASTER:
            index.add(db, kind, named.id, release_tokens(artist, named.name))
        else:
            index.add(db, kind, named.id, name_tokens(named.name), named.name)
    return bool(made)


def _note(changes: defaultdict[int, NodeChange], tags: Tags, release: int, links: _Links, sign: int) -> None:
    """Write down what it means for every node that ``release`` has these links (1) or no longer has them (-1)."""
    kinds = {number: tags.kind(number) for number in links.tags}
    shared = {number for number, kind in kinds.items() if kind is not Kind.FORMAT}
    artists = [key_of(Kind.ARTIST, number) for number in links.artists]
    labels = [key_of(Kind.LABEL, number) for number in links.labels]
    masters = [key_of(Kind.MASTER, links.master)] if links.master else []
    words = [key_of(kinds[number], number) for number in shared]
    for key in (*artists, *labels, *masters, *words):
        change = changes[key]
        (change.come if sign > 0 else change.gone)[release] = links.year
        kind, own = parted(key)
        if kind is Kind.MASTER:
            continue
        counted = (
            (change.artists, links.artists if kind is not Kind.ARTIST else ()),
            (change.labels, links.labels if kind is not Kind.LABEL else ()),
            (change.tags, shared - {own} if kind in TAGS else links.tags),
        )
        for counts, others in counted:
            for other in others:
                counts[other] += sign
    for number in links.credits:
        change = changes[key_of(Kind.ARTIST, number)]
        (change.credited if sign > 0 else change.uncredited).add(release)


def _keep(db: Database, row: _Row, release: int, links: _Links, met_at: str) -> None:
    names = [*_COLUMNS.split(", "), "artists", "labels", "tags", "credits", "met_at"]
    taken = ", ".join(f"{name} = excluded.{name}" for name in names)
    packed = [pack_ids(sorted(ids)) for ids in (links.artists, links.labels, links.tags, links.credits)]
    db.do(
        f"INSERT INTO release (id, {', '.join(names)}) VALUES (?, {marks(names)}) ON CONFLICT (id) DO UPDATE SET {taken}",
        (release, *row, *packed, met_at),
    )
