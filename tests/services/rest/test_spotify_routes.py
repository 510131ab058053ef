"""``/spotify`` over real HTTP, in front of the simulated Spotify (harmony-contract.md section 10)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
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
from tests.upstreams.fixtures_spotify import RunningSpotify, simulated_spotify

READ = [
    "/spotify/me",
    "/spotify/search/tracks?query=a",
    "/spotify/track/4iV5W9uYEdYUVa79Axb7Rh",
    "/spotify/me/tracks",
    "/spotify/me/top/tracks",
    "/spotify/recommendations?seed_tracks=4iV5W9uYEdYUVa79Axb7Rh",
    "/spotify/audio-features/4iV5W9uYEdYUVa79Axb7Rh",
]
Opens = Callable[..., AbstractAsyncContextManager["Door"]]


@dataclass(frozen=True)
class Door:
    """The owner's door to the program."""

    runtime: Runtime
    http: httpx.AsyncClient

    async def get(self, path: str, status: int = 200) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def send(self, method: str, path: str, body: object, status: int = 200) -> Any:
        answer = await self.http.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()


@asynccontextmanager
async def _open(home: Path, environment: dict[str, str]) -> AsyncGenerator[Door]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LOCKGROOVE_DATA_DIR": str(home), "SYNC_SCHEDULE": "off", **environment}.items():
            patch.setenv(name, value)
        places = locate()
        settings = load_settings(places)
    async with (
        open_runtime(settings, places, work=False) as runtime,
        open_surface(runtime, Access(), port=0, socket_path=places.socket) as bound,
        httpx.AsyncClient(
            base_url="http://localhost", transport=httpx.AsyncHTTPTransport(uds=str(bound.socket)), timeout=20
        ) as http,
    ):
        yield Door(runtime, http)


@pytest.fixture
def opens(tmp_path: Path) -> Opens:
    return partial(_open, tmp_path / "home")


@pytest_asyncio.fixture
async def door(spotify: RunningSpotify, opens: Opens) -> AsyncGenerator[Door]:
    """The program whose owner is connected."""
    async with opens(spotify.environment) as opened:
        yield opened


async def test_status_asks_nobody(door: Door, spotify: RunningSpotify) -> None:
    said = await door.get("/spotify/status")
    assert (said["status"], said["authenticated"]) == ("connected", True)
    assert {"artist_count", "album_count", "track_count", "last_scan"} <= said.keys()
    assert said["capabilities"]["audio_features"]["state"] == "unknown"
    assert spotify.requests == []


async def test_status_shows_what_was_learned(door: Door) -> None:
    await door.get("/spotify/me")
    await door.get("/spotify/audio-features/4iV5W9uYEdYUVa79Axb7Rh", 501)
    said = await door.get("/spotify/status")
    assert said["capabilities"]["audio_features"]["state"] == "closed"
    assert said["capabilities"]["profile"]["state"] == "available"
    assert said["expires_at"][:10] > said["authorized_at"][:10]
    assert said["calls_today"] == {"profile": 1, "audio_features": 1}


async def test_searches_give_twenty_hits_off_pages_of_ten(door: Door, spotify: RunningSpotify) -> None:
    for kind in ("tracks", "artists", "albums"):
        items = (await door.get(f"/spotify/search/{kind}?query=a"))["items"]
        assert 0 < len(items) <= 20 and all(item["id"] and item["name"] for item in items)
    assert len((await door.get("/spotify/search/tracks?query=a"))["items"]) == 20
    assert spotify.asked("GET", "/search") <= 6, "an answer is good for a few minutes"


@pytest.mark.parametrize(
    "path", ["/spotify/search/tracks", "/spotify/search/albums?query=", "/spotify/audio-features?ids="]
)
async def test_nothing_to_ask_for_is_bad_input(door: Door, path: str) -> None:
    assert (await door.get(path, 422))["error"] == "invalid_input"


async def test_a_track_comes_as_spotify_tells_it(door: Door, spotify: RunningSpotify) -> None:
    track = next(iter(spotify.world.catalogue.tracks.values()))
    assert (await door.get(f"/spotify/track/{track.id}"))["track"]["name"] == track.name
    assert (await door.get(f"/spotify/track/spotify:track:{track.id}"))["track"]["id"] == track.id
    assert (await door.get("/spotify/track/0000000000000000000000", 404))["message"] == "Track not found"
    await door.get("/spotify/track/..%2F..%2Fme", 422)


async def test_saved_tracks_are_listed_saved_and_taken_out(door: Door, spotify: RunningSpotify) -> None:
    before = await door.get("/spotify/me/tracks?limit=5")
    assert len(before["items"]) == 5 and before["total"] > 5 and before["items"][0]["track"]["id"]
    ids = [row["track"]["id"] for row in before["items"]]
    assert (await door.send("DELETE", "/spotify/me/tracks", {"ids": ids}))["status"] == "tracks-removed"
    assert (await door.get("/spotify/me/tracks"))["total"] == before["total"] - 5
    assert (await door.send("PUT", "/spotify/me/tracks", {"ids": ids}))["status"] == "tracks-saved"
    after = await door.get("/spotify/me/tracks?limit=5")
    assert [row["track"]["id"] for row in after["items"]] == ids
    for method in ("PUT", "DELETE"):
        assert (await door.send(method, "/spotify/me/tracks", {"ids": []}, 400))["message"] == "No track IDs provided"
        await door.send(method, "/spotify/me/tracks", {"ids": ["nonsense"]}, 422)
        await door.send(method, "/spotify/me/tracks", {}, 422)


async def test_top_is_of_tracks_and_artists_only(door: Door) -> None:
    assert len((await door.get("/spotify/me/top/tracks?limit=3"))["items"]) == 3
    assert (await door.get("/spotify/me/top/artists"))["items"]
    await door.get("/spotify/me/top/albums", 404)
    await door.get("/spotify/me/top/tracks?limit=51", 422)


async def test_what_is_closed_says_so_and_costs_one_request(door: Door, spotify: RunningSpotify) -> None:
    for path in ("/spotify/audio-features/4iV5W9uYEdYUVa79Axb7Rh", "/spotify/recommendations?seed_genres=dub"):
        first, second = await door.get(path, 501), await door.get(path, 501)
        assert first["error"] == first["code"] == "capability_closed"
        assert first["capability"] in ("audio_features", "recommendations") and first["docs_hint"]
        assert second["since"]
    assert spotify.asked("GET", "/audio-features") == spotify.asked("GET", "/recommendations") == 1
    assert (await door.get("/spotify/audio-features?ids=,%20,", 400))["message"] == "No track IDs provided"


async def test_what_is_open_for_an_old_app_is_passed_on(opens: Opens) -> None:
    async with (
        simulated_spotify(opened=["audio_features", "recommendations"]) as spotify,
        opens(spotify.environment) as door,
    ):
        one, two = list(spotify.world.catalogue.tracks)[:2]
        assert (await door.get(f"/spotify/audio-features/{one}"))["audio_features"]["id"] == one
        many = (await door.get(f"/spotify/audio-features?ids={one},{two},{'0' * 22}"))["audio_features"]
        assert [entry and entry["id"] for entry in many] == [one, two, None]
        said = await door.get(f"/spotify/recommendations?seed_tracks={one},,&limit=3")
        assert len(said["tracks"]) == 3 and said["seeds"]


async def test_whoever_is_not_connected_learns_what_lacks(spotify: RunningSpotify, opens: Opens) -> None:
    async with opens({}) as door:
        said = await door.get("/spotify/status")
        assert (said["status"], said["missing"]) == ("unconfigured", ["SPOTIFY_CLIENT_ID"])
        for path in READ:
            assert (await door.get(path, 503))["error"] == "not_connected"
    async with opens(spotify.application) as door:
        assert (await door.get("/spotify/status"))["status"] == "unauthenticated"
        for path in READ:
            assert (await door.get(path, 503))["error"] == "not_connected"
    assert spotify.requests == []


REFUSALS = [
    ("token-revoked", 401, "reauth_required"),
    ("token-client", 503, "invalid_client"),
    ("scope", 403, "scope_missing"),
    ("permissions", 403, "scope_missing"),
    ("owner-not-premium", 503, "owner_not_premium"),
    ("not-allowlisted", 503, "user_not_allowlisted"),
    ("not-allowlisted-json", 503, "user_not_allowlisted"),
    ("rate-limit", 429, "rate_limited"),
    ("quota", 503, "quota_exhausted"),
    ("token-invalid", 401, "reauth_required"),
    ("server-error", 502, "upstream"),
    ("drop-connection", 502, "upstream"),
    ("redirect-away", 502, "upstream"),
    ("html-200", 502, "upstream"),
]


@pytest.mark.parametrize(("fault", "status", "code"), REFUSALS)
async def test_every_refusal_has_its_status_and_its_name(
    door: Door, spotify: RunningSpotify, fault: str, status: int, code: str
) -> None:
    spotify.fault(fault)
    answer = await door.http.get("/spotify/me")
    said = answer.json()
    assert (answer.status_code, said["error"], said["detail"]) == (status, code, said["message"])
    assert said["hint"]
    assert ("Retry-After" in answer.headers) == (code in ("rate_limited", "quota_exhausted"))
    assert "AQ-" not in answer.text and "BQ-" not in answer.text


async def test_a_dead_login_is_told_by_the_status_and_asks_no_more(door: Door, spotify: RunningSpotify) -> None:
    spotify.app.grants.revoke()
    assert (await door.get("/spotify/me", 401))["error"] == "reauth_required"
    asked = len(spotify.requests)
    assert (await door.get("/spotify/me/tracks", 401))["error"] == "reauth_required"
    assert len(spotify.requests) == asked
    said = await door.get("/spotify/status")
    assert (said["status"], said["authenticated"]) == ("reauth_required", False) and said["message"]


async def test_a_spent_quota_is_kept_over_a_restart(spotify: RunningSpotify, opens: Opens) -> None:
    async with opens(spotify.environment) as door:
        spotify.fault("quota", times=1)
        await door.get("/spotify/me", 503)
    asked = len(spotify.requests)
    async with opens(spotify.environment) as door:
        assert (await door.get("/spotify/me/top/tracks", 503))["error"] == "quota_exhausted"
        said = await door.get("/spotify/status")
        assert said["paused_until"] and said["paused_reason"] == "quota_exhausted"
    assert len(spotify.requests) == asked
