"""Everything that can go wrong with the simulated Spotify goes wrong as recorded (spotify-api.md 1.8)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.upstreams.fixtures_spotify import RunningSpotify

pytestmark = pytest.mark.wrong_requests


@pytest_asyncio.fixture
async def api(spotify: RunningSpotify) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {spotify.access_token()}"}
    async with httpx.AsyncClient(
        base_url=spotify.url, headers=headers, trust_env=False, verify=False, timeout=0.5
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("fault", "status", "recorded"),
    [
        ("token-invalid", 401, "error-401-invalid.json"),
        ("token-expired", 401, "error-401-expired.json"),
        ("bad-second", 401, "error-401-missing.json"),
        ("permissions", 401, "error-401-permissions.json"),
        ("scope", 403, "error-403-scope.json"),
        ("forbidden", 403, "error-403-capability-closed.json"),
        ("forbidden-silent", 403, "error-403-audio-features.json"),
        ("owner-not-premium", 403, "error-403-owner-not-premium.txt"),
        ("not-allowlisted", 403, "error-403-user-not-allowlisted.txt"),
        ("not-found", 404, "error-404.json"),
        ("not-found-empty", 404, "error-404-empty-body.txt"),
        ("invalid-limit", 400, "error-400-invalid-limit.json"),
        ("rate-limit", 429, "error-429-rate.json"),
        ("quota", 429, "error-429-quota.json"),
    ],
)
async def test_a_refusal_is_worded_as_recorded(
    spotify: RunningSpotify, api: httpx.AsyncClient, fixtures: Path, fault: str, status: int, recorded: str
) -> None:
    spotify.fault(fault)
    refused = await api.get("/v1/me/tracks?limit=50")
    body = (fixtures / "spotify" / "examples" / recorded).read_text()
    assert refused.status_code == status
    if recorded.endswith(".json"):
        assert refused.json() == json.loads(body)
    else:
        assert refused.text == body.strip()
    headers = json.loads((fixtures / "spotify" / "examples" / "error-429-headers.json").read_text())
    if status == 429:
        kind = "quota" if fault == "quota" else "rate"
        assert refused.headers["retry-after"] == headers[kind]["headers"]["retry-after"]


@pytest.mark.parametrize(
    ("fault", "recorded"),
    [("token-revoked", "token-error-invalid-grant.json"), ("token-client", "token-error-invalid-client.json")],
)
async def test_a_token_is_refused_as_recorded(
    spotify: RunningSpotify, api: httpx.AsyncClient, fixtures: Path, fault: str, recorded: str
) -> None:
    spotify.fault(fault)
    refused = await api.post("/api/token", data={"grant_type": "refresh_token"})
    assert refused.status_code == 400
    assert refused.json() == json.loads((fixtures / "spotify" / "examples" / recorded).read_text())


async def test_a_fault_strikes_one_account_so_often_where_it_should(
    spotify: RunningSpotify, api: httpx.AsyncClient
) -> None:
    other = {"Authorization": f"Bearer {spotify.access_token('some-friend')}"}
    spotify.fault("server-error", account="some-friend", times=2, match="/me/tracks")
    assert (await api.get("/v1/me/tracks")).status_code == 200
    assert (await api.get("/v1/me", headers=other)).status_code == 200
    statuses = [(await api.get("/v1/me/tracks", headers=other)).status_code for _ in range(3)]
    assert statuses == [500, 500, 200]


async def test_a_bad_second_is_over_when_it_is_over(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    spotify.fault("bad-second", value="0")
    assert [(await api.get("/v1/me")).status_code for _ in range(2)] == [401, 200]


@pytest.mark.parametrize("fault", ["truncated", "drop-connection", "hang"])
async def test_an_answer_that_does_not_come_is_an_error(
    spotify: RunningSpotify, api: httpx.AsyncClient, fault: str
) -> None:
    spotify.fault(fault, **({"value": "1"} if fault == "hang" else {}))
    with pytest.raises(httpx.TransportError):
        await api.get("/v1/me")


@pytest.mark.parametrize(("fault", "gets_an_answer"), [("write-not-json", True), ("write-then-drop", False)])
async def test_a_write_is_carried_out_whatever_is_said(
    spotify: RunningSpotify, api: httpx.AsyncClient, fault: str, gets_an_answer: bool
) -> None:
    track = next(t for t in spotify.world.catalogue.tracks.values() if t.uri not in spotify.listener.saved)
    spotify.fault(fault)
    try:
        answered = await api.put("/v1/me/library", params={"uris": track.uri})
        assert gets_an_answer and answered.text == "OK"
    except httpx.TransportError:
        assert not gets_an_answer
    assert track.uri in spotify.listener.saved


async def test_faults_are_switched_over_http(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    await api.post("/_sim/faults", json={"name": "html-502", "times": 1})
    assert (await api.get("/v1/me")).status_code == 502
    assert (await api.get("/v1/me")).status_code == 200
    assert (await api.post("/_sim/faults", json={"name": "sunshine"})).status_code == 422
    await api.delete("/_sim/faults")
    assert (await api.get("/_sim/faults")).json() == []


async def test_pages_of_an_artist_may_never_end(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    artist = next(a for a, albums in spotify.world.catalogue.albums_of.items() if len(albums) > 3)
    spotify.fault("phantom-pages")
    page = (await api.get(f"/v1/artists/{artist}/albums?limit=10&offset=90")).json()
    assert page["next"] and not page["items"]


async def test_the_odd_moods_show(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    spotify.fault("short-following")
    followed = (await api.get("/v1/me/following?type=artist&limit=50")).json()["artists"]
    assert len(followed["items"]) == followed["total"] - 1
    everybody = await api.get(f"/v1/me/following?type=artist&limit=50&after={'0' * 22}")
    assert len(everybody.json()["artists"]["items"]) == followed["total"]
    spotify.fault("next-elsewhere")
    assert "elsewhere.invalid" in (await api.get("/v1/me/tracks?limit=5")).json()["next"]
    spotify.fault("legacy-rows")
    lists = (await api.get("/v1/me/playlists")).json()["items"]
    assert all("tracks" in row and "items" not in row for row in lists if row)
    rows = (await api.get(f"/v1/playlists/{lists[0]['id']}/items")).json()["items"]
    assert all("track" in row and "item" not in row for row in rows)
