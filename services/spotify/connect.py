"""What the rest of the program asks about Spotify on behalf of a user: the connection, the client, the budget."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from services.accounts import Connections, Credential
from services.errors import Conflict, NotConnected
from services.secrets import Secrets
from services.settings import Settings
from services.spotify import grants
from services.spotify.answers import Answers
from services.spotify.authority import Authority, Granted
from services.spotify.calls import Calls, profile_with
from services.spotify.capabilities import Capabilities
from services.spotify.client import SpotifyClient
from services.spotify.grants import Grant
from services.spotify.models import Profile
from services.spotify.quota import Quota
from services.spotify.refusals import CapabilityClosed, ScopeMissing, explain, reauth_required
from services.spotify.status import SpotifyStatus, warning_of
from services.spotify.tokens import Renewals
from services.upstream import Clock, Limiters, Manners, Timeouts, Upstream
from storage import spotify_access, spotify_limits
from storage.engine import Storage
from storage.instants import instant
from storage.values import (
    Connection,
    ConnectionState,
    ConnectMethod,
    UserId,
)

__all__ = ["SERVICE", "WITHDRAWAL", "Spotify", "SpotifyStatus"]

SERVICE = "spotify"
WITHDRAWAL = "https://www.spotify.com/account/apps/"
"""The page where a person withdraws the access of apps; Spotify offers no way to do that from here."""
MANNERS = Manners("Spotify", 60, 30, "spotify.com", burst=4)
"""All listeners of an app together (spotify-api.md 1.9)."""
_LARGEST_ANSWER = 5_000_000
NOT_CONFIGURED = "This installation has no Spotify app yet."
SET_UP = "Register one (it is free) and set SPOTIFY_CLIENT_ID; `lockgroove connect spotify` says how, step by step."


class Spotify:
    """Spotify for every user of this process. Close it at the end.

    Raises :class:`NotConnected` wherever a login is needed and there is none, with the code ``reauth_required`` where there
    was one that has ended.
    """

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        secrets: Secrets,
        connections: Connections,
        limiters: Limiters,
        *,
        timeouts: Timeouts | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._connections = connections
        self._limiters = limiters
        self._timeouts = timeouts
        self._clock = clock or Clock()
        self._answers = Answers()
        self._renewals = Renewals(storage, secrets, connections, lambda: self.authority, clock=clock)
        self._retired: list[Upstream | Authority] = []
        self._open(settings)

    def _open(self, settings: Settings) -> None:
        base = settings.spotify_api_base
        self.authority = Authority(settings, self._limiters)
        self.quota = Quota(self._storage, settings.spotify_client_id or "", clock=self._clock.now)
        self._api = Upstream(
            "Spotify",
            base,
            limiter=self._limiters.of(MANNERS, base, settings.spotify_client_id),
            headers={"User-Agent": settings.discogs_user_agent, "Accept": "application/json"},
            timeouts=self._timeouts,
            explain=explain,
            size_limit=_LARGEST_ANSWER,
        )

    async def close(self) -> None:
        """Finish renewals, write down what was counted, close all connections."""
        await self._renewals.close()
        await self.quota.write()
        for each in (*self._retired, self._api, self.authority):
            await each.close()

    @property
    def settings(self) -> Settings:
        """The settings in use; replaced when the configuration changes."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        changed = any(
            getattr(settings, name) != getattr(self._settings, name)
            for name in ("spotify_client_id", "spotify_client_secret", "spotify_api_base", "spotify_accounts_base")
        )
        self._settings = settings
        if changed:
            self._retired += [self._api, self.authority]  # whoever is asking goes on
            self._open(settings)

    async def client(self, user_id: UserId) -> SpotifyClient:
        """The user's client; asks nobody. Make one for each piece of work: it believes what it knew at its beginning."""
        grant = await self._grant(user_id)
        async with self._storage.read() as conn:
            access = await spotify_access.get(conn, user_id)
        if access and access.seed == grant.seed and access.is_dead:
            raise reauth_required()
        account = await self._account(user_id)
        return SpotifyClient(
            Calls(
                user_id,
                self._api,
                self._renewals.of(user_id, grant),
                Capabilities(self._storage, user_id, self.quota.client_id, account),
                self.quota,
                self._answers,
            )
        )

    async def users(self) -> list[UserId]:
        """Every user who has connected Spotify, those whose login has ended included."""
        async with self._storage.read() as conn:
            users = await spotify_access.listeners(conn)
        preset = self._connections.preset_of(SERVICE)
        return users if preset is None or preset in users else [preset, *users]

    async def accept(self, user_id: UserId, granted: Granted) -> Connection:
        """Ask Spotify whose grant this is, and keep it encrypted in place of the one before. Raises
        :class:`UpstreamError`; nothing is kept then.
        """
        now = instant()
        grant = Grant(granted.refresh_token, granted.scopes, now, self.quota.client_id)
        profile = await profile_with(self._api, granted.access_token, lambda: self.quota.permit("profile"))
        kept = await self._connections.connect(
            user_id,
            SERVICE,
            profile.display_name or profile.id or None,
            grant.stored,
            method=ConnectMethod.OAUTH,
            account_id=profile.key or None,
        )
        self._answers.forget(user_id)
        await self._renewals.of(user_id, grant).begin(granted, now)
        async with self._storage.write() as conn:
            await spotify_limits.unlearn_scopes(conn, user_id)
        return kept

    async def disconnect(self, user_id: UserId) -> None:
        """Forget the user's login; playlists and plays stay. Raises :class:`Conflict` if the settings supply it."""
        await self._connections.disconnect(user_id, SERVICE)
        async with self._storage.write() as conn:
            await spotify_access.forget(conn, user_id)
            await spotify_limits.unlearn(conn, user_id)
        self._answers.forget(user_id)

    async def status(self, user_id: UserId) -> SpotifyStatus:
        """How the connection is, without asking Spotify."""
        kept = await self._connections.get(user_id, SERVICE)
        if not self.settings.spotify_client_id:
            return SpotifyStatus("unconfigured", ("SPOTIFY_CLIENT_ID",), warning=f"{NOT_CONFIGURED} {SET_UP}")
        try:
            grant = await self._grant(user_id)
        except (NotConnected, Conflict) as error:
            is_over = isinstance(error, Conflict) or error.code == "reauth_required"
            return SpotifyStatus(
                "reauth_required" if is_over else "unauthenticated",
                username=kept.username if kept else None,
                warning=f"{error.message} {error.hint}",
                method=kept.method if kept else None,
                connected_at=kept.connected_at if kept else None,
                pause=await self.quota.paused(),
            )
        async with self._storage.read() as conn:
            access = await spotify_access.get(conn, user_id)
        access = access if access and access.seed == grant.seed else None
        since = access.authorized_at if access else grant.authorized_at
        known = Capabilities(self._storage, user_id, self.quota.client_id, await self._account(user_id))
        scopes = access.scopes if access and access.scopes else grant.scopes
        return SpotifyStatus(
            "reauth_required" if access and access.is_dead else "connected",
            username=kept.username if kept else None,
            warning=warning_of(access, since, kept),
            method=kept.method if kept else None,
            connected_at=kept.connected_at if kept else None,
            checked_at=kept.checked_at if kept else None,
            authorized_at=since or None,
            expires_at=instant(grants.later(since, grants.MONTHS)) if since else None,
            scopes=tuple(scopes.split()),
            capabilities=tuple(await known.all()),
            pause=await self.quota.paused(),
            budget=await self.quota.budget(),
        )

    async def test(self, user_id: UserId) -> SpotifyStatus:
        """Ask Spotify whose login this is, and keep the answer. Raises :class:`NotConnected` and the ``Upstream*``
        errors.
        """
        client = await self.client(user_id)
        profile = await client.interactive.profile()
        await self._found_good(user_id, profile)
        return await self.status(user_id)

    async def doubt(self, user_id: UserId) -> None:
        """Whatever Spotify was found not to allow is asked again when it is next needed."""
        await Capabilities(self._storage, user_id, self.quota.client_id, await self._account(user_id)).doubt()

    async def probe(self, user_id: UserId) -> SpotifyStatus:
        """Ask anew, with a handful of calls, what Spotify lets this app do (spotify-api.md 2.20). Raises
        :class:`NotConnected` and those ``Upstream*`` errors that say nothing about a capability.
        """
        await self._found_good(user_id, await (await self.client(user_id)).interactive.profile())
        await self.doubt(user_id)
        client = (await self.client(user_id)).interactive
        some = await client.try_large_pages()
        if not some:
            hits = (await client.search("a", ["track"], limit=1)).tracks
            some = next((track.id for track in hits.items if track), "") if hits else ""
        for ask in (
            lambda: client.audio_features([some]),
            lambda: client.recommendations({"seed_tracks": [some]}, limit=1),
            lambda: client.recently_played(limit=1),
        ):
            with suppress(CapabilityClosed, ScopeMissing):
                await ask()
        return await self.status(user_id)

    @asynccontextmanager
    async def watched(self, user_id: UserId) -> AsyncGenerator[None]:
        """Use the user's login inside. That one that has ended marks the connection is the tokens' own business."""
        del user_id
        yield

    async def _grant(self, user_id: UserId) -> Grant:
        """What the user's tokens descend from. Raises :class:`NotConnected`, :class:`Conflict`."""
        if not self.settings.spotify_client_id:
            raise NotConnected(SERVICE, NOT_CONFIGURED, SET_UP, ("SPOTIFY_CLIENT_ID",))
        credential: Credential = await self._connections.credential(user_id, SERVICE)
        grant = Grant.of(credential)
        if grant.client_id and grant.client_id != self.settings.spotify_client_id:
            raise reauth_required("The sign-in on Spotify was made with another app (SPOTIFY_CLIENT_ID has changed).")
        return grant

    async def _account(self, user_id: UserId) -> str:
        kept = await self._connections.get(user_id, SERVICE)
        return (kept.account_id if kept else None) or ""

    async def _found_good(self, user_id: UserId, profile: Profile) -> None:
        await self._connections.checked(
            user_id,
            SERVICE,
            ConnectionState.CONNECTED,
            username=profile.display_name or profile.id or None,
            account_id=profile.key or None,
        )
