"""What a running job holds: its row, its progress, the door through which it saves, and the reason to stop."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from enum import Enum

from sqlalchemy.ext.asyncio import AsyncConnection

from services.jobs.kinds import Timing
from storage import jobs as rows
from storage.engine import Storage
from storage.values import Document, Job, Problem, Progress


class Stop(Enum):
    """Why a running job is asked to stop before its end."""

    CANCELLED = "cancelled"
    """The person said so; what was kept stays."""
    LEASE_LOST = "lease_lost"
    """Another process runs it now."""
    TURN = "turn"
    """Others have waited for its place; the job goes on when its turn comes again."""
    CLOSING = "closing"
    """This process ends; the job goes on elsewhere."""


class Work:
    """A running job in the hands of its kind.

    Everything that must survive a crash is stored in a ``saving`` block. The task that runs the kind is cancelled when
    the job has to stop, but never inside such a block: a page is stored whole or not at all.
    """

    def __init__(self, job: Job, storage: Storage, timing: Timing) -> None:
        self.job = job
        self.storage = storage
        self.stop: Stop | None = None
        self.began = time.monotonic()
        self._timing = timing
        self._task: asyncio.Task[object] | None = None
        self._saving = 0
        self._progress = replace(job.progress, rate=0.0, waiting_until=None, note="")
        self._dirty = False
        self._problems: list[Problem] = []
        self._pace = Pace()
        self._part: str | None = None

    @property
    def checkpoint(self) -> Document:
        """What was stored last to go on from, empty at the beginning; inside :meth:`part` what that part stored."""
        return self.job.checkpoint if self._part is None else self._parts().get(self._part, {})

    @contextmanager
    def part(self, name: str) -> Generator[None]:
        """Inside, checkpoints are those of one part of the job; those of the others stay."""
        self._part = name
        try:
            yield
        finally:
            self._part = None

    @property
    def progress(self) -> Progress:
        """The progress as last reported, which may not be stored yet."""
        return replace(self._progress, rate=self._pace.rate(self._progress.done))

    async def report(
        self,
        *,
        phase: str | None = None,
        done: int | None = None,
        total: int | None = None,
        note: str | None = None,
        waiting_until: float | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Say how far the job is; what is not given stays, but for ``waiting_until``, which any other report ends.

        ``counts`` are laid over the earlier ones. Costs nothing: the row is written at most 4 times a second, the last
        value always. A new ``phase`` starts counting anew (``done`` 0, ``total`` unknown, unless given).
        """
        before = self._progress
        if phase is not None and phase != before.phase:
            before = replace(before, phase=phase, done=0, total=None, note="")
            self._pace = Pace()
        self._progress = replace(
            before,
            done=before.done if done is None else done,
            total=before.total if total is None else total,
            note=before.note if note is None else note,
            waiting_until=waiting_until,
            counts={**before.counts, **(counts or {})},
        )
        self._pace.note(self._progress.done)
        self._dirty = True

    async def problem(self, item: str, message: str) -> None:
        """Keep what went wrong with ``item``, in words for a person; the job goes on and ends as partial.

        Stored with the next page or within a quarter of a second, so it may be called inside a ``saving`` block.
        """
        self._problems.append(Problem(item, message))
        self._dirty = True

    @asynccontextmanager
    async def saving(self, checkpoint: Document | None = None) -> AsyncGenerator[AsyncConnection]:
        """A transaction for one page; ``checkpoint`` (read when the block ends) is stored with it.

        Raises :class:`LeaseLost`, with nothing stored, once another process has taken the job over.
        """
        self._saving += 1
        try:
            async with self.storage.write() as connection:
                yield connection
                await self.store(connection, checkpoint)
        finally:
            self._saving -= 1
        if self.job.cancel_requested:
            self.stop = self.stop or Stop.CANCELLED
        if self.stop is not None and self._task is not None:
            self._task.cancel(self.stop.value)
            await asyncio.sleep(0)  # where the cancellation arrives

    def raise_if_cancelled(self) -> None:
        """End the job here if it has to stop. Awaiting does this by itself; long computations call it."""
        if self.stop is not None:
            raise asyncio.CancelledError(self.stop.value)

    def _parts(self) -> dict[str, Document]:
        return self.job.checkpoint.get("parts") or {}

    # What follows is for the worker that carries this job.

    def begin(self, task: asyncio.Task[object]) -> None:
        """``task`` runs the kind; it is what :meth:`halt` cancels."""
        self._task = task
        if self.stop is not None:
            task.cancel()

    def halt(self, reason: Stop) -> None:
        """Make the job stop for ``reason`` (the first one counts), at once or at the end of the page being stored."""
        if self.stop is not None:
            return
        self.stop = reason
        if self._task is not None and not self._saving:
            self._task.cancel(reason.value)

    @property
    def has_news(self) -> bool:
        """Whether something was reported that is not stored."""
        return self._dirty

    async def store(self, connection: AsyncConnection, checkpoint: Document | None = None) -> None:
        """Write progress, problems and ``checkpoint`` and renew the lease. Raises :class:`LeaseLost`."""
        told, self._problems = self._problems, []
        dirty, self._dirty = self._dirty, False
        try:
            held = (connection, self.job.id, self.job.fence)
            if checkpoint is not None and self._part is not None:
                checkpoint = {"parts": {**self._parts(), self._part: checkpoint}}
            await rows.save(*held, progress=self.progress, checkpoint=checkpoint)
            for problem in told:
                await rows.add_problem(*held, problem.item, problem.message)
            stored = await rows.renew(*held, lease=self._timing.lease, now=self._timing.now())
        except BaseException:
            self._problems = told + self._problems
            self._dirty = dirty or self._dirty
            raise
        self.job = stored


class Pace:
    """Items a second over the last minute, from what is done at which time."""

    WINDOW = 60.0

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def note(self, done: int) -> None:
        """``done`` items are done now. Marks are kept a second apart, which is all a rate needs."""
        now = time.monotonic()
        if self._marks and done < self._marks[-1][1]:
            self._marks.clear()
        if not self._marks or now - self._marks[-1][0] >= 1.0:
            self._marks.append((now, done))
        while len(self._marks) > 1 and self._marks[1][0] < now - self.WINDOW:
            self._marks.popleft()

    def rate(self, done: int) -> float:
        """Items a second from the oldest mark of the last minute to now; 0 in the first half second."""
        if not self._marks:
            return 0.0
        began, had = self._marks[0]
        elapsed = time.monotonic() - began
        return max(0.0, (done - had) / elapsed) if elapsed >= 0.5 else 0.0
