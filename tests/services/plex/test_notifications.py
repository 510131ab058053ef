"""What Plex tells by itself: read once for everybody, turned into what the WebSocket would say, followed past a break."""

from __future__ import annotations

import asyncio
import json

import pytest

from services.errors import UpstreamError
from services.plex import notifications
from services.plex.notifications import Notification
from services.runtime import Runtime
from services.upstream import ServerEvent
from tests.upstreams.fixtures_plex import RunningPlex


@pytest.mark.parametrize(
    ("kind", "data", "is_change"),
    [
        ("playing", {"PlaySessionStateNotification": {"state": "playing"}}, True),
        ("timeline", {"TimelineEntry": {"state": 5, "itemID": "7"}}, True),
        ("timeline", {"TimelineEntry": {"state": 5, "mediaState": "analyzing"}}, False),
        ("timeline", {"TimelineEntry": {"state": 1}}, False),
        ("activity", {"ActivityNotification": {"event": "ended", "Activity": {"type": "library.update.section"}}}, True),
        ("activity", {"ActivityNotification": {"event": "updated", "Activity": {"type": "x"}}}, False),
        ("of.tomorrow", {}, False),
        ("playing", {"NotificationContainer": {"type": "playing", "size": 1, "A": [{"state": "paused"}]}}, True),
    ],
)  # fmt: skip
def test_what_is_told_becomes_a_frame_and_says_whether_anything_changed(kind, data, is_change) -> None:
    told = Notification.of(ServerEvent(kind, json.dumps(data)))
    assert told is not None
    container = json.loads(told.frame)["NotificationContainer"]
    assert (container.pop("type"), told.is_change) == (kind, is_change)
    assert container.pop("size") == max((len(each) for each in container.values()), default=0)
    assert all(isinstance(each, list) for each in container.values())


@pytest.mark.parametrize("event", [ServerEvent("ping", "{}"), ServerEvent("playing", "{half")])
def test_signs_of_life_and_what_cannot_be_read_are_left_out(event: ServerEvent) -> None:
    assert Notification.of(event) is None


async def test_one_stream_serves_all_and_ends_with_the_last_listener(plex: RunningPlex, program: Runtime) -> None:
    first, second = program.plex.notifications.listen(), program.plex.notifications.listen()
    waiting = [asyncio.ensure_future(anext(each)) for each in (first, second)]
    await _until(plex, 1)
    plex.world.play(plex.some("track"))
    assert {each.kind for each in await asyncio.gather(*waiting)} == {"playing"}
    await first.aclose()
    assert plex.world.listening == 1
    await second.aclose()
    await _until(plex, 0)


async def test_whoever_listens_is_told_why_it_ended(plex: RunningPlex, program: Runtime) -> None:
    plex.fault("html-200")
    with pytest.raises(UpstreamError, match="no stream of events"):
        await anext(program.plex.notifications.listen())
    plex.mend()
    told = program.plex.notifications.listen()
    waiting = asyncio.ensure_future(anext(told, None))
    await _until(plex, 1)
    plex.world.tell("end", {})
    assert await waiting is None


async def test_a_follower_opens_the_stream_again_and_never_raises(
    plex: RunningPlex, program: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "FIRST_PAUSE", 0.01)
    plex.fault("token-revoked", times=1)
    assert not await program.plex.follower.change(0.01)
    await _until(plex, 1)
    plex.world.tell("activity", {"ActivityNotification": {"event": "progress"}})
    assert not await program.plex.follower.change(0.05)
    plex.world.tell("end", {})
    await _until(plex, 0)
    await _until(plex, 1)
    asked = asyncio.ensure_future(program.plex.follower.change(10))
    plex.world.scan(plex.music)
    assert await asked


async def _until(plex: RunningPlex, listening: int) -> None:
    async with asyncio.timeout(10):
        while plex.world.listening != listening:  # noqa: ASYNC110 (the simulated service offers no event)
            await asyncio.sleep(0.005)
