"""The wantlist's rows: what a line shows of a want, its columns, and where the lines come from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from storage.values import Want, WantQuery, WantSort
from tui.table.columns import Column
from tui.table.source import Order, WindowSource
from tui.widgets.release_facts import form

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.shelf import Shelf
    from tui.bridge import Bridge

OWNED, REMOVED = "●", "✗"
"""Signs before a want: it is owned already; it is not on the wantlist any more. Never colour alone."""


@dataclass(frozen=True, slots=True)
class WantRow:
    """One line of the wantlist; ``owned`` is whether a copy of that very release is in the collection."""

    want: Want
    owned: bool

    @property
    def pk(self) -> int:
        return self.want.pk

    @property
    def is_removed(self) -> bool:
        """Whether it is not wanted any more."""
        return self.want.removed_at is not None


def state(row: WantRow) -> str:
    """The sign before a want."""
    return REMOVED if row.is_removed else OWNED if row.owned else ""


def label(want: Want) -> str:
    """Label and catalogue number together: ``Blue Note · BLP 1577``."""
    return " · ".join(filter(None, (want.label_name, want.catalog_number)))


WANT_COLUMNS: tuple[Column[WantRow], ...] = (
    Column("state", "", state, 1),
    Column("artist", "Artist", lambda row: row.want.artist_name, 18, grow=4, limit=36, sort=WantSort.ARTIST),
    Column("title", "Title", lambda row: row.want.album_title, 24, grow=6, limit=50, sort=WantSort.TITLE),
    Column("year", "Year", lambda row: str(row.want.year_released or ""), 5, priority=1, sort=WantSort.YEAR),
    Column("label", "Label", lambda row: label(row.want), 20, grow=3, limit=40, priority=4, sort=WantSort.LABEL),
    Column("format", "Format", lambda row: form(row.want.formats), 14, grow=2, limit=30, priority=2),
    Column("rating", "Rating", lambda row: "*" * row.want.rating, 7, priority=5, sort=WantSort.RATING),
    Column("notes", "Notes", lambda row: row.want.notes, 16, grow=3, limit=60, priority=6),
    Column("added", "Added", lambda row: (row.want.date_added or "")[:10], 10, priority=3, sort=WantSort.ADDED),
)
"""At 80 cells: artist, title, year, format; at 120 also label and day; at 200 all."""


def tone(row: WantRow) -> str | None:
    """The look of a whole line: what is not wanted any more is muted (and carries its sign)."""
    return "muted" if row.is_removed else None


class WantReading:
    """Answers through the services. The shelf's version tells whether anybody wrote to the library meanwhile."""

    def __init__(self, bridge: Bridge, shelf: Shelf) -> None:
        self._bridge = bridge
        self._shelf = shelf

    def first(self, query: WantQuery, limit: int) -> Future[list[WantRow]]:
        async def read(runtime: Runtime) -> list[WantRow]:
            wants, _ = await runtime.wants.page(runtime.user.id, query, limit=limit, offset=0)
            return await _rows(runtime, wants)

        return self._bridge.submit(read)

    def order(self, query: WantQuery, known: int | None) -> Future[Order]:
        async def read(runtime: Runtime) -> Order:
            begun = perf_counter()
            looked = self._shelf.submit(lambda reader: reader.version(), background=True)
            version = await asyncio.wrap_future(looked)
            keys = None if version == known else await runtime.wants.order(runtime.user.id, query)
            return Order(version, keys, perf_counter() - begun)

        return self._bridge.submit(read)

    def rows(self, keys: Sequence[int]) -> Future[list[WantRow]]:
        async def read(runtime: Runtime) -> list[WantRow]:
            return await _rows(runtime, await runtime.wants.some(runtime.user.id, keys))

        return self._bridge.submit(read)

    def letters(self, query: WantQuery) -> Future[list[tuple[str, int]]]:
        return self._bridge.submit(lambda runtime: runtime.wants.letters(runtime.user.id, query))


async def _rows(runtime: Runtime, wants: Sequence[Want]) -> list[WantRow]:
    owned = await runtime.wants.owned(runtime.user.id, wants)
    return [WantRow(want, want.release_id in owned) for want in wants]


class WantSource(WindowSource[WantQuery, WantRow]):
    """The wants of the acting user."""

    def __init__(self, bridge: Bridge, shelf: Shelf, query: WantQuery) -> None:
        super().__init__(WantReading(bridge, shelf), query)
