"""What a failed download is told to a person, and what follows it: another source, the same again later, or nothing.

The words of slskd and of peers become reasons in :mod:`services.soulseek.refusals`; here are those of the queue itself, the
mends, and the rule of the next step (slskd-api.md 5.5 and 12).
"""

from __future__ import annotations

from dataclasses import dataclass

from services.soulseek.refusals import Again, Reason
from storage.values.downloads import Download, Source

DUPLICATE = Reason("duplicate", "The same file of the same user is being fetched already.", Again.MEND)
NO_NAME = Reason("no_filename", "The request named no file.", Again.MEND)
BAD_PATH = Reason("bad_path", "slskd takes no path with . or .. in it.", Again.MEND)
NO_SIZE = Reason("size_unknown", "The user lists no such file, so its size cannot be asked for.", Again.SEARCH)
LOST = Reason("lost", "slskd no longer knows of this download.", Again.SOON)
PATIENCE = Reason("patience", "It waited too long in the user's queue.", Again.ELSEWHERE)
NOT_BACK = Reason("daemon_restarted", "slskd was restarted and did not go on with it.", Again.SOON)
UNACKNOWLEDGED = Reason("peer_unreachable", "The user's program did not take the request in time.", Again.SOON)

MENDS = {
    "peer_offline": "Retry when the user is back, or take another source.",
    "peer_limit": "Retry tomorrow, or take another source.",
    "peer_queue_full": "Retry in some minutes, or take another source.",
    "peer_overwhelmed": "Retry in some minutes, or take another source.",
    "peer_unreachable": "Retry. If no user can be reached, open slskd's listening port on the router.",
    "peer_failed": "Retry, or take another source.",
    "not_shared": "Search again and take another source.",
    "size_mismatch": "Search again: the file has changed.",
    "refused": "Take another source.",
    "disk_full": "Free space where slskd keeps its downloads, then retry.",
    "disk_refused": "Let slskd write to its downloads folder, then retry.",
    "duplicate": "Nothing is needed: wait for the other one. Purge takes this one off the list.",
    "already_active": "slskd fetches it already; look at its own page.",
    "no_filename": "Ask again with the whole remote path of the file.",
    "bad_path": "Ask again with the path as the search shows it.",
    "size_unknown": "Search again and start it from the results.",
    "lost": "Retry. slskd may be set to forget ended transfers quickly (retention).",
    "patience": "Search again, or retry and wait longer: DOWNLOAD_PATIENCE_HOURS.",
    "daemon_restarted": "Retry.",
    "failed": "Retry, or take another source.",
}
"""What to do about a failure that stays, by its code."""

_SOON, _LATER, _TOMORROW, _MEND = 60.0, 600.0, 86_400.0, 900.0
_LONGEST = 6 * 3600.0
_AT_HOME = frozenset({"disk_full", "disk_refused"})
"""Troubles of our own side: another source would meet the same."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The attempt that follows a failed one: where, in how many seconds, and the sources that are left then."""

    source: Source
    wait: float
    left: tuple[Source, ...]


def next_step(failed: Download, reason: Reason, attempts: int) -> NextStep | None:
    """What follows, if anything: the next best source at once, else the same again later where that can help, until
    ``attempts`` (DOWNLOAD_ATTEMPTS) were made. A full disk asks for the same source again, some minutes later.
    """
    if failed.attempt >= attempts or reason.code in ("duplicate", "already_active", "no_filename"):
        return None
    if failed.alternatives and reason.code not in _AT_HOME:
        best, *rest = failed.alternatives
        left = (*rest, failed.source) if reason.again in (Again.SOON, Again.LATER) else tuple(rest)
        return NextStep(best, 0.0, left)
    wait = _wait(reason, failed.attempt)
    return None if wait is None else NextStep(failed.source, wait, failed.alternatives)


def _wait(reason: Reason, attempt: int) -> float | None:
    """Seconds until the same source may be asked again, four times as long with every attempt; None: it would not help."""
    if reason.code in _AT_HOME:
        return _MEND
    growth = 4.0 ** (attempt - 1)
    match reason.again:
        case Again.SOON | Again.ITSELF:
            return min(_SOON * growth, _LONGEST)
        case Again.LATER:
            return min(_LATER * growth, _LONGEST)
        case Again.TOMORROW:
            return _TOMORROW
        case _:
            return None


def sentence(reason: Reason, said: str | None) -> str:
    """The reason in words, with what slskd or the peer said where the reason does not say it."""
    words = " ".join("".join(c if c.isprintable() else " " for c in said or "").split())[:300]
    if not words or reason.code not in ("failed", "refused"):
        return reason.sentence
    return f"{reason.sentence} It was said: {words}" + ("" if words.endswith((".", "!", "?")) else ".")


def mend(reason: Reason) -> str:
    """What to do."""
    return MENDS.get(reason.code, MENDS["failed"])
