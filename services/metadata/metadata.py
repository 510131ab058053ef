"""The update of the library: a durable job, so that its state outlives a restart and any process tells it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import structlog

from services.errors import Conflict, LockgrooveError, NotConnected, NotFound
from services.events import ActivityAdded, Events
from services.jobs import JobResult, Jobs, Work
from services.plex.connect import SET_UP, Plex
from storage import activity, matches
from storage.engine import Storage
from storage.values import Document, Job, JobState, UserId

log = structlog.stdlib.get_logger(__name__)

METADATA = "metadata"
"""The name of its kind of job."""
UNAVAILABLE = "Scan worker unavailable"
ALREADY_RUNNING = "Metadata update already running"


class Phase(StrEnum):
    """The phases in their order, then what else there is to say (harmony-contract.md section 4)."""

    IDLE = "Idle"
    PREPARING = "Preparing"
    SCANNING = "Scanning library"
    RECONCILING = "Reconciling matches"
    COMPLETED = "Completed"
    STOPPING = "Stopping current task"
    STOPPED = "Stopped by user"
    ERROR = "Error"


@dataclass(frozen=True, slots=True)
class MetadataState:
    """How the update is. ``processed`` counts what is done of its phases, ``matching_queue`` what waited to be matched when that
    phase looked; instants as they are stored.
    """

    status: str = "idle"
    phase: Phase = Phase.IDLE
    processed: int = 0
    matching_queue: int = 0
    started_at: str | None = None
    completed_at: str | None = None
    error: str | None = None

    @classmethod
    def of(cls, job: Job | None) -> MetadataState:
        """What the newest job says."""
        if job is None:
            return cls()
        status, phase = _ENDS.get(job.state, ("running", Phase.PREPARING))
        if job.state.is_active:
            phase = Phase(job.progress.phase) if job.progress.phase in _PHASES else Phase.PREPARING
            if job.cancel_requested:
                status, phase = "stopping", Phase.STOPPING
        counts = job.progress.counts
        return cls(
            status,
            phase,
            counts.get("processed", 0),
            counts.get("matching_queue", 0),
            job.started_at or job.created_at,
            job.finished_at,
            job.error,
        )


_ENDS = {
    JobState.DONE: ("completed", Phase.COMPLETED),
    JobState.PARTIAL: ("completed", Phase.COMPLETED),
    JobState.FAILED: ("error", Phase.ERROR),
    JobState.CANCELLED: ("stopped", Phase.STOPPED),
}
_PHASES = frozenset(Phase)

Reconcile = Callable[[Work], Awaitable[int]]
"""Sees to what has changed since it was matched; how many things waited for that."""


class Metadata:
    """Starting, watching and stopping the update. It is the owner's, as Plex is."""

    def __init__(self, storage: Storage, events: Events, jobs: Jobs, plex: Plex) -> None:
        self._storage = storage
        self._events = events
        self._jobs = jobs
        self._plex = plex

    async def update(self, user_id: UserId) -> MetadataState:
        """Begin one. Raises :class:`NotConnected` where Plex is not set up, :class:`Conflict` while one runs."""
        if not self._plex.is_configured:
            raise NotConnected("plex", UNAVAILABLE, SET_UP, ("PLEX_BASE_URL", "PLEX_TOKEN"))
        job, attached = await self._jobs.start(METADATA, user_id)
        if attached:
            await self._tell(user_id, "already_running")
            raise Conflict(ALREADY_RUNNING, "`GET /api/metadata/status` tells how it goes.")
        state = MetadataState.of(job)
        await self._tell(user_id, "started", state=told(state))
        return state

    async def state(self, user_id: UserId) -> MetadataState:
        """How it is, or how the last one ended; asks nobody."""
        return MetadataState.of(await self._newest(user_id))

    async def stop(self, user_id: UserId) -> MetadataState:
        """Ask the running one to stop, which it does within a second; what it read is kept. Without one nothing changes."""
        job = await self._newest(user_id)
        if job is not None and job.state.is_active:
            try:
                job = await self._jobs.cancel(user_id, job.id)
            except NotFound:
                job = None
        state = MetadataState.of(job)
        await self._tell(user_id, "stopped", state=told(state))
        return state

    async def _newest(self, user_id: UserId) -> Job | None:
        recent = await self._jobs.recent(user_id, 1, kind=METADATA)
        return recent[0] if recent else None

    async def _tell(self, user_id: UserId, status: str, **details: object) -> None:
        async with self._storage.write() as conn:
            entry = await activity.add(conn, user_id, "metadata", status, details)
        self._events.publish(ActivityAdded(user_id, entry))


class MetadataJob:
    """The kind of job that looks at Plex and then has what changed matched anew. It fails with what Plex says where that cannot
    be read; a source that cannot be asked afterwards is a problem.
    """

    name = METADATA

    def __init__(self, plex: Plex, reconcile: Sequence[tuple[str, Reconcile]]) -> None:
        """``reconcile``: what is seen to after the scan, each with whose it is."""
        self._plex = plex
        self._reconcile = reconcile

    async def run(self, work: Work) -> JobResult:
        """The phases in turn; one that was done before an interruption is not done again."""
        await work.report(phase=Phase.PREPARING)
        if not work.checkpoint.get("scanned"):
            await work.report(phase=Phase.SCANNING)
            await self._plex.scans.cycle()
            async with work.saving({"scanned": True}):
                await work.report(counts={"processed": 1})
        await work.report(phase=Phase.RECONCILING)
        queue = 0
        for whose, see_to in self._reconcile:
            try:
                queue += await see_to(work)
            except LockgrooveError as error:
                log.warning("not reconciled", whose=whose, error=error.message)
                await work.problem(whose, f"{error.message} {error.hint}".strip())
            await work.report(counts={"matching_queue": queue})
        await work.report(phase=Phase.COMPLETED)
        return JobResult({"matching_queue": queue}, quiet=True)


def matching_queue(jobs: Jobs, kind: str) -> Reconcile:
    """What waits to be matched is seen to by the job of that kind, which goes on by itself."""

    async def see_to(work: Work) -> int:
        async with work.storage.read() as conn:
            waiting = await matches.count_waiting(conn, UserId(work.job.user_id))
        if waiting:
            await jobs.start(kind, work.job.user_id)
        return waiting

    return see_to


def shelf(refresh: Callable[[UserId], Awaitable[object]]) -> Reconcile:
    """The shelf is brought together anew by its own job."""

    async def see_to(work: Work) -> int:
        await refresh(UserId(work.job.user_id))
        return 0

    return see_to


def told(state: MetadataState) -> Document:
    """The state as JSON has it: instants to the second, with Z."""
    instants = {
        name: at and f"{at[:19]}Z"
        for name, at in (("started_at", state.started_at), ("completed_at", state.completed_at))
    }
    return asdict(state) | {"phase": state.phase.value} | instants
