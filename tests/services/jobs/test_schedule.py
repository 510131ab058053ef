"""The schedule: due runs start, missed ones are made up for once, one of several processes starts a run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.cron import check_expression, last_due, next_due
from services.events import JobChanged, Subscription
from storage.instants import instant
from storage.values import Job, JobState, UserId

from .conftest import Clock, Office, OpenOffice
from .kinds import Pages

NOON = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC).timestamp()
HOUR = 3600.0


async def _yes(_: UserId) -> bool:
    return True


async def _no(_: UserId) -> bool:
    return False


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


Regular = Callable[..., Awaitable[Office]]


@pytest.fixture
def regular(open_office: OpenOffice, clock: Clock) -> Regular:
    """A process that does pages every six hours, worker off: started jobs stay to be counted."""

    async def opened(
        expression: Callable[[], str] = lambda: "0 */6 * * *",
        ready: Callable[[UserId], Awaitable[bool]] = _yes,
    ) -> Office:
        office = await open_office(Pages(), run=False, now=clock)
        office.jobs.regularly("pages", expression, ready, {"pages": 0})
        return office

    return opened


async def _until_ended(told: Subscription) -> AsyncIterator[JobChanged]:
    async for event in told:
        assert isinstance(event, JobChanged)
        yield event
        if not event.job.state.is_active:
            return


async def _finish(office: Office, job: Job) -> None:
    await office.jobs.cancel(office.user_id, job.id)


async def test_the_first_look_waits_for_the_next_due_time(regular: Regular, clock: Clock) -> None:
    office = await regular()
    assert await office.jobs.schedule.start_due() == []
    (upcoming,) = await office.jobs.upcoming(office.user_id)
    assert (upcoming.kind, upcoming.due_at) == ("pages", instant(datetime(2026, 11, 20, 18, tzinfo=UTC)))
    clock.now += 6 * HOUR - 31
    assert await office.jobs.schedule.start_due() == []
    clock.now += 1
    (job,) = await office.jobs.schedule.start_due()
    assert (job.kind, job.params, job.state) == ("pages", {"pages": 0}, JobState.QUEUED)


async def test_runs_missed_for_days_are_made_up_for_by_one(regular: Regular, clock: Clock) -> None:
    office = await regular()
    await office.jobs.schedule.start_due()
    clock.now += 3 * 24 * HOUR
    restarted = await regular()
    (job,) = await restarted.jobs.schedule.start_due()
    await _finish(restarted, job)
    assert await restarted.jobs.schedule.start_due() == []
    (upcoming,) = await restarted.jobs.upcoming(restarted.user_id)
    assert upcoming.due_at == instant(datetime(2026, 11, 23, 18, tzinfo=UTC))


async def test_of_several_processes_one_starts_the_run(regular: Regular, clock: Clock) -> None:
    offices = [await regular() for _ in range(3)]
    await offices[0].jobs.schedule.start_due()
    clock.now += 6 * HOUR
    started = await asyncio.gather(*(office.jobs.schedule.start_due() for office in offices))
    assert sorted(len(jobs) for jobs in started) == [0, 0, 1]
    assert len(await offices[0].jobs.recent(offices[0].user_id)) == 1


async def test_nothing_runs_while_nothing_is_connected_and_nothing_is_made_up_for_later(
    regular: Regular, clock: Clock
) -> None:
    office = await regular(ready=_no)
    await office.jobs.schedule.start_due()
    clock.now += 7 * HOUR
    assert await office.jobs.schedule.start_due() == []
    assert [upcoming.ready for upcoming in await office.jobs.upcoming(office.user_id)] == [False]
    connected = await regular()
    assert await connected.jobs.schedule.start_due() == []


async def test_an_empty_expression_turns_the_schedule_off_and_a_changed_one_counts_at_once(
    regular: Regular, clock: Clock
) -> None:
    expression = ""
    office = await regular(lambda: expression)
    assert await office.jobs.schedule.start_due() == []
    clock.now += 48 * HOUR
    assert await office.jobs.schedule.start_due() == []
    assert await office.jobs.upcoming(office.user_id) == []
    expression = "* * * * *"
    assert len(await office.jobs.schedule.start_due()) == 1


async def test_a_clock_set_back_does_not_stop_the_schedule(regular: Regular, clock: Clock) -> None:
    clock.now += 365 * 24 * HOUR
    office = await regular()
    await office.jobs.schedule.start_due()
    clock.now -= 365 * 24 * HOUR
    await office.jobs.schedule.start_due()
    (upcoming,) = await office.jobs.upcoming(office.user_id)
    assert upcoming.due_at == instant(datetime(2026, 11, 20, 18, tzinfo=UTC))
    clock.now += 6 * HOUR
    assert len(await office.jobs.schedule.start_due()) == 1


async def test_a_due_run_is_started_and_run_by_the_open_process(open_office: OpenOffice, clock: Clock) -> None:
    office = await open_office(Pages(), run=False, now=clock)
    office.jobs.regularly("pages", lambda: "0 */6 * * *", _yes, {"pages": 2})
    await office.jobs.schedule.start_due()
    clock.now += 6 * HOUR
    with office.events.subscribe(JobChanged) as told:
        office.open()
        async with asyncio.timeout(30):
            ended = [event.job.state async for event in _until_ended(told)]
    assert ended[-1] is JobState.DONE


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("0 */6 * * *", "2026-11-20 18:00"),
        ("30 12 * * *", "2026-11-20 12:30"),
        ("0 3 * * 0", "2026-11-22 03:00"),  # cron's Sunday
        ("0 3 * * 7", "2026-11-22 03:00"),
        ("0 3 * * 1-5", "2026-11-23 03:00"),
        ("0 3 * * sat", "2026-11-21 03:00"),
        ("0 0 1 * *", "2026-12-01 00:00"),
    ],
)
def test_cron_expressions_mean_what_cron_means(expression: str, due: str) -> None:
    found = next_due(expression, datetime.fromtimestamp(NOON, UTC))
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == due


def test_the_next_due_time_is_later_than_the_last_one() -> None:
    six = datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert next_due("0 */6 * * *", six) == datetime(2026, 11, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("0 */6 * * *", "2026-11-20 12:00"),
        ("* * * * *", "2026-11-20 12:00"),
        ("1 12 * * *", "2026-11-19 12:01"),
        ("* 3 * * *", "2026-11-20 03:59"),
        ("0 3 * * 0", "2026-11-15 03:00"),
        ("30 4 1 1 *", "2026-01-01 04:30"),
        ("0 0 29 2 *", "2024-02-29 00:00"),
    ],
)
def test_the_last_due_time_is_found_however_long_ago(expression: str, due: str) -> None:
    found = last_due(expression, datetime.fromtimestamp(NOON, UTC))
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == due
    assert next_due(expression, found - timedelta(seconds=1)) == found


def test_what_never_comes_due_was_never_due() -> None:
    assert last_due("0 0 30 2 *", datetime.fromtimestamp(NOON, UTC)) is None


@pytest.mark.parametrize("expression", ["", "hourly", "0 3 * *", "61 * * * *", "0 0 30 2 *", "0 0 * * 5-1"])
def test_what_never_comes_due_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        check_expression(expression)
