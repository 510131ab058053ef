"""Somebody sets the clock of the machine an hour forward or back: no lease changes hands while its owner lives, nobody waits for
longer than was asked, and nothing is done twice.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import limits.aio.storage.memory
import psutil
import pytest
from limits import parse

from services.downloads.hold import Hold, Rhythm
from services.errors import UpstreamRateLimited
from services.jobs import JobResult, TooEarly, Work
from services.jobs.clock import Lapses
from services.jobs.owner import Owner
from services.rest.errors import TooMany
from services.rest.limits import Limits
from services.upstream import Clock, Limiter, Manners, Priority
from storage import activity, short_lived
from storage.engine import open_storage
from storage.short_lived import Kind
from storage.values import JobState
from tests.services.jobs.conftest import QUICK, OpenOffice, open_office
from tests.services.jobs.conftest import Clock as WallClock
from tests.services.jobs.kinds import Acting, Gate, Pages

__all__ = ["open_office"]
HOUR = 3600.0
both_ways = pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])


@pytest.fixture
def library_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'library.db'}"


class Day:
    """A time of day that can be set, over a steady one that goes on only by waiting."""

    def __init__(self) -> None:
        self.gone = 0.0
        self.set = 1_000_000.0

    def now(self) -> float:
        return self.set + self.gone

    def steady(self) -> float:
        return self.gone

    async def sleep(self, seconds: float) -> None:
        self.gone += seconds
        await asyncio.sleep(0)

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep, self.steady)


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Day:
    made = Day()
    monkeypatch.setattr(limits.aio.storage.memory, "time", SimpleNamespace(time=made.now))
    return made


# --- the line in front of a service

MANNERS = Manners("Discogs", 60, 60, "discogs.com")


def line(day: Day) -> Limiter:
    return Limiter(MANNERS, "https://api.discogs.com", clock=day.clock)


@both_ways
async def test_a_pause_that_a_service_asked_for_is_as_long_as_it_asked(day: Day, jump: float) -> None:
    limiter = line(day)
    limiter.refused(30.0, 1)
    day.set += jump
    await limiter.turn(Priority.INTERACTIVE, 90.0, "search")
    assert day.gone == pytest.approx(30.0, abs=0.1)


@both_ways
async def test_a_full_window_is_waited_for_no_longer_than_it_is(day: Day, jump: float) -> None:
    limiter = line(day)
    for _ in range(58):
        await limiter.turn(Priority.INTERACTIVE, 1.0, "read")
    assert day.gone == 0.0
    with pytest.raises(UpstreamRateLimited):
        await limiter.turn(Priority.INTERACTIVE, 10.0, "read")
    day.set += jump
    await limiter.turn(Priority.INTERACTIVE, 61.0, "read")
    assert day.gone <= 61.0


@both_ways
async def test_the_clock_may_be_set_while_somebody_waits(day: Day, jump: float) -> None:
    limiter, sleep = line(day), day.sleep

    async def disturbed(seconds: float) -> None:
        await sleep(min(seconds, 5.0))
        day.set, day.sleep = day.set + jump, sleep

    limiter.clock = Clock(day.now, lambda seconds: day.sleep(seconds), day.steady)
    day.sleep = disturbed
    limiter.refused(30.0, 1)
    with pytest.raises(UpstreamRateLimited) as told:
        await limiter.turn(Priority.BACKGROUND, 20.0, "sync")
    assert told.value.retry_at == pytest.approx(day.now() + 30.0 - day.gone, abs=0.1)
    await limiter.turn(Priority.BACKGROUND, 60.0, "sync")
    assert day.gone == pytest.approx(30.0, abs=0.1)


# --- who is alive


def test_a_process_is_not_dead_because_the_clock_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Owner.this_process()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True) as other:
        it = replace(here, process=other.pid, began=_began(other.pid))
        assert not here.knows_dead(str(it))
        boot = psutil.boot_time()
        monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: boot + HOUR)  # pyright: ignore
        assert not here.knows_dead(str(it))
        other.communicate("\n")
    assert here.knows_dead(str(it))


def _began(process: int) -> str:
    from services.jobs import owner

    return owner._began(process) or ""  # pyright: ignore[reportPrivateUsage]


def test_leases_are_judged_by_the_clock_as_it_was_until_the_living_have_renewed() -> None:
    day = Day()
    lapses = Lapses(day.now, grace=10.0, steady=day.steady)
    began = day.now()
    assert lapses.before() == began
    day.set += HOUR
    assert lapses.before() == began
    day.gone += 9.0
    assert lapses.before() == began + 9.0
    day.gone += 2.0
    assert lapses.before() == began + 11.0 + HOUR
    day.set -= HOUR
    assert lapses.before() == began + 11.0, "set back, leases seem to last longer; no harm is done at once"


# --- jobs


@both_ways
async def test_a_running_job_stays_with_its_owner_and_every_page_is_stored_once(
    open_office: OpenOffice, jump: float
) -> None:
    clock, gate = WallClock(), Gate(shut_before=1)
    office, other = await open_office(Pages(gate), now=clock), await open_office(Pages(), now=clock, run=False)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 3})
    await gate.reached.wait()
    other.open()
    clock.now += jump
    async with asyncio.timeout(60):
        while (held := await office.jobs.get(office.user_id, job.id)).lease_until != clock.now + QUICK.lease:
            assert held.fence == 1
            other.jobs.register(Pages())  # makes it look
            await asyncio.sleep(0.02)
    for _ in range(6):
        other.jobs.register(Pages())
        await asyncio.sleep(0.02)
    assert (await office.jobs.get(office.user_id, job.id)).fence == 1
    gate.open()
    ended = await office.ended(job)
    assert (ended.state, ended.fence) == (JobState.DONE, 1)
    assert await office.pages() == ["0", "1", "2"]


async def test_a_job_that_cannot_renew_is_not_taken_a_second_time_by_its_own_process(open_office: OpenOffice) -> None:
    """Its lease may run out while the store is busy; two of it in one process would undo each other."""
    gate, lives = Gate(shut_before=0), list[int]()

    async def act(work: Work) -> JobResult:
        lives.append(work.job.fence)
        await gate(0)
        async with work.saving({"page": 1}) as conn:
            await activity.add(conn, work.job.user_id, "page", "0")
        return JobResult()

    clock = WallClock()
    timing = replace(QUICK, progress=3600.0, steady=lambda: clock.now)  # it never says that it lives
    office = await open_office(Acting(act), Pages(), now=clock, timing=timing)
    job, _ = await office.jobs.start("acting", office.user_id)
    await gate.reached.wait()
    clock.now += 40
    probe, _ = await office.jobs.start("pages", office.user_id, {"pages": 0})
    async with asyncio.timeout(60):
        while (await office.jobs.get(office.user_id, probe.id)).state.is_active:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    gate.open()
    async with asyncio.timeout(60):
        while (await office.jobs.get(office.user_id, job.id)).state.is_active:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert lives == [1] and await office.pages() == ["0"]


async def test_the_wait_between_two_syncs_gets_no_longer(open_office: OpenOffice) -> None:
    clock = WallClock()
    office = await open_office(Pages(), now=clock)
    job, _ = await office.jobs.order("pages", office.user_id, {"pages": 0}, cooldown_seconds=600)
    await office.ended(job)
    with pytest.raises(TooEarly):
        await office.jobs.order("pages", office.user_id, {"pages": 0}, cooldown_seconds=600)
    clock.now -= HOUR
    again, _ = await office.jobs.order("pages", office.user_id, {"pages": 0}, cooldown_seconds=600)
    await office.ended(again)
    with pytest.raises(TooEarly):
        await office.jobs.order("pages", office.user_id, {"pages": 0}, cooldown_seconds=600)


# --- what is held by whoever comes first


async def test_what_a_process_claimed_before_the_clock_was_set_back_holds_nobody_up(
    library_url: str, tmp_path: Path
) -> None:
    async with open_storage(library_url, f"sqlite:///{tmp_path / 'catalogue.db'}") as storage:
        async with storage.write() as conn:
            assert await short_lived.claim(conn, Kind.RENEWAL, "user", "dead", seconds=40, now=50_000.0) is None
            assert await short_lived.claim(conn, Kind.RENEWAL, "user", "other", seconds=40, now=49_990.0) == 50_040.0
        async with storage.write() as conn:
            assert await short_lived.claim(conn, Kind.RENEWAL, "user", "other", seconds=40, now=50_000.0 - HOUR) is None


@both_ways
async def test_the_download_queue_stays_with_its_keeper(library_url: str, tmp_path: Path, jump: float) -> None:
    clock = WallClock()
    catalogue = f"sqlite:///{tmp_path / 'catalogue.db'}"
    async with open_storage(library_url, catalogue) as one, open_storage(library_url, catalogue) as two:
        keeper, other = Hold(one, Rhythm(now=clock)), Hold(two, Rhythm(now=clock))
        assert await keeper.take() and not await other.take()
        clock.now += jump
        assert not await other.take()
        assert await keeper.take(), "which renews the lease by the new clock"
        clock.now += 20
        assert not await other.take() and await keeper.take()


async def test_an_address_that_is_limited_over_rest_waits_for_its_window_and_no_longer(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.rest.limits.time", SimpleNamespace(time=day.now, monotonic=day.steady))
    counters, limit = Limits(), parse("2/minute")
    for _ in range(2):
        await counters.count(limit, "login", "192.0.2.1")
    with pytest.raises(TooMany):
        await counters.count(limit, "login", "192.0.2.1")
    day.set -= HOUR
    for _ in range(3):  # the first one finds out, and is let through uncounted
        await counters.count(limit, "login", "192.0.2.1")
    with pytest.raises(TooMany):
        await counters.count(limit, "login", "192.0.2.1")
