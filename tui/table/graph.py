"""Lines of the graph as rows of a table: neighbours, releases, reasons, steps of a way, and where they come from."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from storage.values.graph import NodeName
from tui.table.columns import Column
from tui.table.source import Order, WindowSource
from tui.widgets.bars import bar
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.bridge import Bridge

OWNED, VERSION, WANTED = "●", "○", "w"
"""Signs before a release, as in Search: it is owned, another version of it is, it is on the wantlist. Never colour alone."""
BAR_CELLS = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One line of any list of the graph. ``pk`` is its place in the list, from 1; ``node`` what Enter opens, None for a line
    that only says something. ``version`` is whether another version of the release is owned; ``share`` (0 to 1) is drawn as a bar.
    """

    pk: int
    title: str
    node: NodeName | None = None
    owned: bool = False
    version: bool = False
    wanted: bool = False
    count: int | None = None
    share: float = 0.0
    year: int | None = None
    artist: str = ""
    label: str = ""
    format: str = ""
    note: str = ""
    tone: str | None = None

    @property
    def release_id(self) -> int | None:
        """The release that the line shows; None for every other kind."""
        return int(self.node.id) if self.node is not None and self.node.kind == "release" else None


def signs(line: Line) -> str:
    """``●`` for what is owned, ``○`` for a version of it, ``w`` for what is wanted, each in its place."""
    return (OWNED if line.owned else VERSION if line.version else " ") + (WANTED if line.wanted else "")


def tone(line: Line) -> str | None:
    """The look of a whole line; signs and words say the same."""
    return line.tone


def _count(line: Line) -> str:
    return "" if line.count is None else number(line.count)


def _share(line: Line) -> str:
    return bar(round(1000 * line.share), 1000, BAR_CELLS)


def _year(line: Line) -> str:
    return str(line.year or "")


RELEASES: tuple[Column[Line], ...] = (
    Column("signs", "", signs, 2),
    Column("title", "Title", lambda line: line.title, 24, grow=5, limit=60),
    Column("artist", "Artist", lambda line: line.artist, 16, grow=3, limit=36, priority=1),
    Column("year", "Year", _year, 5, priority=0),
    Column("format", "Format", lambda line: line.format, 12, grow=2, limit=30, priority=2),
    Column("label", "Label", lambda line: line.label, 16, grow=3, limit=44, priority=3),
)
"""At 80 cells: title, artist, year, format; with more room also the label with its number."""
NEIGHBOURS: tuple[Column[Line], ...] = (
    Column("title", "Name", lambda line: line.title, 28, grow=4, limit=54),
    Column("count", "Releases", _count, 10, align="right", limit=12),
    Column("share", "", _share, BAR_CELLS, priority=1),
)
KIN: tuple[Column[Line], ...] = (Column("title", "Name", lambda line: line.title, 28, grow=1),)
TOGETHER: tuple[Column[Line], ...] = (
    Column("title", "Artist", lambda line: line.title, 24, grow=4, limit=50),
    Column("count", "Releases", _count, 8, align="right"),
    Column("label", "Years", lambda line: line.label, 9, limit=9),
    Column("note", "By year", lambda line: line.note, 20, grow=3, priority=1),
)
ALIKE: tuple[Column[Line], ...] = (
    Column("title", "Artist", lambda line: line.title, 24, grow=3, limit=44),
    Column("note", "Why", lambda line: line.note, 30, grow=6),
)
PROFILE: tuple[Column[Line], ...] = (
    Column("title", "What it releases", lambda line: line.title, 26, grow=2, limit=40),
    Column("count", "Releases", _count, 10, align="right", limit=12),
    Column("share", "", _share, BAR_CELLS, grow=1),
)
LINKS: tuple[Column[Line], ...] = (
    Column("note", "", lambda line: line.note, 10, limit=12),
    Column("title", "Name", lambda line: line.title, 28, grow=1),
)
WAY: tuple[Column[Line], ...] = (
    Column("signs", "", signs, 2),
    Column("title", "From one to the next", lambda line: line.title, 30, grow=5),
    Column("year", "Year", _year, 5, priority=1),
    Column("note", "", lambda line: line.note, 20, grow=3, limit=44, priority=1),
)


class Page(NamedTuple):
    """Some lines of a list, how many the whole list has, and what is to be said of it."""

    lines: Sequence[Line]
    total: int
    note: str = ""


Ask = Callable[["Runtime", int, int], Awaitable[Page]]
"""Answers lines behind an offset, at most so many; on the services' loop."""


class LineReading:
    """Answers through the services, a window at a time: a genre may have millions of releases."""

    def __init__(self, bridge: Bridge, ask: Ask) -> None:
        self._bridge = bridge
        self._ask = ask
        self.note = ""
        self._counted: Future[int] | None = None
        """How many there are, as the first page says; it is on its way when the order is asked for."""

    def first(self, query: None, limit: int) -> Future[list[Line]]:
        counted = self._counted = Future[int]()
        counted.set_running_or_notify_cancel()

        async def read(runtime: Runtime) -> list[Line]:
            page = await self._ask(runtime, 0, limit)
            self.note = page.note
            counted.set_result(page.total)
            return list(page.lines)

        page = self._bridge.submit(read)
        page.add_done_callback(lambda done: None if counted.done() else counted.set_exception(_reason(done)))
        return page

    def order(self, query: None, known: int | None) -> Future[Order]:
        counted, self._counted = self._counted, None

        async def read(runtime: Runtime) -> Order:
            begun = perf_counter()
            if known is not None:
                return Order(known, None, perf_counter() - begun)
            total = await asyncio.wrap_future(counted) if counted else (await self._ask(runtime, 0, 1)).total
            return Order(1, range(1, total + 1), perf_counter() - begun)

        return self._bridge.submit(read)

    def rows(self, keys: Sequence[int]) -> Future[list[Line]]:
        async def read(runtime: Runtime) -> list[Line]:
            return list((await self._ask(runtime, keys[0] - 1, len(keys))).lines)

        return self._bridge.submit(read)

    def letters(self, query: None) -> Future[list[tuple[str, int]]]:
        none = Future[list[tuple[str, int]]]()
        none.set_result([])
        return none


def _reason(page: Future[list[Line]]) -> BaseException:
    """Why a page did not come."""
    return CancelledError() if page.cancelled() else page.exception() or CancelledError()


class LineSource(WindowSource[None, Line]):
    """The lines of one list. It changes only by :meth:`WindowSource.reload`: the catalogue tells nobody."""

    def __init__(self, bridge: Bridge, ask: Ask) -> None:
        self._lines = LineReading(bridge, ask)
        super().__init__(self._lines, None)

    @property
    def note(self) -> str:
        """What the first page said of the whole list."""
        return self._lines.note
