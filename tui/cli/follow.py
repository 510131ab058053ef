"""Following a job to its end on the command line, whichever process runs it."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from storage.errors import StoreError
from tui.cli.exits import Exit
from tui.cli.output import note
from tui.cli.program import Ended, calling_on
from tui.cli.progress import ProgressLine
from tui.words import job_line

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values import Job

_TICK = 1.0
"""Seconds after which a countdown is drawn again although the job did not change."""


async def follow(runtime: Runtime, job: Job, *, ours: bool) -> Job:
    """Show the job's progress until it ends and return it as it ended.

    Ctrl-C cancels a job that is ``ours`` (started by this command) and waits for its orderly end; a second Ctrl-C, or
    the first one for a job of somebody else, stops following and leaves the job to go on. Raises :class:`Ended` then.
    """
    task = asyncio.current_task()
    assert task is not None
    interrupts = 0

    def interrupted() -> None:
        nonlocal interrupts
        interrupts += 1
        if ours and interrupts == 1:
            cancelling.set()
        else:
            task.cancel()

    cancelling = asyncio.Event()
    try:
        with calling_on(signal.SIGINT, interrupted):
            async with asyncio.TaskGroup() as group:
                waiting = group.create_task(_cancel_when(cancelling, runtime, job, leave=interrupted))
                job = await _shown(runtime, job)
                waiting.cancel()
    except asyncio.CancelledError:
        if not interrupts:
            raise
        task.uncancel()
        note("Not waiting any longer; the job itself was not cancelled." if not ours else "Left at once.")
        raise Ended(128 + signal.SIGINT) from None
    return job


async def _shown(runtime: Runtime, job: Job) -> Job:
    with ProgressLine() as shown:
        async with aclosing(_ticking(runtime.jobs.watch(job.user_id, job.id))) as changes:
            async for latest in changes:
                job = latest or job
                if job.state.is_active:
                    shown.show(job_line(job, time.time()))
    return job


async def _cancel_when(asked: asyncio.Event, runtime: Runtime, job: Job, leave: Callable[[], None]) -> None:
    """Cancel the job once that is asked for, or ``leave`` it where the library does not let itself be written."""
    await asked.wait()
    try:
        await runtime.jobs.cancel(job.user_id, job.id)
    except StoreError as error:
        note(f"It could not be cancelled. {error.message} It goes on with the next command or `lockgroove serve`.")
        leave()


async def _ticking(changes: AsyncIterator[Job]) -> AsyncGenerator[Job | None]:
    """The job's changes, and None whenever a second passed without one."""
    upcoming = asyncio.ensure_future(anext(changes, None))
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=_TICK)
            if not done:
                yield None
                continue
            job = upcoming.result()
            if job is None:
                return
            yield job
            upcoming = asyncio.ensure_future(anext(changes, None))
    finally:
        upcoming.cancel()


def exit_of(job: Job) -> Exit:
    """The status that a job's end gives its command."""
    if job.state == "done":
        return Exit.PARTIAL if job.problem_count else Exit.DONE
    if job.state == "partial":
        return Exit.PARTIAL
    return Exit.INTERRUPTED if job.state == "cancelled" else Exit.FAILED
