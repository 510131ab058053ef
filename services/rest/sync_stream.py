"""A sync as a stream of events (records-contract.md section 1): start it or join it, watch it to its end.

The sync is a job and does not know who watches: a slow reader sees fewer events, a vanished one changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal

import anyio

from services.errors import LockgrooveError
from services.rest.hints import over_rest
from services.rest.record_shapes import SyncProgress
from services.runtime import Runtime
from storage.values import Job, JobState, UserId

HEARTBEAT_SECONDS = 15.0
"""Silence after which a comment keeps proxies from closing the stream."""
HEARTBEAT = b": still here\n\n"
CLOSING = b"event: closing\nretry: 3000\n"
"""Begins the last event of a stream that ends because serving does: whoever wants the rest asks again, in three seconds."""
_ERRORS_ON_THE_WAY = 100
"""An event before the last carries at most this many errors, the newest; the last carries all."""


async def follow(runtime: Runtime, user_id: UserId, job: Job, closing: asyncio.Event) -> AsyncGenerator[bytes]:
    """The events of ``job`` to its end. If serving ends first the last event is of type ``closing`` and not ``done``: the job
    goes on elsewhere or later, from where it is.
    """
    errors = _Errors(runtime)
    async with aclosing(paced(runtime.jobs.watch(user_id, job.id), closing)) as moves:
        async for moved in moves:
            if moved is None:
                yield HEARTBEAT
                continue
            job = moved
            if job.state.is_active:
                yield _event(job, _phase(job), await errors.newest(job))
    if not job.state.is_active:
        yield _event(job, "done", await errors.all(job))
    elif closing.is_set():
        yield CLOSING + _event(job, _phase(job), await errors.newest(job))


async def excuse(error: LockgrooveError) -> AsyncGenerator[bytes]:
    """The stream of a sync that cannot start: a single ``done`` that says why."""
    text = over_rest(f"{error.message} {error.hint}".strip())
    yield _line(SyncProgress(phase="done", pulled=0, pushed=0, skipped=0, errors=[text], total_discogs_items=0))


class _Errors:
    """What went wrong with single records so far; asked from the store only when there is more of it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._known = 0
        self._sentences: list[str] = []

    async def newest(self, job: Job) -> list[str]:
        if job.problem_count != self._known:
            problems = await self._runtime.jobs.problems(job.id)
            self._sentences = [over_rest(f"{problem.item}: {problem.message}") for problem in problems]
            self._known = job.problem_count
        return self._sentences[-_ERRORS_ON_THE_WAY:]

    async def all(self, job: Job) -> list[str]:
        await self.newest(job)
        if job.state is JobState.CANCELLED:
            return [*self._sentences, "The sync was cancelled; what it had done stays done."]
        if job.state is JobState.FAILED:
            return [*self._sentences, over_rest(job.error or "The sync failed; the log has the cause.")]
        return self._sentences


def _phase(job: Job) -> Literal["pull", "push"]:
    return "push" if job.progress.phase.startswith("push") else "pull"


def _event(job: Job, phase: Literal["pull", "push", "done"], errors: list[str]) -> bytes:
    counts = job.progress.counts
    return _line(
        SyncProgress(
            phase=phase,
            pulled=counts.get("pulled", 0),
            pushed=counts.get("pushed", 0),
            skipped=counts.get("skipped", 0),
            errors=errors,
            total_discogs_items=counts.get("totalDiscogsItems", 0),
        )
    )


def _line(progress: SyncProgress) -> bytes:
    return b"data: " + progress.model_dump_json(by_alias=True).encode() + b"\n\n"


async def paced(changes: AsyncGenerator[Job], closing: asyncio.Event) -> AsyncGenerator[Job | None]:
    """``changes`` until they or serving end; None after every :data:`HEARTBEAT_SECONDS` of silence."""
    ended = asyncio.ensure_future(closing.wait())
    upcoming = asyncio.ensure_future(anext(changes, None))
    try:
        while True:
            done, _ = await asyncio.wait(
                {upcoming, ended}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if upcoming in done:
                if (job := upcoming.result()) is None:
                    return
                yield job
                upcoming = asyncio.ensure_future(anext(changes, None))
            elif ended in done:
                return
            else:
                yield None
    finally:
        ended.cancel()
        upcoming.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.gather(ended, upcoming, return_exceptions=True)
            await changes.aclose()
