"""``/api/wishes`` and ``/api/watched``: lists in, matched wants out; artists whose new releases are told."""

from __future__ import annotations

from typing import Any

import pytest

from storage import records
from storage.values import NewRecord, RecordFacts, ReleaseId
from tests.services.rest.test_settings_routes import stranger

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = (
    "Marta Veil - Zebra Crossing (1984)\n\nno dash here\nNobody Known - Nothing At All\nmarta veil - zebra crossing\n"
)


async def said(client: Any, method: str, path: str, status: int = 200, **body: object) -> Any:
    answer = await client.request(method, path, json=body or None)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_list_is_previewed_kept_once_listed_by_pages_decided_and_removed(house) -> None:
    async with house.runtime.storage.write() as conn:
        facts = RecordFacts("Marta Veil", "Zebra Crossing", 1984, discogs_id=ReleaseId(7))
        await records.add_many(conn, house.runtime.owner.id, [NewRecord(facts, "manual")])
    shown = await said(house.client, "POST", "/api/wishes", text=TEXT, preview=True)
    assert (shown["added"], shown["known"], shown["twice"], shown["faulty"], shown["job_id"]) == (2, 0, 1, 1, None)
    assert shown["faults"] == [{"line": 3, "reason": "There is no dash between artist and title."}]
    assert [(each["line"], each["state"]) for each in shown["lines"]] == [(1, "here"), (4, "missing")]
    assert (await said(house.client, "GET", "/api/wishes"))["total"] == 0
    kept = await said(house.client, "POST", "/api/wishes", text=TEXT, name="mine.txt")
    assert (kept["taken_for"], kept["added"], kept["lines"]) == ("lines", 2, None) and kept["job_id"]
    async for job in house.runtime.jobs.watch(house.runtime.owner.id, kept["job_id"]):
        assert job.error is None
    again = await said(house.client, "POST", "/api/wishes", text=TEXT)
    assert (again["added"], again["known"], again["job_id"]) == (0, 2, None)
    page = await said(house.client, "GET", "/api/wishes?limit=1")
    assert (page["total"], page["has_more"], page["wishes"][0]["state"]) == (2, True, "missing")
    (here,) = (await said(house.client, "GET", "/api/wishes?state=here&text=zebra"))["wishes"]
    assert here["origin"] == "mine.txt" and here["candidates"][0]["source"] == "records"
    path = f"/api/wishes/{here['id']}"
    chosen = await said(house.client, "PUT", path, choice=here["candidates"][0]["name"])
    assert chosen["choice"] == here["candidates"][0]["name"]
    assert (await said(house.client, "POST", f"{path}/want", 409))["message"] == "You own it already."
    await said(house.client, "PUT", path, 422, choice="discogs:9")
    async with await stranger(house) as other:
        await said(other, "GET", path, 404)
        assert (await said(other, "GET", "/api/wishes"))["total"] == 0
    assert (await said(house.client, "DELETE", path))["id"] == here["id"]
    await said(house.client, "DELETE", path, 404)
    assert (await said(house.client, "POST", "/api/wishes/match", 202))["job_id"]
    refused = await said(house.client, "POST", "/api/wishes", 422, text="a - b\n" * 20_002)
    assert "20,00" in refused["message"]


async def test_an_artist_is_watched_by_name_or_number_and_left_again(house) -> None:
    name = next(iter(house.discogs.world.catalogue.artists.values()))
    assert "Neither" in (await said(house.client, "POST", "/api/watched", 404, name="Nobody"))["message"]
    watched = await said(house.client, "POST", "/api/watched", name=name.name, discogs_id=name.id)
    assert watched["is_new"] and watched["artist"]["discogs_id"] == str(name.id)
    assert not (await said(house.client, "POST", "/api/watched", name=name.name, discogs_id=name.id))["is_new"]
    (begun,) = await house.runtime.jobs.recent(house.runtime.owner.id, 1, kind="watch")
    async for job in house.runtime.jobs.watch(house.runtime.owner.id, begun.id):
        assert job.error is None
    (artist,) = (await said(house.client, "GET", "/api/watched"))["artists"]
    assert artist["discogs_at"] and artist["trouble"] is None
    assert await said(house.client, "GET", "/api/watched/releases") == {
        "releases": [], "total": 0, "offset": 0, "limit": 50
    }  # fmt: skip
    await said(house.client, "POST", "/api/watched/releases/4711/want", 404)
    assert (await said(house.client, "DELETE", "/api/watched/releases/1"))["state"] == "ignored"
    async with await stranger(house) as other:
        await said(other, "DELETE", f"/api/watched/{artist['id']}", 404)
    assert (await said(house.client, "DELETE", f"/api/watched/{artist['id']}"))["artists"] == []
