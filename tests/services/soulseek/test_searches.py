"""Searching: a record that is polled, read and deleted, two at a time (slskd-api.md section 4)."""

from __future__ import annotations

import asyncio
from itertools import accumulate

import pytest

from services.demo.slskd.network import Folder, Temper
from services.errors import InvalidInput, UpstreamError
from services.soulseek.client import SlskdClient
from services.soulseek.models import SearchProgress
from services.soulseek.quality import folders_of
from tests.upstreams.fixtures_slskd import ALBUM, RunningSlskd, album_files


async def test_a_search_is_a_whole_cycle_that_leaves_nothing(slskd: RunningSlskd, client: SlskdClient) -> None:
    locked = Folder(f"{ALBUM} locked", tuple(album_files("mp3-320")), is_locked=True)
    slskd.peer("ben", Temper.QUEUEING, queue=7).folders.append(locked)
    slskd.peer("gone", Temper.OFFLINE)
    told: list[SearchProgress] = []
    found = await client.search("Golden STATIC -neon", on_progress=told.append)
    assert {response.username for response in found.responses} == {"alma", "ben"}
    assert (found.file_count, found.is_cut, found.state) == (2, False, "Completed, TimedOut")
    ben = next(response for response in found.responses if response.username == "ben")
    (file,) = ben.files
    assert (file.filename, file.extension, file.sample_rate) == (f"{ALBUM}\\01 - Golden Static.flac", "", 44_100)
    assert (ben.has_free_slot, ben.queue_length) == (False, 7) and ben.locked[0].is_locked
    assert told[-1].is_complete and 0 in [each.responses for each in told] and told[-1].responses == 2
    assert slskd.daemon.searches == {}
    assert [folder.username for folder in folders_of(found.responses)] == ["alma", "ben", "ben"]
    assert (await client.search("nobody has this")).responses == ()


async def test_two_run_and_the_rest_wait_here(slskd: RunningSlskd, client: SlskdClient) -> None:
    slskd.fault("busy", match="POST /searches", times=2)
    texts = ("golden", "hollow", "neon", "static", "winter")
    found = await asyncio.gather(*(client.search(text) for text in texts))
    assert all(each.responses for each in found)
    begun = [+1 if e["method"] == "POST" else -1 for e in slskd.requests if e["method"] in ("POST", "DELETE")]
    refused = sum(entry["status"] == 429 for entry in slskd.requests)
    assert refused == 2 and max(accumulate(begun)) - refused <= 2
    assert slskd.daemon.searches == {}


async def test_a_cancelled_search_is_stopped_and_deleted(slskd: RunningSlskd, client: SlskdClient) -> None:
    begun = asyncio.Event()
    searching = asyncio.create_task(client.search("golden", on_progress=lambda _: begun.set()))
    await begun.wait()
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    await client.close()
    assert slskd.daemon.searches == {}
    assert slskd.asked("PUT", "/searches/") == 1


async def test_one_that_nobody_waits_for_keeps_a_distance_and_leaves_a_place(
    slskd: RunningSlskd, client: SlskdClient
) -> None:
    began = slskd.daemon.now
    for _ in range(2):
        await client.search("golden", background=True, timeout=1)
    assert slskd.daemon.now - began > 12
    slskd.requests.clear()
    begun = asyncio.Event()
    unhurried = [client.search("golden", background=True, on_progress=lambda _: begun.set()) for _ in range(3)]
    together = asyncio.gather(*unhurried)
    await begun.wait()
    await asyncio.gather(together, client.search("neon"))
    texts = [entry["body"]["searchText"] for entry in slskd.requests if entry["method"] == "POST"]
    assert texts == ["golden", "neon", "golden", "golden"] and slskd.daemon.searches == {}


async def test_one_that_does_not_end_is_stopped_and_read(slskd: RunningSlskd, client: SlskdClient) -> None:
    found = await client.search("golden", timeout=500, longest=20)
    assert found.is_cut and found.responses and found.state == "Completed, Cancelled"
    few = await client.search("golden", limit=1)
    assert few.is_cut and len(few.responses) == 1
    assert slskd.daemon.searches == {}


async def test_what_has_come_may_be_enough(slskd: RunningSlskd, client: SlskdClient) -> None:
    seen: list[int] = []
    found = await client.search(
        "golden", timeout=500, on_progress=lambda at: seen.append(at.responses), is_enough=lambda: any(seen)
    )
    assert found.is_cut and found.responses and found.state == "Completed, Cancelled"
    assert len(seen) < 20 and slskd.daemon.searches == {}


async def test_a_beginning_whose_answer_got_lost_is_found(slskd: RunningSlskd, client: SlskdClient) -> None:
    slskd.fault("do-then-drop", match="POST /searches", times=1)
    assert (await client.search("golden")).responses
    assert slskd.asked("POST", "/searches") == 1
    slskd.fault("drop-connection", match="POST /searches", times=1)
    with pytest.raises(UpstreamError):
        await client.search("golden")
    slskd.daemon.log_out()
    with pytest.raises(UpstreamError) as raised:
        await client.search("golden")
    assert raised.value.code == "not_logged_in" and raised.value.hint
    with pytest.raises(InvalidInput):
        await client.search(" \t")
    assert slskd.daemon.searches == {}


async def test_a_restart_in_the_middle_finds_nothing(slskd: RunningSlskd, client: SlskdClient) -> None:
    found = await client.search("golden", on_progress=lambda at: at.responses and slskd.daemon.restart())
    assert (found.responses, found.state) == ((), "Completed, TimedOut")
