"""How the page of beets asks: what a query finds by windows, figures, what arrived. Only the owner is answered."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from services.beets.models import BeetsEntry, Shelf
from services.errors import OwnersOnly
from storage.values.arrivals import Arrival, ArrivalState
from tui.table.columns import Column
from tui.table.source import Order, WindowSource
from tui.widgets.viewbar import View

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.bridge import Bridge

T = TypeVar("T")
ARRIVALS = "arrivals"
MOST_ARRIVALS = 200
"""Arrivals that are listed."""


@dataclass(frozen=True, slots=True)
class BeetsQuery:
    """What is looked for, in the words of beets."""

    text: str = ""
    shelf: Shelf = Shelf.TRACKS


TRACK_COLUMNS: tuple[Column[BeetsEntry], ...] = (
    Column("artist", "Artist", lambda row: row.artist, 16, grow=4, limit=40),
    Column("album", "Album", lambda row: row.album, 16, grow=4, limit=44, priority=1),
    Column("title", "Title", lambda row: row.title, 20, grow=5, limit=56),
    Column("year", "Year", lambda row: row.year, 4, priority=3),
    Column("length", "Length", lambda row: row.length, 6, priority=2, align="right"),
    Column("format", "Format", lambda row: row.format, 6, priority=4),
    Column("bitrate", "Bit rate", lambda row: row.bitrate, 8, priority=5, align="right"),
    Column("path", "Path", lambda row: row.path, 24, grow=6, limit=120, priority=6),
)
ALBUM_COLUMNS: tuple[Column[BeetsEntry], ...] = (
    Column("artist", "Artist", lambda row: row.artist, 20, grow=4, limit=48),
    Column("album", "Album", lambda row: row.album, 24, grow=5, limit=60),
    Column("year", "Year", lambda row: row.year, 4, priority=1),
    Column("path", "Path", lambda row: row.path, 20, grow=6, limit=120, priority=2),
)
SIGNS = {
    ArrivalState.WAITING: ("…", "still coming"),
    ArrivalState.ASKED: ("?", "import it?"),
    ArrivalState.IMPORTING: ("↓", "importing"),
    ArrivalState.IMPORTED: ("✓", "imported"),
    ArrivalState.FAILED: ("✗", "failed"),
    ArrivalState.IGNORED: ("–", "left alone"),
}


def standing(arrival: Arrival) -> str:
    """Where an arrival stands, in words."""
    if arrival.state is ArrivalState.IMPORTING and arrival.begun_at is None:
        return "waits for its turn"
    return SIGNS[arrival.state][1]


def came(arrival: Arrival) -> str:
    """What came of it: why it failed, where it went, or what there is to know."""
    if arrival.error:
        return arrival.error
    return ", ".join(arrival.filed)


ARRIVAL_COLUMNS: tuple[Column[Arrival], ...] = (
    Column("sign", "", lambda row: SIGNS[row.state][0], 1),
    Column("name", "Album", lambda row: row.name, 20, grow=4, limit=60),
    Column("state", "State", standing, 12, grow=1, limit=18),
    Column("files", "Files", lambda row: str(row.files), 5, align="right"),
    Column(
        "imported", "New", lambda row: str(row.imported) if not row.state.is_open else "", 4, priority=2, align="right"
    ),
    Column("came", "What came of it", came, 16, grow=6, limit=120, priority=1),
    Column("path", "Path", lambda row: row.path, 20, grow=4, limit=100, priority=3),
)
TONES = {
    ArrivalState.ASKED: "warning",
    ArrivalState.IMPORTING: "live",
    ArrivalState.FAILED: "bad",
    ArrivalState.IGNORED: "faint",
    ArrivalState.WAITING: "faint",
}


def views(arrivals: int) -> list[View]:
    """The lists that are shown in turn; ``arrivals`` is how many wait for an answer."""
    return [
        View(Shelf.TRACKS, "Tracks"),
        View(Shelf.ALBUMS, "Albums"),
        View(ARRIVALS, "Arrivals", arrivals or None),
    ]


class BeetsReading:
    """Answers through the services, page by page: beets is a program that starts anew for each. ``version`` is moved on by
    whoever knows that the library changed; nobody polls it."""

    def __init__(self, bridge: Bridge, shelf: Shelf) -> None:
        self._bridge = bridge
        self._shelf = shelf
        self.version = 0

    def first(self, query: BeetsQuery, limit: int) -> Future[list[BeetsEntry]]:
        async def read(runtime: Runtime) -> list[BeetsEntry]:
            ids = await owned(runtime).beets.ids(query.text, query.shelf)
            return await runtime.beets.entries(ids[:limit], query.shelf)

        return self._bridge.submit(read)

    def order(self, query: BeetsQuery, known: int | None) -> Future[Order]:
        version = self.version
        if known == version:
            return _at_once(Order(version, None, 0.0))

        async def read(runtime: Runtime) -> Order:
            begun = perf_counter()
            ids = await owned(runtime).beets.ids(query.text, query.shelf)
            return Order(version, ids, perf_counter() - begun)

        return self._bridge.submit(read)

    def rows(self, keys: Sequence[int]) -> Future[list[BeetsEntry]]:
        return self._bridge.submit(lambda runtime: owned(runtime).beets.entries(keys, self._shelf))

    def letters(self, query: BeetsQuery) -> Future[list[tuple[str, int]]]:
        """beets has an order of its own, by no one column."""
        return _at_once([])


class BeetsSource(WindowSource[BeetsQuery, BeetsEntry]):
    """What a query finds, tracks or albums."""

    def __init__(self, bridge: Bridge, query: BeetsQuery) -> None:
        self.reading = BeetsReading(bridge, query.shelf)
        super().__init__(self.reading, query)

    def changed(self) -> None:
        """The library is another one now: read the list again."""
        self.reading.version += 1
        self.reload()


@dataclass(frozen=True, slots=True)
class BeetsState:
    """What the page shows around its lists. ``trouble`` is why beets cannot be asked."""

    stats: dict[str, str]
    trouble: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is a library with nothing in it."""
        return not self.trouble and self.stats.get("Tracks") == "0"


async def ask_state(runtime: Runtime) -> BeetsState:
    """How beets is and what it holds."""
    status = await owned(runtime).beets.status()
    return BeetsState(await runtime.beets.stats()) if status.is_ready else BeetsState({}, status.message)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What arrived, how many wait for an answer and how many were imported, the folder that is watched and what happens to
    what comes there.
    """

    rows: tuple[Arrival, ...]
    asked: int
    imported: int
    folder: str
    after: str


async def arrived(runtime: Runtime) -> Arrived:
    """What arrived to be filed."""
    user_id = owned(runtime).user.id
    counts = await runtime.arrivals.counts(user_id)
    found = await runtime.arrivals.page(user_id, limit=MOST_ARRIVALS)
    folder = await runtime.arrivals.landing.folder()
    after = runtime.settings.beets_after_download
    asked, imported = counts[ArrivalState.ASKED], counts[ArrivalState.IMPORTED]
    return Arrived(tuple(found), asked, imported, str(folder or ""), after)


def owned(runtime: Runtime) -> Runtime:
    """``runtime``, for its owner. Raises :class:`OwnersOnly` where the app acts as somebody else."""
    if not runtime.user.is_owner:
        raise OwnersOnly("Plex, Soulseek and beets belong to the owner of this installation.", "Its owner can do that.")
    return runtime


def _at_once(answer: T) -> Future[T]:
    done = Future[T]()
    done.set_result(answer)
    return done
