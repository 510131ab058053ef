"""Who may come in: a live token over TCP, or the owner's socket (design: access)."""

from __future__ import annotations

import socket

import httpx
import pytest

from services.rest.access import Access
from services.rest.app import openapi_document

pytestmark = pytest.mark.asyncio(loop_scope="module")
PUBLIC = {("get", "/"), ("get", "/health")}
FOR_ANYBODY = {
    *PUBLIC,
    ("post", "/api/auth/register"),
    ("post", "/api/auth/login"),
    ("get", "/api/oauth/callback/discogs"),
    ("get", "/api/cron/sync-spotify"),  # proves itself by a secret, which is not set here
    ("post", "/api/cron/sync-spotify"),
    ("get", "/api/user/status"),
    ("get", "/api/snapshot/{token}"),
    ("get", "/api/autocomplete"),
    ("get", "/api/explore"),
    ("get", "/api/expand"),
    ("get", "/api/node/{node_id}"),
    ("get", "/api/trends"),
    ("get", "/api/explore/path"),
    ("get", "/api/explore/collaborators"),
    ("get", "/api/explore/similar"),
    ("get", "/api/explore/label"),
}
EVERY = [(method, path) for path, item in openapi_document()["paths"].items() for method in item]
PERSONAL = [row for row in EVERY if row not in FOR_ANYBODY]


def concrete(path: str) -> str:
    return path.replace("{recordId}", "7")


@pytest.mark.parametrize(("method", "path"), sorted(PUBLIC))
async def test_what_is_public_needs_no_proof(busy_house, method: str, path: str) -> None:
    assert (await busy_house.stranger.request(method, path)).status_code == 200


@pytest.mark.parametrize(("method", "path"), PERSONAL)
async def test_everything_else_is_401_even_with_nonsense_in_the_request(busy_house, method: str, path: str) -> None:
    answer = await busy_house.stranger.request(
        method, f"{concrete(path)}?limit=nonsense&sortBy=nonsense", content=b"{", headers={"Content-Type": "text/plain"}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"


def _authorizations(token: str) -> dict[str, list[str]]:
    return {
        "nothing": [],
        "empty": [""],
        "no scheme": [token],
        "another scheme": [f"Basic {token}"],
        "no token": ["Bearer"],
        "unknown": ["Bearer lg_" + "x" * 43],
        "half": [f"Bearer {token[:-1]}"],
        "more": [f"Bearer {token} {token}"],
        "other case": [f"Bearer {token.swapcase()}"],
        "no ASCII": ["Bearer \xe4\xf6"],
        "huge": ["Bearer " + "x" * 20_000],
        "twice": [f"Bearer {token}", f"Bearer {token}"],
    }


@pytest.mark.parametrize("kind", list(_authorizations("")))
async def test_every_bad_proof_is_refused_alike(busy_house, kind: str) -> None:
    missing = (await busy_house.stranger.get("/status")).json()
    values = _authorizations(busy_house.token)[kind]
    together = [values] if kind == "twice" else [[value] for value in values]
    for headers in together:
        sent = [(b"Authorization", value.encode("latin-1")) for value in headers]
        answer = await busy_house.stranger.get("/status", headers=sent)
        assert (answer.status_code, answer.json(), answer.headers["WWW-Authenticate"]) == (401, missing, "Bearer")


async def test_the_scheme_is_read_in_any_case(busy_house) -> None:
    answer = await busy_house.stranger.get("/status", headers={"Authorization": f"bEARER {busy_house.token}"})
    assert answer.status_code == 200


async def test_a_revoked_token_is_refused_at_once_and_like_any_other(house) -> None:
    assert (await house.client.get("/status")).status_code == 200
    await house.runtime.accounts.revoke_token(house.runtime.owner.id, "tests")
    answer = await house.client.get("/status")
    assert (answer.status_code, answer.json()) == (401, (await house.stranger.get("/status")).json())


async def test_the_socket_is_the_owners_whatever_the_headers_say(house) -> None:
    added = await house.client.post("/api/records", json={"artistName": "a", "albumTitle": "b"})
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Host": "anything.example"}):
        seen = await house.owner.get("/api/records", headers=headers)
        assert seen.json()["records"] == [added.json()["record"]]


async def test_no_header_opens_the_owners_door_over_tcp(busy_house) -> None:
    spoofs = {
        "lockgroove.owners_door": "1",
        "X-Lockgroove-Owners-Door": "1",
        "X-Forwarded-For": "unix:",
        "Forwarded": "for=unix",
    }
    answer = await busy_house.stranger.get("/status", headers=spoofs)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("LOCALHOST:8004", 200), ("127.0.0.1:1", 200), ("[::1]:8004", 200), ("app.localhost", 200),
     ("evil.example", 400), ("127.0.0.1.evil.example", 400), ("192.168.1.5", 400), ("", 400), ("a@127.0.0.1", 400),
     ("localhost:x", 400)],
)  # fmt: skip
async def test_a_request_that_was_meant_for_another_host_is_refused(busy_house, host: str, status: int) -> None:
    answer = await busy_house.client.get("/", headers={"Host": host})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["error"] == "unknown_host"


async def test_a_request_without_a_host_is_refused(busy_house) -> None:
    address = httpx.URL(busy_house.bound.url)
    import asyncio

    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    assert b" 400 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_without_auth_everybody_on_loopback_is_the_owner(open_house) -> None:
    async with open_house(access=Access(proof=False)) as house:
        assert (await house.stranger.get("/api/records")).json() == {"records": [], "count": 0}
        ignored = await house.stranger.get("/api/records", headers={"Authorization": "Bearer of-another-program"})
        assert ignored.status_code == 200


async def test_without_auth_a_foreign_web_page_is_still_kept_out(open_house) -> None:
    async with open_house(access=Access(proof=False)) as house:
        answer = await house.stranger.post("/api/records/sync", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 401
        own = await house.stranger.get("/api/records", headers={"Origin": house.bound.url})
        assert own.status_code == 200


PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


async def test_cors_is_off_by_default(busy_house) -> None:
    answer = await busy_house.client.get("/", headers={"Origin": "https://music.example.org"})
    preflight = await busy_house.stranger.options(
        "/api/records", headers={"Origin": "https://music.example.org", **PREFLIGHT}
    )
    assert preflight.status_code == 405
    for seen in (answer, preflight):
        assert not [name for name in seen.headers if name.startswith("access-control")]


async def test_cors_lets_a_listed_origin_in_and_no_other(open_house) -> None:
    listed, other = "https://music.example.org", "https://evil.example"
    async with open_house(access=Access(origins=(listed,))) as house:
        good = await house.stranger.options("/api/records", headers={"Origin": listed, **PREFLIGHT})
        bad = await house.stranger.options("/api/records", headers={"Origin": other, **PREFLIGHT})
        assert (good.status_code, bad.status_code) == (200, 400)
        assert good.headers["Access-Control-Allow-Origin"] == listed
        assert good.headers["Access-Control-Max-Age"] == "600"
        assert "Origin" in good.headers["Vary"]
        for preflight in (good, bad):
            assert preflight.headers["X-Frame-Options"] == "DENY"
            assert preflight.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        for method in ("GET", "POST", "PUT", "DELETE"):
            assert method in good.headers["Access-Control-Allow-Methods"]
        assert "Access-Control-Allow-Credentials" not in good.headers
        simple = await house.client.get("/api/records", headers={"Origin": other})
        assert simple.status_code == 200
        assert "Access-Control-Allow-Origin" not in simple.headers
        refused = await house.stranger.get("/api/records", headers={"Origin": listed})
        assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, listed)


async def test_the_socket_can_be_opened_by_its_owner_only(busy_house) -> None:
    assert busy_house.bound.socket is not None
    assert busy_house.bound.socket.stat().st_mode & 0o777 == 0o600
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(busy_house.bound.socket))
