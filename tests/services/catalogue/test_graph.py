"""Questions to the graph that take long, many at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.catalogue.graph import Graph
from services.errors import Crowded
from storage.catalogue import growth
from storage.catalogue.door import READERS
from storage.engine import Storage, open_storage
from storage.values import Credit, ReleaseEntry, ReleaseId

ONE = ReleaseEntry(ReleaseId(1), "Title", "Line", artists=(Credit(1, "One"), Credit(2, "Two")))


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(f"sqlite:///{tmp_path / 'library.db'}", f"sqlite:///{tmp_path / 'catalogue.db'}") as opened:
        await opened.catalogue.write(lambda db: growth.apply(db, [ONE]))
        yield opened


async def test_of_very_many_searches_at_once_the_last_is_sent_away_and_the_others_are_answered(
    storage: Storage,
) -> None:
    graph = Graph(storage)
    go = threading.Event()
    held = [storage.catalogue.submit(lambda _: go.wait(20)) for _ in range(READERS)]
    searches = [asyncio.ensure_future(graph.path("One", "Two")) for _ in range(8)]
    await asyncio.sleep(0)
    with pytest.raises(Crowded):
        await graph.similar("One")
    go.set()
    assert [len((await each).links) for each in searches] == [1] * 8
    assert all(each.result(timeout=20) for each in held)
    assert await graph.similar("One") is not None


async def test_a_search_that_is_given_up_makes_room_for_others(storage: Storage) -> None:
    graph = Graph(storage)
    go = threading.Event()
    held = [storage.catalogue.submit(lambda _: go.wait(20)) for _ in range(READERS)]
    searches = [asyncio.ensure_future(graph.path("One", "Two")) for _ in range(8)]
    await asyncio.sleep(0)
    for search in searches:
        search.cancel()
    await asyncio.gather(*searches, return_exceptions=True)
    go.set()
    assert all(each.result(timeout=20) for each in held)
    assert (await graph.path("1", "2")).found
