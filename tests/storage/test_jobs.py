"""Durable jobs: one at a time per kind and user, a lease that runs out, a fence that keeps late writers away."""

from __future__ import annotations

import pytest

from storage import jobs, records, schedules
from storage.engine import Storage
from storage.errors import LeaseLost
from storage.instants import from_seconds
from storage.values import Job, JobState, Problem, Progress, RecordFacts, RecordQuery, User

NOW = 1_700_000_000.0


@pytest.fixture
async def running(storage: Storage, owner: User) -> Job:
    async with storage.write() as conn:
        await jobs.start(conn, "sync", owner.id, {"full": True})
        job = await jobs.claim(conn, "one", ["sync"], lease=30, now=NOW)
    assert job is not None
    return job


async def test_a_second_request_attaches_to_the_running_job(storage: Storage, owner: User, running: Job) -> None:
    async with storage.write() as conn:
        again, attached = await jobs.start(conn, "sync", owner.id)
        other, fresh = await jobs.start(conn, "export", owner.id)
    assert (again.id, attached) == (running.id, True)
    assert (other.state, fresh) == (JobState.QUEUED, False)


async def test_a_claim_takes_what_is_due_and_nothing_else(storage: Storage, owner: User, running: Job) -> None:
    assert (running.fence, running.state, running.lease_owner, running.params) == (
        1, JobState.RUNNING, "one", {"full": True},
    )  # fmt: skip
    async with storage.write() as conn:
        assert await jobs.claim(conn, "two", ["sync"], lease=30, now=NOW + 29) is None
        assert await jobs.next_due(conn, ["sync"]) == NOW + 30
        assert await jobs.claim(conn, "two", ["other"], lease=30, now=NOW + 31) is None
        taken = await jobs.claim(conn, "two", ["sync"], lease=30, now=NOW + 31)
    assert taken is not None
    assert (taken.id, taken.fence, taken.started_at) == (running.id, 2, running.started_at)


async def test_a_parked_job_is_due_when_its_time_has_come(storage: Storage, running: Job) -> None:
    async with storage.write() as conn:
        parked = await jobs.park(conn, running.id, running.fence, from_seconds(NOW + 600))
        assert (parked.state, parked.lease_owner) == (JobState.WAITING, None)
        assert await jobs.next_due(conn, ["sync"]) == NOW + 600
        assert await jobs.claim(conn, "two", ["sync"], lease=30, now=NOW + 599) is None
        woken = await jobs.claim(conn, "two", ["sync"], lease=30, now=NOW + 601)
    assert woken is not None
    assert (woken.state, woken.wake_at) == (JobState.RUNNING, None)


async def test_a_late_owners_page_is_rolled_back_with_its_checkpoint(
    storage: Storage, owner: User, running: Job
) -> None:
    async with storage.write() as conn:
        await jobs.claim(conn, "two", ["sync"], lease=30, now=NOW + 31)
    with pytest.raises(LeaseLost):
        async with storage.write() as conn:
            await records.add(conn, owner.id, RecordFacts("late", "page"), data_source="discogs")
            await jobs.save(conn, running.id, running.fence, checkpoint={"page": 9})
    async with storage.read() as conn:
        assert (await records.page(conn, owner.id, RecordQuery(), limit=1, offset=0))[1] == 0
        held = await jobs.get(conn, owner.id, running.id)
    assert held is not None
    assert held.checkpoint == {}


async def test_no_write_of_a_late_owner_is_taken(storage: Storage, running: Job) -> None:
    late = [
        lambda conn: jobs.renew(conn, running.id, 0, lease=30),
        lambda conn: jobs.save(conn, running.id, 0, progress=Progress()),
        lambda conn: jobs.add_problem(conn, running.id, 0, "a", "b"),
        lambda conn: jobs.park(conn, running.id, 0, from_seconds(NOW)),
        lambda conn: jobs.release(conn, running.id, 0),
        lambda conn: jobs.finish(conn, running.id, 0, JobState.DONE),
    ]
    for write in late:
        with pytest.raises(LeaseLost):
            async with storage.write() as conn:
                await write(conn)


async def test_progress_and_checkpoint_are_seen_by_everybody(storage: Storage, owner: User, running: Job) -> None:
    progress = Progress("pull", 100, 250, 3.5, NOW, "page 2", {"pulled": 100})
    async with storage.write() as conn:
        await jobs.save(conn, running.id, running.fence, progress=progress, checkpoint={"page": 1})
        await jobs.save(conn, running.id, running.fence, checkpoint={"page": 2})
    async with storage.read() as conn:
        (held,) = await jobs.active(conn, owner.id)
    assert (held.progress, held.checkpoint) == (progress, {"page": 2})


async def test_a_finished_job_keeps_its_result_and_makes_room_for_the_next(
    storage: Storage, owner: User, running: Job
) -> None:
    async with storage.write() as conn:
        done = await jobs.finish(
            conn, running.id, running.fence, JobState.PARTIAL, result={"pulled": 3}, error="one failed"
        )
        assert (done.state, done.result, done.error, done.lease_owner) == (
            JobState.PARTIAL, {"pulled": 3}, "one failed", None,
        )  # fmt: skip
        assert done.finished_at is not None
        assert await jobs.active(conn, owner.id) == []
        following, attached = await jobs.start(conn, "sync", owner.id)
        assert not attached
        assert [job.id for job in await jobs.recent(conn, owner.id, 5)] == [following.id, running.id]


async def test_the_same_problem_is_noted_once(storage: Storage, owner: User, running: Job) -> None:
    async with storage.write() as conn:
        for item, message in (("A – B", "gone"), ("A – B", "gone"), ("C\0", "odd")):
            await jobs.add_problem(conn, running.id, running.fence, item, message)
        held = await jobs.get(conn, owner.id, running.id)
        assert held is not None
        assert held.problem_count == 2
        assert await jobs.problems(conn, running.id) == [Problem("A – B", "gone"), Problem("C", "odd")]
        assert len(await jobs.problems(conn, running.id, 1)) == 1


async def test_a_running_job_is_asked_to_stop_and_an_idle_one_is_cancelled_at_once(
    storage: Storage, owner: User, running: Job
) -> None:
    async with storage.write() as conn:
        asked = await jobs.request_cancel(conn, owner.id, running.id)
        assert asked is not None
        assert (asked.state, asked.cancel_requested) == (JobState.RUNNING, True)
        assert (await jobs.renew(conn, running.id, running.fence, lease=30)).cancel_requested
        idle, _ = await jobs.start(conn, "export", owner.id)
        cancelled = await jobs.request_cancel(conn, owner.id, idle.id)
        assert cancelled is not None
        assert cancelled.state is JobState.CANCELLED
        assert await jobs.request_cancel(conn, owner.id, "no such job") is None


async def test_a_closing_process_puts_its_job_back(storage: Storage, running: Job) -> None:
    async with storage.write() as conn:
        await jobs.release(conn, running.id, running.fence)
        taken = await jobs.claim(conn, "two", ["sync"], lease=30, now=NOW + 1)
    assert taken is not None
    assert taken.fence == 2


async def test_an_honoured_due_time_is_remembered(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        assert await schedules.last_due(conn, owner.id, "sync") is None
        for due in ("2024-01-01", "2024-01-02"):
            await schedules.honour(conn, owner.id, "sync", due, None)
        assert await schedules.last_due(conn, owner.id, "sync") == "2024-01-02"
