"""The items of an export as rows: what became of each, in words, and where the rows come from."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from storage.values import ExportState
from tui.table.columns import Column
from tui.table.source import Order, WindowSource
from tui.words import day

if TYPE_CHECKING:
    from services.discogs.export import Export, ExportResult
    from services.runtime import Runtime
    from tui.bridge import Bridge

OPEN = (ExportState.PENDING, ExportState.SENDING)
GROUPS: tuple[tuple[str, tuple[ExportState, ...]], ...] = (
    ("everything", ()),
    ("what failed", (ExportState.FAILED,)),
    ("what was skipped", (ExportState.SKIPPED,)),
    ("what went through", (ExportState.SENT,)),
    ("what is left", OPEN),
)
"""What one key goes through: in words, and the states; none stands for all."""
GLYPHS = {
    ExportState.SENT: "✓",
    ExportState.SKIPPED: "·",
    ExportState.FAILED: "✗",
    ExportState.PENDING: "",
    ExportState.SENDING: "…",
}
TONES = {ExportState.SENT: "good", ExportState.FAILED: "bad"}


@dataclass(frozen=True, slots=True)
class ResultQuery:
    """The items of one export that are in one of ``states``; none stands for all."""

    export_id: str
    states: tuple[ExportState, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One item. ``pk`` is its place in the list, from 1; ``is_undo`` whether the export takes back."""

    pk: int
    result: ExportResult
    is_undo: bool


def outcome(row: ResultRow) -> str:
    """What became of an item, with the reason: ``skipped: already in your collection``."""
    result = row.result
    match result.state:
        case ExportState.SENT if result.undone_at:
            said = f"sent, taken back {day(result.undone_at)}"
        case ExportState.SENT:
            said = "taken back" if row.is_undo else "sent"
        case ExportState.SKIPPED:
            said = "skipped"
        case ExportState.FAILED:
            said = "failed"
        case ExportState.PENDING:
            said = "not reached yet"
        case ExportState.SENDING:
            said = "under way"
    return f"{said}: {result.reason}" if result.reason else said


def tone(row: ResultRow) -> str | None:
    """The look of a whole line; sign and words say the same."""
    return TONES.get(row.result.state, "faint")


RESULT_COLUMNS: tuple[Column[ResultRow], ...] = (
    Column("sign", "", lambda row: GLYPHS[row.result.state], 1),
    Column("title", "Artist – Title", lambda row: row.result.title, 24, grow=4, limit=60),
    Column("outcome", "What became of it", outcome, 24, grow=6),
)


def how_many(export: Export, states: Sequence[ExportState]) -> int:
    """How many items of the export are in one of ``states``."""
    if not states:
        return export.total
    figures = {
        ExportState.SENT: export.sent,
        ExportState.SKIPPED: export.skipped,
        ExportState.FAILED: export.failed,
        ExportState.PENDING: export.pending,
    }
    return sum(figures.get(state, 0) for state in states)


class ResultReading:
    """Answers through the services, a window at a time; an export may have thousands of items."""

    def __init__(self, bridge: Bridge, query: ResultQuery) -> None:
        self._bridge = bridge
        self._query = query

    def first(self, query: ResultQuery, limit: int) -> Future[list[ResultRow]]:
        return self._bridge.submit(lambda runtime: _window(runtime, query, 0, limit))

    def order(self, query: ResultQuery, known: int | None) -> Future[Order]:
        async def read(runtime: Runtime) -> Order:
            begun = perf_counter()
            export = await runtime.exports.get(runtime.user.id, query.export_id, limit=0)
            version = hash((export.state, export.sent, export.skipped, export.failed, export.undoable))
            keys = None if version == known else array("q", range(1, how_many(export, query.states) + 1))
            return Order(version, keys, perf_counter() - begun)

        return self._bridge.submit(read)

    def rows(self, keys: Sequence[int]) -> Future[list[ResultRow]]:
        query, offset, limit = self._query, keys[0] - 1, len(keys)
        return self._bridge.submit(lambda runtime: _window(runtime, query, offset, limit))

    def letters(self, query: ResultQuery) -> Future[list[tuple[str, int]]]:
        none = Future[list[tuple[str, int]]]()
        none.set_result([])
        return none


async def _window(runtime: Runtime, query: ResultQuery, offset: int, limit: int) -> list[ResultRow]:
    """Items of one export behind the ``offset`` first; on the services' loop. Raises :class:`NotFound`."""
    from services.discogs.export import Action, ExportResult
    from storage import exports

    export = await runtime.exports.get(runtime.user.id, query.export_id, limit=0)
    async with runtime.storage.read() as conn:
        items = await exports.page(conn, export.id, offset=offset, limit=limit, states=query.states or None)
    ended, is_undo = not export.state.is_active, export.action is Action.UNDO
    results = [ExportResult.of(item, export.action, ended=ended) for item in items]
    return [ResultRow(offset + n, result, is_undo) for n, result in enumerate(results, 1)]


class ResultSource(WindowSource[ResultQuery, ResultRow]):
    """The items of one export. Another export, or other states, are another source: a key is a place in this list."""

    def __init__(self, bridge: Bridge, query: ResultQuery) -> None:
        super().__init__(ResultReading(bridge, query), query)
