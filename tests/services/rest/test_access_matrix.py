"""Every endpoint for every kind of caller: who gets in, who is refused, and that nobody is shown what is another's."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.rest.app import openapi_document
from services.secrets import SESSION_KEY
from tests.services.rest.test_access import FOR_ANYBODY
from tests.services.rest.visitors import bearer, believe_proxies, member, new_address, signed

pytestmark = pytest.mark.asyncio(loop_scope="module")
CRON, LOGIN, LOGOUT = "/api/cron/sync-spotify", "/api/auth/login", "/api/auth/logout"
CRON_SECRET = "the-secret-of-a-scheduler-elsewhere"
OWNERS = "Owned-By-The-Owner"
"""Stands in everything of the owner's, and in nothing that another may see."""
DOCUMENTED = {
    (method.upper(), path): {int(status) for status in operation["responses"]}
    for path, item in openapi_document()["paths"].items()
    for method, operation in item.items()
}
EVERY = sorted(
    DOCUMENTED,
    key=lambda row: row[1] == LOGOUT,  # which ends the session that it is asked with
)
PUBLIC = {(method.upper(), path) for method, path in FOR_ANYBODY}
OF_THE_OWNER_ALONE = (
    "/plex/", "/soulseek/", "/beets/", "/api/arrivals", "/api/downloads/requeue", "/api/downloads/purge",
    "/api/downloads/priority", "/api/metadata/update", "/api/metadata/stop", "/api/sync/plan", "/api/sync/tracks",
)  # fmt: skip
BUT_FOR_ALL = {
    ("GET", "/plex/status"), ("GET", "/soulseek/status"), ("GET", "/soulseek/downloads"), ("GET", "/api/download/{id}"),
}  # fmt: skip
ALSO_OF_THE_OWNER = {
    ("POST", "/api/download"), ("DELETE", "/api/download/{id}"), ("POST", "/api/download/{id}/retry"),
}  # fmt: skip
"""One slskd, one Plex and one beets library are the files of whoever runs this (design: access)."""


def is_the_owners(method: str, path: str) -> bool:
    if (method, path) in BUT_FOR_ALL:
        return False
    return path.startswith(OF_THE_OWNER_ALONE) or (method, path) in ALSO_OF_THE_OWNER


def is_no_failure(status: int) -> bool:
    """Spotify, Plex, slskd and beets are not connected here, which is told by a 503."""
    return status < 500 or status == 503


@dataclass
class Seen:
    """What one kind of caller was answered: status and body by endpoint."""

    answers: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict[tuple[str, str], tuple[int, str]])

    def wrong(self, expected) -> dict[tuple[str, str], int]:
        """The endpoints whose status ``expected`` does not accept."""
        return {row: status for row, (status, _) in self.answers.items() if not expected(*row, status)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def settled(busy_house):
    """The house, which a scheduler elsewhere may call and where everybody comes from another address."""
    believe_proxies(busy_house.runtime)
    settings = busy_house.runtime.settings.model_copy(update={"cron_secret": SecretStr(CRON_SECRET)})
    busy_house.runtime.settings = settings
    return busy_house


async def _furnish(house) -> dict[str, str]:
    """Put things of the owner's into the house; what their routes call them."""
    added = await house.client.post("/api/records", json={"artistName": OWNERS, "albumTitle": OWNERS})
    kept = await house.client.post("/settings", json={"key": "mine", "value": OWNERS})
    wished = await house.client.post("/api/wishes", json={"text": f"{OWNERS} - Album"})
    assert (added.status_code, kept.status_code, wished.status_code) == (201, 200, 200)
    wishes = (await house.client.get("/api/wishes")).json()["wishes"]
    return {"recordId": added.json()["record"]["recordId"], "wish_id": str(wishes[0]["id"])}


def _places(path: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value)
    while "{" in path:
        path = f"{path[: path.index('{')]}1{path[path.index('}') + 1 :]}"
    return path


@asynccontextmanager
async def _caller(house, kind: str) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, str]]]:
    runtime = house.runtime
    if kind == "owner's socket":
        yield house.owner, {}
        return
    key = await runtime.secrets.get(SESSION_KEY)
    owner = runtime.owner.id
    now = int(time.time())
    claims = {"sub": owner, "email": "", "iat": now - 20, "exp": now - 10, "jti": "0" * 32}
    if kind == "revoked":
        headers = await member(runtime, "revoked@example.org")
        assert (await house.stranger.post(LOGOUT, headers=headers)).status_code == 200
    else:
        headers = {
            "nobody": {},
            "garbage": bearer("lg_" + "x" * 43),
            "expired": bearer(signed(claims, str(key))),
            "cron": {**bearer(CRON_SECRET), "X-Cron-Secret": CRON_SECRET},
            "another user": await member(runtime, f"another.{kind.replace(' ', '')}@example.org"),
        }[kind]
    yield house.stranger, headers


async def ask(house, kind: str) -> Seen:
    """Ask for everything there is as ``kind``."""
    seen, known = Seen(), await _furnish(house)
    async with _caller(house, kind) as (client, headers):
        for method, path in EVERY:
            body = {"json": {}} if method in ("POST", "PUT", "DELETE") else {}
            request = client.build_request(
                method, _places(path, known), headers={**headers, "X-Forwarded-For": new_address()}, **body
            )
            answer = await client.send(request, stream=True)
            is_stream = "event-stream" in answer.headers.get("Content-Type", "")
            text = "" if is_stream else (await answer.aread()).decode("utf-8", "replace")
            await answer.aclose()
            assert answer.status_code in DOCUMENTED[method, path], (method, path, answer.status_code)
            seen.answers[method, path] = answer.status_code, text
    return seen


@pytest.mark.parametrize("kind", ["nobody", "garbage", "expired", "revoked", "cron"])
async def test_without_a_live_proof_only_what_is_public_answers(settled, kind: str) -> None:
    seen = await ask(settled, kind)

    def expected(method: str, path: str, status: int) -> bool:
        if path == CRON:
            return status == (200 if kind == "cron" else 401)
        return status != 401 if (method, path) in PUBLIC else status == 401

    assert seen.wrong(expected) == {}
    refusals = {text for row, (status, text) in seen.answers.items() if status == 401 and row[1] != CRON}
    assert len(refusals) == 1, "every refusal says the same"
    assert not [row for row, (_, text) in seen.answers.items() if OWNERS in text]


async def test_another_user_gets_in_but_not_to_the_owners_services_nor_to_the_owners_things(settled) -> None:
    seen = await ask(settled, "another user")

    def expected(method: str, path: str, status: int) -> bool:
        if path == CRON:
            return status == 401
        return status == 403 if is_the_owners(method, path) else status not in (401, 403) and is_no_failure(status)

    assert seen.wrong(expected) == {}
    assert not [row for row, (_, text) in seen.answers.items() if OWNERS in text]
    assert seen.answers["GET", "/api/records/{recordId}"][0] == 404
    assert seen.answers["DELETE", "/api/records/{recordId}"][0] == 404


async def test_the_owner_gets_everywhere(settled) -> None:
    seen = await ask(settled, "owner's socket")

    def expected(method: str, path: str, status: int) -> bool:
        return (status == 401) if path == CRON else status not in (401, 403) and is_no_failure(status)

    assert seen.wrong(expected) == {}
    shown = [row for row, (_, text) in seen.answers.items() if OWNERS in text]
    assert ("GET", "/api/records") in shown, "or nothing above could have been shown"
