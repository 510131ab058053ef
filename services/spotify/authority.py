"""The accounts service of Spotify: where a code or a refresh token becomes an access token (spotify-api.md 1.3, 1.6)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

from pydantic_core import from_json

from services.errors import UpstreamError, UpstreamRefused
from services.log import hide_for_now, scrub
from services.settings import Settings
from services.spotify.kinds import SCOPES
from services.upstream import Limiters, Manners, Timeouts, Upstream

SERVICE = "Spotify"
_MANNERS = Manners("Spotify accounts", 60, 30, "spotify.com")
_TIMEOUTS = Timeouts(connect=5.0, read=10.0, total=15.0)
_LONGEST_ANSWER = 65_536
DEFAULT_LIFETIME = 3600


class GrantRefused(UpstreamRefused):
    """The code or the refresh token is not good (any more): used, late, withdrawn, or of another app."""

    kind = "invalid_grant"


@dataclass(frozen=True, slots=True)
class Granted:
    """What the accounts service gave. ``refresh_token`` is empty where the one before goes on being good."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: float
    scopes: str


class Authority:
    """The accounts service for one app: with a secret it shows that, without one only its id goes along (PKCE)."""

    def __init__(self, settings: Settings, limiters: Limiters) -> None:
        self.client_id = settings.spotify_client_id or ""
        self._secret = settings.spotify_client_secret.get_secret_value() if settings.spotify_client_secret else ""
        self._base = settings.spotify_accounts_base
        self._http = Upstream(
            SERVICE,
            self._base,
            limiter=limiters.of(_MANNERS, self._base, self.client_id),
            headers={"User-Agent": settings.discogs_user_agent, "Accept": "application/json"},
            timeouts=_TIMEOUTS,
            explain=_explain,
            size_limit=_LONGEST_ANSWER,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    def page(self, *, redirect_uri: str, state: str, challenge: str) -> str:
        """Where a person allows the access. The consent is shown anew, so that another account can be chosen."""
        asked = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "state": state,
            "scope": " ".join(SCOPES),
            "code_challenge_method": "S256",
            "code_challenge": challenge,
            "show_dialog": "true",
        }
        return f"{self._base}/authorize?{urlencode(asked)}"

    async def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> Granted:
        """What a code is good for, once. Raises :class:`GrantRefused` and the ``Upstream*`` errors."""
        return await self._ask(
            "finish a sign-in",
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            },
        )

    async def refresh(self, refresh_token: str) -> Granted:
        """A new access token. Raises :class:`GrantRefused` if the login is over, and the ``Upstream*`` errors."""
        return await self._ask("renew the access", {"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def _ask(self, action: str, form: Mapping[str, str]) -> Granted:
        headers: dict[str, str] = {}
        if self._secret:
            pair = base64.b64encode(f"{self.client_id}:{self._secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        else:
            form = {**form, "client_id": self.client_id}
        answer = await self._http.request(
            "POST", "/api/token", action=action, form=form, headers=headers, repeatable=False, wait_limit=5.0
        )
        document = answer.json()
        given = cast("dict[str, object]", document) if isinstance(document, dict) else {}
        token, refresh = _text(given.get("access_token")), _text(given.get("refresh_token"))
        if not token:
            raise UpstreamError(
                SERVICE,
                f"Spotify answered without a token when asked to {action}.",
                "The fault is on the side of Spotify, or SPOTIFY_ACCOUNTS_BASE is wrong; try again in a few minutes.",
                answer.status,
            )
        hide_for_now(token, refresh)
        lifetime = given.get("expires_in")
        seconds = float(lifetime) if isinstance(lifetime, int | float) and lifetime > 0 else DEFAULT_LIFETIME
        return Granted(token, refresh, seconds, _text(given.get("scope")))


def _explain(action: str, status: int, body: bytes, headers: Mapping[str, str]) -> UpstreamError | None:
    """The errors of the token endpoint (spotify-api.md 1.6); none repeats what was sent."""
    del headers
    try:
        document: object = from_json(body)
    except ValueError:
        document = None
    given = cast("dict[str, object]", document) if isinstance(document, dict) else {}
    name, words = _text(given.get("error")), scrub(_text(given.get("error_description")))[:200].rstrip(".")
    said = f": {words}" if words.isprintable() and words else ""
    if name == "invalid_grant":
        return GrantRefused(
            SERVICE, f"Spotify refused to {action}{said}.", "Sign in again.", status, code="reauth_required"
        )
    if name == "invalid_client" or (status in (401, 403) and not name):
        return UpstreamRefused(
            SERVICE,
            f"Spotify does not know this app{said}.",
            "Check SPOTIFY_CLIENT_ID (and SPOTIFY_CLIENT_SECRET, if it is set) against the dashboard.",
            status,
            code="invalid_client",
        )
    if status in (400, 401, 403):
        return UpstreamError(
            SERVICE,
            f"Spotify did not accept ({status}) the request to {action}{said}.",
            "Check the address of the callback and the client id against the dashboard.",
            status,
            code="bad_request",
        )
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
