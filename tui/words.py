"""Figures and instants as a person reads them. Pure functions of values; English, short, stable in width where it counts."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage.values import ConnectMethod, JobState

if TYPE_CHECKING:
    from storage.values import Job, Progress

JOB_TITLES = {
    "sync": "Sync",
    "export": "Export",
    "plays": "Plays",
    "history": "Listening history",
    "spotify_library": "Spotify library",
    "beets_import": "Import into beets",
    "shelf": "Shelf",
    "autosync": "Auto-sync",
    "metadata": "Library update",
    "wishes": "Matching wishes",
    "watch": "New releases",
}
WAYS = {ConnectMethod.TOKEN: "personal access token", ConnectMethod.OAUTH: "sign-in"}
"""How an account was connected."""
PHASES = {
    "pull": "pulling from Discogs",
    "wants": "reading the wantlist",
    "push": "pushing to Discogs",
    "send": "sending to Discogs",
    "undo": "taking back from Discogs",
    "plays": "asking Spotify",
    "artists": "reading followed artists",
    "playlists": "listing playlists",
    "items": "reading playlists",
    "saved": "reading saved tracks",
    "history": "reading the export",
    "scan": "looking at Plex",
    "reading": "reading what is here",
    "watched": "asking for new releases",
    "autosync": "comparing Spotify with what you have",
    "searching": "asking Soulseek",
}
"""What a phase of a job does, in few words; an unknown one is shown as it is called."""
_SHELF_PHASES = {
    "records": "reading records",
    "wantlist": "reading the wantlist",
    "plays": "reading plays",
    "Spotify": "reading what Spotify keeps",
    "Plex": "asking Plex for its albums",
    "beets": "asking beets for its albums",
    "downloads": "reading downloads",
    "arrivals": "reading what arrived",
    "matching": "matching",
}
"""The like for the shelf, which reads some of the same and asks nobody for it."""
_OUTCOMES = {
    "sync": {
        "pulled": "pulled",
        "pushed": "pushed",
        "removed": "removed",
        "wantsChanged": "wants changed",
        "playlistsRead": "playlists read",
        "requested": "asked for on Soulseek",
    },
    "autosync": {"requested": "asked for on Soulseek", "skipped": "not to be had"},
    "export": {"sent": "sent", "skipped": "skipped"},
    "spotify_library": {"playlists": "playlists", "artists": "artists", "savedTracks": "saved tracks"},
    "plays": {"plays": "new plays", "gaps": "possible gaps"},
    "beets_import": {"tracks": "new tracks"},
    "wishes": {"looked": "looked at"},
    "watch": {"asked": "asked", "new": "new"},
    "shelf": {"added": "new", "changed": "changed", "gone": "gone", "matched": "matched"},
    "history": {"plays": "new plays", "merged": "merged", "known": "known before", "short": "too short to count"},
}
"""The figures that say what a job of a kind did, with their words. What failed is counted by its problems."""
_TARGETS = {
    "collection": "to your collection",
    "wantlist": "to your wantlist",
    "marketplace": "to the marketplace",
}
_TAKEN_BACK = "taken back"


def number(value: int) -> str:
    """``12345`` as ``12,345``."""
    return f"{value:,}"


def span(seconds: float) -> str:
    """A length of time in its two largest units: ``42 s``, ``3 min 05 s``, ``2 h 10 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def ago(instant: str | None, now: float | None = None) -> str:
    """How long ago ``instant`` (ISO 8601) was, in one unit; a date from a week on. Empty for None."""
    if not instant:
        return ""
    then = datetime.fromisoformat(instant)
    passed = (now if now is not None else time.time()) - then.timestamp()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if passed >= size:
            return day(instant) if unit == "d" and passed >= 7 * size else f"{int(passed // size)} {unit} ago"
    return "just now"


def day(instant: str | None) -> str:
    """The local calendar day of an instant, ``2026-11-20``; empty for None."""
    if not instant:
        return ""
    return datetime.fromisoformat(instant).replace(tzinfo=UTC).astimezone().strftime("%Y-%m-%d")


def moment(instant: str | None) -> str:
    """Local day and time of an instant, ``2026-11-20 14:05``; empty for None."""
    if not instant:
        return ""
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M")


def way(method: ConnectMethod | None, since: str | None) -> str:
    """How an account is connected and since when: ``sign-in since 2026-11-20``; empty where neither is known."""
    return " ".join(part for part in (WAYS[method] if method else "", f"since {day(since)}" if since else "") if part)


def share(progress: Progress) -> str:
    """How far: ``1,200 of 5,000 (24 %)``, or the bare count while the total is unknown."""
    if not progress.total:
        return number(progress.done)
    return f"{number(progress.done)} of {number(progress.total)} ({100 * progress.done // progress.total} %)"


def time_left(progress: Progress) -> float | None:
    """Seconds left at the present rate; None while nobody can know."""
    if not progress.total or progress.rate <= 0 or progress.done >= progress.total:
        return None
    return (progress.total - progress.done) / progress.rate


def is_undo(job: Job) -> bool:
    """Whether a job takes back what an export sent."""
    return job.kind == "export" and job.params.get("action") == "undo"


def job_title(job: Job) -> str:
    """What a job is: ``Sync``, ``Export to your wantlist``, ``Undo of an export to the marketplace``."""
    title = JOB_TITLES.get(job.kind, job.kind)
    target = _TARGETS.get(str(job.params.get("target"))) if job.kind == "export" else None
    if target is None:
        return title
    return f"Undo of an export {target}" if is_undo(job) else f"{title} {target}"


def figure_name(job: Job, name: str) -> str:
    """What a figure of this job counts, where that depends on what the job does."""
    return _TAKEN_BACK if name == "sent" and is_undo(job) else name


def phase(job: Job) -> str:
    """What a running job does, in few words; empty where it has not said yet."""
    phases = _SHELF_PHASES if job.kind == "shelf" else PHASES
    return phases.get(job.progress.phase) or job.progress.phase


def job_line(job: Job, now: float) -> str:
    """A running job in one line: what, how far, how fast, how long yet, and whether it waits for a limit."""
    progress = job.progress
    parts = [JOB_TITLES.get(job.kind, job.kind)]
    if job.state is JobState.QUEUED:
        return f"{parts[0]} · waiting for its turn"
    if job.cancel_requested:
        return f"{parts[0]} · stopping, keeping what is done"
    parts.append(phase(job) or "starting")
    if progress.done or progress.total:
        parts.append(share(progress))
    if job.state is JobState.WAITING:
        parts.append(f"resumes at {moment(job.wake_at)[-5:]}" if job.wake_at else "waiting")
    elif progress.waiting_until and progress.waiting_until > now:
        parts.append(f"waiting for the rate limit, {span(progress.waiting_until - now)}")
    else:
        if progress.rate > 0:
            parts.append(f"{progress.rate:.0f}/s" if progress.rate >= 10 else f"{progress.rate:.1f}/s")
        if (left := time_left(progress)) is not None:
            parts.append(f"{span(left)} left")
    if job.problem_count:
        parts.append(f"{number(job.problem_count)} failed")
    if job.state is JobState.WAITING and progress.note:
        parts.append(progress.note)
    return " · ".join(parts)


def job_outcome(job: Job) -> str:
    """An ended job in one line: how it ended and its figures."""
    title = "Undo of an export" if is_undo(job) else JOB_TITLES.get(job.kind, job.kind)
    if job.state is JobState.FAILED:
        return f"{title} failed: {job.error or 'no reason was given'}"
    if job.state is JobState.CANCELLED:
        return f"{title} stopped; what was done is kept"
    counts, outcomes = job.progress.counts, _OUTCOMES.get(job.kind, {})
    said = [f"{number(counts[each])} {figure_name(job, words)}" for each, words in outcomes.items() if counts.get(each)]
    if job.problem_count:
        said.append(f"{number(job.problem_count)} failed")
    return f"{title}: {', '.join(said) if said else 'nothing new'}"
