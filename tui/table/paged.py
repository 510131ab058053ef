"""Rows of what a service answers page by page: a genre may have millions of releases, a Plex library a hundred thousand tracks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import CancelledError, Future
from time import perf_counter
from typing import TYPE_CHECKING, Generic, NamedTuple

from tui.table.source import Order, Row, WindowSource

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.bridge import Bridge


class Part(NamedTuple, Generic[Row]):
    """Some rows of a list, how many the whole list has, and what is to be said of it."""

    lines: Sequence[Row]
    total: int
    note: str = ""


Ask = Callable[["Runtime", int, int], Awaitable[Part[Row]]]
"""Answers rows behind an offset, at most so many; on the services' loop."""


class PagedReading(Generic[Row]):
    """Answers through the services, a window at a time. A row's key is its place in the list, from 1."""

    def __init__(self, bridge: Bridge, ask: Ask[Row]) -> None:
        self._bridge = bridge
        self._ask = ask
        self.note = ""
        self._counted: Future[int] | None = None
        """How many there are, as the first page says; it is on its way when the order is asked for."""

    def first(self, query: None, limit: int) -> Future[list[Row]]:
        counted = self._counted = Future[int]()
        counted.set_running_or_notify_cancel()

        async def read(runtime: Runtime) -> list[Row]:
            part = await self._ask(runtime, 0, limit)
            self.note = part.note
            counted.set_result(part.total)
            return list(part.lines)

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

    def rows(self, keys: Sequence[int]) -> Future[list[Row]]:
        async def read(runtime: Runtime) -> list[Row]:
            return list((await self._ask(runtime, keys[0] - 1, len(keys))).lines)

        return self._bridge.submit(read)

    def letters(self, query: None) -> Future[list[tuple[str, int]]]:
        """None: whoever answers by pages does not tell where a letter begins."""
        none = Future[list[tuple[str, int]]]()
        none.set_result([])
        return none


def _reason(page: Future[list[Row]]) -> BaseException:
    """Why a page did not come."""
    return CancelledError() if page.cancelled() else page.exception() or CancelledError()


class PagedSource(WindowSource[None, Row]):
    """The rows of one list. It changes only by :meth:`WindowSource.reload`: nobody tells by himself what he answers anew."""

    def __init__(self, bridge: Bridge, ask: Ask[Row]) -> None:
        self._paged = PagedReading(bridge, ask)
        super().__init__(self._paged, None)

    @property
    def note(self) -> str:
        """What the first page said of the whole list."""
        return self._paged.note
