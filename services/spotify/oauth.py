"""Signing in on Spotify (Authorization Code with PKCE): begun here, allowed in a browser, finished here.

A sign-in lives in the memory of the process that began it, because its verifier and its address belong together
(spotify-api.md 1.3).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import structlog

from services.errors import InvalidInput, LockgrooveError, NotConnected, UpstreamError
from services.log import hide_for_now
from services.spotify.authority import GrantRefused
from services.spotify.connect import NOT_CONFIGURED, SERVICE, SET_UP, Spotify
from storage.values import Connection, UserId

log = structlog.stdlib.get_logger(__name__)

LIFETIME = 600
"""Seconds from the beginning of a sign-in in which it can be finished."""
LISTENING = 300
"""Seconds for which an ear is kept open for the browser."""
_VERIFIER_BYTES = 64
_AROUND = " \t\r\n\v\f\"'`<>“”‘’\u200b\ufeff"
"""What a terminal or a mail program puts around an address."""
_AGAIN = "Start the sign-in again: an address is good once, and for ten minutes."


class SignInFailed(LockgrooveError):
    """This sign-in cannot be finished (any more); another one has to be started."""

    kind = "sign_in_failed"


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A sign-in that waits for the person: the page where access is allowed, and where the browser is sent from there."""

    url: str
    state: str
    redirect_uri: str
    expires_in: int = LIFETIME


@dataclass(frozen=True, slots=True)
class _Pending:
    user_id: UserId
    redirect_uri: str
    verifier: str = field(repr=False)
    ends_at: float


class SpotifySignIns:
    """The sign-ins of this process."""

    def __init__(self, spotify: Spotify, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._spotify = spotify
        self._clock = clock
        self._pending: dict[str, _Pending] = {}

    def begin(self, user_id: UserId, redirect_uri: str | None = None) -> Authorisation:
        """Start a sign-in; asks nobody. ``redirect_uri`` is where a browser is heard, by default as the settings say.

        Raises :class:`NotConnected` without a client id.
        """
        if not self._spotify.settings.spotify_client_id:
            raise NotConnected(SERVICE, NOT_CONFIGURED, SET_UP, ("SPOTIFY_CLIENT_ID",))
        self._forget_late()
        back = redirect_uri or self._spotify.settings.spotify_redirect_uri
        verifier, state = secrets.token_urlsafe(_VERIFIER_BYTES), secrets.token_urlsafe(24)
        hide_for_now(verifier)
        self._pending[state] = _Pending(user_id, back, verifier, self._clock() + LIFETIME)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        log.info("sign-in begun", service=SERVICE)
        page = self._spotify.authority.page(redirect_uri=back, state=state, challenge=challenge)
        return Authorisation(page, state, back)

    async def finish(self, user_id: UserId, state: str, code: str) -> Connection:
        """Connect the account of whoever allowed the access, in place of the one before. The state is used up by it.

        Raises :class:`SignInFailed` for a state or a code that is unknown, late or used, and the ``Upstream*`` errors.
        """
        self._forget_late()
        pending = self._pending.get(state)
        if pending is None or pending.user_id != user_id:
            raise SignInFailed("There is no such sign-in: it is unknown, has expired or was finished before.", _AGAIN)
        del self._pending[state]
        if not code:
            raise SignInFailed("Access was not allowed on Spotify, so nothing was connected.", _AGAIN)
        hide_for_now(code)
        try:
            granted = await self._spotify.authority.exchange(
                code, redirect_uri=pending.redirect_uri, verifier=pending.verifier
            )
        except GrantRefused as refused:
            raise SignInFailed(refused.message, _AGAIN) from refused
        if not granted.refresh_token:
            raise SignInFailed("Spotify gave no refresh token, so nothing could be kept.", _AGAIN)
        try:
            connection = await self._spotify.accept(user_id, granted)
        except UpstreamError as error:
            raise SignInFailed(f"{error.message} Nothing was connected.", error.hint or _AGAIN) from error
        log.info("sign-in finished", service=SERVICE)
        return connection

    def abandon(self, user_id: UserId, state: str) -> None:
        """End a sign-in of this user that will not be finished."""
        pending = self._pending.get(state)
        if pending is not None and pending.user_id == user_id:
            del self._pending[state]

    def _forget_late(self) -> None:
        for state in [state for state, pending in self._pending.items() if pending.ends_at <= self._clock()]:
            del self._pending[state]


def same(state: str, given: str) -> bool:
    """Whether ``given`` is ``state``, in a time that tells nothing."""
    return hmac.compare_digest(state.encode(), given.encode("utf-8", "replace"))


def code_in(pasted: str, state: str) -> str | None:
    """The code in the address at which the browser ended; empty if access was denied, None if the rest of a broken line
    is still to come.

    Blanks, quotes and line breaks in and around it are left out, and ``?code=...&state=...`` alone is enough
    (spotify-api.md 1.4). Raises :class:`InvalidInput` for anything else, a bare code included: without the state nobody
    knows whose it is.
    """
    address = re.sub(r"\s+", "", pasted).strip(_AROUND)
    query = urlsplit(address).query if "?" in address else address
    given = {name: values[0] for name, values in parse_qs(query).items()}
    told = given.get("state", "")
    if not ("code" in given or "error" in given):
        if is_beginning(address):
            return None
        raise InvalidInput(
            "address",
            "That is not the address at which the browser ended.",
            "Copy the whole of it from the browser's address bar, with code= and state= in it.",
        )
    if same(state, told):
        return given.get("code", "") if "error" not in given else ""
    if state.startswith(told):
        return None
    raise InvalidInput("address", "That address is of another sign-in.", "Copy the one that this sign-in ended at.")


def is_beginning(address: str) -> bool:
    """Whether more of an address may follow: it has begun, and neither code nor refusal came yet."""
    return bool(re.match(r"https?:/?/?", address)) and "code=" not in address and len(address) < 200
