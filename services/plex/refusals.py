"""What Plex means by an answer that is no success: an error with a short, stable ``code`` (plex-api.md 15)."""

from __future__ import annotations

from collections.abc import Mapping

from services.errors import UpstreamError
from services.upstream.refusals import refusal, said_by

SERVICE = "Plex"
CHECK_TOKEN = "Check PLEX_TOKEN, and that PLEX_BASE_URL is the server it belongs to; both are on the Settings page."
TOKEN_REFUSED = "plex_token_refused"
FORBIDDEN = "plex_forbidden"
NO_SUCH_THING = "plex_no_such_thing"
NOT_ACCEPTED = "plex_not_accepted"
STARTING = "plex_starting"
FAILED = "plex_failed"
NO_PLEX = "no_plex"
"""Something answers at the address that is no Plex Media Server."""


class PlexError(UpstreamError):
    """Plex refused or failed; ``code`` is one of those above, ``said`` what it gave as the reason, in one line."""

    def __init__(self, message: str, hint: str, status: int, *, code: str, said: str = "") -> None:
        super().__init__(SERVICE, message, hint, status, code=code)
        self.said = said


def explain(action: str, status: int, body: bytes, headers: Mapping[str, str]) -> UpstreamError | None:
    """The error for an answer; its text never has the HTML page that Plex sends with most refusals."""
    del headers
    said = said_by(body[:4000])
    usual = refusal(SERVICE, action, status, said.encode())
    match status:
        case 401:
            message = f"Plex does not accept the token (401); it was asked to {action}."
            return PlexError(message, CHECK_TOKEN, status, code=TOKEN_REFUSED, said=said)
        case 403:
            hint = "It is for the owner of the server, or for servers with a Plex Pass. " + CHECK_TOKEN
            return PlexError(usual.message, hint, status, code=FORBIDDEN, said=said)
        case 404:
            return PlexError(
                usual.message, "It may have been removed from Plex.", status, code=NO_SUCH_THING, said=said
            )
        case 429:
            return None
        case 503:
            message = f"Plex is starting or under maintenance (503); it was asked to {action}."
            return PlexError(message, "Try again in a few minutes.", status, code=STARTING, said=said)
        case _:
            code = FAILED if status >= 500 else NOT_ACCEPTED
            return PlexError(usual.message, usual.hint, status, code=code, said=said)


def no_plex(action: str) -> UpstreamError:
    """The error for a success that no Plex gives."""
    return PlexError(
        f"What answers at PLEX_BASE_URL is no Plex Media Server; it was asked to {action}.",
        "The address is that of the server itself, such as http://192.168.1.10:32400.",
        200,
        code=NO_PLEX,
    )
