"""The worker of one process: claims jobs, keeps their leases, takes over those of the dead, settles the outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import structlog
from structlog.contextvars import bind_contextvars

from services import measuring
from services.errors import (
    LockgrooveError,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreTooNew,
    UpstreamError,
    UpstreamRateLimited,
)
from services.events import ActivityAdded, Events, JobChanged
from services.jobs import cooldown
from services.jobs.clock import Lapses
from services.jobs.kinds import JobKind, JobResult, Timing
from services.jobs.owner import Owner
from services.jobs.work import Stop, Work
from storage import activity
from storage import jobs as rows
from storage.engine import Storage
from storage.errors import LeaseLost
from storage.instants import from_seconds
from storage.values import Document, Job, JobState

AT_ONCE = 8
"""Jobs that one process runs at a time; they mostly wait for outside services. Where more are due they take turns."""
SHORTEST_PARK = 1.0
"""Seconds that a job parked by a limit sleeps at least, lest it spins on a limit that has just passed."""

STORE_PAUSE, FULL_PAUSE = 2.0, 30.0
"""Seconds after which a job goes on that the store let down: it was away or locked, or it was full."""

log = structlog.stdlib.get_logger(__name__)


class Worker:
    """Runs the registered kinds of jobs in this process; see :class:`services.jobs.Jobs` for the door."""

    def __init__(self, storage: Storage, events: Events, kinds: Mapping[str, JobKind], timing: Timing) -> None:
        self._storage = storage
        self._events = events
        self._kinds = kinds
        self._timing = timing
        self._owner = Owner.this_process()
        self._wanted = asyncio.Event()
        self._running: dict[str, Work] = {}
        self._hindered: dict[str, str] = {}
        self._claims_hindered = ""
        self._carriers: set[asyncio.Task[None]] = set()
        self._lapses = Lapses(timing.now, 2 * timing.renew, timing.steady)

    def look(self) -> None:
        """There is (perhaps) something to claim."""
        self._wanted.set()

    def cancel(self, job_id: str) -> None:
        """Stop the job ``job_id`` if it runs here; its row already says so."""
        if work := self._running.get(job_id):
            work.halt(Stop.CANCELLED)

    def runs(self, job_id: str) -> bool:
        """Whether the job runs in this process."""
        return job_id in self._running

    def as_here(self, job: Job) -> Job:
        """The job, waiting with the reason where its row cannot say so: the store itself is what it waits for."""
        reason = self._claims_hindered if job.state is JobState.QUEUED else self._hindered.get(job.id)
        if not reason or not job.state.is_active:
            return job
        return replace(job, state=JobState.WAITING, progress=replace(job.progress, note=reason))

    async def run(self) -> None:
        """Work until cancelled; then stop every job at its next page and give its lease back."""
        try:
            while True:
                self._wanted.clear()
                await self._claim_all()
                with _passing(TimeoutError):
                    async with asyncio.timeout(self._timing.poll):  # wait_for swallows a cancellation before 3.12
                        await self._wanted.wait()
        finally:
            await self._close()

    async def _claim_all(self) -> None:
        """Claim while there is something to claim and room to run it."""
        try:
            await self._look_after_running()
            while len(self._carriers) < AT_ONCE:
                job = await self._claim()
                if job is None:
                    self._claims_hindered = ""
                    return
                carrier = asyncio.create_task(self._carry(job), name=f"job {job.kind}")
                self._carriers.add(carrier)
                carrier.add_done_callback(self._done)
            if await self._is_due():
                self._make_room()
            self._claims_hindered = ""
        except LockgrooveError as error:
            self._claims_hindered = f"{error.message} {error.hint}".strip()
            log.warning("looking for jobs failed; trying again", error=error.message)

    def _done(self, carrier: asyncio.Task[None]) -> None:
        self._carriers.discard(carrier)
        self.look()
        if not carrier.cancelled() and (error := carrier.exception()):
            log.error("a job could not be settled; its lease will lapse", exc_info=error)

    async def _is_due(self) -> bool:
        async with self._storage.read() as connection:
            due = await rows.next_due(connection, self._kinds)
        return due is not None and due <= self._timing.now()

    async def _claim(self) -> Job | None:
        if not await self._is_due():
            return None
        about = {"lease": self._timing.lease, "now": self._timing.now(), "lapsed": self._lapses.before()}
        async with self._storage.write() as connection:
            return await rows.claim(connection, str(self._owner), self._kinds, **about, but=self._running)

    def _make_room(self) -> None:
        """Somebody waits and every place is taken: whoever has had a place for longest goes behind the others."""
        if any(work.stop is Stop.TURN for work in self._running.values()):
            return
        longest = min(self._running.values(), key=lambda work: work.began, default=None)
        if longest and time.monotonic() - longest.began >= self._timing.turn:
            longest.halt(Stop.TURN)

    async def _look_after_running(self) -> None:
        """Stop what runs here for a user who has been disabled, and give back the leases of processes of this machine
        that are gone, so that nobody waits for them to lapse.
        """
        async with self._storage.read() as connection:
            running = await rows.running(connection)
        for job, is_wanted in running:
            if work := self._running.get(job.id):
                if not is_wanted:
                    work.halt(Stop.CANCELLED)
            elif job.lease_owner and self._owner.knows_dead(job.lease_owner):
                with _passing(LeaseLost):  # somebody else was quicker
                    async with self._storage.write() as connection:
                        await rows.release(connection, job.id, job.fence)

    async def _carry(self, job: Job) -> None:
        """Run ``job`` to its end, or until something stops it, and store how it ended.

        Every line that is logged meanwhile names the job, whoever logs it.
        """
        bind_contextvars(job=job.id)  # of the carrying task alone
        work = Work(job, self._storage, self._timing)
        self._running[job.id] = work
        self._publish(job)
        log.info("job runs", job=job.id, kind=job.kind, fence=job.fence, resumed=bool(job.checkpoint))
        try:
            task = asyncio.create_task(self._kinds[job.kind].run(work), name=f"{job.kind} {job.id}")
            work.begin(task)
            pulse = asyncio.create_task(self._pulse(work), name=f"pulse {job.id}")
            try:
                settle = await self._outcome(work, task)
            finally:
                pulse.cancel()
                await asyncio.gather(pulse, return_exceptions=True)
            await settle()
        except LeaseLost:
            log.warning("job taken over by another process", job=job.id, kind=job.kind)
        except LockgrooveError as error:
            log.error("how a job ended could not be stored; it is run again", job=job.id, error=error.message)
        finally:
            if self._running.get(job.id) is work:  # its lease may have lapsed meanwhile, and it runs here again
                del self._running[job.id]

    async def _outcome(self, work: Work, task: asyncio.Task[JobResult]) -> Callable[[], Awaitable[None]]:
        """Wait for the kind; what has to be stored then, as a call."""
        try:
            result = await task
        except asyncio.CancelledError:
            match work.stop:
                case Stop.CANCELLED:
                    return lambda: self._finish(work, JobState.CANCELLED)
                case Stop.LEASE_LOST:
                    return lambda: self._forget(work)
                case _:
                    return lambda: self._give_back(work)
        except Exception as raised:  # whatever a kind raises must end as a row that says so
            error = _reason(raised)
            is_untried = False
            match error:
                case LeaseLost():
                    return lambda: self._forget(work)
                case UpstreamRateLimited():
                    return lambda: self._park(work, error.retry_at, error.message)
                case StoreError() if not isinstance(error, StoreCorrupt | StoreTooNew):
                    return lambda: self._outlast(work, error)
                case LockgrooveError():
                    text = f"{error.message} {error.hint}".strip()
                    is_untried = not isinstance(error, UpstreamError) and not work.progress.phase
                    log.warning("job failed", job=work.job.id, kind=work.job.kind, error=error.message)
                case _:
                    text = f"The job met a mistake in the program ({type(error).__name__}). The log has the details."
                    log.error("job failed", job=work.job.id, kind=work.job.kind, exc_info=raised)
            return lambda: self._finish(work, JobState.FAILED, error=text, is_untried=is_untried)
        return lambda: self._finish(work, JobState.DONE, result=result)

    async def _pulse(self, work: Work) -> None:
        """Store what is reported, renew the lease, notice a cancellation: at most 4 times a second."""
        look = max(1, round(0.5 / self._timing.progress))
        renewed, beat = self._timing.now(), 0
        while True:
            await asyncio.sleep(self._timing.progress)
            beat += 1
            try:
                if work.has_news or abs(self._timing.now() - renewed) >= self._timing.renew:
                    async with self._storage.write() as connection:
                        await work.store(connection)
                    renewed = self._timing.now()
                    self._publish(work.job)
                elif beat % look == 0:
                    await self._look_at(work)
            except LeaseLost:
                log.warning("job taken over by another process", job=work.job.id, kind=work.job.kind)
                work.halt(Stop.LEASE_LOST)
            except LockgrooveError as error:
                log.warning("progress could not be stored; trying again", job=work.job.id, error=error.message)
            if work.job.cancel_requested:
                work.halt(Stop.CANCELLED)

    async def _look_at(self, work: Work) -> None:
        async with self._storage.read() as connection:
            row = await rows.get(connection, work.job.user_id, work.job.id)
        if row is None or row.fence != work.job.fence or row.state is not JobState.RUNNING:
            work.halt(Stop.LEASE_LOST)
        elif row.cancel_requested:
            work.halt(Stop.CANCELLED)

    async def _finish(
        self,
        work: Work,
        state: JobState,
        *,
        result: JobResult | None = None,
        error: str | None = None,
        is_untried: bool = False,
    ) -> None:
        """Store the last progress, the outcome and an entry of the feed in one transaction. The entry names the action of
        a kind that has several.

        A job that ``is_untried`` failed before it asked anybody outside: it may be ordered again at once.
        """
        async with self._storage.write() as connection:
            await work.store(connection)
            if result and (result.partial or work.job.problem_count):
                state = JobState.PARTIAL
            held = (connection, work.job.id, work.job.fence)
            job = await rows.finish(*held, state, result=result and result.result, error=error)
            status = "completed" if state is JobState.DONE else state.value
            details: Document = {"job_id": job.id, "results": job.progress.counts, "problems": job.problem_count}
            if result:
                details |= result.told
            if action := job.params.get("action"):
                details["action"] = action
            if error:
                details["error"] = error
            if is_untried:
                await cooldown.lift(connection, job)
            is_told = not (result and result.quiet)
            entry = await activity.add(connection, job.user_id, job.kind, status, details) if is_told else None
        measuring.job_ran(job.kind, job.state.value, time.monotonic() - work.began)
        log.info("job ended", job=job.id, kind=job.kind, state=state.value, problems=job.problem_count)
        self._publish(job)
        if entry is not None:
            self._events.publish(ActivityAdded(job.user_id, entry))

    async def _park(self, work: Work, wake: float, reason: str) -> None:
        """Put the job away until ``wake`` (Unix seconds); nothing sleeps on it meanwhile."""
        wake = max(wake, self._timing.now() + SHORTEST_PARK)
        await work.report(note=reason, waiting_until=wake)
        async with self._storage.write() as connection:
            await work.store(connection)
            job = await rows.park(connection, work.job.id, work.job.fence, wake_at=from_seconds(wake))
        measuring.job_ran(work.job.kind, "waiting", time.monotonic() - work.began)
        log.info("job waits", job=work.job.id, kind=work.job.kind, reason=reason, until=wake)
        self._publish(job)

    async def _outlast(self, work: Work, error: StoreError) -> None:
        """The store could not be used (a database server that restarts, a lock, a full disk), which is nothing the job
        did wrong: put it away as soon as that can be stored, to go on from its checkpoint.
        """
        log.warning("job interrupted by the store", job=work.job.id, kind=work.job.kind, error=error.message)
        pause = FULL_PAUSE if isinstance(error, StoreFull) else STORE_PAUSE
        reason = f"{error.message} {error.hint}".strip()
        try:
            while True:
                try:
                    return await self._park(work, self._timing.now() + pause, reason)
                except StoreError as still:
                    log.info("a job cannot be put away yet", job=work.job.id, error=still.message)
                if work.stop is Stop.CLOSING:
                    return log.warning("a job could not be put away; its lease will lapse", job=work.job.id)
                self._hindered[work.job.id] = reason
                self._publish(self.as_here(work.job))
                await asyncio.sleep(self._timing.poll)
        finally:
            self._hindered.pop(work.job.id, None)

    async def _give_back(self, work: Work) -> None:
        """The process ends, or others wait: store where the job is and let the next worker go on."""
        behind = from_seconds(self._timing.now()) if work.stop is Stop.TURN else None
        async with self._storage.write() as connection:
            await work.store(connection)
            job = await rows.release(connection, work.job.id, work.job.fence, behind=behind)
        measuring.job_ran(work.job.kind, "given_back", time.monotonic() - work.began)
        log.info("job given back", job=work.job.id, kind=work.job.kind)
        self._publish(job)

    async def _forget(self, work: Work) -> None:
        """Another process owns the row: write nothing."""
        measuring.job_ran(work.job.kind, "taken_over", time.monotonic() - work.began)

    def _publish(self, job: Job | None) -> None:
        if job is not None:
            self._events.publish(JobChanged(job))

    async def _close(self) -> None:
        for work in tuple(self._running.values()):
            work.halt(Stop.CLOSING)
        if self._carriers:
            _, late = await asyncio.wait(self._carriers, timeout=self._timing.grace)
            for carrier in late:
                log.warning("a job did not stop in time; its lease will lapse", job=carrier.get_name())
                carrier.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _reason(error: BaseException) -> BaseException:
    """The error that decides, out of a group that a kind's own task group raised."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    found = [_reason(inner) for inner in cast("BaseExceptionGroup[BaseException]", error).exceptions]
    for kind in (LeaseLost, UpstreamRateLimited, LockgrooveError):
        for inner in found:
            if isinstance(inner, kind):
                return inner
    return found[0]


@contextmanager
def _passing(*expected: type[BaseException]) -> Generator[None]:
    try:
        yield
    except expected:
        return
