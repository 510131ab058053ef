"""The line above the hints, always in the same place: the running job, or what the last one left behind."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from storage.values import JobState
from tui.bridge import Snapshot
from tui.words import ago, job_line, job_outcome

if TYPE_CHECKING:
    from storage.values import Job

STATE_STYLE = {
    JobState.DONE: "$success",
    JobState.PARTIAL: "$warning",
    JobState.FAILED: "$error",
    JobState.CANCELLED: "$warning",
}


class JobStrip(Widget):
    """What runs, how far it is and for how long yet; the layout never moves, so an update costs one line."""

    snapshot: reactive[Snapshot] = reactive(Snapshot(), layout=False)
    position: reactive[str] = reactive("", layout=False)
    """What the screen says of its list: "128 of 12,345 · 14 marked"."""

    def watch_snapshot(self, snapshot: Snapshot) -> None:
        """Why nothing can be opened, and what to do about it, is read in full on whatever page."""
        self.set_class(snapshot.failure is not None, "-failed")

    def render(self) -> Content:
        if self.snapshot.failure is not None:
            return self._left()
        width = self.size.width
        right = Content(f"{self.position} " if self.position else "")
        left = self._left().truncate(max(0, width - right.cell_length - 1), ellipsis=True)
        gap = max(0, width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right)

    def _left(self) -> Content:
        shown = self.snapshot
        if shown.failure is not None:
            return Content.assemble(("✗ ", "$error"), f"{shown.failure.message} {shown.failure.hint}")
        if shown.jobs:
            return Content.assemble((" ● ", "$accent"), (job_line(shown.jobs[0], time.time()), "$foreground"))
        if shown.last_job is not None:
            return self._ended(shown.last_job)
        return Content(" Ready." if shown.ready else " Opening the library…")

    def _ended(self, job: Job) -> Content:
        style = STATE_STYLE.get(job.state, "$muted")
        glyph = "✓" if job.state is JobState.DONE else "!"
        return Content.assemble((f" {glyph} ", style), f"{job_outcome(job)} · {ago(job.finished_at)}")
