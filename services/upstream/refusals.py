"""From no answer, or one that is no success, to an error a person understands."""

from __future__ import annotations

import email.utils
import re
import socket
import ssl
from collections.abc import Iterator
from html import unescape
from typing import Any, cast

import httpx
from pydantic_core import from_json

from services.errors import UpstreamError, UpstreamNotFound, UpstreamRefused, UpstreamTimeout

_LONGEST = 300
"""Characters of the service's own words that are repeated in an error text."""
LONGEST_PAUSE = 2 * 86_400.0
"""Seconds of a ``Retry-After`` that are believed. The longest that a service is known for is a day (spotify-api.md 1.9); one
that says more is asked again after this.
"""

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class NotSent(UpstreamError):
    """The service has certainly not seen the request."""


class NotTrusted(UpstreamError):
    """Whoever answers cannot prove to be the service, and asking again does not help. Nothing was sent."""


def no_answer(service: str, action: str, host: str, error: Exception) -> UpstreamError:
    """The error for a request that got no complete answer."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _not_trusted(service, action, host, cause)
    if isinstance(error, _NOT_SENT):
        unknown = any(isinstance(cause, socket.gaierror) for cause in _causes(error))
        return NotSent(
            service,
            f"{service} could not be reached at {host} to {action}{': no such name is known' if unknown else ''}.",
            "Check the network and the address of the service in the settings.",
        )
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return UpstreamTimeout(
            service,
            f"{service} gave no complete answer in time when asked to {action}.",
            "Check the network, then try again.",
        )
    return UpstreamError(
        service,
        f"The connection to {service} broke off ({type(error).__name__}) when it was asked to {action}.",
        "Check the network, then try again.",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


_EXPIRED, _NOT_YET, _OTHER_NAME = 10, 9, (62, 64)
"""OpenSSL's numbers for what is wrong with a certificate."""


def _not_trusted(service: str, action: str, host: str, error: ssl.SSLCertVerificationError) -> NotTrusted:
    what, mend = "is not one that this machine trusts", "Its issuer must be among the trusted ones of this machine."
    if error.verify_code == _EXPIRED:
        what, mend = "has expired", "Whoever runs it must renew it; look at the clock of this machine too."
    elif error.verify_code == _NOT_YET:
        what, mend = "is not valid yet", "The clock of this machine is probably slow."
    elif error.verify_code in _OTHER_NAME:
        what, mend = "is for another name", "Check the address of the service in the settings."
    return NotTrusted(
        service, f"{service} was not asked to {action}: the certificate of {host} {what}.", f"{mend} Nothing was sent."
    )


def refusal(service: str, action: str, status: int, body: bytes, refused_hint: str = "") -> UpstreamError:
    """The error for ``status``. Its text has the service's own words (discogs-api.md 7), never anything we sent."""
    said = said_by(body)
    words = f": {said}" if said else ""
    words += "" if words.endswith((".", "!", "?", "…")) else "."
    if status in (401, 403):
        return UpstreamRefused(
            service,
            f"{service} refused ({status}) to {action}{words}",
            refused_hint or f"Check the connection to {service} in the settings.",
            status,
        )
    if status == 404:
        return UpstreamNotFound(
            service,
            f"{service} has no such thing (404); it was asked to {action}{words}",
            f"It may have been removed from {service}, or the address is wrong.",
            status,
        )
    if status >= 500:
        return UpstreamError(
            service,
            f"{service} failed ({status}) when asked to {action}{words}",
            f"The fault is on the side of {service}; try again in a few minutes.",
            status,
        )
    return UpstreamError(
        service,
        f"{service} did not accept ({status}) the request to {action}{words}",
        "Correct what it names and try again.",
        status,
    )


def said_by(body: bytes) -> str:
    """What the service said, in one line: from JSON (also two-part validation errors), HTML or plain text."""
    text = body[:20_000].decode("utf-8", "replace").strip()
    if not text:
        return ""
    try:
        document: object = from_json(text)
    except ValueError:
        return _one_line(_from_html(text) if "<" in text else text)
    return _one_line(_from_json(document))


def _from_json(document: object) -> str:
    if isinstance(document, str):
        return document
    if not isinstance(document, dict):
        return ""
    known = cast(dict[str, Any], document)
    if isinstance(known.get("error"), dict):
        return _from_json(known["error"])
    message = str(known.get("message") or known.get("error_description") or known.get("error") or "")
    details = [_detail(part) for part in known["detail"]] if isinstance(known.get("detail"), list) else []
    return " ".join(part for part in (message, "; ".join(filter(None, details))) if part)


def _detail(part: object) -> str:
    """One entry of a validation error: where, and what."""
    if not isinstance(part, dict):
        return str(part)
    entry = cast(dict[str, Any], part)
    place = cast(list[object], entry["loc"]) if isinstance(entry.get("loc"), list) else []
    where = ".".join(str(step) for step in place)
    what = str(entry.get("msg") or "")
    return f"{where}: {what}" if where and what else where or what


def _from_html(text: str) -> str:
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    bare = title[1] if title else re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text, flags=re.IGNORECASE | re.DOTALL)
    return unescape(bare)


def _one_line(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def retry_after(value: str | None, now: float, sent: str | None = None) -> float | None:
    """Seconds to wait according to a ``Retry-After`` header (seconds or a date), :data:`LONGEST_PAUSE` at most.

    ``sent`` is the ``Date`` of the same answer: a date is counted from there, whatever our clock says. None if it says
    nothing usable; a wait of nothing is none, for whoever believes it asks again at once.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        until = _moment(value)
        if until is None:
            return None
        seconds = until - (_moment(sent) or now)
    return min(seconds, LONGEST_PAUSE) if 0 < seconds < float("inf") else None


def _moment(date: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date).timestamp() if date else None
    except (ValueError, OverflowError):
        return None
