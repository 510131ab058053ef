"""The access tokens of listeners: kept encrypted, renewed by one process at a time (spotify-api.md 1.6)."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, cast
from weakref import WeakValueDictionary

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts import Connections
from services.accounts.seal import INSTALLATION, Seal
from services.errors import NotConnected, UpstreamTimeout
from services.log import hide_for_now
from services.secrets import Secrets
from services.spotify.authority import Authority, Granted, GrantRefused
from services.spotify.grants import Grant
from services.spotify.refusals import SERVICE, SIGN_IN_AGAIN, reauth_required
from services.upstream import Clock
from storage import accounts, short_lived, spotify_access
from storage.engine import Storage
from storage.instants import instant
from storage.short_lived import Kind
from storage.values import ConnectionState, SpotifyAccess, UserId

log = structlog.stdlib.get_logger(__name__)

NAME = "spotify"
EARLY = 120.0
"""Seconds before its end that an access token is renewed."""
COOL_DOWN = 30.0
"""Seconds after a renewal in which a refused token is not renewed again: it is tried once more after a second."""
LEASE = 40.0
"""Seconds that a renewal may take; then another process may try."""
_LOOK_AGAIN = 0.1


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What opens the Web API until ``expires_at`` (Unix seconds); ``scopes`` are empty where they are not known."""

    secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: float
    renewed_at: float

    def lacks(self, scopes: Iterable[str]) -> list[str]:
        """Which of ``scopes`` were not granted."""
        return [scope for scope in scopes if self.scopes and scope not in self.scopes]


class _Lock(asyncio.Lock):
    """A lock that can be held weakly."""


class Renewals:
    """The tokens of all listeners of this process. ``authority`` is replaced when the settings change."""

    def __init__(
        self,
        storage: Storage,
        secrets: Secrets,
        connections: Connections,
        authority: Callable[[], Authority],
        *,
        clock: Clock | None = None,
    ) -> None:
        self.storage = storage
        self.connections = connections
        self.authority = authority
        self.clock = clock or Clock()
        self.seal = Seal(secrets)
        self._locks: WeakValueDictionary[UserId, _Lock] = WeakValueDictionary()
        self._under_way: set[asyncio.Task[AccessToken]] = set()

    def of(self, user_id: UserId, grant: Grant) -> Tokens:
        """The tokens of one listener's grant."""
        return Tokens(self, user_id, grant)

    def lock(self, user_id: UserId) -> asyncio.Lock:
        """Held by whoever renews this listener's access in this process."""
        return self._locks.setdefault(user_id, _Lock())

    async def to_the_end(self, renewal: Coroutine[Any, Any, AccessToken]) -> AccessToken:
        """Finish a renewal even if whoever waits for it goes away: a token that Spotify gave must be kept."""
        task = asyncio.create_task(renewal)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for the renewals under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)


class Tokens:
    """One listener's access. Raises :class:`NotConnected` with ``reauth_required`` once only a new sign-in helps, and the
    ``Upstream*`` errors where the accounts service cannot be asked.
    """

    def __init__(self, renewals: Renewals, user_id: UserId, grant: Grant) -> None:
        self._all = renewals
        self._user_id = user_id
        self._grant = grant
        self._opened: tuple[str, AccessToken] | None = None

    async def access(self) -> AccessToken:
        """A token that is good for two minutes at least."""
        token = await self._kept()
        return token if token and self._lasts(token) else await self.renewed(None)

    async def begin(self, granted: Granted, authorized_at: str) -> None:
        """Keep the first tokens of a sign-in that was just made."""
        now = self._all.clock.now()
        token = AccessToken(
            granted.access_token, granted.refresh_token, _set(granted.scopes), now + granted.expires_in, now
        )
        access = SpotifyAccess(
            self._grant.seed, await self._sealed(token), granted.scopes, authorized_at, token.expires_at, now
        )
        async with self._all.storage.write() as conn:
            await spotify_access.keep(conn, self._user_id, access)

    async def renewed(self, refused: AccessToken | None) -> AccessToken:
        """Another token than ``refused`` (None: than one that ends). One that was renewed just now is handed out again
        after a second: Spotify refuses good tokens for a moment at times.
        """
        async with self._all.lock(self._user_id):
            return await self._all.to_the_end(self._renew(refused))

    async def _renew(self, refused: AccessToken | None) -> AccessToken:
        clock, me = self._all.clock, secrets.token_hex(8)
        give_up = clock.now() + LEASE + 5.0
        while True:
            token = await self._kept()
            if token and self._is_other(token, refused):
                return token
            if token and refused and 0 <= clock.now() - token.renewed_at < COOL_DOWN:
                await clock.sleep(1.0)
                return token
            if await self._claim(me):
                break
            if clock.now() > give_up:
                raise UpstreamTimeout(
                    SERVICE, "Another process has been renewing the access to Spotify for too long.", "Try again."
                )
            await clock.sleep(_LOOK_AGAIN)
        try:
            token = await self._kept()  # whoever held the claim before may have been quicker
            if token and self._is_other(token, refused):
                return token
            return await self._keep(*await self._ask(token))
        finally:
            await self._release(me)

    def _is_other(self, token: AccessToken, refused: AccessToken | None) -> bool:
        return self._lasts(token) and (refused is None or token.secret != refused.secret)

    def _lasts(self, token: AccessToken) -> bool:
        return token.expires_at - self._all.clock.now() >= EARLY

    async def _ask(self, token: AccessToken | None) -> tuple[Granted, str]:
        """What Spotify gives for the refresh token, and that token."""
        used = token.refresh_token if token else self._grant.refresh_token
        try:
            return await self._all.authority().refresh(used), used
        except GrantRefused as refused:
            newer = await self._kept()
            if newer is None or newer.refresh_token == used:
                await self._bury(refused)
                raise reauth_required() from refused
        return await self._all.authority().refresh(newer.refresh_token), newer.refresh_token

    async def _keep(self, granted: Granted, used: str) -> AccessToken:
        """Keep what was given before it is used; a refresh token that was not sent again stays (spotify-api.md 1.6)."""
        now = self._all.clock.now()
        async with self._all.storage.read() as conn:
            before = await spotify_access.get(conn, self._user_id)
        before = before if before and before.seed == self._grant.seed else None
        scopes = granted.scopes or (before.scopes if before else self._grant.scopes)
        token = AccessToken(
            granted.access_token, granted.refresh_token or used, _set(scopes), now + granted.expires_in, now
        )
        access = SpotifyAccess(
            self._grant.seed,
            await self._sealed(token),
            scopes,
            (before.authorized_at if before else "") or self._grant.authorized_at or instant(),
            token.expires_at,
            now,
        )
        async with self._all.storage.write() as conn:
            held = await accounts.connected(conn, self._user_id, NAME)
            if self._grant.client_id and (held is None or not held.credential):
                raise NotConnected(NAME, "The Spotify account was disconnected meanwhile.", SIGN_IN_AGAIN)
            if not await self._is_outlived(conn):
                await spotify_access.keep(conn, self._user_id, access)
        self._opened = (access.tokens or "", token)
        if held is None or held.state is not ConnectionState.CONNECTED:
            await self._all.connections.checked(self._user_id, NAME, ConnectionState.CONNECTED)
        log.info("spotify access renewed", is_new_refresh_token=bool(granted.refresh_token))
        return token

    async def _bury(self, refused: GrantRefused) -> None:
        """The login is over: drop its tokens, say so."""
        dead = SpotifyAccess(
            self._grant.seed, None, self._grant.scopes, self._grant.authorized_at or instant(), 0.0, 0.0, is_dead=True
        )
        async with self._all.storage.write() as conn:
            if await self._is_outlived(conn):
                return
            current = await spotify_access.get(conn, self._user_id)
            if current and current.seed == self._grant.seed:
                dead = replace(dead, scopes=current.scopes, authorized_at=current.authorized_at)
            await spotify_access.keep(conn, self._user_id, dead)
        over = reauth_required()
        message = f"{over.message} {over.hint}"
        await self._all.connections.checked(self._user_id, NAME, ConnectionState.REFUSED, message)
        log.warning("spotify login over", error=refused.message)

    async def _is_outlived(self, conn: AsyncConnection) -> bool:
        """Whether the listener signed in again since: then these tokens are nobody's any more."""
        current = await spotify_access.get(conn, self._user_id)
        if current is None or current.seed == self._grant.seed:
            return False
        return "" < self._grant.authorized_at < current.authorized_at

    async def _kept(self) -> AccessToken | None:
        """The token in the store. Raises :class:`NotConnected` if the login is over."""
        async with self._all.storage.read() as conn:
            access = await spotify_access.get(conn, self._user_id)
        if access is None or access.seed != self._grant.seed:
            return None
        if access.is_dead or access.tokens is None:
            raise reauth_required()
        if self._opened is None or self._opened[0] != access.tokens:
            opened = await self._all.seal.open(access.tokens, INSTALLATION, self._purpose)
            kept = cast("dict[str, str]", json.loads(opened))
            token = AccessToken(
                kept["access"], kept["refresh"], _set(access.scopes), access.expires_at, access.renewed_at
            )
            hide_for_now(token.secret, token.refresh_token)
            self._opened = (access.tokens, token)
        return self._opened[1]

    async def _sealed(self, token: AccessToken) -> str:
        kept = json.dumps({"access": token.secret, "refresh": token.refresh_token})
        return await self._all.seal.close(kept, INSTALLATION, self._purpose)

    @property
    def _purpose(self) -> str:
        """What a sealed token is for; as part of the seal it binds the row to its listener."""
        return f"spotify {self._user_id}"

    async def _claim(self, me: str) -> bool:
        now = self._all.clock.now()
        async with self._all.storage.write() as conn:
            taken = await short_lived.claim(conn, Kind.RENEWAL, self._user_id, me, seconds=LEASE, now=now)
        return taken is None

    async def _release(self, me: str) -> None:
        async with self._all.storage.write() as conn:
            if await short_lived.get(conn, Kind.RENEWAL, self._user_id, now=0.0) == me:
                await short_lived.forget(conn, Kind.RENEWAL, self._user_id)


def _set(scopes: str) -> frozenset[str]:
    return frozenset(scopes.split())
