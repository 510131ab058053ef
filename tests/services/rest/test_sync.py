"""``/api/sync``: one sync per user however often it is asked for, and how it went (discogsography-contract.md 11)."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime

import httpx
import pytest

from services.demo.faults import Fault
from services.rest.access import Access
from services.rest.serve import open_surface
from services.runtime import open_runtime
from storage import short_lived
from storage.engine import Storage
from storage.short_lived import Kind

from .test_personal import store_is_busy, stranger

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = {"sync_id", "sync_type", "status", "items_synced", "error", "started_at", "completed_at", "results", "errors"}


async def until_ended(client: httpx.AsyncClient) -> dict[str, object]:
    """The newest sync once it does not run any more, as the endpoint tells it."""
    async with asyncio.timeout(60):
        while True:
            newest = (await client.get("/api/sync/status")).json()["syncs"][0]
            if newest["status"] != "running":
                return newest
            await asyncio.sleep(0.05)


async def cooled(house) -> None:
    """The wait of the owner is over."""
    async with house.runtime.storage.write() as conn:
        await short_lived.forget(conn, Kind.COOLDOWN, f"sync:{house.runtime.owner.id}")


async def test_a_sync_is_started_and_told_to_its_end(house) -> None:
    assert (await house.client.get("/api/sync/status")).json() == {"syncs": []}
    answer = await house.client.post("/api/sync")
    assert answer.status_code == 202
    began = answer.json()
    assert set(began) == {"sync_id", "status", "message", "results"}
    assert str(uuid.UUID(began["sync_id"])) == began["sync_id"]
    assert (began["status"], began["message"], began["results"]) == (
        "started",
        "Sync triggered",
        {"discogs": "started"},
    )
    done = await until_ended(house.client)
    assert set(done) == FIELDS
    assert (done["sync_id"], done["sync_type"], done["status"], done["error"]) == (
        began["sync_id"], "full", "completed", None,
    )  # fmt: skip
    assert (done["results"], done["errors"]) == ({"discogs": "completed"}, {})
    world = house.discogs.world
    assert done["items_synced"] == len(world.instances) + len(world.wants)
    for moment in (done["started_at"], done["completed_at"]):
        assert datetime.fromisoformat(str(moment)).utcoffset() is not None


async def test_the_second_request_is_too_early_and_the_third_one_too_many(house) -> None:
    assert (await house.client.post("/api/sync")).status_code == 202
    early = await house.client.post("/api/sync")
    assert (early.status_code, early.json()["status"]) == (429, "cooldown")
    assert {"error", "message", "detail"} <= set(early.json())
    assert 590 <= int(early.headers["Retry-After"]) <= 600
    many = await house.client.post("/api/sync")
    assert (many.status_code, many.json()["error"]) == (429, "Rate limit exceeded: 2 per 10 minute")
    assert "status" not in many.json()
    assert int(many.headers["Retry-After"]) >= 1
    assert len((await house.client.get("/api/sync/status")).json()["syncs"]) == 1


async def test_what_is_refused_before_the_limit_does_not_use_it_up(house) -> None:
    for _ in range(3):
        assert (await house.stranger.post("/api/sync")).status_code == 401
        assert (await house.client.post("/api/sync", json={"sources": ["bandcamp"]})).status_code == 422
    assert (await house.client.post("/api/sync")).status_code == 202
    assert (await house.client.post("/api/sync")).json()["status"] == "cooldown"


@pytest.mark.parametrize("body", [{}, {"sources": None}, {"sources": ["discogs"]}, {"sources": ["discogs", "discogs"]}])
async def test_the_body_is_optional(house, body: dict[str, object]) -> None:
    answer = await house.owner.post("/api/sync", json=body)
    assert (answer.status_code, answer.json()["results"]) == (202, {"discogs": "started"})


@pytest.mark.parametrize(
    "body", ["[]", "{", '{"sources": []}', '{"sources": "discogs"}', '{"sources": ["bandcamp"]}', "7"]
)
async def test_a_body_that_names_no_source_is_refused(house, body: str) -> None:
    answer = await house.owner.post("/api/sync", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert (await house.client.get("/api/sync/status")).json() == {"syncs": []}


async def test_a_sync_that_was_started_elsewhere_is_joined_and_begins_no_wait(open_house) -> None:
    async with open_house(records=250) as house:
        house.discogs.faults.start(Fault.SLOW, match="/releases", value="0.4")
        job, _ = await house.runtime.jobs.start("sync", house.runtime.owner.id, {})
        for _ in range(2):
            answer = await house.client.post("/api/sync")
            assert answer.status_code == 202
            assert (answer.json()["sync_id"], answer.json()["status"]) == (job.id, "already_running")
            assert answer.json()["results"] == {"discogs": "already_running"}
        (running,) = (await house.client.get("/api/sync/status")).json()["syncs"]
        assert (running["status"], running["completed_at"], running["items_synced"]) == ("running", None, None)
        house.discogs.faults.stop()


async def test_a_sync_that_outlasts_the_wait_is_joined(open_house) -> None:
    async with open_house(records=250) as house:
        house.discogs.faults.start(Fault.SLOW, match="/releases", value="0.4")
        began = (await house.owner.post("/api/sync")).json()
        assert (await house.owner.post("/api/sync")).json()["status"] == "cooldown"
        await cooled(house)
        again = (await house.owner.post("/api/sync")).json()
        assert (again["sync_id"], again["status"]) == (began["sync_id"], "already_running")
        house.discogs.faults.stop()


async def test_the_wait_does_not_hold_back_the_stream(house) -> None:
    await house.owner.post("/api/sync")
    await until_ended(house.owner)
    async with house.owner.stream("POST", "/api/records/sync") as answer:
        assert answer.status_code == 200
        assert b'"done"' in await answer.aread()
    assert len((await house.owner.get("/api/sync/status")).json()["syncs"]) == 2


async def test_two_requests_at_once_start_one_sync(house) -> None:
    answers = await asyncio.gather(*(house.owner.post("/api/sync") for _ in range(6)))
    told = [answer.json().get("status") for answer in answers]
    assert told.count("started") == 1
    assert set(told) <= {"started", "already_running", "cooldown"}
    assert len((await house.owner.get("/api/sync/status")).json()["syncs"]) == 1


async def test_two_servers_on_one_library_that_are_asked_at_once_start_one_sync(house) -> None:
    settings, places = house.runtime.settings, house.runtime.places
    async with (
        open_runtime(settings, places, work=False) as second,
        open_surface(second, Access(), port=0) as bound,
        httpx.AsyncClient(base_url=bound.url, headers=house.client.headers) as other,
    ):
        answers = await asyncio.gather(
            *(client.post("/api/sync") for client in (house.client, other) for _ in range(2))
        )
        told = [answer.json()["status"] for answer in answers]
        assert told.count("started") == 1
        assert set(told) <= {"started", "already_running", "cooldown"}
        done = await until_ended(other)
        assert done["sync_id"] in [answer.json().get("sync_id") for answer in answers]
        assert len((await other.get("/api/sync/status")).json()["syncs"]) == 1


async def test_without_a_connection_the_sync_fails_says_why_and_begins_no_wait(open_house) -> None:
    async with open_house(connected=False) as house:
        for _ in range(2):
            answer = await house.owner.post("/api/sync")
            assert (answer.status_code, answer.json()["status"]) == (202, "started")
            assert answer.json()["results"] == {}
            assert "discogs" in answer.json()["errors"]
            failed = await until_ended(house.owner)
            assert (failed["status"], failed["sync_id"]) == ("failed", answer.json()["sync_id"])
            assert failed["error"]
            assert failed["completed_at"]
        assert house.discogs.requests == []


async def test_a_sync_that_discogs_refuses_fails_without_secrets_and_keeps_the_wait(house) -> None:
    house.discogs.faults.start(Fault.REVOKED_TOKEN)
    await house.owner.post("/api/sync")
    failed = await until_ended(house.owner)
    assert failed["status"] == "failed"
    assert house.discogs.world.token not in str(failed)
    assert "://" not in str(failed["error"])
    assert (await house.owner.post("/api/sync")).json()["status"] == "cooldown"


async def test_a_sync_that_cannot_read_the_wantlist_has_failed_and_says_so(house) -> None:
    house.discogs.faults.start(Fault.PRIVATE, match="/wants")
    await house.owner.post("/api/sync")
    failed = await until_ended(house.owner)
    assert failed["status"] == "failed"
    assert str(failed["error"]).startswith("The wantlist: Discogs")
    assert failed["items_synced"] == len(house.discogs.world.instances), "what was read of the collection is kept"


async def test_a_cancelled_sync_is_told_as_such(open_house) -> None:
    async with open_house(records=250) as house:
        house.discogs.faults.start(Fault.SLOW, match="/releases", value="0.5")
        began = (await house.client.post("/api/sync")).json()
        await house.runtime.jobs.cancel(house.runtime.owner.id, began["sync_id"])
        assert (await until_ended(house.client))["status"] == "cancelled"


async def test_the_ten_newest_are_told_and_nobody_elses(open_house) -> None:
    async with open_house(connected=False) as house:
        begun: list[str] = []
        for _ in range(12):
            job, _ = await house.runtime.jobs.start("sync", house.runtime.owner.id, {})
            await until_ended(house.client)
            begun.append(job.id)
        told = (await house.client.get("/api/sync/status")).json()["syncs"]
        assert [each["sync_id"] for each in told] == begun[:1:-1]
        async with await stranger(house) as other:
            assert (await other.get("/api/sync/status")).json() == {"syncs": []}
            assert (await other.post("/api/sync")).json()["status"] == "started"
        assert (await house.stranger.get("/api/sync/status")).status_code == 401


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/sync"), ("GET", "/api/sync/status")])
async def test_a_store_that_is_not_ready_is_said(
    open_house, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    async with open_house() as house:
        monkeypatch.setattr(Storage, "read", store_is_busy)
        answer = await house.owner.request(method, path)
        assert (answer.status_code, answer.json()["error"]) == (503, "store_busy")
        monkeypatch.undo()
        assert (await house.owner.get("/api/sync/status")).json() == {"syncs": []}


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("GET", "/api/sync", "POST"), ("POST", "/api/sync/status", "GET")]
)
async def test_another_method_is_refused_with_the_right_one(busy_house, method: str, path: str, allowed: str) -> None:
    answer = await busy_house.client.request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
