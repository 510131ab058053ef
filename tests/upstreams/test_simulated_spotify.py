"""The simulated Spotify behaves as spotify-api.md describes: shapes, pages, limits, refusals."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.upstreams.fixtures_spotify import RunningSpotify, simulated_spotify

pytestmark = pytest.mark.wrong_requests

UNKNOWN = "0" * 22


@pytest_asyncio.fixture
async def api(spotify: RunningSpotify) -> AsyncIterator[httpx.AsyncClient]:
    """The Web API as the first listener."""
    headers = {"Authorization": f"Bearer {spotify.access_token()}"}
    async with httpx.AsyncClient(
        base_url=f"{spotify.url}/v1", headers=headers, trust_env=False, verify=False
    ) as client:
        yield client


def shape(document: Any) -> Any:
    """The keys of a document, all the way down; of a list, its first element that is something."""
    if isinstance(document, dict):
        return {key: shape(value) for key, value in document.items()}
    if isinstance(document, list):
        return [shape(next((item for item in document if item is not None), None))]
    return None


def differences(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Keys that only one of two shapes has, where both have something."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = [f"{at}.{key}" for key in ours.keys() ^ theirs.keys() if key not in ("restrictions", "upc", "isrc")]
        return found + [
            d for key in ours.keys() & theirs.keys() for d in differences(ours[key], theirs[key], f"{at}.{key}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list):
        return differences(ours[0], theirs[0], f"{at}[]")
    return []


async def shown(api: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answered = await api.get(path, params=params or None)
    assert answered.status_code == 200, answered.text
    return answered.json()


async def test_its_answers_have_the_shapes_of_the_recorded_ones(
    spotify: RunningSpotify, api: httpx.AsyncClient, fixtures: Path
) -> None:
    world = spotify.world
    track = next(t for t in world.catalogue.tracks.values() if t.isrc and not t.restriction)
    artist = next(a for a in world.catalogue.artists.values() if a.pictured and world.catalogue.albums_of[a.id])
    owned = next(p for p in world.playlists.values() if p.owner == spotify.listener.id and p.rows)
    theirs = next(p for p in world.playlists.values() if p.owner == "some-friend" and not p.collaborative)
    asked = {
        "me.devmode": "/me",
        "me-playlists-page.devmode": "/me/playlists",
        "playlist.owned.devmode": f"/playlists/{owned.id}",
        "playlist.not-owned.devmode": f"/playlists/{theirs.id}",
        "playlist-items-page.devmode": f"/playlists/{owned.id}/items",
        "recently-played-page": "/me/player/recently-played?limit=5",
        "recently-played-empty": "/me/player/recently-played?after=99999999999999",
        "followed-artists.page1": "/me/following?type=artist&limit=2",
        "saved-tracks-page": "/me/tracks",
        "top-tracks-page": "/me/top/tracks",
        "artist-albums-page.devmode": f"/artists/{artist.id}/albums",
        "album.devmode": f"/albums/{track.album.id}",
        "track.devmode": f"/tracks/{track.id}",
        "search-tracks.devmode": "/search?type=track&q=the",
        "search-playlists-with-null": "/search?type=playlist&q=kiosk",
    }
    for name, path in asked.items():
        recorded = json.loads((fixtures / "spotify" / "examples" / f"{name}.json").read_text())
        assert differences(shape(await shown(api, path)), shape(recorded)) == [], name


async def test_pages_have_the_limits_of_2026(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    artist = next(iter(spotify.world.catalogue.artists))
    for path, default, most in (
        (f"/artists/{artist}/albums", 5, 10),
        ("/search?q=a&type=track", 5, 10),
        ("/me/tracks", 20, 50),
        ("/me/playlists", 20, 50),
    ):
        found = await shown(api, path)
        assert (found.get("tracks") or found)["limit"] == default
        joint = "&" if "?" in path else "?"
        assert (await api.get(f"{path}{joint}limit={most}")).status_code == 200
        refused = await api.get(f"{path}{joint}limit={most + 1}")
        assert (refused.status_code, refused.json()["error"]["message"]) == (400, "Invalid limit")


async def test_pages_lead_to_each_other_without_loss(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    uris: list[str] = []
    following: str | None = f"{spotify.url}/v1/me/tracks?limit=50"
    while following:
        assert following.startswith(spotify.url)
        page = (await api.get(following)).json()
        uris += [row["track"]["uri"] for row in page["items"]]
        following = page["next"]
    assert len(uris) == len(set(uris)) == page["total"]


async def test_recently_played_is_a_window_of_fifty(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    page = await shown(api, "/me/player/recently-played", limit=50)
    assert len(page["items"]) == 50
    assert page["cursors"]["after"] == str(spotify.listener.plays[-1].played_at)
    past = await shown(api, "/me/player/recently-played", limit=50, before=page["cursors"]["before"])
    assert (past["items"], past["cursors"], past["next"]) == ([], None, None)
    newer = await shown(api, "/me/player/recently-played", after=spotify.listener.plays[-3].played_at)
    assert len(newer["items"]) == 2
    assert (await api.get("/me/player/recently-played?before=1&after=1")).status_code == 400


async def test_followed_artists_come_by_cursor(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    ids: list[str] = []
    after: str | None = ""
    while after is not None:
        page = (await shown(api, "/me/following", type="artist", limit=7, **({"after": after} if after else {})))[
            "artists"
        ]
        ids += [artist["id"] for artist in page["items"]]
        after = page["cursors"]["after"]
    assert ids == sorted(spotify.listener.followed) and page["next"] is None


async def test_what_closed_is_closed(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    track = next(iter(spotify.world.catalogue.tracks))
    playlist = next(iter(spotify.world.playlists))
    silent = await api.get(f"/audio-features/{track}")
    assert (silent.status_code, silent.json()) == (403, {"error": {"status": 403}})
    gone = await api.get("/recommendations", params={"seed_tracks": track})
    assert (gone.status_code, gone.content) == (404, b"")
    for method, path in (
        ("GET", f"/tracks?ids={track}"),
        ("GET", f"/playlists/{playlist}/tracks"),
        ("PUT", "/me/tracks"),
        ("GET", "/me/tracks/contains"),
        ("GET", "/markets"),
    ):
        refused = await api.request(method, path, headers={"Content-Length": "0"} if method == "PUT" else {})
        assert (refused.status_code, refused.json()["error"]["message"]) == (403, "Forbidden"), path


async def test_what_is_open_for_old_apps_can_be_opened() -> None:
    async with simulated_spotify(
        opened=["audio_features", "recommendations", "batch_get", "page_50"], checked=False
    ) as spotify:
        track = next(iter(spotify.world.catalogue.tracks))
        headers = {"Authorization": f"Bearer {spotify.access_token()}"}
        async with httpx.AsyncClient(
            base_url=f"{spotify.url}/v1", headers=headers, trust_env=False, verify=False
        ) as api:
            assert (await shown(api, f"/audio-features/{track}"))["id"] == track
            features = await shown(api, "/audio-features", ids=f"{track},{UNKNOWN}")
            assert [f and f["id"] for f in features["audio_features"]] == [track, None]
            assert len((await shown(api, "/recommendations", seed_tracks=track, limit=3))["tracks"]) == 3
            assert (await shown(api, "/tracks", ids=f"{track},{UNKNOWN}"))["tracks"][1] is None
            assert (await shown(api, "/search", q="a", type="track", limit=50))["tracks"]["limit"] == 50


async def test_ids_are_checked_before_they_are_looked_for(api: httpx.AsyncClient) -> None:
    for path, status, message in (
        ("/tracks/short", 400, "Invalid base62 id"),
        (f"/tracks/{UNKNOWN}", 404, "Resource not found"),
        ("/nothing/here", 404, "Resource not found"),
    ):
        refused = await api.get(path)
        assert (refused.status_code, refused.json()["error"]["message"]) == (status, message)


async def test_a_track_is_found_by_its_filters(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    known = next(t for t in spotify.world.catalogue.tracks.values() if t.isrc)
    found = (await shown(api, "/search", q=f"isrc:{known.isrc}", type="track"))["tracks"]["items"]
    assert known.id in {track["id"] for track in found}
    quoted = f'artist:"{known.artists[0].name}" album:"{known.album.name}"'
    albums = (await shown(api, "/search", q=quoted, type="album", limit=10))["albums"]["items"]
    assert known.album.id in {album["id"] for album in albums}
    by_code = (await shown(api, "/search", q=f"upc:{known.album.upc}", type="album"))["albums"]["items"]
    assert [album["id"] for album in by_code] == [known.album.id]


async def test_catalogue_answers_are_tagged(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    path = f"/tracks/{next(iter(spotify.world.catalogue.tracks))}"
    tag = (await api.get(path)).headers["etag"]
    assert (await api.get(path, headers={"If-None-Match": tag})).status_code == 304


async def test_a_relinked_track_comes_under_the_id_of_its_copy(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    asked, copy = next(iter(spotify.world.catalogue.relinked.items()))
    assert (await shown(api, f"/tracks/{asked}"))["id"] == copy


async def test_the_library_takes_forty_uris_in_the_query_only(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    uris = [track.uri for track in spotify.world.catalogue.tracks.values() if track.uri not in spotify.listener.saved]
    for query, body, message in (
        ({"uris": ",".join(uris[:41])}, None, "Too many uris"),
        ({}, {"uris": uris[:2]}, "Missing required field: uris"),
        ({"uris": "spotify:track:short"}, None, "Invalid base62 id"),
    ):
        refused = await api.put("/me/library", params=query, json=body)
        assert (refused.status_code, refused.json()["error"]["message"]) == (400, message)
    saved = await api.put("/me/library", params={"uris": ",".join(uris[:2])})
    assert (saved.status_code, saved.content) == (200, b"")
    assert await shown(api, "/me/library/contains", uris=",".join(uris[:3])) == [True, True, False]
    unsized = await api.delete("/me/library", params={"uris": uris[0]})
    assert unsized.status_code == 411
    removed = await api.delete("/me/library", params={"uris": uris[0]}, headers={"Content-Length": "0"})
    assert removed.status_code == 200
    assert await shown(api, "/me/library/contains", uris=uris[0]) == [False]


async def test_what_a_scope_unlocks_is_locked_without_it(spotify: RunningSpotify) -> None:
    playlist = next(p.id for p in spotify.world.playlists.values() if p.owner == spotify.listener.id)
    needed = {
        "/me/following?type=artist": "user-follow-read",
        "/me/playlists": "playlist-read-private",
        f"/playlists/{playlist}/items": "playlist-read-private",
        "/me/tracks": "user-library-read",
        "/me/top/tracks": "user-top-read",
        "/me/player/recently-played": "user-read-recently-played",
    }
    async with httpx.AsyncClient(base_url=f"{spotify.url}/v1", trust_env=False, verify=False) as api:
        for path, scope in needed.items():
            for scopes, status in (([scope], 200), ([s for s in needed.values() if s != scope], 403)):
                bearer = {"Authorization": f"Bearer {spotify.access_token(scopes=scopes)}"}
                answered = await api.get(path, headers=bearer)
                assert answered.status_code == status, path
            assert answered.json()["error"]["message"] == "Insufficient client scope"


async def test_the_log_tells_what_was_asked(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    await api.post("/me/playlists", json={"name": "x", "public": False})
    entry = spotify.log[-1]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/v1/me/playlists", 201)
    assert (entry["account"], entry["body"]) == (spotify.listener.id, {"name": "x", "public": False})
    assert entry["client_id"] == spotify.app.client_id


async def test_many_listeners_join_at_once(spotify: RunningSpotify) -> None:
    users = spotify.world.join_many(300, plays=50)
    async with httpx.AsyncClient(base_url=f"{spotify.url}/v1", trust_env=False, verify=False) as api:
        bearer = {"Authorization": f"Bearer {spotify.access_token(users[299])}"}
        page = (await api.get("/me/player/recently-played?limit=50", headers=bearer)).json()
    times = {item["played_at"] for item in page["items"]}
    assert len(times) == 50


@pytest.mark.parametrize("many", [0, 1])
async def test_an_app_on_its_own_has_the_catalogue_and_nobody(spotify: RunningSpotify, many: int) -> None:
    async with httpx.AsyncClient(base_url=spotify.url, trust_env=False, verify=False) as client:
        form = {"grant_type": "client_credentials"}
        secret = httpx.BasicAuth(spotify.app.client_id, spotify.app.client_secret)
        token = (await client.post("/api/token", data=form, auth=secret)).json()
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        path = ("/v1/search?q=a&type=track", "/v1/me")[many]
        assert (await client.get(path, headers=bearer)).status_code == (200, 403)[many]
