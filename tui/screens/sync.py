"""Syncing: begin it from anywhere, and the running or last job in detail."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from services.errors import NotConnected
from storage.errors import LockgrooveError
from storage.values import Job, Problem
from tui.actions import bindings
from tui.bridge import Bridge, Snapshot
from tui.screens.activity_entry import problem_lines
from tui.screens.page import Page
from tui.tokens import STYLES
from tui.widgets.jobsheet import job_sheet
from tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.app import LockgrooveApp

KIND = "sync"
REDRAW = 0.9
"""Seconds between two drawings of a running job at least; the clock ticks once a second."""


def begin(app: LockgrooveApp) -> None:
    """Start a sync, or stay with the one that runs; without a connection ask for one first."""
    app.run_worker(partial(_begin, app), group="sync", exclusive=True, exit_on_error=False)


async def _begin(app: LockgrooveApp) -> None:
    try:
        await app.bridge.call(start)
    except NotConnected:
        from tui.screens.connect import open_connect

        open_connect(app)
    except LockgrooveError as error:
        app.notify(f"{error.message} {error.hint}", title="No sync", severity="error", markup=False)


async def start(runtime: Runtime) -> tuple[Job, bool]:
    """Start or join the sync; on the services' loop. Raises :class:`NotConnected` where there is nothing to sync with."""
    user_id = runtime.user.id
    if not (await runtime.discogs.status(user_id)).ready and not (await runtime.spotify.status(user_id)).ready:
        raise NotConnected("discogs", "Discogs is not connected.", "Connect it first.")
    return await runtime.jobs.start(KIND, runtime.user.id)


class JobScreen(Page):
    """Follows the running job from the snapshots; asks by itself only for the failed items, and only when there are more."""

    MODE = "job"
    CSS_PATH: ClassVar[Any] = [STYLES / "sync.tcss"]
    BINDINGS: ClassVar[Any] = bindings("job")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._drawn_at = 0.0
        self._drawn: tuple[object, ...] = ()
        self._problems: Sequence[Problem] = ()
        self._listed: tuple[str, int] | None = None

    def content(self) -> Iterator[Widget]:
        with VerticalScroll(id="job-scroll"):
            yield Sheet(id="job")
            yield Sheet(id="failures")

    @property
    def job(self) -> Job | None:
        """The running job, else the last one."""
        snapshot = self.bridge.snapshot
        return snapshot.jobs[0] if snapshot.jobs else snapshot.last_job

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.query_one("#job-scroll").focus()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        job = self.job
        now = (job and job.id, job and job.state, job and job.cancel_requested, snapshot.ready, snapshot.failure)
        if now != self._drawn or time.monotonic() - self._drawn_at >= REDRAW:
            if now != self._drawn:
                self._drawn = now
                self.refresh_bindings()
            self._redraw()

    def tick(self) -> None:
        super().tick()
        if time.monotonic() - self._drawn_at >= REDRAW:
            self._redraw()

    def _redraw(self) -> None:
        self._drawn_at = time.monotonic()
        job, now, snapshot = self.job, time.time(), self.bridge.snapshot
        if job is None and not snapshot.ready:
            failure = snapshot.failure
            said = f"{failure.message} {failure.hint}".strip() if failure is not None else "Opening the library…"
            self.query_one("#job", Sheet).show(lambda width: Content(said).wrap(width))
            return
        self.query_one("#job", Sheet).show(lambda width: job_sheet(job, now, width))
        if job is None or (job.id, job.problem_count) == self._listed:
            return
        self._listed = (job.id, job.problem_count)
        if job.problem_count:
            self.run_worker(partial(self._list_problems, job.id), group="problems", exclusive=True, exit_on_error=False)
        else:
            self.query_one("#failures", Sheet).show(lambda _: ())

    async def _list_problems(self, job_id: str) -> None:
        async def ask(runtime: Runtime) -> Sequence[Problem]:
            return await runtime.jobs.problems(job_id)

        try:
            problems = await self.bridge.call(ask)
        except LockgrooveError as error:
            problems = [Problem("The list of failed items", f"{error.message} {error.hint}")]
        self.query_one("#failures", Sheet).show(lambda width: problem_lines(problems, width))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        job = self.job
        if action == "report":
            return job is not None and job.kind == "export"
        if action != "cancel":
            return True
        return True if job is not None and job.state.is_active and not job.cancel_requested else None

    def action_cancel(self) -> None:
        """Ask the job to stop at its next page; what is done is kept, so nothing is asked first."""
        job = self.job
        if job is not None and job.state.is_active:
            self.run_worker(partial(self._cancel, job.id), group="cancel", exclusive=True, exit_on_error=False)

    async def _cancel(self, job_id: str) -> None:
        async def ask(runtime: Runtime) -> object:
            return await runtime.jobs.cancel(runtime.user.id, job_id)

        try:
            await self.bridge.call(ask)
        except LockgrooveError as error:
            self.app.notify(f"{error.message} {error.hint}", title="Not stopped", severity="error", markup=False)

    def action_report(self) -> None:
        if (job := self.job) is not None and job.kind == "export":
            self.app.show_export(job.id)

    def action_close(self) -> None:
        self.app.go(self.app.came_from)
