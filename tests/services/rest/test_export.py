"""``/api/export/discogs`` over real HTTP: every status it documents, and what the answers say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.demo.faults import Fault
from services.discogs.export import rounds

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXPORTS = "/api/export/discogs"
NOBODYS = "6b8b4567-327b-43c6-a6b4-000000000000"
LISTING = {"condition": "Very Good Plus (VG+)", "price": 12.5}


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr(rounds, "SECONDS_BETWEEN_ITEMS", 0.0)
    monkeypatch.setattr(rounds, "SECONDS_TO_ARRIVE", 0.05)


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def exported(house, **order: Any) -> dict[str, Any]:
    """Start an export and wait for its end; what is told of it then."""
    started = await house.client.post(EXPORTS, json=order)
    assert started.status_code == 202, started.text
    return await ended(house, started.json()["export_id"])


async def ended(house, export_id: str) -> dict[str, Any]:
    async for _ in house.runtime.jobs.watch(house.runtime.owner.id, export_id):
        pass
    return (await house.client.get(f"{EXPORTS}/{export_id}")).json()


async def test_an_export_is_started_and_its_result_fetched(house) -> None:
    first, second = house.unowned[:2]
    started = await house.client.post(EXPORTS, json={"discogs_ids": [first, str(second)], "target": "collection"})
    assert started.status_code == 202
    assert started.headers["Cache-Control"] == "no-store"
    told = started.json()
    assert (told["status"], told["target"], told["total"], told["action"]) == ("running", "collection", 2, "send")
    assert "results" not in told
    done = await ended(house, told["export_id"])
    assert {name: done[name] for name in ("status", "total", "successful", "failed", "skipped", "pending")} == {
        "status": "completed", "total": 2, "successful": 2, "failed": 0, "skipped": 0, "pending": 0,
    }  # fmt: skip
    assert done["results"] == [
        {"discogs_id": each, "title": f"Release {each}", "success": True, "state": "sent", "can_be_undone": True}
        for each in (first, second)
    ]


async def test_each_failure_and_each_skip_has_its_reason(house) -> None:
    owned = next(iter(house.discogs.world.instances.values())).release_id
    done = await exported(house, discogs_ids=[owned, 999_999_999], target="collection")
    assert (done["status"], done["successful"], done["failed"], done["skipped"]) == ("completed", 0, 1, 1)
    assert [(each["state"], each["success"], each["error"]) for each in done["results"]] == [
        ("skipped", False, "already in your collection"),
        ("failed", False, "Discogs does not know this release"),
    ]
    page = (await house.client.get(f"{EXPORTS}/{done['export_id']}", params={"offset": 1, "limit": 1})).json()
    assert [each["discogs_id"] for each in page["results"]] == [999_999_999]


async def test_records_are_exported_by_their_ids(house) -> None:
    release_id = next(each for each in house.unowned if each not in house.discogs.world.wants)
    new = {"artistName": "Somebody", "albumTitle": "Else", "discogsId": release_id}
    record = (await house.client.post("/api/records", json=new)).json()["record"]
    done = await exported(house, record_ids=[record["recordId"]], target="wantlist")
    assert (done["successful"], done["results"][0]["title"]) == (1, "Somebody – Else")
    assert release_id in house.discogs.world.wants


async def test_an_export_can_be_watched_from_its_start(house) -> None:
    order = {"discogs_ids": house.unowned[:3], "target": "collection"}
    headers = {"Accept": "text/event-stream"}
    async with house.client.stream("POST", EXPORTS, json=order, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        seen = [event async for event in events(answer)]
    assert [event["status"] for event in seen].count("completed") == 1
    assert seen[-1]["successful"] == 3 and len(seen[-1]["results"]) == 3
    assert all("results" not in event for event in seen[:-1])
    async with house.client.stream("GET", f"{EXPORTS}/{seen[-1]['export_id']}", headers=headers) as answer:
        assert [event async for event in events(answer)] == [seen[-1]]


async def test_a_watcher_who_leaves_stops_nothing(house) -> None:
    house.discogs.faults.start(Fault.SLOW, value="0.1")
    order = {"discogs_ids": house.unowned[:3], "target": "collection"}
    async with house.client.stream("POST", EXPORTS, json=order, headers={"Accept": "text/event-stream"}) as answer:
        export_id = (await anext(events(answer)))["export_id"]
    assert (await ended(house, export_id))["successful"] == 3


async def test_what_failed_is_retried(house) -> None:
    house.discogs.faults.start(Fault.MAINTENANCE, match="POST")
    failed = await exported(house, discogs_ids=house.unowned[:4], target="collection")
    assert (failed["status"], failed["pending"]) == ("failed", 4)
    assert f'{{"retry_of": "{failed["export_id"]}"}}' in failed["error"]
    house.discogs.faults.stop()
    again = await exported(house, retry_of=failed["export_id"])
    assert (again["successful"], again["retry_of"]) == (4, failed["export_id"])
    before = (await house.client.get(f"{EXPORTS}/{failed['export_id']}")).json()
    assert before["retried_as"] == again["export_id"]
    refused = await house.client.post(EXPORTS, json={"retry_of": failed["export_id"]})
    assert refused.status_code == 409
    listed = (await house.client.get(EXPORTS)).json()["exports"]
    assert [each["export_id"] for each in listed] == [again["export_id"], failed["export_id"]]


async def test_what_was_sent_is_taken_back(house) -> None:
    (release_id,) = house.unowned[:1]
    sent = await exported(house, discogs_ids=[release_id], target="collection")
    answer = await house.client.post(f"{EXPORTS}/{sent['export_id']}/undo")
    assert answer.status_code == 202
    undone = await ended(house, answer.json()["export_id"])
    assert (undone["action"], undone["undo_of"], undone["successful"]) == ("undo", sent["export_id"], 1)
    assert not house.discogs.world.copies(release_id)
    first = (await house.client.get(f"{EXPORTS}/{sent['export_id']}")).json()
    assert first["can_be_undone"] == 0 and first["results"][0]["undone_at"]
    assert (await house.client.post(f"{EXPORTS}/{sent['export_id']}/undo")).status_code == 409


async def test_a_running_export_is_named_to_the_next_and_can_be_cancelled(house) -> None:
    house.discogs.faults.start(Fault.SLOW, value="0.3")
    order = {"discogs_ids": house.unowned[:20], "target": "collection"}
    export_id = (await house.client.post(EXPORTS, json=order)).json()["export_id"]
    second = await house.client.post(EXPORTS, json=order)
    assert second.status_code == 409 and export_id in second.json()["message"]
    assert (await house.client.delete(f"{EXPORTS}/{export_id}")).status_code == 200
    done = await ended(house, export_id)
    assert done["status"] == "cancelled" and done["pending"] > 0
    assert (await house.client.delete(f"{EXPORTS}/{export_id}")).json()["status"] == "cancelled"


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"discogs_ids": [1]}, "target"),
        ({"discogs_ids": [1], "target": "moon"}, "target"),
        ({"target": "collection"}, "discogs_ids"),
        ({"discogs_ids": [0], "target": "collection"}, "discogs_ids"),
        ({"discogs_ids": [2**63], "target": "collection"}, "discogs_ids"),
        ({"discogs_ids": [True], "target": "collection"}, "discogs_ids"),
        ({"record_ids": ["17"], "target": "collection"}, "record_ids"),
        ({"discogs_ids": [1], "target": "collection", "folder_id": 0}, "folder_id"),
        ({"discogs_ids": [1], "target": "wantlist", "folder_id": 1}, "folder_id"),
        ({"discogs_ids": [1], "target": "marketplace"}, "listing"),
        ({"discogs_ids": [1], "target": "marketplace", "listing": {**LISTING, "condition": "M"}}, "condition"),
        ({"discogs_ids": [1], "target": "marketplace", "listing": {**LISTING, "price": 0}}, "price"),
        ({"discogs_ids": [1], "target": "marketplace", "listing": {**LISTING, "price": 1.005}}, "price"),
        ({"discogs_ids": [1], "target": "marketplace", "listing": {**LISTING, "status": "Sold"}}, "status"),
        ({"retry_of": NOBODYS, "discogs_ids": [1]}, "retry_of"),
    ],
)
async def test_bad_input_is_422_and_names_the_field(busy_house, order: dict[str, Any], field: str) -> None:
    before = len(busy_house.discogs.requests)
    answer = await busy_house.client.post(EXPORTS, json=order)
    assert answer.status_code == 422
    assert any(field in str(fault["loc"]) for fault in answer.json()["detail"]), answer.text
    assert len(busy_house.discogs.requests) == before


async def test_what_does_not_exist_is_404(busy_house) -> None:
    order = {"record_ids": [NOBODYS], "target": "collection"}
    answers = [
        await busy_house.client.post(EXPORTS, json=order),
        await busy_house.client.post(EXPORTS, json={"retry_of": NOBODYS}),
        await busy_house.client.get(f"{EXPORTS}/{NOBODYS}"),
        await busy_house.client.delete(f"{EXPORTS}/{NOBODYS}"),
        await busy_house.client.post(f"{EXPORTS}/{NOBODYS}/undo"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5


async def test_a_stranger_is_refused(busy_house) -> None:
    order = {"discogs_ids": [1], "target": "collection"}
    answers = [
        await busy_house.stranger.post(EXPORTS, json=order),
        await busy_house.stranger.get(EXPORTS),
        await busy_house.stranger.get(f"{EXPORTS}/{NOBODYS}"),
    ]
    assert [answer.status_code for answer in answers] == [401] * 3


async def test_without_a_connection_nothing_is_stored(open_house) -> None:
    async with open_house(connected=False) as house:
        answer = await house.client.post(EXPORTS, json={"discogs_ids": [1], "target": "collection"})
        assert answer.status_code == 503
        assert answer.json()["service"] == "Discogs"
        assert (await house.client.get(EXPORTS)).json() == {"exports": []}
