"""What the rest of the program asks about Discogs on behalf of a user: the connection, releases, searches, covers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from services.accounts import Application, Connections, Credential
from services.covers import Covers
from services.discogs.artist_calls import ListedRelease
from services.discogs.client import DiscogsClient
from services.discogs.clients import Clients
from services.discogs.credentials import Access, PersonalToken, SignIn
from services.discogs.filing import keep_answer
from services.discogs.models import Identity, Release, SearchPage
from services.discogs.query import SearchTerms, recognise
from services.discogs.search import search
from services.errors import Conflict, InvalidInput, NotConnected, UpstreamError, UpstreamNotFound, UpstreamRefused
from services.log import hide
from services.settings import Settings
from services.upstream import Limiters
from storage.catalogue import answers
from storage.engine import Storage
from storage.values import CatalogueRelease, Connection, ConnectionState, ConnectMethod, ReleaseId, UserId

log = structlog.get_logger(__name__)

SERVICE = "discogs"
WITHDRAWAL = "/settings/applications"
"""The page of the web site where a person withdraws the access of applications."""
FRESH = timedelta(hours=6)
"""How old what is shown of a release may be (discogs-api.md 10, "Policy")."""


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """How a user's connection to Discogs is, as far as is known without asking. ``missing`` lists the settings that
    would supply what lacks; ``warning`` is what a person should know about it, None if all is well.
    """

    ready: bool
    missing: tuple[str, ...] = ()
    username: str | None = None
    state: ConnectionState | None = None
    warning: str | None = None
    checked_at: str | None = None
    method: ConnectMethod | None = None
    connected_at: str | None = None


class Discogs:
    """Discogs for every user of this process. Close it at the end.

    Raises :class:`NotConnected` wherever a credential is needed and there is none. A credential that Discogs refuses
    (401) while it is used marks the connection.
    """

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        connections: Connections,
        application: Application,
        limiters: Limiters,
        *,
        cache_dir: Path,
    ) -> None:
        self._storage = storage
        self._connections = connections
        self._application = application
        self._clients = Clients(settings, limiters)
        self.covers = Covers("Discogs", cache_dir / "covers", self._picture)

    async def close(self) -> None:
        """Close all connections."""
        await self._clients.close()

    @property
    def settings(self) -> Settings:
        """The settings in use; replaced when the configuration changes."""
        return self._clients.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._clients.settings = settings

    @property
    def web_base(self) -> str:
        """The address of the Discogs web site."""
        return self.settings.discogs_web_base

    @property
    def withdrawal_page(self) -> str:
        """The address of :data:`WITHDRAWAL`."""
        return f"{self.web_base}{WITHDRAWAL}"

    async def client(self, user_id: UserId) -> tuple[DiscogsClient, str]:
        """The user's client and name on Discogs, empty if Discogs was not asked yet; asks nobody."""
        try:
            credential = await self._connections.credential(user_id, SERVICE)
        except NotConnected as error:
            lacks = ("DISCOGS_TOKEN",) if self.settings.discogs_username else ("DISCOGS_USERNAME", "DISCOGS_TOKEN")
            raise NotConnected(error.service, error.message, error.hint, lacks) from error
        return await self._clients.of(user_id, await self._access(credential)), credential.username or ""

    async def account(self, user_id: UserId) -> tuple[DiscogsClient, str]:
        """The user's client and name on Discogs, which is asked for (once) if it is not known."""
        client, username = await self.client(user_id)
        if not username:
            async with self.watched(user_id):
                identity = await client.identity()
            username = identity.username
            await self._found_good(user_id, identity)
        return client, username

    async def connect(self, user_id: UserId, token: str) -> Connection:
        """Check ``token`` with Discogs and keep it encrypted. Raises :class:`UpstreamRefused` if it is not valid."""
        token = token.strip()
        if not token or not token.isascii() or not token.isprintable():
            raise InvalidInput(
                "token", "That is no Discogs token.", "Copy the token whole, without anything around it."
            )
        hide(token)
        return await self.accept(user_id, PersonalToken(token))

    async def accept(self, user_id: UserId, access: Access) -> Connection:
        """Ask Discogs whose credential this is, and keep it encrypted. Raises :class:`UpstreamError`."""
        async with self._clients.open(access) as client:
            identity = await client.interactive.identity()
        kept = await self._connections.connect(
            user_id,
            SERVICE,
            identity.username,
            access.stored,
            method=access.METHOD,
            account_id=str(identity.id),
        )
        await self._clients.forget(user_id)
        return kept

    async def disconnect(self, user_id: UserId) -> None:
        """Forget the user's credential; the records stay. Raises :class:`Conflict` if the environment supplies it."""
        await self._connections.disconnect(user_id, SERVICE)
        await self._clients.forget(user_id)

    async def status(self, user_id: UserId) -> ConnectionStatus:
        """How the connection is, without asking Discogs."""
        try:
            _, username = await self.client(user_id)
        except (NotConnected, Conflict) as error:
            missing = error.missing if isinstance(error, NotConnected) else ("DISCOGS_TOKEN",)
            kept = await self._connections.get(user_id, SERVICE)
            return ConnectionStatus(
                ready=False,
                missing=missing,
                username=kept.username if kept else None,
                state=kept.state if kept else None,
                warning=f"{error.message} {error.hint}",
                method=kept.method if kept else None,
                connected_at=kept.connected_at if kept else None,
            )
        connection = await self._connections.get(user_id, SERVICE)
        if connection is None:
            return ConnectionStatus(True, username=username or None)  # ended by another process just now
        refused = connection.state is ConnectionState.REFUSED
        return ConnectionStatus(
            ready=not refused,
            missing=("DISCOGS_TOKEN",) if refused else (),
            username=username or None,
            state=connection.state,
            warning=None if connection.state is ConnectionState.CONNECTED else connection.message,
            checked_at=connection.checked_at,
            method=connection.method or ConnectMethod.TOKEN,
            connected_at=connection.connected_at,
        )

    async def test(self, user_id: UserId) -> ConnectionStatus:
        """Ask Discogs whether the credential is good, and keep the answer. Raises :class:`NotConnected`."""
        client, _ = await self.client(user_id)
        try:
            async with self.watched(user_id):
                identity = await client.interactive.identity()
        except UpstreamError as error:
            if error.status != 401:
                await self._note(user_id, ConnectionState.UNREACHABLE, error)
        else:
            await self._found_good(user_id, identity)
        return await self.status(user_id)

    async def release(self, user_id: UserId, release_id: int, *, refresh: bool = False) -> Release:
        """The full release, at most six hours old; asked for without a credential where there is none.

        Without ``refresh`` an older answer is better than none when Discogs cannot be reached.
        """
        wanted = ReleaseId(release_id)
        kept = await self._kept(wanted)
        if kept is not None and not refresh and _age(kept) < FRESH:
            return Release.model_validate(kept.detail)
        try:
            async with self.watched(user_id):
                release = await (await self._reader(user_id)).release(release_id)
        except UpstreamNotFound:
            raise
        except UpstreamError as error:
            if kept is None or refresh:
                raise
            log.warning("old_release_shown", release=release_id, fetched_at=kept.fetched_at, error=error.message)
            return Release.model_validate(kept.detail)
        await keep_answer(self._storage, release)
        return release

    async def kept_release(self, release_id: int) -> Release | None:
        """The release as it was last met, however long ago; asks nobody."""
        kept = await self._kept(ReleaseId(release_id))
        return Release.model_validate(kept.detail) if kept else None

    async def search(self, user_id: UserId, wanted: str | SearchTerms, *, page: int = 1) -> SearchPage:
        """One page of releases for what was typed, or for explicit terms.

        Raises :class:`InvalidInput` for nothing to search for.
        """
        terms = recognise(wanted) if isinstance(wanted, str) else wanted
        client, _ = await self.client(user_id)
        async with self.watched(user_id):
            return await search(client.interactive, terms, page)

    async def newest_of(self, user_id: UserId, artist_id: int) -> tuple[ListedRelease, ...]:
        """What an artist released last, the newest first; asked for in the background, without a credential where there is none."""
        client = await self._any_client(user_id)
        async with self.watched(user_id):
            return await client.artists.newest(artist_id)

    async def cover(self, user_id: UserId, url: str | None) -> Path | None:
        """The file of a cover picture, None if there is none. No credential is needed or sent."""
        return await self.covers.get(url)

    @asynccontextmanager
    async def watched(self, user_id: UserId) -> AsyncGenerator[None]:
        """Use the user's credential inside: a refusal (401) marks the connection and says what to do, unless another
        credential has taken its place meanwhile.
        """
        used = await self._connections.get(user_id, SERVICE)
        try:
            yield
        except UpstreamRefused as error:
            kept = await self._connections.get(user_id, SERVICE)
            if error.status == 401 and (kept and kept.connected_at) == (used and used.connected_at):
                await self._note(user_id, ConnectionState.REFUSED, error)
            raise

    async def _access(self, credential: Credential) -> Access:
        if credential.method is ConnectMethod.OAUTH:
            return SignIn.opened(credential.secret, await self._application.keys())
        return PersonalToken(credential.secret)

    async def _found_good(self, user_id: UserId, identity: Identity) -> None:
        await self._connections.checked(
            user_id,
            SERVICE,
            ConnectionState.CONNECTED,
            username=identity.username,
            account_id=str(identity.id),
        )

    async def _note(self, user_id: UserId, state: ConnectionState, error: UpstreamError) -> None:
        await self._connections.checked(user_id, SERVICE, state, f"{error.message} {error.hint}".strip())

    async def _reader(self, user_id: UserId) -> DiscogsClient:
        """The user's client, or one without a credential, before background work."""
        return (await self._any_client(user_id)).interactive

    async def _any_client(self, user_id: UserId) -> DiscogsClient:
        """The user's client, or one without a credential: public data needs none."""
        try:
            client, _ = await self.client(user_id)
        except NotConnected:
            client = await self._clients.of(None, None)
        return client

    async def _picture(self, url: str) -> bytes:
        return await (await self._clients.of(None, None)).interactive.image(url)

    async def _kept(self, release_id: ReleaseId) -> CatalogueRelease | None:
        return await self._storage.catalogue.read(lambda db: answers.get(db, release_id))


def _age(kept: CatalogueRelease) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(kept.fetched_at)
