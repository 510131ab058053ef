"""What the benchmark of the catalogue asks: drawn from the catalogue itself, the same for the same catalogue."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from services.runtime import Runtime
from storage import copies, records
from storage.catalogue.database import SqliteDatabase
from storage.catalogue.explore import expand, explore
from storage.catalogue.kinds import Kind
from storage.catalogue.packed import length
from storage.fold import words
from storage.holdings import holdings
from storage.values import InstanceId, NewCopy, NewRecord, RecordFacts, ReleaseId

HEAVY = (Kind.GENRE, Kind.STYLE, Kind.ARTIST, Kind.LABEL)


class Typed(NamedTuple):
    """What is typed, and the release it is about."""

    text: str
    answer: int


class HeavyNode(NamedTuple):
    """One of the nodes with most releases of its kind."""

    kind: str
    name: str
    releases: int


class Page(NamedTuple):
    """A page of a long list."""

    kind: str
    name: str
    category: str
    offset: int
    total: int


@dataclass
class Sample:
    """What is asked."""

    beginnings: list[tuple[str, str]]
    titles: list[Typed]
    numbers: list[Typed]
    barcodes: list[Typed]
    heavy: list[HeavyNode]
    pages: list[Page]
    pairs: list[tuple[str, str]]
    owned: set[int] = field(default_factory=set[int])


def draw(file: Path, times: int) -> Sample:
    """``times`` questions of each kind."""
    chance = random.Random(7)
    db = SqliteDatabase(file, reading=True)
    try:
        releases = _releases(db, chance, times * 3)
        heavy = _heavy(db)
        return Sample(
            beginnings=_beginnings(db, chance, times),
            titles=[_typed(chance, *release) for release in releases][:times],
            numbers=_numbers(db, chance, times, barcodes=False),
            barcodes=_numbers(db, chance, times, barcodes=True),
            heavy=[chance.choice(heavy) for _ in range(times)],
            pages=_pages(db, chance, heavy, times),
            pairs=_pairs(db, chance, times),
        )
    finally:
        db.close()


def _releases(db: SqliteDatabase, chance: random.Random, count: int) -> list[tuple[int, str, str]]:
    last = db.rows("SELECT max(id) FROM release")[0][0]
    found: list[tuple[int, str, str]] = []
    while len(found) < count:
        row = db.row("SELECT id, artist, title FROM release WHERE id >= ? LIMIT 1", (chance.randint(1, last),))
        if row and words(row[1]) and words(row[2]):
            found.append(row)
    return found


def _typed(chance: random.Random, release: int, artist: str, title: str) -> Typed:
    """Some words of artist and title in any order, the last cut short to two letters or more."""
    known = [word for word in words(f"{artist} {title}") if not word.isdigit()] or ["the"]
    chosen = chance.sample(known, min(len(known), chance.randint(1, 3)))
    chosen[-1] = chosen[-1][: max(2, chance.randint(2, 9))]
    return Typed(" ".join(word for word in chosen if "ð" not in word) or title, release)


def _beginnings(db: SqliteDatabase, chance: random.Random, count: int) -> list[tuple[str, str]]:
    """Beginnings of names of artists and labels, most of them well known."""
    found: list[tuple[str, str]] = []
    highest = {kind: db.rows("SELECT max(rank) FROM ranking WHERE kind = ?", (int(kind),))[0][0] for kind in HEAVY[2:]}
    while len(found) < count:
        kind = chance.choice(HEAVY[2:])
        rank = int(highest[kind] ** chance.random()) + 1
        row = db.row(
            "SELECT node.name FROM ranking JOIN node ON key = ranking.id << 3 | ranking.kind WHERE ranking.kind = ? AND rank = ?",
            (int(kind), rank),
        )
        known = [word for word in words(row[0]) if "ð" not in word] if row else []
        if known and len(known[0]) > 1:
            found.append((kind.word, known[0][: chance.randint(2, 8)]))
    return found


def _numbers(db: SqliteDatabase, chance: random.Random, count: int, *, barcodes: bool) -> list[Typed]:
    where = "spelt >= '=' AND spelt < '>'" if barcodes else "spelt >= 'a' AND spelt < 'z'"
    rows = db.rows(f"SELECT spelt, release_id FROM number WHERE {where} AND length(spelt) > 5 LIMIT 400000")
    wanted = [row for row in rows if (12 <= len(row[0]) <= 14 if barcodes else any(c.isdigit() for c in row[0]))]
    chosen = chance.sample(wanted, count)
    if barcodes:
        return [Typed(f"0{spelt[1:]}" if chance.random() < 0.5 else spelt[1:], release) for spelt, release in chosen]
    return [Typed(f"{spelt[:3].upper()} {spelt[3:]}", release) for spelt, release in chosen]


def _heavy(db: SqliteDatabase) -> list[HeavyNode]:
    """The two nodes of each kind that have most releases."""
    found: list[HeavyNode] = []
    for kind in HEAVY:
        rows = db.rows(
            "SELECT name, releases FROM node WHERE kind = ? AND releases IS NOT NULL ORDER BY length(releases) DESC LIMIT 400",
            (int(kind),),
        )
        sized = sorted(((length(blob), name) for name, blob in rows), reverse=True)[:2]
        found += [HeavyNode(kind.word, name, size) for size, name in sized]
    return found


def _pages(db: SqliteDatabase, chance: random.Random, heavy: list[HeavyNode], count: int) -> list[Page]:
    found: list[Page] = []
    while len(found) < count:
        node = chance.choice(heavy)
        explored = explore(db, Kind[node.kind.upper()], node.name)
        assert explored is not None
        category = chance.choice([each for each in explored.categories if each.count])
        offset = chance.randrange(category.count)
        page = expand(db, Kind[node.kind.upper()], node.name, category.category, limit=1, offset=0)
        assert page.total == category.count, (node, category)
        found.append(Page(node.kind, node.name, category.category, offset, category.count))
    return found


def _pairs(db: SqliteDatabase, chance: random.Random, count: int) -> list[tuple[str, str]]:
    last = db.rows("SELECT max(key) FROM node WHERE kind = 0")[0][0]
    names: list[str] = []
    while len(names) < 2 * count:
        key = chance.randrange(last) >> 3 << 3
        row = db.row("SELECT name FROM node WHERE key >= ? AND kind = 0 AND releases IS NOT NULL LIMIT 1", (key,))
        names += [row[0]] if row else []
    return list(zip(names[:count], names[count:], strict=True))


async def own(runtime: Runtime, sample: Sample, count: int) -> None:
    """Give the owner copies of ``count`` releases, by artists of all sizes, unless an earlier run did."""
    async with runtime.storage.read() as conn:
        held = await holdings(conn, runtime.owner.id)
    if held.copies:
        sample.owned = set(held.copies)
        return
    rows = await runtime.storage.catalogue.read(
        lambda db: db.rows("SELECT id, artist, title FROM release WHERE id % 53 = 1 ORDER BY id LIMIT ?", (count,))
    )
    facts = [
        NewRecord(RecordFacts(artist or "?", title or "?", discogs_id=ReleaseId(i)), "discogs")
        for i, artist, title in rows
    ]
    async with runtime.storage.write() as conn:
        pks = await records.add_many(conn, runtime.owner.id, facts)
        await copies.upsert_many(
            conn,
            runtime.owner.id,
            [
                NewCopy(InstanceId(number), pk, ReleaseId(row[0]), 1, "2024-01-01T00:00:00.000000+00:00")
                for number, (pk, row) in enumerate(zip(pks, rows, strict=True), 1)
            ],
            seen_pass=None,
        )
    sample.owned = {row[0] for row in rows}
