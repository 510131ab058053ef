"""A store that cannot be used for a while interrupts a job, and fails none."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager

import psycopg
import pytest
import structlog

from services.errors import StoreCorrupt, StoreFull
from services.jobs import Work
from services.jobs import worker as rules
from storage import dialect
from storage.values import JobState
from tests.services.jobs.conftest import Clock, OpenOffice
from tests.services.jobs.kinds import Acting, Gate, Pages


@contextmanager
def locked(library_url: str) -> Generator[None]:
    """As if another program were writing all the while."""
    if library_url.startswith("sqlite"):
        with closing(sqlite3.connect(library_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(library_url) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, 1)", (dialect.WRITER_LOCK,))
            yield


async def test_a_job_that_meets_a_locked_store_goes_on_from_its_checkpoint(
    open_office: OpenOffice, library_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(rules, "STORE_PAUSE", 0.0)
    monkeypatch.setattr(rules, "SHORTEST_PARK", 0.05)
    gate = Gate(2)
    office = await open_office(Pages(gate))
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 4})
    await gate.reached.wait()
    with locked(library_url), structlog.testing.capture_logs() as lines:
        gate.open()
        while not any("put away yet" in line["event"] for line in lines):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        seen = await office.until(job, lambda job: job.state is JobState.WAITING)
        assert "kept the library locked" in seen.progress.note, "though its row cannot say so"
        assert seen in await office.jobs.active(office.user_id)
    ended = await office.ended(job)
    assert not ended.progress.note
    assert (ended.state, ended.error, ended.fence) == (JobState.DONE, None, 2)
    assert await office.pages() == ["0", "1", "2", "3"]


async def test_a_job_that_cannot_be_taken_up_says_why(
    open_office: OpenOffice, library_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.1)
    office = await open_office(Pages(Gate(9)), run=False)
    job, _ = await office.jobs.start("pages", office.user_id, {"pages": 1})
    with locked(library_url):
        office.open()
        seen = await office.until(job, lambda job: job.state is JobState.WAITING)
        assert "kept the library locked" in seen.progress.note
    ended = await office.ended(job)
    assert (ended.state, ended.progress.note) == (JobState.DONE, "")


async def test_a_full_store_puts_a_job_away_with_the_reason(open_office: OpenOffice) -> None:
    clock, tries = Clock(), list[float]()

    async def act(work: Work) -> None:
        tries.append(clock.now)
        if len(tries) == 1:
            raise StoreFull("The disk is full.", "Free some space.")

    office = await open_office(Acting(act), now=clock)
    job, _ = await office.jobs.start("acting", office.user_id)
    away = await office.until(job, lambda job: job.state is JobState.WAITING)
    assert (away.progress.note, away.progress.waiting_until) == ("The disk is full. Free some space.", clock.now + 30)
    clock.now += 31
    assert (await office.ended(job)).state is JobState.DONE


async def test_a_damaged_store_fails_the_job(open_office: OpenOffice) -> None:
    async def act(work: Work) -> None:
        raise StoreCorrupt("The library file is damaged.")

    office = await open_office(Acting(act))
    job, _ = await office.jobs.start("acting", office.user_id)
    assert (await office.ended(job)).state is JobState.FAILED
