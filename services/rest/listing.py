"""A list of records as JSON that is sent while it is read, so that its length costs time but no memory."""

from __future__ import annotations

from array import array
from collections.abc import AsyncGenerator

from pydantic import TypeAdapter

from services.rest.record_shapes import RecordShape
from services.runtime import Runtime
from storage.values import Record, RecordQuery, UserId

WINDOW = 100
"""Records that are read and sent at a time: 3 ms of the event loop."""
_rows = TypeAdapter(list[RecordShape])


async def listing(
    runtime: Runtime, user_id: UserId, query: RecordQuery, limit: int | None, offset: int
) -> AsyncGenerator[bytes]:
    """The answer ``{"records": [...], "count": N}`` in pieces.

    A long list is the records of one instant in the order of that instant: their keys are read first, then window
    after window, each in a transaction of its own, so that a slow reader holds nothing in the store. A record that is
    removed before its window is left out, and not counted. What can go wrong mostly does before this returns, while
    the answer can still have a status of its own.
    """
    if limit is not None and limit <= WINDOW:
        first, matching = await runtime.records.page(user_id, query, limit=limit, offset=offset)
        return _pieces(runtime, user_id, first, array("q"), matching)
    order = await runtime.records.order(user_id, query)
    asked = order[offset:] if limit is None else order[offset : offset + limit]
    first = await runtime.records.some(user_id, asked[:WINDOW])
    gone = min(WINDOW, len(asked)) - len(first)
    return _pieces(runtime, user_id, first, asked[WINDOW:], len(order) - gone)


async def _pieces(
    runtime: Runtime, user_id: UserId, window: list[Record], rest: array[int], matching: int
) -> AsyncGenerator[bytes]:
    yield b'{"records":[' + _joined(window)
    between = b"," if window else b""
    for start in range(0, len(rest), WINDOW):
        asked = rest[start : start + WINDOW]
        window = await runtime.records.some(user_id, asked)
        matching -= len(asked) - len(window)
        if window:
            yield between + _joined(window)
            between = b","
    yield b'],"count":%d}' % matching


def _joined(window: list[Record]) -> bytes:
    return _rows.dump_json([RecordShape.of(record) for record in window], by_alias=True)[1:-1]
