"""Killing a sync at random instants until it is through, and what is left behind."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.demo.invention import invent
from services.discogs.add import Sender
from services.places import locate
from services.records.entry import RecordEntry
from services.runtime import open_runtime
from services.settings import load_settings
from storage import copies, intents
from storage.values import RecordQuery
from tests.upstreams.fixtures import RunningDiscogs, simulated

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Aftermath:
    """What library and collection hold after a sync: per release, without what no two runs have in common."""

    library: dict[Any, tuple[Any, ...]] = field(default_factory=dict[Any, tuple[Any, ...]])
    collection: Counter[int] = field(default_factory=Counter[int])
    adds: Counter[str] = field(default_factory=Counter[str])
    unsettled: int = 0
    kills: int = 0


async def aftermath(records: int, pushes: int, directory: Path, *, kills: int = 0, seed: int = 1) -> Aftermath:
    """Sync a collection of ``records`` while ``pushes`` more are only here, killing the process ``kills`` times."""
    world = invent(records, seed=7)
    owned = {instance.release_id for instance in world.instances.values()}
    spare = [release for release in world.catalogue.pressings if release not in owned][:pushes]
    assert len(spare) == pushes
    async with simulated(world) as discogs:
        environment = {**os.environ, **discogs.environment, "SYNC_SCHEDULE": "off"}
        await _type_in(directory, environment, spare)
        done = await _kill(directory, environment, discogs, kills, random.Random(seed))
        found = await _look(directory, discogs)
        found.kills = done
        return found


async def _kill(
    directory: Path, environment: dict[str, str], discogs: RunningDiscogs, kills: int, lots: random.Random
) -> int:
    """Start the sync, kill it, start it again: each time after it has made a few more requests than before."""
    done = 0
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.journeys.sync_process",
            str(directory),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        if done < kills and await _until_an_instant(process, discogs, lots):
            process.kill()
            await process.wait()
            done += 1
            continue
        told = (await process.stdout.read()).decode().split()
        await process.wait()
        assert told[:1] == ["done"], told
        return done


async def _until_an_instant(process: asyncio.subprocess.Process, discogs: RunningDiscogs, lots: random.Random) -> bool:
    """Wait for a few requests and then a few milliseconds; False if the sync was through before."""
    wanted = len(discogs.requests) + lots.randrange(0, 12)
    while len(discogs.requests) < wanted and process.returncode is None:  # noqa: ASYNC110 - nothing to wait on
        await asyncio.sleep(0.002)
    await asyncio.sleep(lots.uniform(0, 0.03))
    return process.returncode is None


async def _type_in(directory: Path, environment: dict[str, str], releases: list[int]) -> None:
    os.environ.update({name: environment[name] for name in environment if name.startswith("DISCOGS_")})
    places = locate(directory)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        for release in releases:
            entry = RecordEntry("Somebody", f"Release {release}", discogs_id=release)
            await runtime.records.add(runtime.owner.id, entry)


async def _look(directory: Path, discogs: RunningDiscogs) -> Aftermath:
    found = Aftermath()
    places = locate(directory)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        records, _ = await runtime.records.page(runtime.owner.id, RecordQuery())
        here: set[tuple[int, int, int]] = set()
        async with runtime.storage.read() as conn:
            for record in records:
                key = (record.discogs_id, record.artist_name, record.album_title)
                assert key not in found.library, f"{key} is there twice"
                found.library[key] = (
                    record.is_synced, record.data_source, record.copies, record.rating, record.folder_name, record.removed_at,
                )  # fmt: skip
                for copy in await copies.of_record(conn, record.pk):
                    here.add((copy.instance_id, copy.release_id, copy.folder_id))
            found.unsettled = len(await intents.unsettled(conn, runtime.owner.id, kind=Sender.SYNC.value))
    there = {(i.instance_id, i.release_id, i.folder_id) for i in discogs.world.instances.values()}
    assert here == there, "library and collection differ"
    found.collection = Counter(i.release_id for i in discogs.world.instances.values())
    found.adds = Counter(r["path"] for r in discogs.requests if r["method"] == "POST" and r["status"] == 201)
    return found
