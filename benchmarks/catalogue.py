"""How fast the catalogue answers, in storage and through REST, cold and warm, each answer checked before its time counts.

Run ``python -m benchmarks.catalogue DUMPS`` with a folder of Discogs dumps, or with ``--data-dir DIR`` on a catalogue that
is there already. Imports the dumps into a temporary directory, gives its owner 5,000 of the releases, serves it in another
process, and asks every question 200 times with other words each time, cold and warm, in three rounds with a program started
anew. Of the three times of a question the middle one counts, so that a moment which the machine spent elsewhere does not.
Prints the 95th percentile of all 200 in milliseconds, the limit and the part of it; exit code 1 if one is exceeded. The limits
are for 1,000,000 releases. Times in storage are those of the services, a hop into another thread and back included; REST goes
through the owner's socket, where no rate limit holds it up.

Cold is a program that runs, on a machine that has kept nothing of the file: before each single question the whole file of
the catalogue is thrown out of the system's cache. What the program itself remembers stays, as it would: of each connection
the 16 MB of pages that SQLite used last. Beside the times of the cold questions stands how much they read from the disk,
which is the same however busy the machine is.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, cast
from urllib.parse import quote

import httpx
import structlog

from benchmarks.bars import Bars
from benchmarks.catalogue_sample import Sample, draw, own
from services.catalogue.dumps.service import Dumps
from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage.catalogue import generation
from storage.catalogue.loading import PAGE
from storage.fold import words

TIMES = 200
ROUNDS = 3
OWNED = 5_000
Check = Callable[[Any], bool]


@dataclass(frozen=True)
class Question:
    """Something that is asked many times: by a service, and over REST where there is a path for it.

    ``limit`` and ``over_rest`` are milliseconds for the 95th percentile.
    """

    name: str
    limit: float
    over_rest: float
    ask: Callable[[Runtime, Any], Awaitable[Any]]
    path: Callable[[Any], str] | None
    values: Sequence[Any]
    check: Callable[[Any, Any], bool]
    """Of what was asked and what came, from the service or as JSON."""


def questions(sample: Sample) -> list[Question]:
    """All that is asked, with values drawn from the catalogue itself."""
    return [
        Question(
            "autocomplete, 2 letters on",
            2,
            10,
            lambda runtime, q: runtime.search.autocomplete(q[1], q[0]),
            lambda q: f"/api/autocomplete?type={q[0]}&q={quote(q[1])}",
            sample.beginnings,
            lambda q, found: bool(found) and all(_completes(q[1], name) for name in _names(found)),
        ),
        Question(
            "artist + title, any order",
            2,
            10,
            lambda runtime, q: runtime.search.find(q.text, limit=20),
            None,
            sample.titles,
            lambda q, found: bool(found.hits) and all(_says(q.text, hit) for hit in found.hits),
        ),
        Question(
            "catalogue number",
            1,
            10,
            lambda runtime, q: runtime.search.find(q.text, limit=20),
            None,
            sample.numbers,
            lambda q, found: q.answer in [hit.id for hit in found.hits] or found.more,
        ),
        Question(
            "barcode",
            1,
            10,
            lambda runtime, q: runtime.search.find(q.text, limit=20),
            None,
            sample.barcodes,
            lambda q, found: q.answer in [hit.id for hit in found.hits] or found.more,
        ),
        Question(
            "explore, the heaviest",
            5,
            15,
            lambda runtime, q: runtime.graph.explore(q.kind, q.name),
            lambda q: f"/api/explore?type={q.kind}&name={quote(q.name)}",
            sample.heavy,
            lambda q, found: _counts(found).get("releases") == q.releases,
        ),
        Question(
            "expand, any page of the heaviest",
            5,
            15,
            lambda runtime, q: runtime.graph.expand(q.kind, q.name, q.category, limit=50, offset=q.offset),
            lambda q: f"/api/expand?type={q.kind}&node_id={quote(q.name)}&category={q.category}&offset={q.offset}",
            sample.pages,
            lambda q, found: len(_children(found)) == min(50, q.total - q.offset),
        ),
        Question(
            "trends of the heaviest",
            5,
            15,
            lambda runtime, q: runtime.graph.trends(q.kind, q.name),
            lambda q: f"/api/trends?type={q.kind}&name={quote(q.name)}",
            sample.heavy,
            lambda q, found: 0 < sum(_year_counts(found)) <= q.releases,
        ),
        Question(
            "recommendations, 5,000 owned",
            1000,
            1000,
            lambda runtime, q: runtime.recommendations.best(runtime.owner.id, limit=20),
            lambda q: "/api/user/recommendations?limit=20",
            [None] * 20,
            lambda q, found: not sample.owned & set(_recommended(found)) and len(_recommended(found)) == 20,
        ),
        Question(
            "path of depth 6",
            1000,
            1000,
            lambda runtime, q: runtime.graph.path(q[0], q[1], depth=6, seconds=0.9),
            lambda q: f"/api/explore/path?from={quote(q[0])}&to={quote(q[1])}&depth=6&seconds=0.9",
            sample.pairs,
            lambda q, found: found is not None,
        ),
    ]


def _completes(q: str, name: str) -> bool:
    begun = words(name)
    joined = "".join(begun)
    return all(any(word.startswith(typed) for word in begun) or typed in joined for typed in words(q))


def _says(text: str, hit: Any) -> bool:
    line = f"{hit.artist} {hit.title} {hit.label} {hit.year}"
    said = words(line) + ["and"] * ("&" in line or "+" in line)
    joined = "".join(said)
    return all(any(word.startswith(typed) for word in said) or typed in joined for typed in words(text))


def _rows(found: Any, name: str) -> list[Any] | None:
    """What a JSON answer lists under ``name``; None for what a service answered."""
    return cast("dict[str, list[Any]]", found)[name] if isinstance(found, dict) else None


def _names(found: Any) -> list[str]:
    rows = _rows(found, "results")
    return [each.node.name for each in found] if rows is None else [each["name"] for each in rows]


def _counts(found: Any) -> dict[str, int]:
    rows = _rows(found, "categories")
    if rows is None:
        return {each.category: each.count for each in found.categories}
    return {each["category"]: each["count"] for each in rows}


def _children(found: Any) -> Sequence[Any]:
    rows = _rows(found, "children")
    return found.children if rows is None else rows


def _year_counts(found: Any) -> list[int]:
    rows = _rows(found, "data")
    return [count for _, count in found] if rows is None else [each["count"] for each in rows]


def _recommended(found: Any) -> list[int]:
    rows = _rows(found, "recommendations")
    return [each.release_id for each in found.releases] if rows is None else [int(each["id"]) for each in rows]


Before = Callable[[], None]
"""What is done before each question."""


async def in_storage(runtime: Runtime, question: Question, before: Before) -> tuple[list[float], list[float]]:
    """Milliseconds that each answer took, and pages of the file that were read from the disk for it."""
    spent: list[float] = []
    read: list[float] = []
    for value in question.values:
        before()
        from_disk, begun = disk(), time.perf_counter()
        found = await question.ask(runtime, value)
        spent.append((time.perf_counter() - begun) * 1000)
        read.append((disk() - from_disk) / PAGE)
        if not question.check(value, found):
            raise SystemExit(f"{question.name}: wrong answer for {value!r}: {found!r}"[:600])
    return spent, read


def settled(rounds: Sequence[Sequence[float]]) -> float:
    """The 95th percentile of questions that were asked in several rounds; of each the middle time counts."""
    return quantiles(map(median, zip(*rounds, strict=True)), n=20)[-1]


def disk() -> int:
    """Bytes that this process has had read from a disk."""
    told = Path("/proc/self/io").read_text().split("read_bytes: ")[1]
    return int(told.split()[0])


async def through_rest(client: httpx.AsyncClient, question: Question, before: Before) -> list[float]:
    """The same over HTTP, without the pages; empty for what has no route."""
    spent: list[float] = []
    path = question.path
    if path is None:
        return spent
    for value in question.values:
        before()
        begun = time.perf_counter()
        answer = await client.get(path(value))
        spent.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200 or not question.check(value, answer.json()):
            raise SystemExit(f"{question.name}: wrong answer for {value!r}: {answer.text[:400]}")
    return spent


@contextmanager
def chilling(file: Path) -> Generator[Before]:
    """What throws the catalogue out of the system's cache. The file stays open: closing it would end SQLite's locks on it."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        yield lambda: os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


@asynccontextmanager
async def serving(data_dir: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """The program's own daemon in another process, through the owner's socket."""
    places = locate(data_dir)
    environment = {**os.environ, "LOCKGROOVE_DATA_DIR": str(data_dir), "LOCKGROOVE_PORT": "0"}
    environment |= {"LOCKGROOVE_HEALTH_PORT": "0", "SYNC_SCHEDULE": "off", "LOG_LEVEL": "ERROR"}
    daemon = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui.main", "serve", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        transport = httpx.AsyncHTTPTransport(uds=str(places.socket))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=20) as client:
            for _ in range(200):
                try:
                    await client.get("/health")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
            yield client
    finally:
        daemon.terminate()
        await daemon.wait()


async def measure(data_dir: Path) -> int:
    """Ask everything; the exit status."""
    places = locate(data_dir)
    settings = load_settings(places)
    async with open_runtime(settings, places, work=False) as runtime:
        live = runtime.storage.catalogue.address.file
        assert live is not None
        file = generation.live(live)
        sizes(file)
        sample = draw(file, TIMES)
        await own(runtime, sample, OWNED)
    asked = questions(sample)
    bars = Bars("catalogue")
    with chilling(file) as chill:
        for temperature, before in (("cold", chill), ("warm", lambda: None)):
            is_cold = temperature == "cold"
            over_rest: list[list[list[float]]] = []
            stored: list[list[tuple[list[float], list[float]]]] = []
            for _ in range(ROUNDS):
                async with serving(data_dir) as client:
                    over_rest.append([await through_rest(client, question, before) for question in asked])
                async with open_runtime(settings, places, work=False) as runtime:
                    if not is_cold:
                        for question in asked:
                            await in_storage(runtime, question, before)
                    stored.append([await in_storage(runtime, question, before) for question in asked])
            for at, question in enumerate(asked):
                pages = sorted(page for each in stored for page in each[at][1])
                read = f"{median(pages):.0f} pages of the file from the disk, p95 {quantiles(pages, n=20)[-1]:.0f}"
                spent = settled([each[at][0] for each in stored])
                note = read if is_cold else ""
                bars.show(f"{question.name}, {temperature}, p95", spent, question.limit, "ms", note=note)
                if question.path is not None:
                    bars.show("... over REST", settled([each[at] for each in over_rest]), question.over_rest, "ms")
    print(f"load {os.getloadavg()[0]:.1f}")
    return bars.end()


def sizes(file: Path) -> None:
    """Bytes on the disk for each release, and what takes most of them."""
    with sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True) as db:
        (releases,) = db.execute("SELECT count(*) FROM release").fetchone()
        print(f"{releases:,} releases, {file.stat().st_size / releases:,.0f} bytes each on the disk")
        try:
            largest = db.execute(
                "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 8"
            ).fetchall()
        except sqlite3.OperationalError:
            print("  (this SQLite cannot tell what each table takes)")
            return
        for name, taken in largest:
            print(f"  {name:<28} {taken / releases:7.1f} bytes a release")


def main() -> None:
    """Import if asked to, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dumps", nargs="?", type=Path, help="a folder of dumps")
    parser.add_argument("--data-dir", type=Path, help="where the catalogue is, or is to be kept")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        data_dir: Path = given.data_dir or Path(folder)
        if given.dumps is not None:
            asyncio.run(_import(given.dumps, data_dir))
        sys.exit(asyncio.run(measure(data_dir)))


async def _import(dumps: Path, data_dir: Path) -> None:
    places = locate(data_dir)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        importing = Dumps(runtime.storage.catalogue)
        done = await importing.import_dumps(importing.find([dumps]))
    print(f"imported {sum(done.counts.values()):,} records in {done.seconds:.1f} s")


if __name__ == "__main__":
    main()
