"""Signing in, refreshing and being refused at the simulated Spotify (spotify-api.md 1)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import pytest_asyncio

from tests.upstreams.fixtures_spotify import RunningSpotify, simulated_spotify

pytestmark = pytest.mark.wrong_requests

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REDIRECT = "http://127.0.0.1:4711/callback"


@pytest_asyncio.fixture
async def client(spotify: RunningSpotify) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=spotify.url, trust_env=False, verify=False) as browser:
        yield browser


def page(spotify: RunningSpotify, **other: str) -> str:
    """The address of the page that asks; ``other`` replaces parameters, empty ones are left out."""
    asked = {
        "client_id": spotify.app.client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "user-top-read",
        "state": "s t&te",
        "code_challenge_method": "S256",
        "code_challenge": CHALLENGE,
    } | other
    return f"{spotify.url}/authorize?{urlencode({name: value for name, value in asked.items() if value})}"


def form(spotify: RunningSpotify, code: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "client_id": spotify.app.client_id,
        "code_verifier": VERIFIER,
    }


async def test_a_person_signs_in_with_pkce(spotify: RunningSpotify, client: httpx.AsyncClient) -> None:
    back = await spotify.approve(page(spotify))
    said = parse_qs(urlsplit(back).query)
    assert back.startswith(f"{REDIRECT}?") and said["state"] == ["s t&te"]
    given = (await client.post("/api/token", data=form(spotify, said["code"][0]))).json()
    assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 3600, "user-top-read")
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert (await client.get("/v1/me", headers=bearer)).json()["id"] == spotify.listener.id
    again = await client.post("/api/token", data=form(spotify, said["code"][0]))
    assert (again.status_code, again.json()["error_description"]) == (400, "Invalid authorization code")


async def test_a_person_says_no(spotify: RunningSpotify) -> None:
    back = await spotify.approve(page(spotify), decision="cancel")
    assert parse_qs(urlsplit(back).query) == {"error": ["access_denied"], "state": ["s t&te"]}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"redirect_uri": "http://localhost:4711/callback"}, "Insecure redirect URI"),
        ({"redirect_uri": "http://192.168.1.5/callback"}, "Insecure redirect URI"),
        ({"redirect_uri": "http://127.0.0.1:4711/other"}, "Invalid redirect URI"),
        ({"redirect_uri": "https://music.example.org:8443/callback"}, "Invalid redirect URI"),
        ({"client_id": "0" * 32}, "Invalid client"),
    ],
)
async def test_a_wrong_way_back_is_shown_and_not_taken(
    spotify: RunningSpotify, client: httpx.AsyncClient, change: dict[str, str], text: str
) -> None:
    shown = await client.get(page(spotify, **change))
    assert shown.status_code == 400 and text in shown.text


async def test_any_port_of_a_registered_loopback_address_will_do(
    spotify: RunningSpotify, client: httpx.AsyncClient
) -> None:
    for redirect in ("http://127.0.0.1/callback", "http://[::1]:9/callback", "https://music.example.org/callback"):
        assert (await client.get(page(spotify, redirect_uri=redirect))).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
async def test_a_wrong_request_is_sent_back(
    spotify: RunningSpotify, client: httpx.AsyncClient, change: dict[str, str], error: str
) -> None:
    back = (await client.get(page(spotify, **change))).headers["location"]
    assert parse_qs(urlsplit(back).query)["error"] == [error]


@pytest.mark.parametrize(
    ("change", "error", "description"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant", "code_verifier was incorrect"),
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "invalid_grant", "Invalid redirect URI"),
        ({"code": "other"}, "invalid_grant", "Invalid authorization code"),
        ({"client_id": "0" * 32}, "invalid_client", "Invalid client"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type must be"),
    ],
)
async def test_a_wrong_exchange_is_refused(
    spotify: RunningSpotify, client: httpx.AsyncClient, change: dict[str, str], error: str, description: str
) -> None:
    code = await spotify.code(page(spotify))
    refused = await client.post("/api/token", data=form(spotify, code) | change)
    assert refused.status_code == 400
    assert refused.json()["error"] == error and description in refused.json()["error_description"]


async def test_a_code_is_good_for_a_minute(spotify: RunningSpotify, client: httpx.AsyncClient) -> None:
    code = await spotify.code(page(spotify))
    spotify.app.grants.expire_codes()
    refused = await client.post("/api/token", data=form(spotify, code))
    assert refused.json() == {"error": "invalid_grant", "error_description": "Authorization code expired"}


async def test_a_server_with_a_secret_signs_in_without_pkce(spotify: RunningSpotify, client: httpx.AsyncClient) -> None:
    address = page(spotify, code_challenge="", code_challenge_method="")
    sent = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    wrong = httpx.BasicAuth(spotify.app.client_id, "wrong")
    right = httpx.BasicAuth(spotify.app.client_id, spotify.app.client_secret)
    code = await spotify.code(address)
    refused = await client.post("/api/token", data={**sent, "code": code}, auth=wrong)
    assert refused.json() == {"error": "invalid_client", "error_description": "Invalid client secret"}
    given = (await client.post("/api/token", data={**sent, "code": code}, auth=right)).json()
    renewing = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (await client.post("/api/token", data=renewing, auth=right)).status_code == 200
    public = await client.post("/api/token", data={**renewing, "client_id": spotify.app.client_id})
    assert public.json()["error"] == "invalid_client"


async def renewed(client: httpx.AsyncClient, spotify: RunningSpotify, token: str) -> tuple[int, dict[str, Any]]:
    sent = {"grant_type": "refresh_token", "refresh_token": token, "client_id": spotify.app.client_id}
    answered = await client.post("/api/token", data=sent)
    return answered.status_code, answered.json()


async def test_a_refresh_keeps_the_token_or_replaces_it(spotify: RunningSpotify, client: httpx.AsyncClient) -> None:
    first = spotify.refresh_token()
    status, kept = await renewed(client, spotify, first)
    assert status == 200 and "refresh_token" not in kept
    spotify.app.grants.rotates = True
    status, rotated = await renewed(client, spotify, first)
    assert status == 200 and rotated["refresh_token"] != first
    assert await renewed(client, spotify, first) == (
        400,
        {"error": "invalid_grant", "error_description": "Refresh token revoked"},
    )
    assert (await renewed(client, spotify, rotated["refresh_token"]))[0] == 200
    assert (await renewed(client, spotify, "nobody's"))[1]["error_description"] == "Invalid refresh token"


async def test_a_login_lives_for_six_months_whatever_is_refreshed(
    spotify: RunningSpotify, client: httpx.AsyncClient
) -> None:
    spotify.app.grants.age(181 * 86_400)
    assert (await renewed(client, spotify, spotify.refresh_token()))[0] == 200
    spotify.app.grants.age(2 * 86_400)
    status, refused = await renewed(client, spotify, spotify.refresh_token())
    assert (status, refused["error"]) == (400, "invalid_grant")


async def test_access_tokens_end(spotify: RunningSpotify, client: httpx.AsyncClient) -> None:
    bearer = {"Authorization": f"Bearer {spotify.access_token()}"}
    spotify.app.grants.expire_access()
    expired = await client.get("/v1/me", headers=bearer)
    assert (expired.status_code, expired.json()["error"]["message"]) == (401, "The access token expired")
    bearer = {"Authorization": f"Bearer {spotify.access_token()}"}
    assert spotify.app.grants.revoke(spotify.listener.id) == 1
    revoked = await client.get("/v1/me", headers=bearer)
    assert (revoked.status_code, revoked.json()["error"]["message"]) == (401, "Invalid access token")
    nobody = await client.get("/v1/me")
    assert (nobody.status_code, nobody.json()["error"]["message"]) == (401, "No token provided")


async def test_who_is_not_on_the_list_signs_in_and_gets_nothing(
    spotify: RunningSpotify, client: httpx.AsyncClient
) -> None:
    await client.post("/_sim/tokens", json={"do": "unlist", "account": spotify.listener.id})
    status, given = await renewed(client, spotify, spotify.refresh_token())
    assert status == 200
    refused = await client.get("/v1/me", headers={"Authorization": f"Bearer {given['access_token']}"})
    assert (refused.status_code, refused.text) == (403, "User not registered in the Developer Dashboard")


async def test_calls_are_counted_over_thirty_seconds_and_over_a_day() -> None:
    now = [1_000_000.0]
    async with simulated_spotify(rate=2, quota=3, clock=lambda: now[0], checked=False) as spotify:
        bearer = {"Authorization": f"Bearer {spotify.access_token()}"}
        async with httpx.AsyncClient(base_url=spotify.url, headers=bearer, trust_env=False, verify=False) as client:

            async def status() -> tuple[int, str | None, str]:
                answered = await client.get("/v1/me")
                return (
                    answered.status_code,
                    answered.headers.get("retry-after"),
                    answered.json().get("error", {}).get("reason", ""),
                )

            assert [(await status())[0] for _ in range(2)] == [200, 200]
            assert await status() == (429, "31", "")
            now[0] += 31
            assert (await status())[0] == 200
            code, wait, reason = await status()
            assert (code, reason) == (429, "QUOTA_EXCEEDED") and int(wait or 0) > 80_000
            assert int((await status())[1] or 0) > int(wait or 0), "a call during a block lengthens it"
            now[0] += 2 * 86_400
            bearer = {"Authorization": f"Bearer {spotify.access_token()}"}
            assert (await client.get("/v1/me", headers=bearer)).status_code == 200
