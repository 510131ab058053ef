"""Connections to outside accounts: the credential sealed for its user, opened only when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import SecretStr

from services.accounts.seal import Seal
from services.errors import Conflict, NotConnected
from services.events import ConnectionChanged, Events
from services.log import hide
from services.secrets import Secrets
from storage import accounts as rows
from storage.engine import Storage
from storage.instants import instant
from storage.values import Connection, ConnectionState, ConnectMethod, UserId

_HOW = {
    "discogs": (("DISCOGS_TOKEN",), "Run `lockgroove connect discogs`, or set DISCOGS_TOKEN."),
    "spotify": ((), "Sign in: `c` in the app, or `lockgroove connect spotify`."),
}
_PRESET_BY = {"spotify": "SPOTIFY_REFRESH_TOKEN"}
"""The setting that presets a connection, where it is not called after the token."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What opens an outside account. ``username`` may be unknown where the settings supply the credential."""

    username: str | None
    secret: str = field(repr=False)
    is_preset: bool = False
    method: ConnectMethod = ConnectMethod.TOKEN


@dataclass(frozen=True, slots=True)
class Preset:
    """A credential of the owner that the settings supply."""

    secret: SecretStr
    username: str | None = None


class Connections:
    """The connections of all users. ``presets`` are the owner's, by service.

    They go before a stored token, but not before a sign-in, which is made on purpose after they were set.
    """

    def __init__(
        self,
        storage: Storage,
        secrets: Secrets,
        events: Events,
        owner_id: UserId,
        presets: Mapping[str, Preset] | None = None,
    ) -> None:
        self._storage = storage
        self._seal = Seal(secrets)
        self._events = events
        self._owner_id = owner_id
        self._presets = dict(presets or {})

    async def preset(self, presets: Mapping[str, Preset]) -> None:
        """The settings supply these credentials from now on."""
        changed = [name for name in {*presets, *self._presets} if presets.get(name) != self._presets.get(name)]
        self._presets = dict(presets)
        for service in changed:
            connection = await self.get(self._owner_id, service)
            state = connection.state if connection else None
            self._events.publish(ConnectionChanged(self._owner_id, service, state))

    def preset_of(self, service: str) -> UserId | None:
        """Whose connection to ``service`` the settings supply, None if they do not."""
        return self._owner_id if service in self._presets else None

    async def get(self, user_id: UserId, service: str) -> Connection | None:
        """The user's connection to ``service`` as last checked, None if there is none. Never holds the credential."""
        stored = await self._stored(user_id, service)
        preset = self._preset(user_id, service, stored)
        if preset is None:
            return replace(stored, credential=None) if stored and stored.credential else None
        if stored is None:
            return _not_asked(user_id, service, preset.username)
        return replace(
            stored,
            username=preset.username or stored.username,
            credential=None,
            method=ConnectMethod.TOKEN,
            connected_at=None,
        )

    async def credential(self, user_id: UserId, service: str) -> Credential:
        """What opens the user's account, decrypted.

        Raises :class:`NotConnected` if there is none, :class:`Conflict` if the key that sealed it is not the one in
        use.
        """
        stored = await self._stored(user_id, service)
        if preset := self._preset(user_id, service, stored):
            username = preset.username or (stored.username if stored else None)
            return Credential(username, preset.secret.get_secret_value(), is_preset=True)
        if stored is None or stored.credential is None:
            missing, hint = _HOW.get(service, ((), f"Connect {service.capitalize()} on the settings screen."))
            raise NotConnected(service, f"No {service.capitalize()} account is connected.", hint, missing)
        secret = await self._seal.open(stored.credential, user_id, service)
        return Credential(stored.username, secret, method=stored.method or ConnectMethod.TOKEN)

    async def connect(
        self,
        user_id: UserId,
        service: str,
        username: str | None,
        secret: str,
        *,
        method: ConnectMethod = ConnectMethod.TOKEN,
        account_id: str | None = None,
    ) -> Connection:
        """Keep a credential that was just found good, in place of the one before."""
        hide(secret)
        now = instant()
        held = Connection(
            user_id,
            service,
            username,
            await self._seal.close(secret, user_id, service),
            ConnectionState.CONNECTED,
            None,
            checked_at=now,
            method=method,
            account_id=account_id,
            connected_at=now,
        )
        async with self._storage.write() as conn:
            await rows.connect(conn, held)
        self._events.publish(ConnectionChanged(user_id, service, held.state))
        return replace(held, credential=None)

    async def checked(
        self,
        user_id: UserId,
        service: str,
        state: ConnectionState,
        message: str | None = None,
        *,
        username: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Note what a check, or a call that was refused, found out; whose account it is if it told that too."""
        async with self._storage.write() as conn:
            stored = await rows.connected(conn, user_id, service)
            if stored is None and self._preset(user_id, service, stored):
                stored = _not_asked(user_id, service, None)
            if stored is None:
                return
            noted = replace(stored, state=state, message=message, checked_at=instant())
            whose = replace(noted, username=username or stored.username, account_id=account_id or stored.account_id)
            await rows.connect(conn, whose)
        if (stored.state, stored.message, stored.username) != (state, message, username or stored.username):
            self._events.publish(ConnectionChanged(user_id, service, state))

    async def disconnect(self, user_id: UserId, service: str) -> bool:
        """Forget the connection and its credential; False if there was none.

        Raises :class:`Conflict` where the settings supply it: only there it can be ended.
        """
        if self._preset(user_id, service, await self._stored(user_id, service)):
            raise Conflict(
                f"The {service.capitalize()} account is connected by the settings.",
                f"Unset {_PRESET_BY.get(service, f'{service.upper()}_TOKEN')} where it is set and start again.",
            )
        async with self._storage.write() as conn:
            gone = await rows.disconnect(conn, user_id, service)
        if gone:
            self._events.publish(ConnectionChanged(user_id, service, None))
        return gone

    def _preset(self, user_id: UserId, service: str, stored: Connection | None) -> Preset | None:
        if stored is not None and stored.credential and stored.method is ConnectMethod.OAUTH:
            return None
        return self._presets.get(service) if user_id == self._owner_id else None

    async def _stored(self, user_id: UserId, service: str) -> Connection | None:
        async with self._storage.read() as conn:
            return await rows.connected(conn, user_id, service)


def _not_asked(user_id: UserId, service: str, username: str | None) -> Connection:
    """The connection that a preset makes before anybody was asked about it."""
    return Connection(
        user_id, service, username, None, ConnectionState.CONNECTED, None, None, method=ConnectMethod.TOKEN
    )
