"""Lists of the graph of any length: only what is looked at is ever asked for."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from typing import Any, cast

import pytest

from tui.bridge import Bridge
from tui.table.graph import Line
from tui.table.paged import PagedSource, Part

MANY = 5_000_000


class Loop:
    """Answers like the services' thread, without the services."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def submit(self, ask: Callable[[Any], Coroutine[Any, Any, Any]]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(ask(None), self._loop)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def loop() -> Iterator[Bridge]:
    running = Loop()
    yield cast("Bridge", running)
    running.stop()


def until(source: PagedSource[Line], holds: Callable[[], object]) -> None:
    """Take answers until ``holds()``."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "waited too long"
        source.settle()
        threading.Event().wait(0.001)


def test_of_millions_of_lines_only_the_windows_looked_at_are_asked_for(loop: Bridge) -> None:
    asked: list[tuple[int, int]] = []

    async def ask(_: object, offset: int, limit: int) -> Part[Line]:
        asked.append((offset, limit))
        return Part([Line(n, f"Line {n}") for n in range(offset + 1, offset + limit + 1)], MANY, "a note")

    source = PagedSource(loop, ask)
    until(source, lambda: source.count() == MANY)
    assert source.note == "a note"
    until(source, lambda: source.row(MANY - 1) is not None)
    last = source.row(MANY - 1)
    assert last is not None and last.title == f"Line {MANY}"
    assert source.position_of(MANY) == MANY - 1
    assert len(asked) <= 6
    assert max(limit for _, limit in asked) == 128


def test_why_a_list_did_not_come_is_kept(loop: Bridge) -> None:
    async def ask(_: object, offset: int, limit: int) -> Part[Line]:
        raise ValueError("the disk is gone")

    source = PagedSource(loop, ask)
    until(source, lambda: source.problem)
    assert str(source.problem) == "the disk is gone"
    assert not source.is_loading


def test_reading_again_counts_again(loop: Bridge) -> None:
    total = 3

    async def ask(_: object, offset: int, limit: int) -> Part[Line]:
        return Part([Line(n, str(n)) for n in range(offset + 1, min(total, offset + limit) + 1)], total)

    source = PagedSource(loop, ask)
    until(source, lambda: source.is_whole and source.count() == 3)
    total = 4
    source.reload()
    until(source, lambda: source.count() == 4 and source.row(3) is not None)
