"""What Spotify means by an answer that is no success: an error with a short, stable ``code`` (spotify-api.md 1.8)."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from typing import cast

from pydantic_core import from_json

from services.errors import NotConnected, UpstreamError, UpstreamRateLimited, UpstreamRefused
from services.upstream.refusals import refusal, retry_after, said_by

SERVICE = "Spotify"
LONGEST_WAIT = 30.0
"""Seconds of a ``Retry-After`` that background work waits out; anything longer pauses the whole app."""
QUOTA_WAIT = 3600.0
"""Seconds to keep still where the quota is spent and Spotify does not say for how long."""
DASHBOARD = "https://developer.spotify.com/dashboard"
_LONGEST_BODY = 8192
DOCS: dict[str, str] = dict.fromkeys(
    ("audio_features", "recommendations"), "https://developer.spotify.com/blog/2024-11-27-changes-to-the-web-api"
)
"""Where Spotify says so itself."""
SIGN_IN_AGAIN = "Sign in again: `c` in the app, or `lockgroove connect spotify`."


class CapabilityClosed(UpstreamRefused):
    """Spotify does not let this app do this. ``since`` is when that was last found out (ISO 8601), None: just now."""

    def __init__(self, capability: str, what: str, since: str | None = None) -> None:
        super().__init__(
            SERVICE,
            f"Spotify does not let this app {what} (it keeps that for apps approved long ago).",
            "It is asked again after a week, or at once by `lockgroove doctor`.",
            403,
            code="capability_closed",
        )
        self.capability = str(capability)
        self.since = since
        self.docs_hint = DOCS.get(self.capability, "")


class ScopeMissing(UpstreamRefused):
    """The sign-in did not grant this; ``scope`` names what is missing."""

    def __init__(self, scope: str, action: str) -> None:
        names = f" ({scope})" if scope else ""
        super().__init__(
            SERVICE,
            f"The sign-in on Spotify does not cover this: it was not granted what is needed to {action}{names}.",
            "Sign in again and allow what is asked for: `c` in the app, or `lockgroove connect spotify`.",
            403,
            code="scope_missing",
        )
        self.scope = scope


def reauth_required(why: str = "") -> NotConnected:
    """The login is over and only a new one helps."""
    return NotConnected(
        "spotify",
        why or "The sign-in on Spotify has ended: after six months, or because it was withdrawn there.",
        SIGN_IN_AGAIN,
        code="reauth_required",
    )


def explain(action: str, status: int, body: bytes, headers: Mapping[str, str]) -> UpstreamError | None:
    """The error for an answer; None for what has no meaning of Spotify's own (a short pause, a failure of theirs)."""
    message, reason = _said(body[:_LONGEST_BODY])
    words, body = message.lower(), json.dumps(message).encode()
    match status:
        case 400:
            return _with_code(refusal(SERVICE, action, status, body), "bad_request")
        case 401 if "permissions missing" in words:
            return ScopeMissing("", action)
        case 401:
            return _with_code(refusal(SERVICE, action, status, body, SIGN_IN_AGAIN), "reauth_required")
        case 403:
            return _forbidden(action, words, reason, body)
        case 404:
            return _with_code(refusal(SERVICE, action, status, b""), "not_found")
        case 429:
            return _paused(reason, headers)
        case _:
            return None


def _forbidden(action: str, words: str, reason: str, body: bytes) -> UpstreamError:
    if "scope" in words:
        return ScopeMissing("", action)
    if reason == "PREMIUM_REQUIRED":
        return UpstreamRefused(
            SERVICE,
            f"Spotify asks for Premium to {action}.",
            "It is for listeners who pay.",
            403,
            code="listener_not_premium",
        )
    if "premium" in words and "owner" in words:
        return UpstreamRefused(
            SERVICE,
            "Spotify has switched this app off: whoever registered it has no Premium (any more).",
            "Once its owner has Premium again, it can take Spotify some hours to notice.",
            403,
            code="owner_not_premium",
        )
    if "not registered" in words or "dashboard" in words:
        return UpstreamRefused(
            SERVICE,
            "Spotify does not know you as a user of this app.",
            f"Its owner adds your name and e-mail address under User Management at {DASHBOARD} (five people at most).",
            403,
            code="user_not_allowlisted",
        )
    hint = "It belongs to somebody else, or Spotify keeps it for apps approved long ago."
    return _with_code(refusal(SERVICE, action, 403, body, hint), "not_accessible")


def _paused(reason: str, headers: Mapping[str, str]) -> UpstreamRateLimited | None:
    """A pause that is too long to be waited for in line (spotify-api.md 1.9)."""
    now = time.time()
    seconds = retry_after(headers.get("Retry-After"), now, headers.get("Date"))
    is_quota = reason == "QUOTA_EXCEEDED"
    if is_quota and seconds is None:
        seconds = QUOTA_WAIT * random.uniform(1.0, 1.1)
    if seconds is None or (seconds <= LONGEST_WAIT and not is_quota):
        return None
    return pause(now + seconds, "quota_exhausted" if is_quota or seconds > 600 else "rate_limited")


def pause(until: float, code: str) -> UpstreamRateLimited:
    """The error while Spotify wants no calls, until then (Unix seconds)."""
    at = time.strftime("%H:%M", time.localtime(until))
    day = "" if until - time.time() < 12 * 3600 else time.strftime(" on %d %b", time.localtime(until))
    what = (
        "This app has used up what Spotify lets it ask in a day" if code == "quota_exhausted" else "Spotify wants quiet"
    )
    return UpstreamRateLimited(
        SERVICE,
        f"{what}: paused until {at}{day}.",
        until,
        "Nothing is lost: jobs go on by themselves then. What is kept here can be used meanwhile.",
        code=code,
    )


def _with_code(error: UpstreamError, code: str) -> UpstreamError:
    error.code = error.kind = code
    return error


def _said(body: bytes) -> tuple[str, str]:
    """Message and reason, each empty where there is none; the body may be JSON, plain text, HTML or nothing."""
    try:
        document: object = from_json(body)
    except ValueError:
        return said_by(body), ""
    error = cast("dict[str, object]", document).get("error") if isinstance(document, dict) else None
    if isinstance(error, dict):
        known = cast("dict[str, object]", error)
        return str(known.get("message") or ""), str(known.get("reason") or "")
    return said_by(body), ""
