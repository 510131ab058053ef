"""What slskd, or the user behind a transfer, means by what it says: an error or a reason with a short, stable ``code``
(slskd-api.md section 12).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.errors import UpstreamError, UpstreamNotFound, UpstreamRateLimited, UpstreamRefused
from services.upstream.refusals import refusal, said_by

SERVICE = "slskd"
CREDENTIAL_HINT = (
    "Put a key of the role ReadWrite into SLSKD_API_KEY, as it stands in slskd's configuration under "
    "web.authentication.api_keys, and let its cidr cover this machine."
)
OFFLINE_HINT = "See on slskd's own page why it is off the network; what waits goes on once it is back."


class Again(StrEnum):
    """What helps after a failure."""

    SOON = "soon"
    """The same again in a minute or so."""
    LATER = "later"
    """The same again after many minutes: the user's queue is full, or the user is away."""
    TOMORROW = "tomorrow"
    """The user has had enough of us for today."""
    ELSEWHERE = "elsewhere"
    """Another source."""
    SEARCH = "search"
    """The file is not what it was: a fresh search."""
    ITSELF = "itself"
    """slskd goes on by itself."""
    MEND = "mend"
    """Something must be set right first."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a transfer failed: a stable ``code``, a sentence for a person, and what helps."""

    code: str
    sentence: str
    again: Again


_REASONS: tuple[tuple[str, Reason], ...] = (
    ("appears to be offline", Reason("peer_offline", "The user is offline.", Again.LATER)),
    ("user offline", Reason("peer_offline", "The user is offline.", Again.LATER)),
    ("connected and logged in", Reason("not_logged_in", "slskd is not logged in to Soulseek.", Again.SOON)),
    ("too many failed transfers", Reason("peer_limit", "The user takes no more from us today.", Again.TOMORROW)),
    ("this week", Reason("peer_limit", "The user's limit for this week is reached.", Again.TOMORROW)),
    ("today", Reason("peer_limit", "The user's limit for today is reached.", Again.TOMORROW)),
    ("too many files", Reason("peer_queue_full", "The user's queue has no room for more of our files.", Again.LATER)),
    ("too many megabytes", Reason("peer_queue_full", "The user's queue has no room for more from us.", Again.LATER)),
    ("file not shared", Reason("not_shared", "The user shares this file no longer, or not with us.", Again.SEARCH)),
    ("overwhelmed with requests", Reason("peer_overwhelmed", "The user's program is overwhelmed.", Again.LATER)),
    ("remote size of", Reason("size_mismatch", "The file has another size than was found.", Again.SEARCH)),
    ("does not match", Reason("size_mismatch", "The file has another size than was found.", Again.SEARCH)),
    ("application shut down", Reason("daemon_restarted", "slskd was restarted; it goes on by itself.", Again.ITSELF)),
    ("banned", Reason("refused", "The user does not want to send us anything.", Again.ELSEWHERE)),
    ("pending shutdown", Reason("refused", "The user's program is about to end.", Again.ELSEWHERE)),
    ("remote file error", Reason("refused", "The user's program cannot read the file.", Again.ELSEWHERE)),
    ("reported as failed by remote", Reason("peer_failed", "The user's program gave up sending.", Again.SOON)),
    ("not enough space", Reason("disk_full", "The disk that slskd writes to is full.", Again.MEND)),
    ("no space left", Reason("disk_full", "The disk that slskd writes to is full.", Again.MEND)),
    ("access to the path", Reason("disk_refused", "slskd may not write to its folder.", Again.MEND)),
    ("permission denied", Reason("disk_refused", "slskd may not write to its folder.", Again.MEND)),
    ("already in progress", Reason("already_active", "slskd is fetching this file already.", Again.ITSELF)),
    ("wait timed out", Reason("peer_unreachable", "The user's program did not answer in time.", Again.SOON)),
    ("timed out", Reason("peer_unreachable", "The user's program did not answer in time.", Again.SOON)),
    ("failed to establish", Reason("peer_unreachable", "No connection to the user could be made.", Again.SOON)),
    ("transfer failed", Reason("peer_unreachable", "The connection to the user broke off.", Again.SOON)),
    ("cancelled", Reason("refused", "The user cancelled it.", Again.ELSEWHERE)),
)
_OF_FLAGS = {
    "Rejected": Reason("refused", "The user does not send this file.", Again.ELSEWHERE),
    "TimedOut": Reason("peer_unreachable", "The user's program did not answer in time.", Again.SOON),
    "Aborted": Reason("size_mismatch", "The file has another size than was found.", Again.SEARCH),
}
_UNKNOWN = Reason("failed", "The transfer failed.", Again.SOON)


def reason(said: str | None, flags: frozenset[str] = frozenset()) -> Reason:
    """Why a transfer failed, by its ``exception`` and by the flags of its state; never nothing."""
    if found := _known(said or ""):
        return found
    return next((known for flag, known in _OF_FLAGS.items() if flag in flags), _UNKNOWN)


def explain(action: str, status: int, body: bytes, headers: Mapping[str, str]) -> UpstreamError | None:
    """The error for an answer that is no success; None for what has no meaning of slskd's own."""
    del headers
    known = _known(said_by(body))
    match status:
        case 401:
            return UpstreamRefused(
                SERVICE,
                f"slskd does not accept the API key (401); it was asked to {action}.",
                CREDENTIAL_HINT,
                401,
                code="credential",
            )
        case 403:
            hint = "The key's role does not allow it, or this slskd is the agent of another one."
            return with_code(refusal(SERVICE, action, 403, body, hint), "forbidden")
        case 429:
            return UpstreamRateLimited(
                SERVICE,
                f"slskd is busy with a request of the same kind (429); it was asked to {action}.",
                time.time() + 1,
                "Nothing was begun; try again in a few seconds.",
                code="busy",
            )
        case 409:
            code = "batch_exists" if "batch" in said_by(body).lower() else "not_logged_in"
            return with_code(refusal(SERVICE, action, 409, body), code, OFFLINE_HINT if code == "not_logged_in" else "")
        case 404:
            return with_code(refusal(SERVICE, action, 404, body), known.code if known else "not_found")
        case _ if known:
            return with_code(refusal(SERVICE, action, status, body), known.code, _HINTS.get(known.code, ""))
        case _:
            return None


_HINTS = {
    "not_logged_in": OFFLINE_HINT,
    "peer_offline": "Take another source, or try again when the user is back.",
    "peer_unreachable": "Try again later. If no user can be reached, open slskd's listening port on the router.",
}


def with_code(error: UpstreamError, code: str, hint: str = "") -> UpstreamError:
    """``error``, called ``code``."""
    error.code = error.kind = code
    error.hint = hint or error.hint
    return error


def is_missing(error: UpstreamError) -> bool:
    """Whether slskd said that it has no such thing (rather than that somebody is offline)."""
    return isinstance(error, UpstreamNotFound) and error.code == "not_found"


def _known(said: str) -> Reason | None:
    words = said.lower()
    return next((known for part, known in _REASONS if part in words), None) if words else None
