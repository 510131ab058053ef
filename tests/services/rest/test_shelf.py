"""``/api/shelf`` over HTTP: pages with their places, the two lists, decisions, the refresh, everybody their own."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.services.rest.conftest import OpenHouse
from tests.services.shelf.collected import CD, own, play, save, want

pytestmark = pytest.mark.asyncio


async def refreshed(api: httpx.AsyncClient) -> dict[str, Any]:
    """The summary once a refresh that is ordered now is over."""
    ordered = await api.post("/api/shelf/refresh")
    assert ordered.status_code == 202 and ordered.json()["status"] in ("started", "already_running")
    while True:
        told = (await api.get("/api/shelf/summary")).json()
        if told["refresh"]["finished_at"]:
            assert told["refresh"]["state"] == "done"
            return told
        await asyncio.sleep(0.05)


async def test_the_shelf_from_the_refresh_to_a_decision(open_house: OpenHouse) -> None:
    async with open_house(connected=False) as house:
        api, me = house.client, house.runtime.owner.id
        before = (await api.get("/api/shelf/summary")).json()
        assert before["refresh"] is None and before["counts"]["albums"] == 0
        await own(house.runtime, me, 1, "Örbit Choir", "Low Tide")
        await own(house.runtime, me, 2, "Silver Disc", "Compact", CD)
        await want(house.runtime, me, 3, "Orbit Choir", "Low Tide")
        sold = ("album", None, 2, "https://i.scdn.co/image/low")
        await save(house.runtime, me, "Orbit Choir", "Low Tide", "s" * 22, ("one", "two"), *sold)
        await play(house.runtime, me, "Never Bought", "Heard Often", "h" * 22, 5)
        told = await refreshed(api)
        assert (told["counts"]["albums"], told["counts"]["missing_files"], told["counts"]["not_owned"]) == (3, 1, 1)
        assert {each["source"]: each["holdings"] for each in told["sources"]}["records"] == 2

        page = (await api.get("/api/shelf", params={"list": "missing-files", "limit": 1})).json()
        assert (page["total"], page["limit"], page["offset"]) == (1, 1, 0)
        (album,) = page["albums"]
        assert [each["source"] for each in album["places"]] == ["records", "wants", "spotify"]
        record, _, spotify = album["places"]
        assert record["link"] == "/api/records/record-1" and record["formats"][0] == "Vinyl"
        assert 0.7 <= spotify["confidence"] <= 1 and spotify["detail"]["savedTracks"] == 2
        assert spotify["detail"]["image"] == sold[-1]
        played = (await api.get("/api/shelf", params={"list": "not-owned", "sort": "plays"})).json()["albums"]
        assert [(each["title"], each["plays"]) for each in played] == [("Heard Often", 5)]
        for asked, titles in {
            "q=orbit": ["Low Tide"],
            "owned=no&played=yes": ["Heard Often"],
            "owned=yes&sort=title&order=desc": ["Low Tide", "Compact"],
            "format=cd": ["Compact"],
            "year_from=1990&year_to=1999": ["Heard Often"],
            "limit=1&offset=2&sort=title": ["Low Tide"],
        }.items():
            assert [each["title"] for each in (await api.get(f"/api/shelf?{asked}")).json()["albums"]] == titles, asked
        for asked in ("limit=0", "limit=201", "sort=price", "owned=perhaps", "list=all", "year_from=-1"):
            assert (await api.get(f"/api/shelf?{asked}")).status_code == 422, asked

        place = f"/api/shelf/{album['id']}/places/spotify/{spotify['key']}"
        confirmed = (await api.post(place, json={"decision": "confirm"})).json()
        assert confirmed["places"][2]["decision"] == "confirm" and confirmed["places"][2]["confidence"] == 1
        alone = (await api.post(place, json={"decision": "split"})).json()
        assert alone["id"] != album["id"] and [each["source"] for each in alone["places"]] == ["spotify"]
        await refreshed(api)
        assert (await api.get(f"/api/shelf/{alone['id']}")).json() == alone
        back = f"/api/shelf/{alone['id']}/places/spotify/{spotify['key']}"
        joined = await api.post(back, json={"decision": "join", "to": album["id"]})
        assert joined.json()["id"] == album["id"]
        assert (await api.get(f"/api/shelf/{alone['id']}")).status_code == 404, "nothing is left of it"
        for body, status in (({"decision": "join"}, 422), ({"decision": "confirm", "to": 1}, 422), ({}, 422)):
            assert (await api.post(place, json=body)).status_code == status, body
        assert (await api.post(back, json={"decision": "reject"})).status_code == 404

        account = {"email": "guest@example.org", "password": "correct horse battery"}
        await house.stranger.post("/api/auth/register", json=account)
        login = (await house.stranger.post("/api/auth/login", json=account)).json()["access_token"]
        guest = {"Authorization": f"Bearer {login}"}
        assert (await house.stranger.get("/api/shelf", headers=guest)).json()["total"] == 0
        assert (await house.stranger.get(f"/api/shelf/{album['id']}", headers=guest)).status_code == 404
        foreign = await house.stranger.post(place, headers=guest, json={"decision": "reject"})
        assert foreign.status_code == 404
