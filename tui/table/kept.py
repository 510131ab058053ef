"""What is kept of Spotify as rows of a table: playlists, their items, followed artists; and where the rows come from."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from time import perf_counter
from typing import TYPE_CHECKING, Generic, TypeVar

from storage.values.followed import ArtistQuery, ArtistSort, FollowedArtist
from storage.values.playlists import (
    ItemKind,
    ItemQuery,
    ItemsState,
    Playlist,
    PlaylistItem,
    PlaylistQuery,
    PlaylistSort,
)
from tui.table.columns import Column
from tui.table.source import Keyed, Order
from tui.words import day, number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.shelf import Shelf
    from tui.bridge import Bridge

Query = TypeVar("Query")
Row = TypeVar("Row", bound=Keyed)
SIGNS = {"vanished": "✗", "local": "⌂", "episode": "♪"}
"""Signs before an item that is no plain track. Never colour alone."""


class KeptReading(Generic[Query, Row]):
    """Answers through the services: ``order`` gives the keys of a whole list, ``some`` its rows by key. The shelf's version
    tells whether anybody wrote to the library meanwhile."""

    def __init__(
        self,
        bridge: Bridge,
        shelf: Shelf,
        order: Callable[[Runtime, Query], Awaitable[Sequence[int]]],
        some: Callable[[Runtime, Query, Sequence[int]], Awaitable[list[Row]]],
    ) -> None:
        self._bridge = bridge
        self._shelf = shelf
        self._order = order
        self._some = some
        self._query: Query | None = None

    def first(self, query: Query, limit: int) -> Future[list[Row]]:
        self._query = query

        async def read(runtime: Runtime) -> list[Row]:
            return await self._some(runtime, query, (await self._order(runtime, query))[:limit])

        return self._bridge.submit(read)

    def order(self, query: Query, known: int | None) -> Future[Order]:
        async def read(runtime: Runtime) -> Order:
            begun = perf_counter()
            looked = self._shelf.submit(lambda reader: reader.version(), background=True)
            version = await asyncio.wrap_future(looked)
            keys = None if version == known else await self._order(runtime, query)
            return Order(version, keys, perf_counter() - begun)

        return self._bridge.submit(read)

    def rows(self, keys: Sequence[int]) -> Future[list[Row]]:
        query = self._query
        assert query is not None

        async def read(runtime: Runtime) -> list[Row]:
            return await self._some(runtime, query, keys)

        return self._bridge.submit(read)

    def letters(self, query: Query) -> Future[list[tuple[str, int]]]:
        """These lists have no letters to jump to."""
        none = Future[list[tuple[str, int]]]()
        none.set_result([])
        return none


def playlists_reading(bridge: Bridge, shelf: Shelf) -> KeptReading[PlaylistQuery, Playlist]:
    """Reads the playlists of the acting user."""
    return KeptReading(
        bridge,
        shelf,
        lambda runtime, query: runtime.playlists.order(runtime.user.id, query),
        lambda runtime, _, keys: runtime.playlists.some(runtime.user.id, keys),
    )


def items_reading(bridge: Bridge, shelf: Shelf) -> KeptReading[ItemQuery, PlaylistItem]:
    """Reads the items of one playlist."""
    return KeptReading(
        bridge,
        shelf,
        lambda runtime, query: runtime.playlists.item_order(runtime.user.id, query),
        lambda runtime, query, keys: runtime.playlists.some_items(runtime.user.id, query, keys),
    )


def artists_reading(bridge: Bridge, shelf: Shelf) -> KeptReading[ArtistQuery, FollowedArtist]:
    """Reads the artists that the acting user follows."""
    return KeptReading(
        bridge,
        shelf,
        lambda runtime, query: runtime.artists.order(runtime.user.id, query),
        lambda runtime, _, keys: runtime.artists.some(runtime.user.id, keys),
    )


# -- playlists ------------------------------------------------------------------------------------------------------


def standing(row: Playlist) -> str:
    """Whose a playlist is and how much of it is here, in a word or two."""
    if row.removed_at is not None:
        return "gone"
    if row.items_state is ItemsState.NOT_ACCESSIBLE:
        return "not shown"
    whose = "yours" if row.is_own else "shared" if row.is_editable else "followed"
    if row.items_state is ItemsState.UNREAD:
        return f"{whose}, unread"
    return whose if row.is_current else f"{whose}, changed"


def playlist_tone(row: Playlist) -> str | None:
    """The look of a whole line: what nothing can be done with is muted (and says so)."""
    return "muted" if row.removed_at is not None or row.items_state is ItemsState.NOT_ACCESSIBLE else None


PLAYLIST_COLUMNS: tuple[Column[Playlist], ...] = (
    Column("name", "Playlist", lambda row: row.name, 18, grow=5, limit=60, sort=PlaylistSort.NAME),
    Column("tracks", "Tracks", lambda row: number(row.track_count), 7, align="right", sort=PlaylistSort.TRACKS),
    Column("state", "State", standing, 10, grow=1, limit=16, priority=1),
    Column("owner", "Owner", lambda row: row.owner_name, 10, grow=2, limit=24, priority=2, sort=PlaylistSort.OWNER),
    Column("updated", "Changed", lambda row: day(row.updated_at), 10, priority=3, sort=PlaylistSort.UPDATED),
)


# -- items ----------------------------------------------------------------------------------------------------------


def item_sign(row: PlaylistItem) -> str:
    """The sign before an item."""
    if row.kind is ItemKind.VANISHED:
        return SIGNS["vanished"]
    return SIGNS["local"] if row.is_local else SIGNS["episode"] if row.kind is ItemKind.EPISODE else ""


def item_title(row: PlaylistItem) -> str:
    """What is at a place; what vanished has no name any more."""
    return "vanished from Spotify" if row.kind is ItemKind.VANISHED else row.playable.name or "without a name"


def item_tone(row: PlaylistItem) -> str | None:
    """What cannot be removed by itself is muted; its sign says the same."""
    return "muted" if row.kind is ItemKind.VANISHED or row.is_local else None


def length(ms: int | None) -> str:
    """``4:05``, ``1:02:03``; empty where unknown."""
    if ms is None:
        return ""
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"


ITEM_COLUMNS: tuple[Column[PlaylistItem], ...] = (
    Column("place", "#", lambda row: number(row.position + 1), 5, align="right"),
    Column("sign", "", item_sign, 1),
    Column("title", "Title", item_title, 18, grow=5, limit=60),
    Column("artist", "Artist", lambda row: ", ".join(row.playable.artists), 14, grow=4, limit=44),
    Column("album", "Album", lambda row: row.playable.album, 14, grow=4, limit=44, priority=3),
    Column("time", "Time", lambda row: length(row.playable.duration_ms), 7, priority=1, align="right"),
    Column("added", "Added", lambda row: (row.added_at or "")[:10], 10, priority=2),
)


# -- artists --------------------------------------------------------------------------------------------------------


def _known(row: FollowedArtist) -> str:
    return "" if row.release_count is None else number(row.release_count)


ARTIST_COLUMNS: tuple[Column[FollowedArtist], ...] = (
    Column("name", "Artist", lambda row: row.name, 20, grow=5, limit=50, sort=ArtistSort.NAME),
    Column("releases", "Releases", _known, 9, align="right", sort=ArtistSort.RELEASES),
    Column("chosen", "Chosen", lambda row: number(row.chosen) if row.chosen else "", 7, align="right", priority=1),
    Column("newest", "Newest", lambda row: row.newest_release or "", 10, priority=2, sort=ArtistSort.NEWEST),
    Column("since", "Met", lambda row: day(row.followed_at), 10, priority=3, sort=ArtistSort.FOLLOWED),
)
