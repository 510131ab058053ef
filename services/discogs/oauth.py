"""Signing in on Discogs (OAuth 1.0a, discogsography-contract.md 7): begun here, granted in a browser, finished here.

Between the two the sign-in is a sealed row that every process can read once and that lives for ten minutes. Its key,
the state, is the request token itself.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache
from urllib.parse import urlencode

import structlog

from services.accounts import Application, ApplicationKeys
from services.accounts.seal import INSTALLATION, Seal
from services.discogs.connect import Discogs
from services.discogs.credentials import SignIn
from services.discogs.handshake import OUT_OF_BAND, SERVICE, Handshake, Token
from services.errors import Conflict, LockgrooveError, NotConnected, UpstreamError
from services.log import scrub
from services.secrets import Secrets
from storage import accounts, short_lived
from storage.engine import Storage
from storage.short_lived import Kind
from storage.values import Connection, User, UserId

log = structlog.stdlib.get_logger(__name__)

LIFETIME = 600
"""Seconds from the beginning of a sign-in in which it can be finished (contract section 7, O1)."""
PATIENCE = 10.0
"""Seconds that a token call may take in all."""
LONGEST_CHECK = 40.0
"""Seconds in which Discogs must have said whose account it is."""
_LONGEST = 512
"""Characters of a state or a verifier; Discogs' have about forty."""
_AGAIN = "Start the sign-in again: a code is good once, and for ten minutes."


class SignInFailed(LockgrooveError):
    """This sign-in cannot be finished (any more); another one has to be started."""

    kind = "sign_in_failed"


class ForeignSignIn(LockgrooveError):
    """The sign-in was started by another user."""

    kind = "forbidden"


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A sign-in that waits for the person: the page where access is granted, for ``expires_in`` seconds."""

    url: str
    state: str
    expires_in: int = LIFETIME


@dataclass(frozen=True, slots=True)
class _Pending:
    """What is sealed of a sign-in under way."""

    user_id: UserId
    secret: str = field(repr=False)
    callback: str


class OAuth:
    """The sign-ins of all users of this installation."""

    def __init__(
        self,
        storage: Storage,
        secrets: Secrets,
        application: Application,
        discogs: Discogs,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._storage = storage
        self._seal = Seal(secrets)
        self._application = application
        self._discogs = discogs
        self._clock = clock

    async def begin(self, user_id: UserId, callback_url: str | None = None) -> Authorisation:
        """Start a sign-in of its own. Discogs sends the browser back to ``callback_url``; None: it shows a code.

        Raises :class:`NotConnected` without the application's keys (or where they cannot be decrypted), and
        :class:`UpstreamError` where Discogs gives no token.
        """
        handshake = self._handshake(await self._keys())
        callback = callback_url or OUT_OF_BAND
        given = await _in_thread(lambda: handshake.request_token(callback))
        pending = json.dumps(asdict(_Pending(user_id, given.secret, callback)))
        sealed = await self._seal.close(pending, INSTALLATION, _purpose(given.token))
        async with self._storage.write() as conn:
            await short_lived.put(conn, Kind.OAUTH, given.token, sealed, seconds=LIFETIME, now=self._clock())
        log.info("sign-in begun", service=SERVICE)
        page = f"{self._discogs.web_base}/oauth/authorize?{urlencode({'oauth_token': given.token})}"
        return Authorisation(page, given.token)

    async def finish(self, user_id: UserId, state: str, verifier: str) -> Connection:
        """Connect the account of whoever granted access, in place of the one before. The state is used up by it.

        Raises what :meth:`begin` does, :class:`ForeignSignIn` for another user's state (which stays good), and
        :class:`SignInFailed` for a state that is unknown, expired or used and for a verifier that is wrong.
        """
        keys = await self._keys()
        pending = await self._look(state)
        if pending.user_id != user_id:
            raise ForeignSignIn("This sign-in was started by another user.", "Start one of your own.")
        return await self._finish(keys, pending, state, verifier)

    async def finish_callback(self, state: str, verifier: str) -> tuple[User, Connection]:
        """The same for the browser that Discogs sent back; whose sign-in it is, the state tells, and the answer. An empty
        ``verifier`` means that access was not granted: the sign-in ends. That of a disabled user is as good as none.
        """
        keys = await self._keys()
        pending = await self._look(state)
        async with self._storage.read() as conn:
            user = await accounts.get(conn, pending.user_id)
        if pending.callback == OUT_OF_BAND or user is None or not user.is_active:
            raise _spent()
        if not verifier:
            await self.abandon(pending.user_id, state)
            raise SignInFailed("Access was not granted on Discogs, so nothing was connected.", _AGAIN)
        return user, await self._finish(keys, pending, state, verifier)

    async def abandon(self, user_id: UserId, state: str) -> None:
        """End a sign-in of this user that will not be finished."""
        try:
            pending = await self._look(state)
        except SignInFailed:
            return
        if pending.user_id == user_id:
            await self._take(state)

    async def _keys(self) -> ApplicationKeys:
        try:
            return await self._application.keys()
        except Conflict as unreadable:  # as good as none
            raise NotConnected("discogs", unreadable.message, unreadable.hint) from unreadable

    def _handshake(self, keys: ApplicationKeys) -> Handshake:
        settings = self._discogs.settings
        return Handshake(keys, settings.discogs_user_agent, settings.discogs_api_base)

    async def _look(self, state: str) -> _Pending:
        """The sign-in of this state, left as it is. Raises :class:`SignInFailed` if there is none."""
        if not _is_plain(state):
            raise _spent()
        async with self._storage.read() as conn:
            sealed = await short_lived.get(conn, Kind.OAUTH, state, now=self._clock())
        if sealed is None:
            raise _spent()
        try:
            return _Pending(**json.loads(await self._seal.open(sealed, INSTALLATION, _purpose(state))))
        except Conflict as unreadable:
            raise SignInFailed("This sign-in cannot be read with the encryption key in use.", _AGAIN) from unreadable

    async def _take(self, state: str) -> bool:
        """Use the state up; of several that try at once one succeeds."""
        async with self._storage.write() as conn:
            return await short_lived.take(conn, Kind.OAUTH, state, now=self._clock()) is not None

    async def _finish(self, keys: ApplicationKeys, pending: _Pending, state: str, verifier: str) -> Connection:
        verifier = verifier.strip()
        if not _is_plain(verifier):
            raise SignInFailed("That is no code of Discogs.", "Copy the code that Discogs showed, whole.")
        if not await self._take(state):
            raise _spent()
        granted = Token(state, pending.secret)
        try:
            access = await _in_thread(lambda: self._handshake(keys).access_token(granted, verifier))
        except UpstreamError as error:
            if error.status is not None and 400 <= error.status < 500 and error.status != 429:
                raise SignInFailed(f"Discogs did not accept the code ({error.status}).", _AGAIN) from error
            raise
        try:
            async with asyncio.timeout(LONGEST_CHECK):
                connection = await self._discogs.accept(pending.user_id, SignIn(keys, access.token, access.secret))
        except UpstreamError as error:
            raise SignInFailed(f"{scrub(error.message)} Nothing was connected.", _AGAIN) from error
        except TimeoutError as error:
            raise SignInFailed(
                "Discogs did not say in time whose account this is. Nothing was connected.", _AGAIN
            ) from error
        log.info("sign-in finished", service=SERVICE)
        return connection


async def _in_thread(call: Callable[[], Token]) -> Token:
    try:
        async with asyncio.timeout(PATIENCE):
            return await asyncio.get_running_loop().run_in_executor(_threads(), call)
    except TimeoutError as error:
        raise UpstreamError(
            SERVICE, "Discogs did not answer in time to sign in.", "Check the network, then try again."
        ) from error  # the contract answers 502 also where nothing came in time


@cache
def _threads() -> ThreadPoolExecutor:
    """A few of their own: while Discogs hangs, sign-ins wait for each other and nothing else waits for them."""
    return ThreadPoolExecutor(4, thread_name_prefix="sign-in")


def _purpose(state: str) -> str:
    """What a sealed sign-in is for; as part of the seal it binds the row to its key."""
    return f"sign-in {state}"


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isascii() and text.isprintable()


def _spent() -> SignInFailed:
    return SignInFailed("There is no such sign-in: it is unknown, has expired or was finished before.", _AGAIN)
