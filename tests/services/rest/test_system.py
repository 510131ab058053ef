"""What the program says about itself and what happened (harmony-contract.md sections 3 and 9)."""

from __future__ import annotations

import pytest
import pytest_asyncio

from services.settings import VERSION
from storage import activity

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_root_says_which_version_is_here(busy_house) -> None:
    assert (await busy_house.stranger.get("/")).json() == {"status": "ok", "version": VERSION}


async def test_health_is_healthy_once_the_database_is_open(busy_house) -> None:
    body = (await busy_house.stranger.get("/health")).json()
    assert (body["status"], body["service"]) == ("healthy", "api")
    assert body["timestamp"].endswith("+00:00")


async def test_the_status_names_the_work_and_asks_nobody(house) -> None:
    body = (await house.client.get("/status")).json()
    assert set(body) == {"status", "version", "uptime_seconds", "workers"}
    assert (body["status"], body["version"]) == ("ok", VERSION)
    assert body["uptime_seconds"] == round(body["uptime_seconds"], 2) > 0
    assert body["workers"] == {
        "jobs": {"state": "idle", "queue_size": 0},
        "soulseek_sync": {"state": "unavailable", "queue_size": 0},
        "plex_scan": {"state": "unavailable"},
        "matching": {"state": "idle"},
        "playlist_sync": {"state": "idle"},
    }
    assert house.discogs.requests == []


async def test_the_machine_is_measured(busy_house) -> None:
    body = (await busy_house.client.get("/api/system/stats")).json()
    assert {area: set(body[area]) for area in body} == {
        "cpu": {"percent", "cores", "idle", "user", "system"},
        "memory": {"total", "available", "percent", "used", "free"},
        "disk": {"total", "used", "free", "percent"},
        "network": {"bytes_sent", "bytes_recv", "packets_sent", "packets_recv"},
    }
    assert body["cpu"]["cores"] >= 1
    assert body["memory"]["total"] > body["memory"]["used"] > 0


async def test_a_machine_that_does_not_say_is_a_plain_refusal(busy_house, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> None:
        raise OSError("/proc is not there")

    monkeypatch.setattr("psutil.virtual_memory", silent)
    answer = await busy_house.client.get("/api/system/stats")
    assert (answer.status_code, answer.json()["detail"]) == (500, "Failed to collect system statistics")


@pytest_asyncio.fixture(loop_scope="module")
async def sixty(house) -> None:
    async with house.runtime.storage.write() as conn:
        for n in range(60):
            kind = "sync" if n % 2 else "search"
            await activity.add(conn, house.runtime.owner.id, kind, "completed", {"n": n} if n else {})


@pytest.mark.usefixtures("sixty")
async def test_the_feed_is_a_bare_array_newest_first_of_at_most_fifty(house) -> None:
    entries = (await house.client.get("/api/activity")).json()
    assert [entry["details"]["n"] for entry in entries] == list(range(59, 9, -1))
    assert set(entries[0]) == {"timestamp", "type", "status", "details"}
    assert entries[0]["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [("limit=2", [59, 58]), ("limit=2&offset=3", [56, 55]), ("type=search&limit=2", [58, 56]), ("type=download", []),
     ("offset=60", [])],
)  # fmt: skip
@pytest.mark.usefixtures("sixty")
async def test_the_feed_is_paged_and_filtered(house, asked: str, numbers: list[int]) -> None:
    entries = (await house.client.get(f"/api/activity?{asked}")).json()
    assert [entry["details"]["n"] for entry in entries] == numbers


@pytest.mark.usefixtures("sixty")
async def test_an_entry_without_details_has_none(house) -> None:
    (entry,) = (await house.client.get("/api/activity?offset=59")).json()
    assert set(entry) == {"timestamp", "type", "status"}


@pytest.mark.parametrize("asked", ["limit=0", "limit=201", "limit=x", "offset=-1", f"offset={2**63}", "type=%00"])
async def test_a_page_that_cannot_be_is_422(busy_house, asked: str) -> None:
    answer = await busy_house.client.get(f"/api/activity?{asked}")
    assert answer.status_code == 422
    (entry,) = answer.json()["detail"]
    assert entry["loc"] == ["query", asked.split("=")[0]]
    assert set(entry) == {"type", "loc", "msg"}
