"""How fast the record table is read: every operation of the shelf on libraries of growing size.

Run ``python -m benchmarks.shelf 10000 100000 1000000``. Builds an invented library of each size in a temporary
directory (two minutes per million), asks every question the table asks, prints p50 and p95 in milliseconds, the limit and
p95 as a part of it. Limits are for 1,000,000 records; exit code 1 if one is exceeded.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from benchmarks.bars import Bars
from storage import accounts
from storage.engine import open_storage
from storage.record_rows import to_row
from storage.shelf import Shelf, ShelfReader
from storage.values import Record, RecordPk, RecordQuery, ReleaseId, SortBy, UserId

PAGE = 128
_SYLLABLES = [
    "ka",
    "lo",
    "mi",
    "ren",
    "tas",
    "vo",
    "del",
    "ur",
    "sen",
    "pol",
    "gar",
    "ni",
    "be",
    "stra",
    "cho",
    "lum",
    "fe",
    "ro",
    "zan",
    "wi",
    "the",
    "dar",
    "kin",
    "of",
    "bla",
    "qu",
    "jo",
    "ex",
]
_GENRES = ("Electronic", "Rock", "Jazz", "Funk / Soul", "Pop", "Classical", "Hip Hop", "Reggae", "Latin", "Blues")
_STYLES = tuple(f"Style {number}" for number in range(200))
_SIZES = ('12"', '12"', '12"', '7"', '10"', None)
_COLORS = (None, None, None, "Blue Vinyl", "Red Vinyl", "Clear Vinyl", "Splatter")
_FOLDERS = ("Uncategorized", "Uncategorized", "Wall", "Box 1", "Box 2", "To sell")


def records(size: int, user_id: UserId) -> Iterator[Record]:
    """``size`` invented records, skewed as collections are: few words, artists and labels are very common."""
    chance = random.Random(2)
    vocabulary = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(30_000)]
    weights = [1 / (place + 3) for place in range(len(vocabulary))]
    words = iter(chance.choices(vocabulary, weights, k=size * 4))
    artists = [" ".join(chance.choices(vocabulary, weights, k=2)).title() for _ in range(max(50, size // 8))]
    labels = [" ".join(chance.choices(vocabulary, k=2)).title() for _ in range(max(20, size // 40))]
    for number in range(size):
        day = f"20{chance.randint(5, 25):02}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        added = f"{day}T{number % 24:02}:00:00.000000+00:00"
        yield Record(
            artist_name="Various" if chance.random() < 0.06 else artists[int(len(artists) * chance.random() ** 2)],
            album_title=" ".join(islice(words, chance.randint(1, 4))).title() or "Untitled",
            year_released=None if chance.random() < 0.04 else int(chance.triangular(1950, 2025, 1985)),
            label_name=labels[int(len(labels) * chance.random() ** 2)],
            catalog_number=f"{chance.choice(_SYLLABLES).upper()} {chance.randint(1, 9999)}",
            discogs_id=ReleaseId(number + 1),
            thumbnail_url=f"https://i.example/{number}-150.jpeg",
            cover_image_url=f"https://i.example/{number}-600.jpeg",
            genres=(chance.choices(_GENRES, [10, 9, 5, 4, 4, 3, 2, 2, 1, 1])[0],),
            styles=(chance.choice(_STYLES), chance.choice(_STYLES)),
            record_size=chance.choice(_SIZES),
            vinyl_color=chance.choice(_COLORS),
            is_picture_disc=chance.random() < 0.01,
            record_id=f"00000000-0000-4000-8000-{number:012x}",
            user_id=user_id,
            is_synced=chance.random() < 0.98,
            data_source="discogs",
            copies=1,
            folder_name=chance.choice(_FOLDERS),
            rating=chance.choices((0, 1, 2, 3, 4, 5), [60, 1, 3, 10, 16, 10])[0],
            date_added=added,
            created_at=added,
            updated_at=added,
        )


async def build(folder: Path, size: int) -> tuple[str, UserId]:
    """A library of ``size`` records in ``folder``; its address and owner."""
    url = f"sqlite:///{folder / 'library.db'}"
    async with open_storage(url, f"sqlite:///{folder / 'catalogue.db'}") as storage, storage.write() as conn:
        owner = await accounts.ensure_owner(conn)
    # The bulk load that no running program does: straight to the file, the search index built in one go.
    connection = sqlite3.connect(folder / "library.db")
    connection.execute("PRAGMA synchronous=OFF")
    later = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'record' AND type <> 'table' AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _ in later:
        connection.execute(f"DROP {kind} {name}")
    stored = (to_row(record) for record in records(size, owner.id))
    while chunk := list(islice(stored, 10_000)):
        names = list(chunk[0])
        connection.executemany(
            f"INSERT INTO record ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})", chunk
        )
    connection.execute("INSERT INTO record_fts (record_fts) VALUES ('rebuild')")
    for _, _, statement in later:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return url, owner.id


@dataclass
class Row:
    """One line of the table: milliseconds."""

    name: str
    p50: float
    p95: float
    limit: float


def measure(name: str, limit: float, ask: Callable[[], object], times: int = 30) -> Row:
    """Time ``ask``; ``limit`` is milliseconds."""
    spent: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - begun) * 1000)
    return Row(name, median(spent), quantiles(spent, n=20)[-1] if len(spent) > 1 else spent[0], limit)


def filters() -> dict[str, RecordQuery]:
    """Broad, middling, narrow and empty questions."""
    return {
        "one letter": RecordQuery(text="k"),
        "broad word": RecordQuery(text="ka"),
        "common artist": RecordQuery(text="various"),
        "two words": RecordQuery(text="ka lo"),
        "narrow word": RecordQuery(text="zanwigar"),
        "nothing": RecordQuery(text="xyzzy"),
        "genre": RecordQuery(genres=("Rock",)),
        "style": RecordQuery(styles=("Style 7",)),
        "decade": RecordQuery(decades=(1980,)),
        "late decade": RecordQuery(decades=(2020,)),
        "size": RecordQuery(sizes=('7"',)),
        "folder": RecordQuery(folders=("Wall", "Box 1")),
        "rating": RecordQuery(ratings=(5,)),
        "rare rating": RecordQuery(ratings=(1,)),
        "shaped": RecordQuery(shaped=True),
        "unsynced": RecordQuery(synced=False),
        "rock sevens of the 1970s": RecordQuery(genres=("Rock",), sizes=('7"',), decades=(1970,)),
        "word in a genre": RecordQuery(text="ka", genres=("Jazz",)),
    }


def questions(reader: ShelfReader, url: str, user_id: UserId) -> Iterator[Row]:
    """Every operation, cold orders first, then again with the order known."""
    from dataclasses import replace

    def opening() -> None:
        shelf = Shelf.open(url)
        assert shelf is not None
        shelf.submit(lambda fresh: fresh.first(fresh.user() or user_id, RecordQuery(), 40)).result()
        shelf.close()

    yield measure("open, owner, first page", 10, opening)
    for sort in SortBy:
        for descending in (False, True):
            query = RecordQuery(sort_by=sort, descending=descending)
            name = f"first by {sort}{' down' * descending}"
            yield measure(name, 300, lambda query=query: reader.first(user_id, query, PAGE), 10)
    yield measure("count of all", 60, lambda: reader.count(user_id, RecordQuery()), 10)
    for known in ("", ", order known"):
        for sort in (SortBy.ARTIST, SortBy.ADDED, SortBy.YEAR):
            if known:
                reader.order(user_id, RecordQuery(sort_by=sort))
            for name, query in filters().items():
                sorted_query = replace(query, sort_by=sort)
                ask = lambda query=sorted_query: reader.first(user_id, query, PAGE)  # noqa: E731
                yield measure(f"first of {name} by {sort}{known}", 40, ask, 10)
    for name, query in filters().items():
        yield measure(f"count of {name}", 40, lambda query=query: reader.count(user_id, query), 10)
    order = reader.order(user_id, RecordQuery())
    chance = random.Random(3)
    windows = [order[start : start + PAGE] for start in (chance.randrange(max(1, len(order))) for _ in range(200))]
    ways = iter(windows)
    yield measure("rows of 128 keys", 2, lambda: reader.rows([RecordPk(pk) for pk in next(ways)]), 200)
    for sort in (SortBy.ARTIST, SortBy.YEAR, SortBy.ADDED):
        query = RecordQuery(sort_by=sort)
        yield measure(f"order by {sort}", 1500, lambda query=query: reader.order(user_id, query), 3)
        yield measure(f"letters by {sort}", 1500, lambda query=query: reader.letters(user_id, query), 3)
    for name in ("one letter", "common artist", "genre", "style"):
        yield measure(f"order of {name}", 1500, lambda name=name: reader.order(user_id, filters()[name]), 3)


def main(sizes: list[int]) -> int:
    """Print the table for each size; 1 if a limit is exceeded."""
    bars = Bars("reads behind the table")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            url, user_id = asyncio.run(build(Path(folder), size))
            print(f"\n{size:,} records, built in {time.perf_counter() - begun:.0f} s,", end=" ")
            print(f"{(Path(folder) / 'library.db').stat().st_size / size:.0f} bytes each")
            shelf = Shelf.open(url)
            assert shelf is not None
            rows = shelf.submit(lambda reader: list(questions(reader, url, user_id))).result()  # noqa: B023
            shelf.close()
            for row in rows:
                bars.show(f"{size:,} records, {row.name}, p95", row.p95, row.limit, "ms", note=f"p50 {row.p50:.2f}")
    return bars.end()


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]] or [10_000, 100_000]))
