"""An export in a few lines: how far it is, or how it ended and what can be done about the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from storage.values import JobState
from tui.actions import key_of
from tui.text import clean
from tui.widgets.jobsheet import job_sheet
from tui.words import is_undo, number

if TYPE_CHECKING:
    from services.discogs.export import Export
    from storage.values import Job

CAUSE_LINES = 3
"""Lines of the reason why an export failed at most; the log has it whole."""


def export_lines(export: Export, job: Job, now: float, width: int, *, connected: bool) -> list[Content]:
    """``export`` with ``job``, its newest state. The same number of lines as long as it runs, so that nothing moves."""
    head, *rest = job_sheet(job, now, width)
    if job.state.is_active:
        _, doing, bar, pace, _, figures = rest
        return [head, doing, bar, pace, figures]
    lines = [head, _summary(export, job)]
    if job.state is JobState.FAILED:
        cause = clean(job.error or "No reason was given; the log has it.")
        lines += [Content.styled(line.plain, "$error") for line in Content(cause).wrap(width)[:CAUSE_LINES]]
    return lines + [
        part for line in advice(export, connected=connected) for part in Content.styled(line, "$muted").wrap(width)
    ]


def summary(export: Export) -> str:
    """``12 sent, 3 skipped, 1 failed``, with what was not reached."""
    sent = "taken back" if is_undo(export.job) else "sent"
    said = f"{number(export.sent)} {sent}, {number(export.skipped)} skipped, {number(export.failed)} failed"
    return f"{said}, {number(export.pending)} not reached" if export.pending else said


def advice(export: Export, *, connected: bool) -> list[str]:
    """What can be done now, each with its key."""
    if export.retried_as is not None:
        return [f"Another export went on with what was left; {key_of('export.other')} shows it."]
    said: list[str] = []
    left = export.failed + export.pending
    if export.can_be_retried and not connected:
        said.append(f"Discogs is not connected: {key_of('export.connect')} connects it.")
    if export.can_be_retried:
        what = "take back what is left" if is_undo(export.job) else "send what is left"
        said.append(f"{key_of('export.retry')} tries to {what} ({number(left)}).")
    if export.undoable:
        said.append(f"{key_of('export.undo')} takes back the {number(export.undoable)} that went through.")
    return [" ".join(said)] if said else []


def _summary(export: Export, job: Job) -> Content:
    glyph, style = ("✓ ", "$success") if job.state is JobState.DONE else ("! ", "$warning")
    if job.state is JobState.FAILED:
        glyph, style = "✗ ", "$error"
    stopped = "Stopped: " if job.state is JobState.CANCELLED else ""
    return Content.assemble((glyph, style), (f"{stopped}{summary(export)}", "bold"))
