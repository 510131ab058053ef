"""The shelf's rows: albums with signs of where they are, their columns, and where the rows come from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from time import perf_counter
from typing import TYPE_CHECKING

from storage.values.shelf_albums import ShelfAlbum, ShelfQuery, ShelfSort
from tui.table.badges import BEETS, COMING, PLEX, RECORD, SPOTIFY, TINTS, WANT, badges
from tui.table.columns import Column
from tui.table.source import Order, WindowSource
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.shelf import Shelf
    from tui.bridge import Bridge

UNSURE = "?"
"""The sign before an album of which somebody should look whether its places belong together."""
SIGNS = (RECORD, WANT, PLEX, BEETS, SPOTIFY, COMING)


def places(album: ShelfAlbum) -> str:
    """Where an album is."""
    counts = (album.records, album.wants, album.plex, album.beets, album.spotify, album.coming)
    return badges(*zip(SIGNS, counts, strict=True))


ALBUM_COLUMNS: tuple[Column[ShelfAlbum], ...] = (
    Column("unsure", "", lambda album: UNSURE if album.is_unsure else "", 1),
    Column("artist", "Artist", lambda album: album.artist, 19, grow=4, limit=44, sort=ShelfSort.ARTIST),
    Column("title", "Album", lambda album: album.title, 24, grow=6, limit=70, sort=ShelfSort.TITLE),
    Column("year", "Year", lambda album: str(album.year or ""), 5, priority=1, sort=ShelfSort.YEAR),
    Column("places", "Where", places, 6, tints=TINTS),
    Column(
        "plays",
        "Plays",
        lambda album: number(album.plays) if album.plays else "",
        6,
        priority=2,
        align="right",
        sort=ShelfSort.PLAYS,
    ),
    Column("tracks", "Tracks", lambda album: str(album.tracks or ""), 6, priority=3, align="right"),
    Column("formats", "Format", lambda album: ", ".join(album.formats), 10, grow=2, limit=28, priority=5),
    Column("added", "Added", lambda album: (album.added_at or "")[:10], 10, priority=4, sort=ShelfSort.ADDED),
)
"""At 80 cells: artist, album, year, places, plays; at 120 also tracks and day; at 200 all."""


class AlbumReading:
    """Answers through the services. The hot reads' version tells whether anybody wrote to the library meanwhile."""

    def __init__(self, bridge: Bridge, shelf: Shelf) -> None:
        self._bridge = bridge
        self._shelf = shelf

    def first(self, query: ShelfQuery, limit: int) -> Future[list[ShelfAlbum]]:
        async def read(runtime: Runtime) -> list[ShelfAlbum]:
            found, _ = await runtime.shelf.page(runtime.user.id, query, limit=limit)
            return found

        return self._bridge.submit(read)

    def order(self, query: ShelfQuery, known: int | None) -> Future[Order]:
        async def read(runtime: Runtime) -> Order:
            begun = perf_counter()
            looked = self._shelf.submit(lambda reader: reader.version(), background=True)
            version = await asyncio.wrap_future(looked)
            keys = None if version == known else await runtime.shelf.order(runtime.user.id, query)
            return Order(version, keys, perf_counter() - begun)

        return self._bridge.submit(read)

    def rows(self, keys: Sequence[int]) -> Future[list[ShelfAlbum]]:
        return self._bridge.submit(lambda runtime: runtime.shelf.some(runtime.user.id, keys))

    def letters(self, query: ShelfQuery) -> Future[list[tuple[str, int]]]:
        """Left and right lead to the next view instead."""
        none = Future[list[tuple[str, int]]]()
        none.set_result([])
        return none


class AlbumSource(WindowSource[ShelfQuery, ShelfAlbum]):
    """The albums of the acting user's shelf."""

    def __init__(self, bridge: Bridge, shelf: Shelf, query: ShelfQuery) -> None:
        super().__init__(AlbumReading(bridge, shelf), query)
