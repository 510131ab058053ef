"""Reading a listener's library: what is asked, what is kept, what an interruption or a refusal costs."""

from __future__ import annotations

import asyncio
import time

import pytest

from services.runtime import Runtime
from services.shelf.job import SHELF
from services.spotify.quota import OF_A_KIND
from storage import followed, playlist_items, playlists, saved_tracks, spotify_limits
from storage.values import ItemKind, ItemsState, Job, JobState, Playlist
from tests.services.spotify.conftest import Opens
from tests.upstreams.fixtures_spotify import RunningSpotify

LIBRARY = "spotify_library"


@pytest.fixture
async def working(spotify: RunningSpotify, opens: Opens):
    async with opens(spotify.environment, work=True) as runtime:
        yield runtime


async def read(runtime: Runtime, kind: str = LIBRARY, **params: object) -> Job:
    """Run the job to its end, or until it is parked."""
    job, _ = await runtime.jobs.start(kind, runtime.owner.id, params)
    async with asyncio.timeout(30):
        async for seen in runtime.jobs.watch(runtime.owner.id, job.id):
            job = seen
            if job.state is JobState.WAITING:
                break
    return job


async def kept(runtime: Runtime) -> dict[str, Playlist]:
    async with runtime.storage.read() as conn:
        return {each.name: each for each in await playlists.every(conn, runtime.owner.id)}


async def uris(runtime: Runtime, held: Playlist) -> list[str | None]:
    async with runtime.storage.read() as conn:
        return [each.playable.uri for each in await playlist_items.page(conn, held.pk, limit=None, offset=0)]


async def test_everything_a_listener_has_is_kept_in_its_order(working: Runtime, spotify: RunningSpotify) -> None:
    job = await read(working)
    assert job.state is JobState.DONE, job.error
    world, listener = spotify.world, spotify.listener
    shown = [world.playlists[each] for each in listener.playlists if world.playlists[each].owner != "spotify"]
    found = await kept(working)
    assert set(found) == {each.name for each in shown}
    for there in shown:
        here = found[there.name]
        own = there.owner == listener.id
        assert (here.is_own, here.track_count, here.collaborative) == (own, len(there.rows), there.collaborative)
        if there.may_read(listener.id):
            assert here.items_state is ItemsState.HELD and here.is_editable
            assert await uris(working, here) == [row.item.uri if row.item else None for row in there.rows]
        else:
            assert here.items_state is ItemsState.NOT_ACCESSIBLE and here.items_snapshot == ""
    async with working.storage.read() as conn:
        assert await followed.count(conn, working.owner.id) == len(listener.followed)
        assert await saved_tracks.count(conn, working.owner.id) == sum(":track:" in uri for uri in listener.saved)
    assert job.result is not None and job.result["artists"] == len(listener.followed)


async def test_what_is_null_local_or_spoken_keeps_its_place(working: Runtime, spotify: RunningSpotify) -> None:
    world = spotify.world
    tracks, episode = list(world.catalogue.tracks.values()), next(iter(world.catalogue.episodes.values()))
    odd = world.add_playlist(spotify.listener.id, "Odd", [tracks[0], None, episode, tracks[1]], description="a &amp; b")
    await read(working)
    held = (await kept(working))["Odd"]
    async with working.storage.read() as conn:
        found = await playlist_items.page(conn, held.pk, limit=None, offset=0)
    assert [each.kind for each in found] == [ItemKind.TRACK, ItemKind.VANISHED, ItemKind.EPISODE, ItemKind.TRACK]
    assert [each.playable.uri for each in found] == [row.item.uri if row.item else None for row in odd.rows]


async def test_an_unchanged_playlist_costs_no_request_and_one_that_vanished_stays(
    working: Runtime, spotify: RunningSpotify
) -> None:
    await read(working)
    before = spotify.asked("GET", "/items")
    asked = len(spotify.requests)
    await read(working)
    assert spotify.asked("GET", "/items") == before
    assert len(spotify.requests) - asked <= 6, "me, playlists, followed artists, saved tracks"
    world, listener = spotify.world, spotify.listener
    own = [each for each in listener.playlists if world.playlists[each].owner == listener.id]
    changed, gone = world.playlists[own[0]], world.playlists[own[1]]
    before = [spotify.asked("GET", f"{each.id}/items") for each in (changed, gone)]
    changed.rows = changed.rows[1:]
    changed.changed()
    listener.playlists.remove(gone.id)
    await read(working)
    assert (
        spotify.asked("GET", f"{changed.id}/items") > before[0]
        and spotify.asked("GET", f"{gone.id}/items") == before[1]
    )
    found = await kept(working)
    assert found[gone.name].removed_at is not None and found[changed.name].track_count == len(changed.rows)


async def test_saved_tracks_are_read_as_far_as_something_known_and_whole_where_one_was_taken_out(
    working: Runtime, spotify: RunningSpotify
) -> None:
    listener = spotify.listener
    for number, track in enumerate(list(spotify.world.catalogue.tracks.values())[:120]):
        listener.saved[f"spotify:track:{track.id}"] = f"2024-01-{1 + number % 28:02}T00:00:{number % 60:02}Z"
    await read(working)
    total = sum(":track:" in uri for uri in listener.saved)

    async def count() -> int:
        async with working.storage.read() as conn:
            return await saved_tracks.count(conn, working.owner.id)

    assert await count() == total
    before = spotify.asked("GET", "/me/tracks")
    fresh = list(spotify.world.catalogue.tracks.values())[130]
    listener.saved[f"spotify:track:{fresh.id}"] = "2026-06-01T00:00:00Z"
    await read(working)
    assert spotify.asked("GET", "/me/tracks") == before + 1 and await count() == total + 1
    del listener.saved[f"spotify:track:{fresh.id}"]
    await read(working)
    assert await count() == total


async def test_followed_artists_that_the_first_page_lacks_are_found(working: Runtime, spotify: RunningSpotify) -> None:
    spotify.fault("short-following")
    await read(working)
    async with working.storage.read() as conn:
        assert await followed.count(conn, working.owner.id) == len(spotify.listener.followed)


@pytest.mark.parametrize("fault", ["server-error", "forbidden", "not-found"])
async def test_a_playlist_that_cannot_be_read_costs_only_itself(
    working: Runtime, spotify: RunningSpotify, fault: str
) -> None:
    world, listener = spotify.world, spotify.listener
    own = [each for each in listener.playlists if world.playlists[each].owner == listener.id]
    spotify.fault(fault, match=f"{own[0]}/items")
    job = await read(working)
    found = {each.playlist_id: each for each in (await kept(working)).values()}
    assert found[own[0]].items_state is not ItemsState.HELD
    assert all(found[each].items_state is ItemsState.HELD for each in own[1:])
    assert job.state in (JobState.DONE, JobState.PARTIAL)
    spotify.mend()
    await read(working)
    assert {each.playlist_id: each for each in (await kept(working)).values()}[own[0]].is_current


async def test_what_the_budget_of_the_day_does_not_suffice_for_waits(working: Runtime, spotify: RunningSpotify) -> None:
    quota, hour = working.spotify.quota, int(time.time()) // 3600
    async with working.storage.write() as conn:
        spent = {"playlist_items": OF_A_KIND - 1}
        await spotify_limits.count(conn, quota.client_id, hour, spent, keep_from=0)
    job = await read(working)
    assert job.state is JobState.WAITING and job.wake_at is not None
    assert spotify.asked("GET", "/items") <= 1
    assert job.progress.waiting_until is not None, "it is shown when it goes on"
    own = [each for each in (await kept(working)).values() if each.is_own]
    assert sum(each.items_state is ItemsState.HELD for each in own) <= 1 < len(own)


async def test_a_spent_quota_parks_the_reading_and_nothing_that_was_read_is_read_again(
    working: Runtime, spotify: RunningSpotify
) -> None:
    spotify.fault("quota", match="/me/tracks")
    job = await read(working)
    assert job.state is JobState.WAITING and job.wake_at is not None and job.progress.waiting_until is not None
    asked = len(spotify.requests)
    assert (await working.spotify.status(working.owner.id)).paused_until is not None
    again, attached = await working.jobs.start(LIBRARY, working.owner.id)
    assert attached and again.id == job.id and len(spotify.requests) == asked


async def test_the_one_sync_reads_spotify_too_and_a_pause_there_lets_it_end(
    working: Runtime, spotify: RunningSpotify
) -> None:
    job = await read(working, "sync")
    assert job.state is JobState.DONE, job.error
    assert job.result is not None and job.result["stored"]["playlists"] == len(await kept(working))
    spotify.fault("quota", match="/me/playlists")
    job = await read(working, "sync")
    assert job.state is JobState.PARTIAL
    assert [each.item for each in await working.jobs.problems(job.id)] == ["Spotify"]
    waiting = {each.kind for each in await working.jobs.active(working.owner.id)}
    assert waiting - {SHELF} == {LIBRARY}, "it goes on by itself, and Discogs can be synced meanwhile"


async def test_a_login_that_is_over_fails_the_reading_with_what_to_do(
    working: Runtime, spotify: RunningSpotify
) -> None:
    spotify.fault("token-revoked")
    spotify.fault("token-expired")
    job = await read(working)
    assert job.state is JobState.FAILED and "connect" in (job.error or "")
