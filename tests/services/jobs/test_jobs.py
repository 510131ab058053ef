"""Jobs through their door: started, attached, watched, cancelled, failed, parked, given back."""

from __future__ import annotations

import asyncio

import pytest

from services.errors import InvalidInput, LockgrooveError, NotFound, UpstreamRateLimited
from services.events import ActivityAdded, JobChanged
from services.jobs import JobResult, Timing, Work
from storage.instants import from_seconds
from storage.values import JobState, UserId

from .conftest import Clock, OpenOffice
from .kinds import Acting, Gate, Pages


async def test_a_job_runs_to_its_end_and_leaves_its_result_progress_and_an_entry_in_the_feed(
    open_office: OpenOffice,
) -> None:
    office = await open_office(Pages())
    job, attached = await office.jobs.start("pages", office.user_id, {"pages": 5})
    ended = await office.ended(job)
    assert not attached
    assert (ended.state, ended.result, ended.error) == (JobState.DONE, {"stored": 5}, None)
    assert (ended.progress.done, ended.progress.total, ended.progress.counts) == (5, 5, {"stored": 5})
    assert await office.pages() == ["0", "1", "2", "3", "4"]
    assert await office.feed() == [("pages", "completed", {"job_id": job.id, "results": {"stored": 5}, "problems": 0})]


async def test_a_second_request_attaches_to_the_running_job(open_office: OpenOffice) -> None:
    gate = Gate(shut_before=1)
    office, other = await open_office(Pages(gate)), await open_office(Pages(), run=False)
    first, _ = await office.jobs.start("pages", office.user_id, {"pages": 2})
    await gate.reached.wait()
    second, attached = await other.jobs.start("pages", office.user_id, {"pages": 9})
    assert (second.id, attached) == (first.id, True)
    gate.open()
    await office.ended(first)
    third, attached = await office.jobs.start("pages", office.user_id, {"pages": 0})
    assert third.id != first.id
    assert not attached


async def test_an_unknown_kind_is_refused_with_the_known_ones(open_office: OpenOffice) -> None:
    office = await open_office(Pages(), run=False)
    with pytest.raises(InvalidInput) as refused:
        await office.jobs.start("vacuum", office.user_id)
    assert "pages" in refused.value.hint


async def test_somebody_elses_job_is_not_found(open_office: OpenOffice) -> None:
    office = await open_office(Pages(), run=False)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 1})
    stranger = UserId("somebody-else")
    with pytest.raises(NotFound):
        await office.jobs.get(stranger, job.id)
    with pytest.raises(NotFound):
        await office.jobs.cancel(stranger, job.id)
    with pytest.raises(NotFound):
        await anext(office.jobs.watch(stranger, job.id))
    assert (await anext(office.jobs.watch(office.user_id, job.id))).id == job.id


@pytest.mark.parametrize("canceller", ["the same process", "another process"])
async def test_a_cancelled_job_stops_within_a_second_and_what_it_stored_stays(
    open_office: OpenOffice, canceller: str
) -> None:
    gate = Gate(shut_before=3)
    timing = Timing()  # the real rhythm: the promise is about it
    office, other = await open_office(Pages(gate), timing=timing), await open_office(Pages(), run=False)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 9})
    await gate.reached.wait()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await (office if canceller == "the same process" else other).jobs.cancel(office.user_id, job.id)
    ended = await other.ended(job)
    assert loop.time() - began < 1.5  # a second, and one look of the watcher
    assert ended.state is JobState.CANCELLED
    assert await office.pages() == ["0", "1", "2"]
    assert (await office.feed())[0][1] == "cancelled"


async def test_a_job_that_nobody_runs_is_cancelled_at_once(open_office: OpenOffice) -> None:
    office = await open_office(Pages(), run=False)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 1})
    assert (await office.jobs.cancel(office.user_id, job.id)).state is JobState.CANCELLED
    assert await office.jobs.active(office.user_id) == []


async def test_a_page_being_stored_is_stored_whole_before_the_job_stops(open_office: OpenOffice) -> None:
    storing, go_on = asyncio.Event(), asyncio.Event()

    async def act(work: Work) -> None:
        async with work.saving({"page": 1}):
            storing.set()
            await go_on.wait()
        await asyncio.Event().wait()

    office = await open_office(Acting(act))
    job, _ = await office.jobs.start("acting", office.user_id)
    await storing.wait()
    closing = asyncio.create_task(office.close())
    await asyncio.sleep(0)  # the close has begun
    go_on.set()
    await closing
    left = await office.jobs.get(office.user_id, job.id)
    assert (left.state, left.checkpoint) == (JobState.QUEUED, {"page": 1})


async def test_a_failure_is_kept_in_words_for_a_person(open_office: OpenOffice) -> None:
    async def act(work: Work) -> None:
        await work.report(phase="reading", done=3)
        async with asyncio.TaskGroup() as group:  # kinds fail out of their own groups
            group.create_task(_fail(LockgrooveError("Discogs is closed.", "Try tomorrow.")))

    office = await open_office(Acting(act))
    job, _ = await office.jobs.start("acting", office.user_id)
    ended = await office.ended(job)
    assert (ended.state, ended.error) == (JobState.FAILED, "Discogs is closed. Try tomorrow.")
    assert ended.progress.done == 3
    kind, status, details = (await office.feed())[0]
    assert (kind, status, details["error"]) == ("acting", "failed", "Discogs is closed. Try tomorrow.")


async def test_a_mistake_of_ours_fails_the_job_without_a_traceback_and_the_worker_goes_on(
    open_office: OpenOffice,
) -> None:
    office = await open_office(Acting(lambda _: _fail(KeyError("secret detail"))), Pages())
    job, _ = await office.jobs.start("acting", office.user_id)
    ended = await office.ended(job)
    assert ended.state is JobState.FAILED
    assert "KeyError" in (ended.error or "")
    assert "secret detail" not in (ended.error or "")
    next_job, _ = await office.jobs.start("pages", office.user_id, {"pages": 1})
    assert (await office.ended(next_job)).state is JobState.DONE


async def test_problems_of_single_items_make_the_job_partial_and_count_once(open_office: OpenOffice) -> None:
    async def act(work: Work) -> None:
        await work.problem("Aphex Twin – Drukqs", "Discogs has no such release.")
        async with work.saving({"page": 1}):
            await work.problem("line 7", "The year is missing.")
        await work.problem("line 7", "The year is missing.")

    office = await open_office(Acting(act))
    job, _ = await office.jobs.start("acting", office.user_id)
    ended = await office.ended(job)
    assert (ended.state, ended.problem_count) == (JobState.PARTIAL, 2)
    assert [problem.item for problem in await office.jobs.problems(job.id)] == ["Aphex Twin – Drukqs", "line 7"]


async def test_a_job_parked_by_a_rate_limit_sleeps_in_its_row_and_goes_on_when_its_time_has_come(
    open_office: OpenOffice,
) -> None:
    clock = Clock()
    tries: list[float] = []

    async def act(work: Work) -> None:
        tries.append(clock.now)
        if len(tries) == 1:
            raise UpstreamRateLimited("Discogs", "Discogs asks for an hour.", retry_at=clock.now + 3600)

    office = await open_office(Acting(act), now=clock)
    job, _ = await office.jobs.start("acting", office.user_id)
    parked = await office.until(job, lambda job: job.state is JobState.WAITING)
    assert parked.wake_at == from_seconds(clock.now + 3600)
    assert (parked.lease_owner, parked.progress.waiting_until) == (None, clock.now + 3600)
    clock.now += 3599
    office.jobs.register(Pages())
    other, _ = await office.jobs.start("pages", office.user_id, {"pages": 1})
    await office.ended(other)  # the worker has looked again meanwhile
    assert len(tries) == 1
    clock.now += 2
    ended = await office.ended(job)
    assert (ended.state, ended.progress.waiting_until, len(tries)) == (JobState.DONE, None, 2)


async def test_a_closing_process_gives_its_job_back_and_another_goes_on_at_once(open_office: OpenOffice) -> None:
    gate = Gate(shut_before=4)
    office, daemon = await open_office(Pages(gate)), await open_office(Pages(), run=False)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 6})
    await gate.reached.wait()
    await office.close()
    given_back = await daemon.jobs.get(office.user_id, job.id)
    assert (given_back.state, given_back.lease_owner, given_back.checkpoint) == (JobState.QUEUED, None, {"page": 4})
    daemon.open()
    assert (await daemon.ended(job)).state is JobState.DONE
    assert await daemon.pages() == ["0", "1", "2", "3", "4", "5"]


async def test_progress_is_written_seldom_and_its_last_value_always(open_office: OpenOffice) -> None:
    async def act(work: Work) -> None:
        for done in range(1, 1001):
            await work.report(phase="counting", done=done, total=1000)
            await asyncio.sleep(0)

    office = await open_office(Acting(act), timing=Timing())
    with office.events.subscribe(JobChanged) as told:
        job, _ = await office.jobs.start("acting", office.user_id)
        ended = await office.ended(job)
        assert ended.progress.done == 1000
        assert len(told.drain()) <= 6


async def test_listeners_in_the_process_hear_of_every_state_and_of_the_entry_in_the_feed(
    open_office: OpenOffice,
) -> None:
    office = await open_office(Pages())
    with office.events.subscribe(JobChanged, ActivityAdded) as told:
        job, _ = await office.jobs.start("pages", office.user_id, {"pages": 1})
        await office.ended(job)
        heard = told.drain()
    states = [event.job.state for event in heard if isinstance(event, JobChanged)]
    assert states[0] is JobState.QUEUED
    assert states[-1] is JobState.DONE
    assert [event.activity.status for event in heard if isinstance(event, ActivityAdded)] == ["completed"]


async def test_a_watcher_that_does_not_read_does_not_hold_up_the_job(open_office: OpenOffice) -> None:
    office = await open_office(Pages())
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 60})
    slow = office.jobs.watch(office.user_id, job.id)
    await anext(slow)
    assert (await office.ended(job)).state is JobState.DONE
    assert (await anext(slow)).state is JobState.DONE
    with pytest.raises(StopAsyncIteration):
        await anext(slow)


async def test_a_watcher_sees_progress_of_a_job_that_another_process_runs(open_office: OpenOffice) -> None:
    gate = Gate(shut_before=2)
    office, watcher = await open_office(Pages(gate)), await open_office(Pages(), run=False)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 4})
    halfway = await watcher.until(job, lambda job: job.progress.done == 2)
    assert halfway.state is JobState.RUNNING
    gate.open()
    assert (await watcher.ended(job)).progress.done == 4


async def test_jobs_of_different_kinds_run_side_by_side(open_office: OpenOffice) -> None:
    gate = Gate(shut_before=0)
    office = await open_office(Pages(gate), Acting(lambda _: _done()))
    held, _ = await office.jobs.start("pages", office.user_id, {"pages": 1})
    await gate.reached.wait()
    free, _ = await office.jobs.start("acting", office.user_id)
    assert (await office.ended(free)).state is JobState.DONE
    gate.open()
    assert (await office.ended(held)).state is JobState.DONE


async def test_recent_jobs_come_newest_first(open_office: OpenOffice) -> None:
    office = await open_office(Pages())
    started = []
    for _ in range(3):
        job, _ = await office.jobs.start("pages", office.user_id, {"pages": 0})
        await office.ended(job)
        started.append(job.id)
    assert [job.id for job in await office.jobs.recent(office.user_id, 2)] == started[:0:-1]


async def _fail(error: Exception) -> JobResult:
    raise error


async def _done() -> JobResult:
    return JobResult()
