"""What a caller is told to do can be done over HTTP."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import services
from services.rest.hints import over_rest
from services.runtime import Runtime
from storage.values import Job
from tests.services.rest.conftest import OpenHouse
from tests.upstreams.browser import code_of

SIGN_IN = "GET /api/oauth/authorize/discogs"
AN_ID = "0c6f0000-0000-4000-8000-000000000000"
HAVE_NO_ROUTE = {
    "catalogue",
    "config",
    "connect spotify",
    "doctor",
    "discogs-setup",
    "keys",
    "token",
    "users",
    "sync",
    "export json",
}
"""What only the machine's own people do; `sync` and `export json` are named to nobody who speaks HTTP."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


def texts_of_services() -> Iterator[str]:
    """Every text in the services but the documentation; what is filled in stands as an id."""
    for file in Path(services.__path__[0]).rglob("*.py"):
        inside = file.relative_to(services.__path__[0]).parts[0]
        if inside in ("demo", "rest"):
            continue
        parsed = ast.parse(file.read_text())
        documentation = {id(each.value) for each in ast.walk(parsed) if isinstance(each, ast.Expr)}
        for each in ast.walk(parsed):
            if isinstance(each, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else AN_ID for part in each.values)
            elif isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in documentation:
                yield each.value


async def test_no_service_advises_a_command_where_a_route_does_the_same() -> None:
    named = {
        command for text in texts_of_services() for command in re.findall(r"`lockgroove ([^`]+)`", over_rest(text))
    }
    assert {each for each in named if not any(each.startswith(known) for known in HAVE_NO_ROUTE)} == set()
    assert not any("`c` in the app" in over_rest(text) for text in texts_of_services())


async def ended(runtime: Runtime, job_id: str) -> Job:
    return [job async for job in runtime.jobs.watch(runtime.owner.id, job_id)][-1]


async def test_who_has_not_connected_is_told_where_to_sign_in(open_house: OpenHouse) -> None:
    async with open_house(connected=False) as house:
        refused = await house.client.get("/api/records/search", params={"upc": "123456789012"})
        assert (refused.status_code, SIGN_IN in refused.json()["hint"]) == (503, True)
        assert refused.json()["service"] == "Discogs"  # as where Discogs failed
        started = (await house.client.post("/api/sync")).json()
        assert SIGN_IN in started["errors"]["discogs"]
        await ended(house.runtime, started["sync_id"])
        [kept] = (await house.client.get("/api/sync/status")).json()["syncs"]
        assert SIGN_IN in kept["error"]
        told = (await house.client.post("/api/records/sync")).text
        assert SIGN_IN in told
        assert "lockgroove connect" not in f"{refused.text}{started}{kept}{told}"


async def test_who_withdrew_access_on_discogs_is_told_where_to_sign_in_again(open_house: OpenHouse) -> None:
    async with open_house(connected=False) as house:
        begun = (await house.client.get("/api/oauth/authorize/discogs")).json()
        page = f"{house.runtime.settings.discogs_api_base}/oauth/authorize?oauth_token={begun['state']}"
        code = await code_of(page, house.discogs.world.username)
        await house.client.post("/api/oauth/verify/discogs", json={"state": begun["state"], "oauth_verifier": code})
        house.discogs.grants.revoke()

        order = {"discogs_ids": house.unowned[:1], "target": "wantlist"}
        begun_export = (await house.client.post("/api/export/discogs", json=order)).json()["export_id"]
        assert (await ended(house.runtime, begun_export)).error
        export = (await house.client.get(f"/api/export/discogs/{begun_export}")).json()
        assert SIGN_IN in export["error"]
        assert f'`POST /api/export/discogs` with {{"retry_of": "{begun_export}"}}' in export["error"]
        feed = (await house.client.get("/api/activity", params={"type": "export"})).json()
        assert feed[0]["details"]["error"] == export["error"]

        search = await house.client.get("/api/records/search", params={"upc": "123456789012"})
        assert SIGN_IN in search.json()["hint"]
        stream = (await house.client.post("/api/records/sync")).text
        last = json.loads(stream.strip().splitlines()[-1].removeprefix("data: "))
        assert SIGN_IN in last["errors"][-1]
        nobodys = await house.client.get(f"/api/export/discogs/{AN_ID}")
        assert (nobodys.status_code, "`GET /api/export/discogs`" in nobodys.json()["hint"]) == (404, True)


async def test_who_comes_without_proof_is_told_where_to_log_in(open_house: OpenHouse) -> None:
    async with open_house(connected=False) as house:
        assert "POST /api/auth/login" in (await house.stranger.get("/api/auth/me")).json()["hint"]


async def test_a_wait_is_told_in_seconds(open_house: OpenHouse) -> None:
    async with open_house() as house:
        await house.client.post("/api/sync")
        early = await house.client.post("/api/sync")
        assert (early.status_code, early.json()["status"]) == (429, "cooldown")
        assert early.json()["hint"] == f"Try again in {early.headers['retry-after']} s."
