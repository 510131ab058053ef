"""A job in detail as lines of fixed places: what, how far, how fast, how long yet, what came of it."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from storage.values import Job, JobState
from tui.feed import count_name
from tui.text import clean
from tui.widgets.bars import progress_bar
from tui.words import figure_name, job_outcome, job_title, moment, number, phase, share, span, time_left

PHASES = {
    "pull": "reading the collection from Discogs",
    "wants": "reading the wantlist from Discogs",
    "push": "adding to Discogs what is only here",
    "send": "sending to Discogs, at most one a second",
    "undo": "taking back from Discogs, at most one a second",
}
"""What a phase does, at more length than in the line of jobs."""
BAR_LIMIT = 60
"""Cells of the bar at most; a longer one says no more."""


def job_sheet(job: Job | None, now: float, width: int) -> list[Content]:
    """The running or last job. Always seven lines while it runs, so that nothing below moves."""
    if job is None:
        return [Content("No job has run yet."), Content.styled("Press s to sync with Discogs.", "$muted")]
    head = Content.assemble((clean(job_title(job)), "bold"), (f"  {_since(job)}", "$muted"))
    if not job.state.is_active:
        return [head, *_ended(job).wrap(width), Content(""), _counts(job)]
    return [head, Content(""), _doing(job), _bar(job, width), _pace(job, now), Content(""), _counts(job)]


def _since(job: Job) -> str:
    if job.state.is_active:
        return f"since {moment(job.started_at)}" if job.started_at else "not begun"
    took = ""
    if job.started_at and job.finished_at:
        passed = datetime.fromisoformat(job.finished_at) - datetime.fromisoformat(job.started_at)
        took = f", took {span(passed.total_seconds())}"
    return f"ended {moment(job.finished_at)}{took}"


def _doing(job: Job) -> Content:
    if job.cancel_requested:
        return Content.styled("Stopping, keeping what is done.", "$warning")
    if job.state is JobState.QUEUED:
        return Content("Waiting for its turn.")
    doing = PHASES.get(job.progress.phase) or clean(phase(job)) or "starting"
    note = clean(job.progress.note)
    return Content.assemble(doing[:1].upper() + doing[1:], (f"  {note}" if note else "", "$muted"))


def _bar(job: Job, width: int) -> Content:
    progress = job.progress
    told = share(progress) if progress.done or progress.total else ""
    if not progress.total:
        return Content.styled(told or "How many is not known yet.", "$muted")
    cells = max(8, min(BAR_LIMIT, width - len(told) - 2))
    return Content.assemble(progress_bar(progress.done, progress.total, cells), f"  {told}")


def _pace(job: Job, now: float) -> Content:
    progress = job.progress
    if job.state is JobState.WAITING and job.wake_at:
        left = datetime.fromisoformat(job.wake_at).timestamp() - now
        return Content.styled(
            f"Parked for the rate limit, resumes at {moment(job.wake_at)} (in {span(left)}).", "$warning"
        )
    if progress.waiting_until and progress.waiting_until > now:
        return Content.styled(f"Waiting for the rate limit, {span(progress.waiting_until - now)} to go.", "$warning")
    parts: list[str] = []
    if progress.rate > 0:
        parts.append(f"{progress.rate:.0f} a second" if progress.rate >= 10 else f"{progress.rate:.1f} a second")
    if (left := time_left(progress)) is not None:
        parts.append(f"{span(left)} left")
    return Content.styled(" · ".join(parts), "$muted")


def _ended(job: Job) -> Content:
    glyph, style = ("✓ ", "$success") if job.state is JobState.DONE else ("! ", "$warning")
    if job.state is JobState.FAILED:
        glyph, style = "✗ ", "$error"
    return Content.assemble((glyph, style), clean(job_outcome(job)))


def _counts(job: Job) -> Content:
    """The figures in one style: it is the line that changes every time, and every change of style costs bytes."""
    counts = {figure_name(job, name): value for name, value in job.progress.counts.items() if name != "failed"}
    figures = [f"{number(value)} {clean(count_name(name))}" for name, value in counts.items() if value]
    failed = f"   {number(job.problem_count)} failed" if job.problem_count else ""
    return Content.assemble("   ".join(figures), (failed, "$error"))
