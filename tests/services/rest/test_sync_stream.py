"""``POST /api/records/sync``: events while it runs, one sync however many watch, nothing lost when they leave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.demo.faults import Fault
from services.events import JobChanged
from services.rest import sync_stream
from storage.values import Job, JobState

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = {"phase", "pulled", "pushed", "skipped", "errors", "totalDiscogsItems"}


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """The data of each event, as its line arrives."""
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def read_all(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    async with client.stream("POST", "/api/records/sync") as answer:
        assert answer.status_code == 200
        return [event async for event in events(answer)]


async def ended(house) -> Job:
    (job,) = await house.runtime.jobs.recent(house.runtime.owner.id, 1)
    async for moved in house.runtime.jobs.watch(house.runtime.owner.id, job.id):
        job = moved
    return job


async def test_a_sync_is_told_to_its_end(house) -> None:
    async with house.client.stream("POST", "/api/records/sync") as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        seen = [event async for event in events(answer)]
    assert all(set(event) == FIELDS for event in seen)
    assert [event["phase"] for event in seen].count("done") == 1
    assert seen[-1] == {
        "phase": "done", "pulled": 12, "pushed": 0, "skipped": seen[-1]["skipped"], "errors": [],
        "totalDiscogsItems": len(house.discogs.world.instances),
    }  # fmt: skip
    listed = (await house.client.get("/api/records")).json()
    assert listed["count"] == 12
    assert all(record["isSyncedWithDiscogs"] for record in listed["records"])


async def test_a_second_sync_changes_nothing(house) -> None:
    await read_all(house.client)
    before = (await house.client.get("/api/records")).json()
    last = (await read_all(house.client))[-1]
    assert (last["phase"], last["pulled"], last["pushed"], last["errors"]) == ("done", 0, 0, [])
    assert (await house.client.get("/api/records")).json() == before


async def test_events_flow_one_by_one_while_the_sync_runs(open_house) -> None:
    async with open_house(records=320) as house:
        house.discogs.faults.start(Fault.SLOW, match="/releases", value="0.4")
        async with house.client.stream("POST", "/api/records/sync") as answer:
            seen: list[dict[str, Any]] = []
            running = 0
            async for event in events(answer):
                seen.append(event)
                (job,) = await house.runtime.jobs.recent(house.runtime.owner.id, 1)
                running += job.state.is_active
        pulled = [event["pulled"] for event in seen]
        assert running >= 3
        assert pulled == sorted(pulled)
        assert len(set(pulled)) >= 3
        assert pulled[-1] == 320


async def test_a_local_record_is_pushed_and_said_so(house) -> None:
    release = house.unowned[0]
    await house.client.post("/api/records", json={"artistName": "a", "albumTitle": "b", "discogsId": release})
    last = (await read_all(house.client))[-1]
    assert (last["pushed"], last["errors"]) == (1, [])
    assert release in [copy.release_id for copy in house.discogs.world.instances.values()]


async def test_a_record_that_fails_is_a_sentence_and_the_sync_goes_on(house) -> None:
    await house.client.post(
        "/api/records", json={"artistName": "Nobody", "albumTitle": "Gone", "discogsId": 999_999_999}
    )
    good = house.unowned[0]
    await house.client.post("/api/records", json={"artistName": "a", "albumTitle": "b", "discogsId": good})
    last = (await read_all(house.client))[-1]
    assert (last["phase"], last["pushed"], len(last["errors"])) == ("done", 1, 1)
    assert isinstance(last["errors"][0], str)
    assert "Nobody" in last["errors"][0] or "999999999" in last["errors"][0]


async def test_going_away_does_not_stop_the_sync(open_house) -> None:
    async with open_house(records=250) as house:
        house.discogs.faults.start(Fault.SLOW, match="/releases", value="0.3")
        async with house.client.stream("POST", "/api/records/sync") as answer:
            await anext(events(answer))
        job = await ended(house)
        assert job.state is JobState.DONE
        assert (await house.client.get("/api/records?limit=1")).json()["count"] == 250


async def test_two_requests_watch_one_sync(open_house) -> None:
    async with open_house(records=250) as house:
        house.discogs.faults.start(Fault.SLOW, match="/releases", value="0.3")
        first, second = await asyncio.gather(read_all(house.client), read_all(house.owner))
        assert first[-1] == second[-1]
        assert first[-1]["pulled"] == 250
        ran = await house.runtime.jobs.recent(house.runtime.owner.id, 10)
        assert [job.kind for job in ran].count("sync") == 1


async def test_without_credentials_a_single_done_event_says_so(open_house) -> None:
    async with open_house(connected=False) as house:
        (event,) = await read_all(house.client)
        assert event["phase"] == "done"
        assert "DISCOGS_TOKEN" in event["errors"][0]
        assert await house.runtime.jobs.recent(house.runtime.owner.id, 1) == []
        assert house.discogs.requests == []


async def test_a_refused_credential_ends_with_the_reason(house) -> None:
    house.discogs.faults.start(Fault.REVOKED_TOKEN)
    last = (await read_all(house.client))[-1]
    assert last["phase"] == "done"
    assert last["errors"]
    assert house.discogs.world.token not in json.dumps(last)


async def test_a_cancelled_sync_says_so(open_house) -> None:
    async with open_house(records=250) as house:
        house.discogs.faults.start(Fault.SLOW, match="/releases", value="0.5")
        seen: list[dict[str, Any]] = []
        async with house.client.stream("POST", "/api/records/sync") as answer:
            async for event in events(answer):
                if not seen:
                    (job,) = await house.runtime.jobs.active(house.runtime.owner.id)
                    await house.runtime.jobs.cancel(house.runtime.owner.id, job.id)
                seen.append(event)
        assert seen[-1]["phase"] == "done"
        assert "cancelled" in seen[-1]["errors"][-1]


async def test_a_silent_stream_is_kept_open_by_comments(open_house, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_stream, "HEARTBEAT_SECONDS", 0.05)
    async with open_house() as house:
        house.discogs.faults.start(Fault.SLOW, times=1, value="1.5")
        async with house.client.stream("POST", "/api/records/sync") as answer:
            lines = [line async for line in answer.aiter_lines()]
        assert sum(line.startswith(":") for line in lines) >= 3
        assert json.loads([line for line in lines if line.startswith("data: ")][-1][6:])["phase"] == "done"


async def test_a_reader_that_stands_still_does_not_slow_the_sync(open_house) -> None:
    async with open_house(records=250) as house:
        address = httpx.URL(house.bound.url)
        _, writer = await asyncio.open_connection(address.host, address.port, limit=1)
        writer.write(
            f"POST /api/records/sync HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {house.token}\r\n\r\n".encode()
        )
        async with asyncio.timeout(20):
            with house.runtime.events.subscribe(JobChanged) as started:
                await writer.drain()
                await anext(aiter(started))
            job = await ended(house)
        assert job.state is JobState.DONE
        writer.close()
        await writer.wait_closed()
