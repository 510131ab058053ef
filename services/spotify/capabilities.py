"""What Spotify lets this app do for one listener: learned from answers, kept, believed for a week (spotify-api.md 2.20)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.spotify.kinds import Capability, Kind
from services.spotify.refusals import CapabilityClosed
from storage import spotify_limits
from storage.engine import Storage
from storage.instants import instant
from storage.values import CapabilityRow, CapabilityState, UserId

BELIEVED = timedelta(days=7)
"""How long a closed door is believed to be closed."""
REFRESHED = timedelta(days=1)
"""How old "available" may grow before it is noted again."""
_CATALOGUE = ("search", "artist_albums")
SMALL, LARGE = 10, 50


class Capabilities:
    """What is known for one listener with one client id. Read once, so make one whenever another process may know more."""

    def __init__(self, storage: Storage, user_id: UserId, client_id: str, account: str) -> None:
        self._storage = storage
        self._user_id = user_id
        self._client_id = client_id
        self._account = account
        self._known: dict[str, CapabilityRow] | None = None

    async def all(self) -> list[CapabilityRow]:
        """Every capability there is, those that nothing is known of too."""
        known = await self._rows()
        nothing = [CapabilityRow(each, CapabilityState.UNKNOWN, "", "") for each in Capability if each not in known]
        return sorted([*known.values(), *nothing], key=lambda row: row.name)

    async def check(self, kind: Kind, action: str) -> None:
        """Raises :class:`CapabilityClosed` where it is known that asking is in vain."""
        row = (await self._rows()).get(kind.capability)
        if row and row.state is CapabilityState.CLOSED and kind.closes and _age(row) < BELIEVED:
            raise CapabilityClosed(kind.capability, action, row.checked_at)

    async def works(self, kind: Kind) -> None:
        """It was answered: the door is open, and the app is not switched off."""
        await self._note(kind.capability, CapabilityState.AVAILABLE, "200")
        profile = (await self._rows()).get(Capability.PROFILE)
        if profile and profile.state is CapabilityState.CLOSED:
            await self._note(Capability.PROFILE, CapabilityState.UNKNOWN, "")

    async def closed(self, kind: Kind, status: int) -> None:
        """Spotify refused it to this app."""
        await self._note(kind.capability, CapabilityState.CLOSED, f"{status} without a reason")

    async def scope_missing(self, kind: Kind) -> None:
        """The sign-in does not cover it."""
        await self._note(kind.capability, CapabilityState.SCOPE_MISSING, f"403 {' '.join(kind.scopes)}".strip())

    async def switched_off(self, code: str) -> None:
        """Spotify refuses this app or this listener everything, and says why."""
        await self._note(Capability.PROFILE, CapabilityState.CLOSED, f"403 {code}")

    async def page_size(self, kind: Kind) -> int:
        """Rows of a page: 50, or 10 where Spotify said so and for what the catalogue lists, unless it takes more."""
        known = await self._rows()
        if kind.name in _CATALOGUE:
            row = known.get(Capability.CATALOG_PAGE_50)
            return LARGE if row and row.state is CapabilityState.AVAILABLE else SMALL
        row = known.get(_page(kind))
        is_small = row and row.state is CapabilityState.CLOSED and _age(row) < BELIEVED
        return SMALL if is_small else LARGE

    async def smaller_pages(self, kind: Kind) -> None:
        """Spotify takes pages of 10 only."""
        name = Capability.CATALOG_PAGE_50 if kind.name in _CATALOGUE else _page(kind)
        await self._note(name, CapabilityState.CLOSED, "400 Invalid limit")

    async def larger_pages(self) -> None:
        """Spotify takes pages of 50 of the catalogue too."""
        await self._note(Capability.CATALOG_PAGE_50, CapabilityState.AVAILABLE, "200")

    async def doubt(self) -> None:
        """Ask again what was closed."""
        for row in list((await self._rows()).values()):
            if row.state is CapabilityState.CLOSED:
                await self._note(row.name, CapabilityState.UNKNOWN, "")

    async def _note(self, name: str, state: CapabilityState, evidence: str) -> None:
        known = await self._rows()
        before = known.get(name)
        if before and before.state is state and _age(before) < REFRESHED:
            return
        row = CapabilityRow(str(name), state, instant(), evidence)
        async with self._storage.write() as conn:
            await spotify_limits.learn(conn, self._user_id, self._client_id, self._account, row)
        known[row.name] = row

    async def _rows(self) -> dict[str, CapabilityRow]:
        if self._known is None:
            async with self._storage.read() as conn:
                rows = await spotify_limits.capabilities(conn, self._user_id, self._client_id, self._account)
            self._known = {row.name: row for row in rows}
        return self._known


def _page(kind: Kind) -> str:
    return f"page_50.{kind.name}"


def _age(row: CapabilityRow) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(row.checked_at)
