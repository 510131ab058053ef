"""The regular look at Plex: what it keeps, when it is done, who does it, and that a failure is told (harmony-contract.md 17.3)."""

from __future__ import annotations

import asyncio

import pytest
import stamina
from pydantic import SecretStr

from services.events import ActivityAdded
from services.plex.scans import LONGEST_NAP, PlexScans
from services.runtime import Runtime
from storage import activity
from storage.setting_changes import every, put
from tests.services.plex.conftest import Opens
from tests.upstreams.fixtures_plex import RunningPlex

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def at_once():
    """What fails is tried again without waiting."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def worker(program: Runtime, clock: Clock) -> PlexScans:
    return PlexScans(program.plex, program.storage, program.events, program.owner.id, now=clock)


async def kept(program: Runtime) -> dict[str, str | None]:
    async with program.storage.read() as conn:
        values, _ = await every(conn, program.owner.id)
    return values


async def told(program: Runtime) -> list[dict[str, object]]:
    async with program.storage.read() as conn:
        return [each.details for each in await activity.newest(conn, program.owner.id, 50, type="metadata")]


async def test_a_look_keeps_the_totals_and_how_it_went_where_the_settings_are_read(
    plex: RunningPlex, program: Runtime
) -> None:
    clock = Clock()
    scans = worker(program, clock)
    assert scans.worker_state() == "idle"
    assert await scans.turn(first=True) == LONGEST_NAP
    values = await kept(program)
    assert {name: int(values[f"plex_{name[:-1]}_count"] or 0) for name in plex.totals} == plex.totals
    assert values["plex_last_scan"] == values["worker.scan.last_seen"] == "2023-11-14T22:13:20Z"
    assert (values["metrics.scan.interval"], values["metrics.scan.incremental"]) == ("600", "0")
    assert int(values["metrics.scan.duration_ms"] or -1) >= 0
    assert (scans.worker_state(), plex.asked("GET", "/refresh")) == ("running", 0)
    assert await told(program) == []


async def test_the_interval_is_read_anew_each_time_and_folders_are_scanned_first_where_wished(
    plex: RunningPlex, program: Runtime
) -> None:
    clock = Clock()
    scans = worker(program, clock)
    await scans.turn(first=True)
    looks = plex.asked("GET", "/library/sections?")
    clock.now += 300
    assert await scans.turn() == LONGEST_NAP
    assert plex.asked("GET", "/library/sections?") == looks
    async with program.storage.write() as conn:
        await put(conn, program.owner.id, "scan_worker_interval_seconds", "120")
        await put(conn, program.owner.id, "scan_worker_incremental", "yes")
    before = plex.totals
    await scans.turn()
    assert plex.asked("GET", f"/library/sections/{plex.music.key}/refresh?force=0") == 1
    values = await kept(program)
    assert (values["plex_album_count"], values["metrics.scan.interval"]) == (str(before["albums"] + 1), "120")
    async with program.storage.write() as conn:
        await put(conn, program.owner.id, "scan_worker_interval_seconds", "never")  # no number: as set elsewhere
    clock.now += 300
    await scans.turn()
    assert plex.asked("GET", "/refresh") == 1


async def test_failures_are_counted_and_told_from_the_third_in_a_row_until_one_goes_well(
    plex: RunningPlex, program: Runtime
) -> None:
    clock = Clock()
    scans = worker(program, clock)
    plex.fault("token-revoked")
    with program.events.subscribe(ActivityAdded) as events:
        for _ in range(4):
            await scans.turn(first=True)
            clock.now += 600
        assert [event.activity.status for event in events.drain()] == ["scan_failed"] * 2
    entries = await told(program)
    assert [each["consecutive"] for each in entries] == [4, 3]
    assert "does not accept the token" in str(entries[0]["error"])
    assert (await scans.state()).failures == 4
    plex.mend()
    await scans.turn()
    assert (await scans.state()).failures == 0
    plex.fault("html-200")
    clock.now += 600
    await scans.turn()
    assert len(await told(program)) == 2


async def test_of_several_processes_one_looks(plex: RunningPlex, program: Runtime, opens: Opens) -> None:
    clock = Clock()
    async with opens(plex.environment) as second:
        crowd = [worker(each, clock) for each in (program, second, program, second)]
        await asyncio.gather(*(each.turn(first=True) for each in crowd))
        assert plex.asked("GET", "/library/sections?") == 1
        clock.now += 600
        await asyncio.gather(*(each.turn() for each in crowd))
        assert plex.asked("GET", "/library/sections?") == 2
        late = await crowd[0].state()
        clock.now += 600
        await crowd[1].turn()
        assert not await crowd[0]._claim(late)  # it was time when this one looked, and somebody was quicker


async def test_it_runs_beside_the_program_once_plex_is_set_up_and_says_when_it_stops(
    plex: RunningPlex, opens: Opens
) -> None:
    async with opens({}, work=True) as program:
        assert program.plex.scans.worker_state() == "unavailable"
        changed = program.settings.model_copy(
            update={"plex_base_url": plex.url, "plex_token": SecretStr(plex.world.token)}
        )
        await program.use(changed)
        async with asyncio.timeout(10):
            while "plex_last_scan" not in await kept(program):  # noqa: ASYNC110 (the library is what tells)
                await asyncio.sleep(0.01)
        assert program.plex.scans.worker_state() == "running"
        values = await kept(program)
        assert ("worker.scan.last_start" in values, "worker.scan.last_stop" in values) == (True, False)
    async with opens({}) as program:
        assert "worker.scan.last_stop" in await kept(program)
