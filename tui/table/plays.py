"""Plays as lines: the timeline out of the library by windows, and what was played most as a short list."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

from storage.values.plays import Play, PlayQuery, Top
from tui.table.columns import Column
from tui.table.source import Order, WindowSource
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.shelf import Shelf
    from tui.bridge import Bridge


def when(played_at: int) -> str:
    """An instant in milliseconds as a day and a minute of this machine's local time."""
    return f"{datetime.fromtimestamp(played_at / 1000).astimezone():%Y-%m-%d %H:%M}"


def length(ms: int | None) -> str:
    """Milliseconds as minutes and seconds; empty where nobody told."""
    if ms is None:
        return ""
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes}:{seconds:02}"


def hours(ms: int) -> str:
    """A long time in hours and minutes."""
    hours, minutes = divmod(ms // 60_000, 60)
    return f"{number(hours)} h {minutes:02} min" if hours else f"{minutes} min"


PLAY_COLUMNS: tuple[Column[Play], ...] = (
    Column("played", "Played", lambda play: when(play.played_at), 16, sort="played"),
    Column("title", "Title", lambda play: play.name, 20, grow=5, limit=60),
    Column("artist", "Artist", lambda play: play.artists, 18, grow=4, limit=44),
    Column("album", "Album", lambda play: play.album, 18, grow=4, limit=50, priority=1),
    Column("heard", "Heard", lambda play: length(play.ms_played), 6, priority=3, align="right"),
    Column("length", "Length", lambda play: length(play.duration_ms), 6, priority=2, align="right"),
)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line of what was played most."""

    place: int
    top: Top


TOP_COLUMNS: tuple[Column[Ranked], ...] = (
    Column("place", "", lambda line: str(line.place), 4, align="right"),
    Column("name", "Name", lambda line: line.top.name, 24, grow=5, limit=70),
    Column("artist", "Artist", lambda line: line.top.artist_name, 14, grow=4, limit=50, priority=1),
    Column("plays", "Plays", lambda line: number(line.top.plays), 7, align="right"),
    Column("time", "Time", lambda line: hours(line.top.ms), 13, priority=2, align="right"),
    Column("last", "Last played", lambda line: when(line.top.last_at), 16, priority=3),
)


class PlayReading:
    """Answers through the services. The shelf's version tells whether anybody wrote to the library meanwhile."""

    def __init__(self, bridge: Bridge, shelf: Shelf) -> None:
        self._bridge = bridge
        self._shelf = shelf

    def first(self, query: PlayQuery, limit: int) -> Future[list[Play]]:
        return self._bridge.submit(lambda runtime: runtime.plays.page(runtime.user.id, query, limit=limit))

    def order(self, query: PlayQuery, known: int | None) -> Future[Order]:
        async def read(runtime: Runtime) -> Order:
            begun = perf_counter()
            looked = self._shelf.submit(lambda reader: reader.version(), background=True)
            version = await asyncio.wrap_future(looked)
            keys = None if version == known else await runtime.plays.order(runtime.user.id, query)
            return Order(version, keys, perf_counter() - begun)

        return self._bridge.submit(read)

    def rows(self, keys: Sequence[int]) -> Future[list[Play]]:
        return self._bridge.submit(lambda runtime: runtime.plays.some(runtime.user.id, keys))

    def letters(self, query: PlayQuery) -> Future[list[tuple[str, int]]]:
        """Times have no letters to jump to."""
        none = Future[list[tuple[str, int]]]()
        none.set_result([])
        return none


class PlaySource(WindowSource[PlayQuery, Play]):
    """The plays of the acting user."""

    def __init__(self, bridge: Bridge, shelf: Shelf, query: PlayQuery) -> None:
        super().__init__(PlayReading(bridge, shelf), query)
