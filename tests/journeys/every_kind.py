"""Every kind of job, killed at random instants: what there is to do for it, and what the library holds when it is through.

Compared with that are two undisturbed runs: what those two have not in common (instants, keys made up at random) is no
measure of the third.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from services.demo.invention import invent
from services.demo.spotify.export import write_export
from services.matching.service import Matching, Question
from services.places import locate
from services.records.entry import RecordEntry
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from services.wishes.reading import read
from tests.journeys.kills import ROOT
from tests.upstreams.fixtures import RunningDiscogs, simulated
from tests.upstreams.fixtures_plex import simulated_plex
from tests.upstreams.fixtures_spotify import invented_spotify, simulated_spotify

PASSING = frozenset({"job", "job_problem", "short_lived", "spotify_call", "spotify_limit", "schedule"})
"""Tables that say how the work went and not what came of it: every life of a process leaves its traces there."""
ELSEWHERE = {
    "export": "tests/journeys/test_kill_export.py",
    "beets_import": "tests/services/downloads/test_arrivals.py",
    "autosync": "tests/journeys/test_autosync.py",
}
"""Kinds that are killed with more around them, and where."""


_NAMES = (
    "artist",
    "artist_name",
    "title",
    "album_title",
    "name",
    "key",
    "uri",
    "track_id",
    "playlist_id",
    "discogs_id",
    "email",
)
"""Columns by which a row is known, whatever number it was given."""


@dataclass
class World:
    """The simulated services of one run, and a folder for what it needs."""

    discogs: RunningDiscogs
    folder: Path
    environment: dict[str, str]


Prepare = Callable[[Runtime, World], Awaitable[dict[str, Any]]]
"""Makes something to do, and answers the job's parameters."""


async def _nothing(runtime: Runtime, world: World) -> dict[str, Any]:
    return {}


async def _sync(runtime: Runtime, world: World) -> dict[str, Any]:
    owned = {instance.release_id for instance in world.discogs.world.instances.values()}
    spare = [release for release in world.discogs.world.catalogue.pressings if release not in owned][:20]
    for number, release in enumerate(spare):  # names that nobody takes for one another, in whatever order they come
        name = chr(ord("A") + number) * 6
        await runtime.records.add(runtime.owner.id, RecordEntry(f"Band {name}", f"Album {name}", discogs_id=release))
    return {"sources": ["discogs", "spotify", "plex"], "full": True}


async def _history(runtime: Runtime, world: World) -> dict[str, Any]:
    return {"paths": [str(world.folder / "history.zip")], "private": False, "skips": False}


async def _matching(runtime: Runtime, world: World) -> dict[str, Any]:
    matching = Matching(runtime.storage)
    for number in range(250):
        track = {"id": f"track{number}", "name": f"Song {number}", "artists": [{"name": f"Band {number % 40}"}]}
        fitting = {"ratingKey": str(number), "title": f"Song {number}", "grandparentTitle": f"Band {number % 40}"}
        await matching.enqueue(
            runtime.owner.id, Question.PLEX, track, [fitting, {"ratingKey": "0", "title": "Another"}]
        )
    return {}


async def _shelf(runtime: Runtime, world: World) -> dict[str, Any]:
    for number in range(120):
        await runtime.records.add(runtime.owner.id, RecordEntry(f"Band {number % 30}", f"Album {number}"))
    return {}


async def _wishes(runtime: Runtime, world: World) -> dict[str, Any]:
    await _shelf(runtime, world)
    await runtime.wishes.add(runtime.owner, read("\n".join(f"Band {n % 30} - Album {n}" for n in range(250))))
    return {"again": True}


async def _watch(runtime: Runtime, world: World) -> dict[str, Any]:
    artists = {each.id: each.name for each in world.discogs.world.catalogue.artists.values()}
    for number, name in list(artists.items())[:25]:
        await runtime.watched.add(runtime.owner.id, name, discogs_id=number)
    return {}


SCENES: dict[str, Prepare] = {
    "sync": _sync,
    "spotify_library": _nothing,
    "plays": _nothing,
    "history": _history,
    "matching": _matching,
    "metadata": _nothing,
    "shelf": _shelf,
    "wishes": _wishes,
    "watch": _watch,
}


@dataclass
class Left:
    """What a run left: the rows of each table, what was sent to Discogs twice, and how it went."""

    rows: dict[str, list[dict[str, Any]]]
    sent: Counter[str]
    state: str = ""
    kills: int = 0
    seconds: float = 0.0
    lives: list[float] = field(default_factory=list[float])


@asynccontextmanager
async def simulated_world(folder: Path) -> AsyncGenerator[World]:
    """The services of one run, while it lasts."""
    async with AsyncExitStack() as stack:
        discogs = await stack.enter_async_context(simulated(invent(400, seed=7)))
        made = invented_spotify(3_000)
        spotify = await stack.enter_async_context(simulated_spotify(made, checked=False))
        plex = await stack.enter_async_context(simulated_plex(checked=False))
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(write_export, folder / "history.zip", made.first)
        settings = {
            **discogs.environment,
            **spotify.environment,
            **plex.environment,
            "SYNC_SCHEDULE": "off",
            "SPOTIFY_SCHEDULE": "off",
            "AUTOSYNC_SCHEDULE": "off",
            "SCAN_WORKER_INTERVAL_SECONDS": "0",
            "BEETS_COMMAND": "/no/beets/here",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        yield World(discogs, folder, settings)


@asynccontextmanager
async def program(home: Path, world: World, *, work: bool = False) -> AsyncGenerator[Runtime]:
    """The program in these services, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment.items():
            patch.setenv(name, value)
        places = locate(home)
        settings = load_settings(places)
    async with open_runtime(settings, places, work=work) as runtime:
        yield runtime


async def run(
    kind: str, folder: Path, *, kills: int = 0, within: float = 0.0, lots: random.Random | None = None
) -> Left:
    """Run a job of this kind to its end; its process is killed up to ``kills`` times, at random within so many seconds from
    when it was ready.
    """
    home, lots = folder / "home", lots or random.Random(0)
    async with simulated_world(folder) as world:
        async with program(home, world) as runtime:
            params = await SCENES[kind](runtime, world)
            if kind not in ("watch", "wishes"):  # which have been started by what there is to do
                await runtime.jobs.start(kind, runtime.owner.id, params)
        left = Left({}, Counter())
        while not left.state:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tests.journeys.sync_process", str(home), kind, json.dumps(params)),
                cwd=ROOT,
                env={**os.environ, **world.environment},
                stdout=asyncio.subprocess.PIPE,
            )
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
            began = time.monotonic()
            telling = asyncio.create_task(process.stdout.read())
            is_killed = False
            if left.kills < kills:
                await asyncio.wait((telling,), timeout=lots.uniform(0, within))
                if not telling.done() and process.returncode is None:
                    process.kill()
                    is_killed = True
                    left.kills += 1
            told = [line for line in (await telling).decode().splitlines() if line != "further"]
            await process.wait()
            left.lives.append(time.monotonic() - began)
            left.state = told[-1].strip() if told else _ended(home / "library.db", kind) if is_killed else ""
        left.seconds = left.lives[-1]
        await settle(home, world)
        left.rows = rows_of(home / "library.db")
        left.sent = sent_of(world)
    return left


def _ended(file: Path, kind: str) -> str:
    """How the job ended whose process was killed afterwards, but before it could say so; empty if it goes on."""
    with closing(sqlite3.connect(file)) as connection:
        newest = "SELECT state, coalesce(error, '') FROM job WHERE kind = ? ORDER BY created_at DESC LIMIT 1"
        state, error = connection.execute(newest, (kind,)).fetchone() or ("queued", "")
    return "" if state in ("queued", "running", "waiting") else f"{state} {error}".strip()


def sent_of(world: World) -> Counter[str]:
    """What was sent to Discogs, and how often."""
    return Counter(r["path"] for r in world.discogs.requests if r["method"] == "POST" and r["status"] == 201)


async def settle(home: Path, world: World) -> None:
    """Let end what the job has begun besides. The shelf follows what changes some time later, so it is refreshed here."""
    async with program(home, world, work=True) as runtime, asyncio.timeout(120):
        await runtime.shelf.refresh(runtime.owner.id)
        while await runtime.jobs.active(runtime.owner.id):  # noqa: ASYNC110 - rows are what there is to look at
            await asyncio.sleep(0.2)


def rows_of(file: Path) -> dict[str, list[dict[str, Any]]]:
    """What a sound library holds, by table."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchone() is None
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        wanted = [
            name for name in names if name not in PASSING and "_fts" not in name and not name.startswith("sqlite")
        ]
        found = {name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')] for name in wanted}
        return {name: _named(connection, name, found) for name in wanted}


def _named(connection: sqlite3.Connection, table: str, found: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows of a table with what they refer to in place of its number: numbers are drawn in the order of the work."""
    rows = [dict(row) for row in found[table]]
    for _, _, other, column, key, *_ in connection.execute(f'PRAGMA foreign_key_list("{table}")').fetchall():
        if key != "id" or other not in found:
            continue
        names = {row["id"]: _name(row) for row in found[other]}
        for row in rows:
            row[column] = names.get(row[column])
    for row in rows:
        if isinstance(row.get("id"), int):
            del row["id"]
        if table == "shelf_holding":
            del row["ref"]  # the number of a row in another table, which depends on the source
    return rows


def _name(row: dict[str, Any]) -> str:
    told = {name: value for name, value in row.items() if name in _NAMES}
    return json.dumps(told, sort_keys=True)


def differences(one: Left, two: Left, killed: Left) -> list[str]:
    """In what the run that was killed ended otherwise than the two that were not; nothing: in nothing that can be told."""
    found = [f"it ended as {killed.state!r}, undisturbed as {one.state!r}"] if killed.state != one.state else []
    found += [f"{path} was sent {n} times" for path, n in killed.sent.items() if n > 1]
    if one.sent.keys() != killed.sent.keys():
        found.append("other releases were sent to Discogs")
    for table, rows in one.rows.items():
        columns = _steady(rows, two.rows[table])
        calm, disturbed = _told(rows, columns), _told(killed.rows[table], columns)
        if calm != disturbed:
            more, less = disturbed - calm, calm - disturbed
            other = [name for name in columns if _told(rows, [name]) != _told(killed.rows[table], [name])]
            found.append(f"{table} {other}: {more.total()} more, {less.total()} less, such as {[*more, *less][:2]}")
    return found


def _steady(rows: list[dict[str, Any]], again: list[dict[str, Any]]) -> list[str]:
    """The columns that have the same values in both, together: which of two pressings an album was made for differs by row,
    though as many are the first of one.
    """
    names = list(rows[0]) if rows else []
    names = [name for name in names if _told(rows, [name]) == _told(again, [name])]
    while names and _told(rows, names) != _told(again, names):
        without = {name: [other for other in names if other != name] for name in names}
        names = min(without.values(), key=lambda left: (_told(rows, left) - _told(again, left)).total())
    return names


def _told(rows: list[dict[str, Any]], columns: list[str]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(_plain(row[name]) for name in columns) for row in rows)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bytes | None) else str(value)
