"""What is answered in place of an answer, by fault (spotify-api.md 1.8)."""

from __future__ import annotations

import json

from starlette.responses import Response

from .faults import SpotifyFault
from .refusals import FORBIDDEN, NOT_FOUND, SCOPE, Refused, TokenRefused

_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_NO_PREMIUM = (
    "Active premium subscription required for the owner of the app. When the subscription status changes, it can take "
    "a few hours before requests are allowed again."
)
_UNLISTED = "User not registered in the Developer Dashboard"

_REFUSED = {
    SpotifyFault.TOKEN_INVALID: Refused(401, "Invalid access token"),
    SpotifyFault.TOKEN_EXPIRED: Refused(401, "The access token expired"),
    SpotifyFault.BAD_SECOND: Refused(401, "Access token missing"),
    SpotifyFault.PERMISSIONS: Refused(401, "Permissions missing"),
    SpotifyFault.SCOPE: Refused(403, SCOPE),
    SpotifyFault.FORBIDDEN: Refused(403, FORBIDDEN),
    SpotifyFault.FORBIDDEN_SILENT: Refused(403),
    SpotifyFault.NOT_ALLOWLISTED_JSON: Refused(403, _UNLISTED),
    SpotifyFault.PREMIUM_REQUIRED: Refused(403, "Player command failed: Premium required", "PREMIUM_REQUIRED"),
    SpotifyFault.NOT_FOUND: Refused(404, NOT_FOUND),
    SpotifyFault.INVALID_LIMIT: Refused(400, "Invalid limit"),
    SpotifyFault.RATE_LIMIT_SILENT: Refused(429, "API rate limit exceeded"),
    SpotifyFault.SERVER_ERROR: Refused(500, "Server error"),
    SpotifyFault.TOKEN_REVOKED: TokenRefused("invalid_grant", "Refresh token revoked"),
    SpotifyFault.TOKEN_CLIENT: TokenRefused("invalid_client", "Invalid client secret"),
}
_OTHERWISE = {
    SpotifyFault.OWNER_NOT_PREMIUM: Response(_NO_PREMIUM, 403, media_type="text/plain"),
    SpotifyFault.NOT_ALLOWLISTED: Response(_UNLISTED, 403, media_type="text/plain"),
    SpotifyFault.NOT_FOUND_EMPTY: Response(b"", 404),
    SpotifyFault.INVALID_LIMIT_EMPTY: Response(b"", 400),
    SpotifyFault.HTML_502: Response(_PAGE.format("502 Bad Gateway"), 502, media_type="text/html"),
    SpotifyFault.HTML_503: Response(_PAGE.format("503 Service Unavailable"), 503, media_type="text/html"),
    SpotifyFault.TIMEOUT_504: Response(b"", 504),
    SpotifyFault.HTML_200: Response(_PAGE.format("Spotify"), 200, media_type="text/html"),
    SpotifyFault.EMPTY_BODY: Response(b"", 200, media_type="application/json"),
    SpotifyFault.BAD_JSON: Response(b'{"items": [{"track": {"na', 200, media_type="application/json"),
    SpotifyFault.REDIRECT_AWAY: Response(status_code=302, headers={"location": "http://elsewhere.invalid/"}),
    SpotifyFault.TOKEN_ERROR: Response("Internal Server Error", 500, media_type="text/plain"),
    SpotifyFault.TOKEN_HTML: Response(_PAGE.format("503 Service Unavailable"), 503, media_type="text/html"),
}
_WITH_A_FIGURE = {
    SpotifyFault.RATE_LIMIT: ("11", {"error": {"status": 429, "message": "API rate limit exceeded"}}),
    SpotifyFault.QUOTA: (
        "48925",
        {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}},
    ),
    SpotifyFault.TOKEN_RATE_LIMIT: ("7", {"error": "too_many_requests", "error_description": "Too many requests"}),
}
INSTEAD = (*_WITH_A_FIGURE, *_REFUSED, *_OTHERWISE)
"""Faults that take the place of an answer, in the order in which they are looked for."""
LATE = (SpotifyFault.HANG, SpotifyFault.TOKEN_HANG)


def instead(fault: SpotifyFault, value: str) -> Response:
    """The answer of a fault; ``value`` is its own figure, if it has one."""
    if fault in _WITH_A_FIGURE:
        wait, body = _WITH_A_FIGURE[fault]
        return Response(json.dumps(body), 429, {"retry-after": value or wait}, media_type="application/json")
    refused = _REFUSED.get(fault)
    return refused.response() if refused is not None else _OTHERWISE[fault]
