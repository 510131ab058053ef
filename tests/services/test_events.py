"""The broadcast: nobody waits for a slow listener, and closing ends every iteration."""

from __future__ import annotations

import asyncio
import threading

import pytest

from services.events import CollectionChanged, Events, SettingsChanged
from storage.values import UserId


async def test_a_listener_gets_the_kinds_it_asked_for_in_order() -> None:
    events = Events()
    with events.subscribe(CollectionChanged) as told:
        events.publish(SettingsChanged(("THEME",)))
        events.publish(CollectionChanged(UserId("a")))
        events.publish(CollectionChanged(UserId("b")))
        assert told.drain() == [CollectionChanged(UserId("a")), CollectionChanged(UserId("b"))]
    events.publish(CollectionChanged(UserId("c")))
    assert told.drain() == []


async def test_a_slow_listener_loses_the_oldest_and_knows_it() -> None:
    events = Events()
    with events.subscribe(size=2) as slow, events.subscribe() as quick:
        for name in ("A", "B", "C"):
            events.publish(SettingsChanged((name,)))
        assert slow.drain() == [SettingsChanged(("B",)), SettingsChanged(("C",))]
        assert (slow.lost, quick.lost, len(quick.drain())) == (1, 0, 3)


async def test_closing_ends_the_iteration_after_what_is_in_line() -> None:
    events = Events()
    with events.subscribe() as told:
        events.publish(SettingsChanged(("A",)))
        events.close()
        async with asyncio.timeout(30):
            assert [event async for event in told] == [SettingsChanged(("A",))]
    with events.subscribe() as late:
        assert await late.next(timeout=5) is None


async def test_another_thread_is_told_how_to_publish() -> None:
    events, said = Events(), list[str]()

    def elsewhere() -> None:
        with pytest.raises(RuntimeError) as refused:
            events.publish(SettingsChanged(("A",)))
        said.append(str(refused.value))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "call_soon_threadsafe" in said[0]
