"""Jobs of many users: everybody's schedule, places at work by turns, nothing for the disabled."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.errors import NotConnected
from services.jobs import JobResult, Work
from services.jobs.schedule import MOST_QUEUED
from services.jobs.worker import AT_ONCE
from storage import accounts, activity, jobs, people, schedules
from storage.instants import from_seconds
from storage.values import Job, JobState, UserId

from .conftest import QUICK, Clock, Office, OpenOffice
from .kinds import Acting, Gate, Pages
from .test_takeover import process

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0
SIX_HOURS = "0 */6 * * *"


async def _yes(_: UserId) -> bool:
    return True


async def join(office: Office, number: int) -> list[UserId]:
    """So many further users."""
    made: list[UserId] = []
    async with office.storage.write() as conn:
        for each in range(number):
            user = await accounts.register(conn, f"user{each}@example.org", "")
            assert user is not None
            made.append(user.id)
    return made


async def disable(office: Office, user_id: UserId) -> None:
    async with office.storage.write() as conn:
        await people.disable(conn, user_id, sessions_since=int(time.time()))


async def theirs(office: Office, users: list[UserId]) -> list[Job]:
    """All jobs of these users."""
    return [job for user_id in users for job in await office.jobs.recent(user_id)]


async def until_ended(office: Office, job: Job) -> Job:
    async with asyncio.timeout(30):
        return [seen async for seen in office.jobs.watch(job.user_id, job.id)][-1]


async def until_a_page(office: Office, job: Job) -> None:
    """Until the job has stored something."""
    async with asyncio.timeout(30):
        async for seen in office.jobs.watch(job.user_id, job.id):
            if seen.checkpoint:
                return


async def finish_queued(office: Office, users: list[UserId]) -> int:
    """End what is queued, as a worker with nothing else to do would; how many that were."""
    queued = [job for job in await theirs(office, users) if job.state is JobState.QUEUED]
    for job in queued:
        await office.jobs.cancel(job.user_id, job.id)
    return len(queued)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


async def test_the_schedule_starts_the_runs_of_everybody_who_is_ready(open_office: OpenOffice, clock: Clock) -> None:
    office = await open_office(Pages(), run=False, now=clock)
    ready, unready, disabled = await join(office, 3)
    await disable(office, disabled)

    async def is_ready(user_id: UserId) -> bool:
        return user_id != unready

    office.jobs.regularly("pages", lambda: SIX_HOURS, is_ready, {"pages": 0})
    assert await office.jobs.schedule.start_due() == []
    clock.now += 6 * HOUR
    started = await office.jobs.schedule.start_due()
    assert {job.user_id for job in started} == {office.user_id, ready}
    assert await office.jobs.schedule.start_due() == []


async def test_everybody_sees_their_own_next_run(open_office: OpenOffice, clock: Clock) -> None:
    office = await open_office(Pages(), run=False, now=clock)
    office.jobs.regularly("pages", lambda: SIX_HOURS, _yes)
    await office.jobs.schedule.start_due()
    clock.now += 4 * HOUR
    (late_comer,) = await join(office, 1)
    await office.jobs.schedule.start_due()
    for user_id in (office.user_id, late_comer):
        (upcoming,) = await office.jobs.upcoming(user_id)
        assert upcoming.due_at == "2026-11-20T18:00:00.000000+00:00"


async def test_a_user_who_came_after_the_due_time_waits_for_the_next(open_office: OpenOffice, clock: Clock) -> None:
    office = await open_office(Pages(), run=False, now=clock)
    office.jobs.regularly("pages", lambda: SIX_HOURS, _yes, {"pages": 0})
    await office.jobs.schedule.start_due()
    clock.now += 6 * HOUR + 1
    (late_comer,) = await join(office, 1)
    assert [job.user_id for job in await office.jobs.schedule.start_due()] == [office.user_id]
    assert await office.jobs.recent(late_comer) == []


async def test_many_who_are_due_at_once_start_little_by_little_each_once(open_office: OpenOffice, clock: Clock) -> None:
    first, second = [await open_office(Pages(), run=False, now=clock) for _ in range(2)]
    users = [first.user_id, *await join(first, 3 * MOST_QUEUED)]
    for office in (first, second):
        office.jobs.regularly("pages", lambda: SIX_HOURS, _yes, {"pages": 0})
        await office.jobs.schedule.start_due()
    clock.now += 30 * HOUR
    for _ in range(4):
        await asyncio.gather(first.jobs.schedule.start_due(), second.jobs.schedule.start_due())
        assert await finish_queued(first, users) <= 2 * MOST_QUEUED  # two processes that look at the same moment
    assert await first.jobs.schedule.start_due() == []
    assert sorted(job.user_id for job in await theirs(first, users)) == sorted(users)


async def test_the_longest_overdue_go_first(open_office: OpenOffice, clock: Clock) -> None:
    office = await open_office(Pages(), run=False, now=clock)
    office.jobs.regularly("pages", lambda: SIX_HOURS, _yes, {"pages": 0})
    users = await join(office, MOST_QUEUED + 2)
    await office.jobs.schedule.start_due()
    async with office.storage.write() as conn:
        for days, user_id in enumerate(users):
            await schedules.honour(conn, user_id, "pages", from_seconds(NOON - days * 24 * HOUR), None)
    clock.now += 6 * HOUR
    started = await office.jobs.schedule.start_due()
    assert [job.user_id for job in started] == users[: -MOST_QUEUED - 1 : -1]


async def test_one_users_trouble_keeps_nobody_elses_run_from_starting(open_office: OpenOffice, clock: Clock) -> None:
    office = await open_office(Pages(), run=False, now=clock)
    troubled, *others = await join(office, 3)

    async def is_ready(user_id: UserId) -> bool:
        if user_id == troubled:
            raise NotConnected("Discogs", "The credential cannot be read.")
        return True

    office.jobs.regularly("pages", lambda: SIX_HOURS, is_ready, {"pages": 0})
    await office.jobs.schedule.start_due()
    clock.now += 6 * HOUR
    assert {job.user_id for job in await office.jobs.schedule.start_due()} == {office.user_id, *others}


async def test_anybodys_job_of_a_process_that_died_goes_on_at_once(
    open_office: OpenOffice, library_url: str, tmp_path: Path
) -> None:
    office = await open_office(Pages(), run=False)
    (user_id,) = await join(office, 1)
    job, _ = await office.jobs.start("pages", user_id, {"pages": 100})
    async with process(library_url, tmp_path):  # whose lease would hold the job for an hour
        await until_a_page(office, job)
    office.open()
    ended = await until_ended(office, job)
    assert (ended.state, ended.fence) == (JobState.DONE, 2)


async def test_a_disabled_users_jobs_do_not_start_and_nobody_else_waits_for_them(open_office: OpenOffice) -> None:
    office = await open_office(Pages(), run=False)
    disabled, other = await join(office, 2)
    kept, _ = await office.jobs.start("pages", disabled, {"pages": 1})
    await disable(office, disabled)
    job, _ = await office.jobs.start("pages", other, {"pages": 1})
    office.open()
    assert (await until_ended(office, job)).state is JobState.DONE
    assert (await office.jobs.get(disabled, kept.id)).state is JobState.QUEUED
    async with office.storage.write() as conn:
        assert await jobs.next_due(conn, ["pages"]) is None
        await people.enable(conn, disabled)
    assert (await until_ended(office, kept)).state is JobState.DONE


async def test_a_running_job_of_a_user_who_is_disabled_is_cancelled(open_office: OpenOffice) -> None:
    gate = Gate(shut_before=1)
    office = await open_office(Pages(gate))
    (user_id,) = await join(office, 1)
    job, _ = await office.jobs.start("pages", user_id, {"pages": 3})
    await gate.reached.wait()
    await disable(office, user_id)
    ended = await until_ended(office, job)
    assert (ended.state, ended.checkpoint) == (JobState.CANCELLED, {"page": 1})


async def test_long_jobs_of_some_make_room_for_a_job_of_another(open_office: OpenOffice) -> None:
    """As many endless jobs as there are places: each has its turn, and each page is stored once."""
    goal, over = 2, asyncio.Event()

    async def act(work: Work) -> JobResult:
        page = int(work.job.checkpoint.get("page", 0))
        while not (over.is_set() and page >= goal):
            async with work.saving({"page": page + 1}) as conn:
                await activity.add(conn, work.job.user_id, "page", str(page))
            page += 1
            await asyncio.sleep(0.05)
        return JobResult({"pages": page})

    office = await open_office(Acting(act), Pages(), timing=replace(QUICK, turn=0.2))
    users = await join(office, AT_ONCE + 1)
    long = [(await office.jobs.start("acting", user_id))[0] for user_id in users]
    short, _ = await office.jobs.start("pages", office.user_id, {"pages": 1})
    assert (await until_ended(office, short)).state is JobState.DONE
    for job in long:
        await until_a_page(office, job)
    over.set()
    for job in long:
        ended = await until_ended(office, job)
        assert ended.state is JobState.DONE
        assert ended.result is not None
        async with office.storage.read() as conn:
            pages = await activity.newest(conn, job.user_id, 10_000, type="page")
        assert sorted(int(page.status) for page in pages) == list(range(ended.result["pages"]))


async def test_a_job_keeps_its_place_while_nobody_waits(open_office: OpenOffice) -> None:
    gate = Gate(shut_before=1)
    office = await open_office(Pages(gate), timing=replace(QUICK, turn=0.0))
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 2})
    await gate.reached.wait()
    await asyncio.sleep(0.3)  # several looks of the worker
    gate.open()
    assert (await office.ended(job)).fence == 1
