"""``/api/user``: what somebody has and wants, in the shapes that clients know (discogsography-contract.md section 12)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any

import httpx
import pytest

from services.errors import StoreBusy
from storage.engine import Storage

pytestmark = pytest.mark.asyncio(loop_scope="module")

LISTS = ["/api/user/collection", "/api/user/wantlist"]
PERSONAL = [*LISTS, "/api/user/collection/stats"]
NOTHING = {"in_collection": False, "in_wantlist": False}
WANTED = {
    "id", "title", "year", "artist", "label", "rating", "date_added", "genres", "styles", "catalog_number",
}  # fmt: skip


async def synced(house) -> None:
    job, _ = await house.runtime.jobs.start("sync", house.runtime.owner.id, {})
    async with asyncio.timeout(20):
        async for _ in house.runtime.jobs.watch(house.runtime.owner.id, job.id):
            pass


async def walk(client: httpx.AsyncClient, path: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get(path, params={"limit": limit, "offset": len(found)})
        assert answer.status_code == 200
        page = answer.json()
        assert set(page) == {"releases", "total", "offset", "limit", "has_more"}
        assert (page["offset"], page["limit"]) == (len(found), limit)
        found += page["releases"]
        assert page["has_more"] is (len(found) < page["total"])
        if not page["has_more"]:
            return found


async def stranger(house, email: str = "else@example.org") -> httpx.AsyncClient:
    """Somebody else with an account, logged in; close it."""
    await house.stranger.post("/api/auth/register", json={"email": email, "password": "long enough"})
    answer = await house.stranger.post("/api/auth/login", json={"email": email, "password": "long enough"})
    token = answer.json()["access_token"]
    return httpx.AsyncClient(base_url=house.bound.url, headers={"Authorization": f"Bearer {token}"})


async def test_every_copy_is_listed_once_the_newest_first(house) -> None:
    world = house.discogs.world
    twice = next(iter(world.instances.values())).release_id
    world.add(1, twice)
    await synced(house)
    found = await walk(house.client, "/api/user/collection", 5)
    assert Counter(each["id"] for each in found) == Counter(str(i.release_id) for i in world.instances.values())
    assert all(set(each) == WANTED | {"folder_id"} for each in found)
    added = [datetime.fromisoformat(each["date_added"]) for each in found]
    assert added == sorted(added, reverse=True)
    assert all(moment.utcoffset() is not None for moment in added)
    assert any(each["year"] for each in found)


async def test_every_want_is_listed_once_the_undated_last(house) -> None:
    world = house.discogs.world
    for release in house.unowned[:3]:
        if release not in world.wants:
            world.want(release, None)
    await synced(house)
    found = await walk(house.client, "/api/user/wantlist", 2)
    assert Counter(each["id"] for each in found) == Counter(str(release) for release in world.wants)
    assert all(set(each) == WANTED for each in found)
    dates = [each["date_added"] for each in found]
    dated = [each for each in dates if each]
    assert dates == [*sorted(dated, reverse=True), *[None] * (len(dates) - len(dated))]
    assert None in dates


async def test_the_figures_count_the_copies(house) -> None:
    await synced(house)
    found = (await house.client.get("/api/user/collection/stats")).json()
    listed = await walk(house.client, "/api/user/collection", 200)
    assert found["total"] == len(listed)
    genres = Counter(genre for each in listed for genre in each["genres"])
    assert {each["name"]: each["count"] for each in found["by_genre"]} == dict(genres.most_common(20))
    decades = Counter(each["year"] // 10 * 10 for each in listed if each["year"])
    assert found["by_decade"] == [{"decade": decade, "count": decades[decade]} for decade in sorted(decades)]
    assert sum(each["count"] for each in found["by_label"]) <= len(listed)
    assert found["unique_artists"] == len({each["artist"] for each in listed})
    styles = Counter(style for each in listed for style in each["styles"])
    assert sorted(each["count"] for each in found["by_style"]) == sorted(n for _, n in styles.most_common(20))
    assert found["by_format"][0]["count"] <= len(listed)
    years = Counter(datetime.fromisoformat(each["date_added"]).year for each in listed)
    assert [(each["year"], each["added"]) for each in found["drift"]] == sorted(years.items())
    for year in found["drift"]:
        assert len(year["genres"]) <= 5
        assert all(each["count"] <= year["added"] for each in year["genres"])


async def test_somebody_else_sees_nothing_of_it(house) -> None:
    await synced(house)
    mine = (await house.client.get("/api/user/collection", params={"limit": 1})).json()["releases"][0]["id"]
    async with await stranger(house) as other:
        for path in LISTS:
            assert (await other.get(path)).json() == {
                "releases": [], "total": 0, "offset": 0, "limit": 50, "has_more": False,
            }  # fmt: skip
        figures = (await other.get("/api/user/collection/stats")).json()
        assert figures["total"] == 0
        for name in ("by_genre", "by_style", "by_format", "by_decade", "by_label", "drift"):
            assert figures[name] == []
        assert (await other.get("/api/user/status", params={"ids": mine})).json() == {"status": {mine: NOTHING}}


@pytest.mark.parametrize("path", PERSONAL)
async def test_without_proof_there_is_nothing_to_see(busy_house, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer eyJhbGciOi.garbage.x"}, {"Authorization": "Basic abc"}):
        answer = await busy_house.stranger.get(f"{path}?limit=0", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "offset=-1", f"offset={2**63}", "offset=1.5"])
async def test_a_page_out_of_range_is_refused(busy_house, path: str, query: str) -> None:
    answer = await busy_house.client.get(f"{path}?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", query.partition("=")[0]]


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_past_the_end_is_empty(busy_house, path: str) -> None:
    answer = await busy_house.client.get(f"{path}?offset={2**63 - 1}&limit=200")
    assert answer.status_code == 200
    assert (answer.json()["releases"], answer.json()["has_more"]) == ([], False)


@pytest.mark.parametrize("path", PERSONAL)
async def test_a_store_that_is_not_ready_is_said(open_house, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    async with open_house() as house:
        monkeypatch.setattr(Storage, "read", store_is_busy)
        answer = await house.owner.get(path)
        assert answer.status_code == 503
        assert answer.json()["error"]


def store_is_busy(_: Storage) -> object:
    raise StoreBusy("Another program kept the library locked.", "Try again.")


async def test_the_status_of_releases_has_the_ids_as_they_were_sent(house) -> None:
    await synced(house)
    world = house.discogs.world
    owned = str(next(iter(world.instances.values())).release_id)
    only_wanted = next(str(each) for each in world.wants if each in house.unowned)
    ids = f" {owned},, {only_wanted} ,{owned},0{owned},x/y,-1,{2**63},٣,"
    found = (await house.client.get("/api/user/status", params={"ids": ids})).json()["status"]
    assert list(found) == [owned, only_wanted, f"0{owned}", "x/y", "-1", str(2**63), "٣"]
    assert found[owned]["in_collection"] is True
    assert found[only_wanted] == {"in_collection": False, "in_wantlist": True}
    assert all(found[each] == NOTHING for each in list(found)[2:])


async def test_whoever_is_not_known_owns_and_wants_nothing(house) -> None:
    await synced(house)
    owned = str(next(iter(house.discogs.world.instances.values())).release_id)
    async with await stranger(house) as other:
        await other.post("/api/auth/logout")
        revoked = other.headers["Authorization"]
    for headers in (
        {},
        {"Authorization": revoked},
        {"Authorization": "Bearer garbage"},
        {"Authorization": "Bearer a.b.c"},
    ):
        answer = await house.stranger.get("/api/user/status", params={"ids": owned}, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"status": {owned: NOTHING}})
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("ids", ["", ",", " , ,,"])
async def test_the_status_of_nothing_is_empty(busy_house, ids: str) -> None:
    answer = await busy_house.client.get("/api/user/status", params={"ids": ids})
    assert (answer.status_code, answer.json()) == (200, {"status": {}})


@pytest.mark.parametrize("who", ["client", "stranger"])
async def test_a_hundred_ids_are_enough(busy_house, who: str) -> None:
    visitor: httpx.AsyncClient = getattr(busy_house, who)
    same = ",".join(["7"] * 100)
    answer = await visitor.get("/api/user/status", params={"ids": f"{same},,"})
    assert (answer.status_code, list(answer.json()["status"])) == (200, ["7"])
    answer = await visitor.get("/api/user/status", params={"ids": f"{same},7"})
    assert (answer.status_code, answer.json()["error"]) == (422, "Too many IDs: maximum is 100")
    missing = await visitor.get("/api/user/status")
    assert (missing.status_code, missing.json()["detail"][0]["loc"]) == (422, ["query", "ids"])


async def test_the_status_needs_no_store(open_house, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house() as house:
        monkeypatch.setattr(Storage, "read", store_is_busy)
        for visitor in (house.client, house.owner):
            answer = await visitor.get("/api/user/status", params={"ids": "7"})
            assert (answer.status_code, answer.json()) == (200, {"status": {"7": NOTHING}})
