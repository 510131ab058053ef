"""Jobs whose process dies or falls silent: somebody else goes on from the checkpoint, and every page is stored once."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.events import JobChanged
from services.jobs import JobResult, Work
from storage import activity
from storage.errors import LeaseLost
from storage.values import JobState

from .conftest import QUICK, Clock, OpenOffice
from .kinds import Acting, Gate, Pages

ROOT = Path(__file__).resolve().parents[3]
LIVES = 3


@asynccontextmanager
async def process(library_url: str, tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that runs jobs; killed without warning at the end."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.services.jobs.worker_process",
        library_url,
        f"sqlite:///{tmp_path / 'catalogue.db'}",
        cwd=ROOT,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.send_signal(signal.SIGKILL)
        await started.wait()


async def test_a_job_killed_again_and_again_stores_every_page_exactly_once(
    open_office: OpenOffice, library_url: str, tmp_path: Path
) -> None:
    chance = random.Random(20261120)
    pages = 600
    office = await open_office(Pages(), run=False)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": pages})
    stored = 0
    for _ in range(LIVES):
        target = stored + chance.randint(1, pages // (LIVES + 1))
        async with process(library_url, tmp_path):
            killed = await office.until(job, lambda job, goal=target: job.checkpoint.get("page", 0) >= goal)
        stored = killed.checkpoint["page"]
    async with process(library_url, tmp_path):
        ended = await office.ended(job)
    assert (ended.state, ended.result, ended.fence) == (JobState.DONE, {"stored": pages}, LIVES + 1)
    assert await office.pages() == [str(page) for page in range(pages)]


async def test_two_workers_share_the_jobs_without_doing_one_twice(open_office: OpenOffice) -> None:
    first, second = await open_office(Pages()), await open_office(Pages())
    job, _ = await first.jobs.start("pages", first.user_id, {"pages": 40})
    second.jobs.register(Pages())  # makes it look at once
    ended = await first.ended(job)
    assert ended.fence == 1
    assert await first.pages() == [str(page) for page in range(40)]


async def test_a_silent_owner_loses_the_job_when_its_lease_is_over_and_its_late_page_is_refused(
    open_office: OpenOffice,
) -> None:
    """The silent one stands for a suspended process: it neither renews nor looks until it wakes up."""
    gate, refused = Gate(shut_before=1), asyncio.Event()

    async def act(work: Work) -> JobResult:
        for page in range(work.job.checkpoint.get("page", 0), 3):
            if work.job.fence == 1:
                await gate(page)
            try:
                async with work.saving({"page": page + 1}) as conn:
                    await activity.add(conn, work.job.user_id, "page", f"{page} by {work.job.fence}")
            except LeaseLost:
                refused.set()
                raise
        return JobResult()

    clock = Clock()
    silent = await open_office(Acting(act), now=clock, timing=replace(QUICK, progress=3600.0))
    job, _ = await silent.jobs.start("acting", silent.user_id)
    await gate.reached.wait()

    early = await open_office(Acting(act), now=Clock(clock.now + 29), run=False)
    early.open()
    other = await open_office(Pages())
    probe, _ = await other.jobs.start("pages", other.user_id, {"pages": 1})
    await other.ended(probe)
    assert (await early.jobs.get(early.user_id, job.id)).fence == 1
    await early.close()

    successor = await open_office(Acting(act), now=Clock(clock.now + 31))
    ended = await successor.ended(job)
    assert (ended.state, ended.fence) == (JobState.DONE, 2)
    gate.open()
    async with asyncio.timeout(30):
        await refused.wait()
    pages = [page for page in await successor.pages() if " by " in page]
    assert pages == ["0 by 1", "1 by 2", "2 by 2"]


async def test_an_owner_that_lost_its_job_notices_and_stops(open_office: OpenOffice) -> None:
    gate, stopped = Gate(shut_before=0), asyncio.Event()

    async def act(work: Work) -> JobResult:
        if work.job.fence == 1:
            try:
                await gate(0)
            finally:
                stopped.set()
        return JobResult()

    clock = Clock()
    silent = await open_office(Acting(act), now=clock)
    job, _ = await silent.jobs.start("acting", silent.user_id)
    await gate.reached.wait()
    successor = await open_office(Acting(act), now=Clock(clock.now + 100))
    assert (await successor.ended(job)).state is JobState.DONE
    async with asyncio.timeout(30):
        await stopped.wait()


async def test_a_live_owner_keeps_its_job_by_renewing(open_office: OpenOffice) -> None:
    clock, gate = Clock(), Gate(shut_before=1)
    office = await open_office(Pages(gate), now=clock)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 2})
    await gate.reached.wait()
    for _ in range(4):
        clock.now += 10
        with office.events.subscribe(JobChanged) as told:
            renewed = await told.next(timeout=10)
        assert isinstance(renewed, JobChanged)
        assert renewed.job.lease_until == clock.now + 30
    gate.open()
    assert (await office.ended(job)).fence == 1


@pytest.mark.parametrize("cancelled_in", ["life", "death"])
async def test_a_cancelled_job_whose_process_died_is_not_gone_on_with(
    open_office: OpenOffice, library_url: str, tmp_path: Path, cancelled_in: str
) -> None:
    office = await open_office(Pages(), run=False)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 1_000_000})
    async with process(library_url, tmp_path):
        await office.until(job, lambda job: job.checkpoint.get("page", 0) >= 1)
        if cancelled_in == "life":
            await office.jobs.cancel(office.user_id, job.id)
    if cancelled_in == "death":
        await office.jobs.cancel(office.user_id, job.id)
    office.open()
    ended = await office.ended(job)
    assert ended.state is JobState.CANCELLED
    assert len(await office.pages()) == ended.checkpoint["page"]
