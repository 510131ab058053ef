"""Jobs that are ordered from outside: a wait from one start to the next, whichever process is asked."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from services.errors import LockgrooveError, NotConnected, UpstreamRefused
from services.jobs import JobResult, TooEarly, Work
from storage import accounts
from storage.values import JobState

from .conftest import Clock, Office, OpenOffice
from .kinds import Acting, Gate, Pages

ROOT = Path(__file__).resolve().parents[3]
WAIT = 600.0


async def order(office: Office, pages: int = 0) -> tuple[str, bool]:
    job, attached = await office.jobs.order("pages", office.user_id, {"pages": pages}, cooldown_seconds=WAIT)
    return job.id, attached


async def test_the_wait_is_from_start_to_start_whichever_process_is_asked(open_office: OpenOffice) -> None:
    clock = Clock()
    first, second = await open_office(Pages(), now=clock), await open_office(Pages(), now=clock, run=False)
    began, _ = await order(first)
    await first.ended(await first.jobs.get(first.user_id, began))
    clock.now += WAIT - 1
    for office in (first, second):
        with pytest.raises(TooEarly) as refused:
            await order(office)
        assert refused.value.until == clock.now + 1
    clock.now += 1
    again, attached = await order(second)
    assert (again != began, attached) == (True, False)


async def test_the_wait_is_told_before_the_job_is_joined_and_joining_begins_none(open_office: OpenOffice) -> None:
    clock, gate = Clock(), Gate(shut_before=0)
    office = await open_office(Pages(gate), now=clock)
    began, _ = await order(office, 1)
    with pytest.raises(TooEarly):
        await order(office)
    clock.now += WAIT
    for _ in range(2):
        assert await order(office) == (began, True)
    gate.open()
    await office.ended(await office.jobs.get(office.user_id, began))
    assert (await order(office))[1] is False


async def test_the_wait_is_the_users_own_and_not_that_of_a_start_from_inside(open_office: OpenOffice) -> None:
    office = await open_office(Pages(), run=False)
    async with office.storage.write() as conn:
        other = await accounts.register(conn, "else@example.org", "")
    assert other is not None
    began, _ = await order(office)
    _, attached = await office.jobs.order("pages", other.id, {"pages": 0}, cooldown_seconds=WAIT)
    assert not attached
    job, attached = await office.jobs.start("pages", office.user_id)
    assert (job.id, attached) == (began, True)
    await office.jobs.cancel(office.user_id, began)
    job, attached = await office.jobs.start("pages", office.user_id)
    assert (job.id != began, attached) == (True, False)


@pytest.mark.parametrize(
    ("error", "has_begun", "waits"),
    [
        (NotConnected("Discogs", "No account is connected."), False, False),
        (LockgrooveError("The key cannot be read."), False, False),
        (NotConnected("Discogs", "No account is connected."), True, True),
        (UpstreamRefused("Discogs", "The token is not accepted.", status=401), False, True),
        (RuntimeError("a mistake"), False, True),
    ],
)
async def test_a_job_that_failed_before_it_asked_anybody_begins_no_wait(
    open_office: OpenOffice, error: Exception, has_begun: bool, waits: bool
) -> None:
    async def act(work: Work) -> JobResult:
        if has_begun:
            await work.report(phase="pull")
        raise error

    office = await open_office(Acting(act))
    job, _ = await office.jobs.order("acting", office.user_id, cooldown_seconds=WAIT)
    assert (await office.ended(job)).state is JobState.FAILED
    if waits:
        with pytest.raises(TooEarly):
            await office.jobs.order("acting", office.user_id, cooldown_seconds=WAIT)
    else:
        again, attached = await office.jobs.order("acting", office.user_id, cooldown_seconds=WAIT)
        assert (again.id != job.id, attached) == (True, False)


async def test_of_several_processes_that_order_at_once_one_starts_a_job(
    open_office: OpenOffice, library_url: str, tmp_path: Path
) -> None:
    office = await open_office(Pages(), run=False)
    orderers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.services.jobs.order_process",
            library_url,
            f"sqlite:///{tmp_path / 'catalogue.db'}",
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for orderer in orderers:
        assert orderer.stdout is not None
        assert await orderer.stdout.readline() == b"ready\n"
    told = [
        said.decode().split() for said, _ in await asyncio.gather(*(each.communicate(b"go\n") for each in orderers))
    ]
    words = [word for line in told for word in line]
    assert len(words) == 3 * 5
    assert words.count("started") == 1
    assert set(words) <= {"started", "joined", "early"}
    assert len(await office.jobs.recent(office.user_id)) == 1
