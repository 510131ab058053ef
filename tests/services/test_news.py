"""What one process changed is heard by the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from services.events import CollectionChanged, Events, Origin, WantsChanged
from services.news import News
from storage.engine import open_storage
from storage.values import UserId

ANA, BEN = UserId("ana"), UserId("ben")
ELSEWHERE = frozenset({Origin.WORKING, Origin.RESTING})


@asynccontextmanager
async def process(library_url: str, directory: Path, *, works: bool = True) -> AsyncIterator[Events]:
    """The events of one more process on the library."""
    async with AsyncExitStack() as held:
        storage = await held.enter_async_context(open_storage(library_url, f"sqlite:///{directory / 'catalogue.db'}"))
        events = Events()
        running = asyncio.create_task(News(storage, events, works=works, every=0.02).run())
        try:
            await asyncio.sleep(0.1)  # it has looked once
            yield events
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_a_change_is_heard_once_by_the_others_and_not_told_on(library_url: str, tmp_path: Path) -> None:
    async with process(library_url, tmp_path) as one, process(library_url, tmp_path) as two:
        with one.subscribe(also=ELSEWHERE) as here, two.subscribe(also=ELSEWHERE) as there:
            one.publish(CollectionChanged(ANA))
            assert await there.next(10) == CollectionChanged(ANA)
            one.publish(CollectionChanged(ANA))
            one.publish(WantsChanged(BEN))
            heard = {await there.next(10), await there.next(10)}
            assert heard == {CollectionChanged(ANA), WantsChanged(BEN)}
            assert await there.next(0.2) is None
            assert here.drain() == [CollectionChanged(ANA), CollectionChanged(ANA), WantsChanged(BEN)]


async def test_who_acts_on_news_hears_of_others_only_what_nobody_else_acts_on(library_url: str, tmp_path: Path) -> None:
    async with (
        process(library_url, tmp_path) as one,
        process(library_url, tmp_path) as working,
        process(library_url, tmp_path, works=False) as resting,
    ):
        with one.subscribe(also=frozenset({Origin.RESTING})) as acting, one.subscribe() as deaf:
            working.publish(CollectionChanged(ANA))
            resting.publish(CollectionChanged(BEN))
            assert await acting.next(10) == CollectionChanged(BEN)
            assert await acting.next(0.2) is None
            assert deaf.drain() == []


async def test_what_a_short_command_changed_is_told_on_its_way_out(library_url: str, tmp_path: Path) -> None:
    async with process(library_url, tmp_path) as app:
        with app.subscribe(also=ELSEWHERE) as there:
            async with process(library_url, tmp_path, works=False) as command:
                command.publish(CollectionChanged(ANA))
            assert await there.next(10) == CollectionChanged(ANA)
