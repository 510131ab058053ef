"""What the rest of the program asks about Plex: whether it is set up and answers, what it holds, and the client for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from services.errors import InvalidInput, LockgrooveError, NotConnected
from services.events import Events
from services.plex import notifications
from services.plex.calls import Calls, Token, introduction
from services.plex.client import PlexClient
from services.plex.models import Kind, Section
from services.plex.notifications import Follower, Notifications
from services.plex.refusals import explain
from services.plex.scans import PlexScans
from services.plex.totals import LibraryTotals
from services.settings import Settings
from services.upstream import Limiters, Manners, ServerEvent, Timeouts, Upstream
from storage.engine import Storage
from storage.values import UserId

__all__ = ["SERVICE", "LibraryTotals", "Plex", "PlexStatus"]

SERVICE = "plex"
NOT_CONFIGURED = "Plex is not set up."
SET_UP = "Set PLEX_BASE_URL and PLEX_TOKEN, in the environment or on the Settings page."
MANNERS = Manners("Plex", 1200, 60, "plex.direct")
"""A server of one's own has no limit; this is only against running wild."""
TIMEOUTS = Timeouts(connect=4.0, read=15.0, total=18.0)
"""Disks may have to wake up, and three tries must fit into the minute that a request to REST may take (plex-api.md 15)."""
_LARGEST_ANSWER = 32_000_000


@dataclass(frozen=True, slots=True)
class PlexStatus:
    """How the connection is. ``sessions`` is what plays now, as Plex tells it; ``problem`` is why there is no connection."""

    is_connected: bool
    sessions: dict[str, Any] = field(default_factory=dict[str, Any])
    library: LibraryTotals | None = None
    problem: str = ""
    hint: str = ""


class Plex:
    """The installation's Plex Media Server. Close it at the end. ``scans`` looks at it regularly, where that is run."""

    def __init__(
        self,
        settings: Settings,
        limiters: Limiters,
        storage: Storage,
        events: Events,
        owner_id: UserId,
        *,
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        self._settings = settings
        self._limiters = limiters
        self._timeouts = timeouts
        self._introduction = introduction(owner_id)
        self._retired: list[Upstream] = []
        self._counted: dict[str, tuple[str, LibraryTotals]] = {}
        self._api: Upstream | None = None
        self.notifications = Notifications(self._stream)
        self.follower = Follower(lambda: self.notifications)
        self.scans = PlexScans(self, storage, events, owner_id)

    async def close(self) -> None:
        """Close all connections."""
        await self.follower.close()
        await self.notifications.close()
        for each in (*self._retired, self._api):
            if each is not None:
                await each.close()

    @property
    def settings(self) -> Settings:
        """The settings in use; replaced when the configuration changes."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        if any(getattr(settings, name) != getattr(before, name) for name in ("plex_base_url", "plex_token")):
            if self._api is not None:
                self._retired.append(self._api)  # whoever is asking goes on
            self._api = None
            self._counted.clear()
        self.scans.look()

    @property
    def is_configured(self) -> bool:
        """Whether address and token are set."""
        return bool(self.settings.plex_base_url and self.settings.plex_token)

    async def client(self) -> PlexClient:
        """The client for it; asks nobody. Raises :class:`NotConnected` where address or token are missing."""
        return PlexClient(Calls(self._upstream()))

    def _upstream(self) -> Upstream:
        url, token = self.settings.plex_base_url, self.settings.plex_token
        if not url or not token:
            missing = tuple(name for name, value in (("PLEX_BASE_URL", url), ("PLEX_TOKEN", token)) if not value)
            raise NotConnected(SERVICE, NOT_CONFIGURED, SET_UP, missing)
        if self._api is None:
            secret = token.get_secret_value()
            self._api = Upstream(
                "Plex",
                url,
                limiter=self._limiters.of(MANNERS, url, secret),
                headers=self._introduction,
                authorise=Token(secret),
                timeouts=self._timeouts,
                explain=explain,
                size_limit=_LARGEST_ANSWER,
            )
        return self._api

    def _stream(self) -> AsyncGenerator[ServerEvent]:
        return self._upstream().events(notifications.PATH, action="tell what happens", silence=notifications.SILENCE)

    # -- asking -----------------------------------------------------------------------------------------------------

    async def status(self) -> PlexStatus:
        """Ask how Plex is; never raises for what is Plex's own trouble, nor where it is not set up."""
        try:
            client = (await self.client()).interactive
            sessions = await client.calls.get("/status/sessions", "say what plays")
            return PlexStatus(True, sessions.document, await self.statistics())
        except LockgrooveError as error:
            return PlexStatus(False, problem=error.message, hint=error.hint)

    async def music(self) -> list[Section]:
        """The music libraries: the one that PLEX_LIBRARY names, or all. Raises :class:`NotConnected`, also where there is none
        of that name, and the ``Upstream*`` errors.
        """
        sections = [each for each in await (await self.client()).interactive.sections() if each.is_music]
        wanted = self.settings.plex_library
        if not wanted:
            return sections
        chosen = [each for each in sections if each.title.casefold() == wanted.strip().casefold()]
        if not chosen:
            names = ", ".join(each.title for each in sections) or "none"
            raise NotConnected(
                SERVICE,
                f"Plex has no music library called {wanted}.",
                f"PLEX_LIBRARY names it; on the server there are: {names}.",
                ("PLEX_LIBRARY",),
            )
        return chosen

    async def statistics(self) -> LibraryTotals:
        """Count what the music libraries hold; one that has not changed is not counted again. Raises :class:`NotConnected` and
        the ``Upstream*`` errors.
        """
        client = await self.client()
        totals = LibraryTotals()
        for section in await self.music():
            kept = self._counted.get(section.key)
            if kept is None or not section.stamp or kept[0] != section.stamp:
                counts = await asyncio.gather(*(client.interactive.count(section.key, kind) for kind in Kind))
                kept = self._counted[section.key] = section.stamp, LibraryTotals(*counts)
            totals += kept[1]
        return totals

    async def scan(self, path: str | None = None) -> tuple[str, ...]:
        """Ask Plex to scan the folder ``path`` (as the server sees it), or each music library whole where there is no path
        or it is below none of their folders; answers the titles of the libraries that were asked. Plex scans on its own
        from then on, and one that is scanned whole just now is not asked again.

        Raises :class:`NotConnected`, :class:`InvalidInput` for a path with ``..`` in it, and the ``Upstream*`` errors.
        """
        client, sections = await self.client(), await self.music()
        if path is not None:
            holding = [each for each in sections if any(_holds(folder, path) for folder in each.locations)]
            for section in holding:
                await client.scan(section.key, path)
            if holding:
                return tuple(each.title for each in holding)
        for section in sections:
            if not section.is_refreshing:
                await client.scan(section.key)
        return tuple(each.title for each in sections)


def _holds(folder: str, path: str) -> bool:
    """Whether ``path`` is the folder or below it; the server may be a Windows machine."""
    inner, outer = (each.replace("\\", "/").rstrip("/") for each in (path, folder))
    if ".." in inner.split("/"):
        raise InvalidInput("path", "A folder to scan is named whole, without `..`.")
    return bool(outer) and (inner == outer or inner.startswith(f"{outer}/"))
