"""An export whose process is killed again and again sends everything once and loses nothing."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.demo.invention import invent
from services.discogs.export import Export, ExportRequest, ListingTerms
from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage import copies, wants
from storage.values import ExportTarget, Job, RecordQuery, ReleaseId
from tests.upstreams.fixtures import RunningDiscogs, simulated

ROOT = Path(__file__).resolve().parents[2]
ITEMS = 300


@asynccontextmanager
async def resting(directory: Path) -> AsyncGenerator[Runtime]:
    """The program in ``directory``, which works on nothing."""
    places = locate(directory)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        yield runtime


async def through_kills(
    directory: Path, discogs: RunningDiscogs, start: Callable[[Runtime], Awaitable[Job]], *, kills: int, gap: int
) -> tuple[Export, int]:
    """Start an export, kill whoever carries it ``kills`` times, after up to ``gap`` more requests each; how it ended."""
    async with resting(directory) as runtime:
        job = await start(runtime)
    lots, done = random.Random(gap), 0
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.journeys.export_process", str(directory), cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )  # fmt: skip
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        wanted = len(discogs.requests) + lots.randrange(1, gap)
        while done < kills and len(discogs.requests) < wanted and process.returncode is None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        if done < kills and process.returncode is None:
            await asyncio.sleep(lots.uniform(0, 0.01))
            process.kill()
            await process.wait()
            done += 1
            continue
        told = (await process.stdout.read()).decode().split()
        await process.wait()
        assert told[:1] == ["done"], told
        break
    async with resting(directory) as runtime:
        return await runtime.exports.get(runtime.owner.id, job.id), done


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[tuple[RunningDiscogs, list[int]]]:
    """A simulated Discogs to which the environment points, whose account has and wants nothing yet; some releases."""
    made = invent(ITEMS, seed=11)
    for instance in tuple(made.instances.values()):
        made.remove(instance)
    made.wants.clear()
    async with simulated(made) as discogs:
        for name, value in {**discogs.environment, "SYNC_SCHEDULE": "off"}.items():
            monkeypatch.setenv(name, value)
        yield discogs, list(made.catalogue.pressings)[:ITEMS]


def carried_out(discogs: RunningDiscogs, method: str, part: str) -> Counter[str]:
    """How often each address was written to with success."""
    return Counter(
        r["path"] for r in discogs.requests if r["method"] == method and part in r["path"] and r["status"] == 201
    )


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("target", "kills"),
    [
        (ExportTarget.COLLECTION, 1),
        (ExportTarget.MARKETPLACE, 1),
        *(pytest.param(target, 10, marks=pytest.mark.by_hand) for target in ExportTarget),
    ],
)
async def test_an_export_killed_again_and_again_sends_everything_once(
    tmp_path: Path, world: tuple[RunningDiscogs, list[int]], target: ExportTarget, kills: int
) -> None:
    discogs, releases = world
    listing = ListingTerms("Good (G)", "3.20") if target is ExportTarget.MARKETPLACE else None
    request = ExportRequest(target, tuple(releases), listing=listing)
    gap = ITEMS // (kills + 2) * (2 if target is ExportTarget.COLLECTION else 1)
    export, killed = await through_kills(
        tmp_path, discogs, lambda runtime: runtime.exports.start(runtime.owner.id, request), kills=kills, gap=gap
    )
    assert killed == kills
    assert (export.sent, export.skipped, export.failed, export.pending) == (ITEMS, 0, 0, 0)
    match target:
        case ExportTarget.COLLECTION:
            sent = carried_out(discogs, "POST", "/collection/folders/1/releases/")
            assert [len(discogs.world.copies(each)) for each in releases] == [1] * ITEMS
            await assert_library_has(tmp_path, discogs, releases)
        case ExportTarget.WANTLIST:
            sent = carried_out(discogs, "PUT", "/wants/")
            await assert_wanted_here(tmp_path, releases)
        case ExportTarget.MARKETPLACE:
            every = discogs.world.inventory.of_status()
            sent = Counter(str(each.release_id) for each in every if each.external_id.startswith("lockgroove:"))
            assert carried_out(discogs, "POST", "/marketplace/listings").total() == ITEMS
    assert (len(sent), set(sent.values())) == (ITEMS, {1})


async def assert_library_has(directory: Path, discogs: RunningDiscogs, releases: list[int]) -> None:
    """Each release is one synced record here, with the copy that is there."""
    async with resting(directory) as runtime:
        held, _ = await runtime.records.page(runtime.owner.id, RecordQuery())
        assert sorted(record.discogs_id or 0 for record in held) == sorted(releases)
        assert all(record.is_synced and record.copies == 1 for record in held)
        async with runtime.storage.read() as conn:
            for record in held:
                (here,) = await copies.of_record(conn, record.pk)
                assert here.instance_id == discogs.world.copies(record.discogs_id or 0)[0].instance_id


async def assert_wanted_here(directory: Path, releases: list[int]) -> None:
    async with resting(directory) as runtime, runtime.storage.read() as conn:
        held = await wants.by_release_ids(conn, runtime.owner.id, [ReleaseId(each) for each in releases])
    assert len(held) == ITEMS and not any(want.removed_at for want in held.values())


@pytest.mark.timeout(300)
async def test_an_undo_killed_on_the_way_takes_everything_back(
    tmp_path: Path, world: tuple[RunningDiscogs, list[int]]
) -> None:
    discogs, releases = world
    request = ExportRequest(ExportTarget.COLLECTION, tuple(releases[:60]))
    sent, _ = await through_kills(
        tmp_path, discogs, lambda runtime: runtime.exports.start(runtime.owner.id, request), kills=0, gap=2
    )
    undone, kills = await through_kills(
        tmp_path, discogs, lambda runtime: runtime.exports.undo(runtime.owner.id, sent.id), kills=2, gap=25
    )
    assert kills == 2
    assert (undone.sent, undone.skipped, undone.failed, undone.pending) == (60, 0, 0, 0)
    assert not discogs.world.instances
