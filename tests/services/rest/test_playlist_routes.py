"""``/spotify/playlists`` and ``/spotify/artist*``: the shapes that clients know (harmony-contract.md section 10)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.places import locate
from services.rest.access import Access
from services.rest.serve import open_surface
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from tests.upstreams.fixtures_spotify import RunningSpotify


@pytest_asyncio.fixture
async def runtime(spotify: RunningSpotify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Runtime]:
    for name, value in (spotify.environment | {"SPOTIFY_SCHEDULE": "off", "SYNC_SCHEDULE": "off"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOCKGROOVE_DATA_DIR", str(tmp_path / "house"))
    places = locate()
    async with open_runtime(load_settings(places), places) as opened:
        yield opened


@pytest_asyncio.fixture
async def client(runtime: Runtime) -> AsyncGenerator[httpx.AsyncClient]:
    _, token = await runtime.accounts.create_token(runtime.owner.id, "tests")
    async with (
        open_surface(runtime, Access(), port=0, socket_path=runtime.places.socket) as bound,
        httpx.AsyncClient(base_url=bound.url, headers={"Authorization": f"Bearer {token}"}, timeout=20) as visitor,
    ):
        yield visitor


async def read(runtime: Runtime) -> None:
    job, _ = await runtime.jobs.start("spotify_library", runtime.owner.id)
    async with asyncio.timeout(20):
        async for _ in runtime.jobs.watch(runtime.owner.id, job.id):
            pass


async def test_followed_artists_and_releases_are_told_to_the_end(
    client: httpx.AsyncClient, spotify: RunningSpotify
) -> None:
    followed = (await client.get("/spotify/artists/followed")).json()
    assert {each["id"] for each in followed["artists"]} == spotify.listener.followed and set(followed) == {"artists"}
    assert all({"id", "name", "images", "uri"} <= set(each) for each in followed["artists"])
    albums = spotify.world.catalogue.albums.values()
    artist = max(spotify.listener.followed, key=lambda one: sum(any(a.id == one for a in b.artists) for b in albums))
    spotify.fault("phantom-pages")
    for address in (artist, f"spotify:artist:{artist}", f"https%3A%2F%2Fopen.spotify.com%2Fartist%2F{artist}"):
        answer = (await client.get(f"/spotify/artist/{address}/releases")).json()
        assert answer["artist_id"] == artist and answer["releases"]
        assert {"id", "name", "album_type", "release_date", "total_tracks"} <= set(answer["releases"][0])
        ids = [each["id"] for each in answer["releases"]]
        assert len(ids) == len(set(ids)) == sum(any(a.id == artist for a in b.artists) for b in albums)


async def test_kept_playlists_are_listed_newest_first_and_not_sent_twice(
    client: httpx.AsyncClient, runtime: Runtime, spotify: RunningSpotify
) -> None:
    assert (await client.get("/spotify/playlists")).json() == {"playlists": []}
    await read(runtime)
    asked = len(spotify.requests)
    answer = await client.get("/spotify/playlists")
    listed = answer.json()["playlists"]
    assert listed and all(set(each) == {"id", "name", "track_count", "updated_at"} for each in listed)
    assert [each["updated_at"] for each in listed] == sorted((each["updated_at"] for each in listed), reverse=True)
    assert all(each["updated_at"].endswith("Z") for each in listed)
    known = {"If-None-Match": answer.headers["etag"]}, {"If-Modified-Since": answer.headers["last-modified"]}
    for headers in known:
        again = await client.get("/spotify/playlists", headers=headers)
        assert (again.status_code, again.content) == (304, b"") and again.headers["etag"] == answer.headers["etag"]
    both = {"If-None-Match": '"other"', "If-Modified-Since": answer.headers["last-modified"]}
    assert (await client.get("/spotify/playlists", headers=both)).status_code == 200
    assert (await client.get("/spotify/playlists", headers={"If-Modified-Since": "nonsense"})).status_code == 200
    assert len(spotify.requests) == asked, "the list is what is kept"
    there = spotify.world.playlists[listed[0]["id"]]
    there.rows = there.rows[1:]
    there.changed()
    await read(runtime)
    anew = await client.get("/spotify/playlists", headers=known[0])
    assert anew.status_code == 200 and anew.json()["playlists"][0]["id"] == there.id


async def test_the_items_of_a_playlist_are_paged_inside(client: httpx.AsyncClient, spotify: RunningSpotify) -> None:
    tracks = list(spotify.world.catalogue.tracks.values())
    many = spotify.world.add_playlist(spotify.listener.id, "Many", [*tracks[:60], None, *tracks[:60]])
    answer = (await client.get(f"/spotify/playlists/{many.id}/tracks")).json()
    assert (len(answer["items"]), answer["total"], set(answer)) == (100, 121, {"items", "total"})
    assert answer["items"][0]["track"]["id"] == many.rows[0].item.id and answer["items"][60]["track"] is None  # pyright: ignore
    rest = (await client.get(f"/spotify/playlists/{many.id}/tracks", params={"limit": 70, "offset": 100})).json()
    assert (len(rest["items"]), rest["total"]) == (21, 121)
    one = (await client.get(f"/spotify/playlists/spotify:playlist:{many.id}/tracks", params={"limit": 1})).json()
    assert len(one["items"]) == 1
    for limit in (0, 101, "x"):
        assert (await client.get(f"/spotify/playlists/{many.id}/tracks", params={"limit": limit})).status_code == 422


async def test_tracks_are_added_removed_and_moved(client: httpx.AsyncClient, spotify: RunningSpotify) -> None:
    tracks = [each.uri for each in list(spotify.world.catalogue.tracks.values())[:5]]
    there = spotify.world.add_playlist(spotify.listener.id, "Mine")
    path = f"/spotify/playlists/{there.id}"
    added = await client.post(f"{path}/tracks", json={"uris": [*tracks[:3], tracks[0]]})
    assert (added.status_code, added.json()) == (200, {"status": "tracks-added"})
    await client.post(f"{path}/tracks", json={"uris": [tracks[4]], "position": 0})
    moved = await client.put(f"{path}/reorder", json={"range_start": 0, "insert_before": 5})
    assert (moved.status_code, moved.json()) == (200, {"status": "playlist-reordered"})
    assert [row.uri for row in there.rows] == [*tracks[:3], tracks[0], tracks[4]]
    gone = await client.request("DELETE", f"{path}/tracks", json={"uris": [tracks[0]]})
    assert (gone.status_code, gone.json()) == (200, {"status": "tracks-removed"})
    assert [row.uri for row in there.rows] == [*tracks[1:3], tracks[4]], "every occurrence"


REFUSED: list[tuple[str, str, Any, int]] = [
    ("POST", "tracks", {"uris": []}, 400), ("DELETE", "tracks", {"uris": []}, 400), ("POST", "tracks", {}, 422),
    ("POST", "tracks", {"uris": "x"}, 422), ("POST", "tracks", {"uris": ["spotify:local:a:b:c:1"]}, 422),
    ("DELETE", "tracks", {"uris": ["spotify:local:a:b:c:1"]}, 422), ("POST", "tracks", {"uris": ["no"]}, 422),
    ("PUT", "reorder", {"range_start": 0}, 422), ("PUT", "reorder", {"range_start": -1, "insert_before": 0}, 422),
    ("PUT", "reorder", {"range_start": 9, "insert_before": 0}, 422), ("PATCH", "tracks", {}, 405),
]  # fmt: skip


async def test_what_cannot_be_done_is_refused_before_anything_is_sent(
    client: httpx.AsyncClient, spotify: RunningSpotify
) -> None:
    there = spotify.world.add_playlist(spotify.listener.id, "Mine", list(spotify.world.catalogue.tracks.values())[:2])
    for method, path, body, status in REFUSED:
        answer = await client.request(method, f"/spotify/playlists/{there.id}/{path}", json=body)
        assert answer.status_code == status, (method, path, body)
        if status == 400:
            assert answer.json()["detail"] == "No track URIs provided"
    assert all(request["method"] == "GET" for request in spotify.requests if there.id in request["path"])


async def test_what_spotify_keeps_for_others_is_told_with_its_reason(
    client: httpx.AsyncClient, spotify: RunningSpotify
) -> None:
    other = spotify.world.join("other", "Ann")
    theirs = spotify.world.add_playlist(
        other.id, "Theirs", list(spotify.world.catalogue.tracks.values())[:2], public=True
    )
    answer = await client.get(f"/spotify/playlists/{theirs.id}/tracks")
    assert answer.status_code == 403 and answer.json()["service"] == "Spotify"
    assert (await client.get(f"/spotify/playlists/{'0' * 22}/tracks")).status_code == 404
    assert (await client.get("/spotify/playlists/%00bad!/tracks")).status_code == 422
    spotify.fault("quota")
    paused = await client.get(f"/spotify/playlists/{theirs.id}/tracks")
    assert paused.status_code in (429, 503) and int(paused.headers["retry-after"]) > 3600
