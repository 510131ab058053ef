"""One sync over REST brings in what a listener keeps on Spotify, and what is shown then is what is there."""

from __future__ import annotations

from pathlib import Path

import httpx

from services.demo.spotify.invention import LISTENER
from services.demo.spotify.listeners import SPOTIFY
from storage.values import JobState
from tests.journeys.crowd import crowd, join


async def test_a_sync_over_rest_brings_in_playlists_saved_tracks_and_artists(tmp_path: Path) -> None:
    async with crowd(tmp_path, 1, work=True) as people:
        world, runtime = people.spotify.world, people.runtime
        user = (await join(runtime, people.spotify, [LISTENER]))[LISTENER]
        _, token = await runtime.accounts.create_token(user, "journey")
        bearer = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=people.scheduler.base_url, headers=bearer, timeout=60) as client:
            started = (await client.post("/api/sync")).json()
            assert started["results"] == {"spotify": "started"} and "errors" not in started
            async for job in runtime.jobs.watch(user, started["sync_id"]):
                last = job
            assert last.state is JobState.DONE, last.error
            status = (await client.get("/api/sync/status")).json()["syncs"][0]
            assert status["status"] == "completed" and status["items_synced"] > 0
            listed = (await client.get("/spotify/playlists")).json()["playlists"]
            kept = [world.playlists[known_as] for known_as in world.listeners[LISTENER].playlists]
            assert {each["name"]: each["track_count"] for each in listed} == {
                each.name: len(each.rows) for each in kept if each.owner != SPOTIFY
            }
            followed = (await client.get("/spotify/artists/followed")).json()["artists"]
            assert {artist["id"] for artist in followed} == world.listeners[LISTENER].followed

            asked = len(people.spotify.requests)
            again = await client.post("/api/sync", json={"sources": ["discogs"]})
            assert again.status_code == 429, "ten minutes lie between two syncs"
            assert len(people.spotify.requests) == asked
