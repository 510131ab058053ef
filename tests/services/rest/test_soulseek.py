"""``/soulseek`` over real HTTP, in front of the simulated slskd (harmony-contract.md section 12)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import stamina

from services.places import locate
from services.rest.access import Access
from services.rest.serve import open_surface
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from tests.upstreams.fixtures_slskd import ALBUM, RunningSlskd, album_files, remote

TRACK, OTHER, *_ = album_files()
TROUBLE = [
    ("POST", "/soulseek/search", {"query": "golden"}, "Soulseek search failed"),
    ("GET", "/soulseek/downloads/all", None, "Failed to fetch downloads"),
    ("DELETE", "/soulseek/downloads/completed", None, "Failed to remove completed downloads"),
    (
        "POST",
        "/soulseek/enqueue",
        {"username": "alma", "files": [{"filename": "a\\b.mp3", "size": 1}]},
        "Failed to enqueue downloads",
    ),
    ("GET", "/soulseek/uploads", None, "Failed to fetch uploads"),
    ("GET", "/soulseek/uploads/all", None, "Failed to fetch all uploads"),
    ("GET", "/soulseek/upload/none", None, "Failed to fetch upload"),
    ("DELETE", "/soulseek/upload/none", None, "Failed to cancel upload"),
    ("DELETE", "/soulseek/uploads/completed", None, "Failed to remove completed uploads"),
    ("GET", "/soulseek/user/alma/address", None, "Failed to fetch user address"),
    ("GET", "/soulseek/user/alma/browse", None, "Failed to browse user"),
    ("GET", "/soulseek/user/alma/browsing_status", None, "Failed to fetch user browsing status"),
    ("GET", "/soulseek/user/alma/directory?path=a", None, "Failed to fetch user directory"),
    ("GET", "/soulseek/user/alma/info", None, "Failed to fetch user info"),
    ("GET", "/soulseek/user/alma/status", None, "Failed to fetch user status"),
]
"""Every row that speaks with slskd, with the words of its failure."""


@dataclass(frozen=True)
class Door:
    """The owner's door to the program, and another user's."""

    runtime: Runtime
    http: httpx.AsyncClient
    guest: httpx.AsyncClient

    async def ask(self, method: str, path: str, body: object = None, status: int = 200) -> Any:
        answer = await self.http.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def let_a_guest_in(self) -> None:
        """``guest`` is another user of this installation from now on."""
        proof = {"email": "guest@example.org", "password": "a long enough password"}
        await self.guest.post("/api/auth/register", json=proof)
        said = (await self.guest.post("/api/auth/login", json=proof)).json()
        self.guest.headers["Authorization"] = f"Bearer {said['access_token']}"

    async def get(self, path: str, status: int = 200) -> Any:
        return await self.ask("GET", path, None, status)


@asynccontextmanager
async def _open(home: Path, upstream: RunningSlskd | None) -> AsyncGenerator[Door]:
    with pytest.MonkeyPatch.context() as patch:
        environment = upstream.environment if upstream else {}
        for name, value in {"LOCKGROOVE_DATA_DIR": str(home), "SYNC_SCHEDULE": "off", **environment}.items():
            patch.setenv(name, value)
        places = locate()
        settings = load_settings(places)
    async with (
        open_runtime(settings, places, work=False) as runtime,
        open_surface(runtime, Access(), port=0, socket_path=places.socket) as bound,
        httpx.AsyncClient(
            base_url="http://localhost", transport=httpx.AsyncHTTPTransport(uds=str(bound.socket)), timeout=20
        ) as http,
        httpx.AsyncClient(base_url=bound.url, timeout=20) as guest,
    ):
        if upstream:
            runtime.soulseek.clock = upstream.clock
        yield Door(runtime, http, guest)


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest_asyncio.fixture
async def door(slskd: RunningSlskd, tmp_path: Path) -> AsyncGenerator[Door]:
    async with _open(tmp_path / "home", slskd) as opened:
        yield opened


async def test_status_is_for_everybody_and_tells_the_owner_alone(door: Door, slskd: RunningSlskd) -> None:
    said = await door.get("/soulseek/status")
    assert (said["status"], said["version"]) == ("connected", "0.26.0")
    assert {"artist_count", "album_count", "track_count", "last_scan"} <= said.keys()
    await door.let_a_guest_in()
    asked = len(slskd.requests)
    other = (await door.guest.get("/soulseek/status")).json()
    assert (other["status"], other["version"]) == ("disconnected", None)
    for method, path, body, _ in TROUBLE:
        refused = await door.guest.request(method, path, json=body)
        assert (refused.status_code, refused.json()["error"]) == (403, "forbidden"), path
    assert len(slskd.requests) == asked
    slskd.daemon.is_away = True
    assert (await door.get("/soulseek/status"))["status"] == "disconnected"


async def test_a_search_gives_what_slskd_found(door: Door, slskd: RunningSlskd) -> None:
    said = await door.ask("POST", "/soulseek/search", {"query": "golden static", "extra": 1})
    (found,) = said["results"]
    assert (found["username"], found["files"][0]["filename"]) == ("alma", remote(TRACK))
    assert said["raw"]["state"] == "Completed, TimedOut" and said["raw"]["responseCount"] == 1
    assert await door.ask("POST", "/soulseek/search", {"query": ""}) == {"results": [], "raw": None}
    assert (await door.ask("POST", "/soulseek/search", {"query": "nothing like it"}))["results"] == []
    for body in ({}, {"query": 7}, None):
        await door.ask("POST", "/soulseek/search", body, 422)
    assert slskd.daemon.searches == {}


async def test_files_are_handed_over_and_seen_in_the_live_list(door: Door, slskd: RunningSlskd) -> None:
    files = [{"filename": remote(TRACK), "size": TRACK.size, "other": True}, {"name": remote(OTHER)}]
    taken = await door.ask("POST", "/soulseek/enqueue", {"username": "alma", "files": files})
    assert [each["size"] for each in taken["enqueued"]] == [TRACK.size, OTHER.size], "a size is looked up"
    assert taken["failed"] == []
    listed = (await door.get("/soulseek/downloads/all"))["downloads"]
    assert {each["id"] for each in listed} == {each["id"] for each in taken["enqueued"]}
    slskd.until(lambda: all(each.phase.is_over for each in slskd.daemon.engine.current if each.username == "alma"))
    states = [each["state"] for each in (await door.get("/soulseek/downloads/all"))["downloads"]]
    assert states == ["Completed, Succeeded"] * 2
    assert await door.ask("DELETE", "/soulseek/downloads/completed") == {"removed": 2}
    assert await door.get("/soulseek/downloads/all") == {"downloads": []}
    for body in (
        {"username": "alma", "files": []},
        {"username": "", "files": files},
        {"username": "alma", "files": [{}]},
    ):
        refused = await door.ask("POST", "/soulseek/enqueue", body, 400)
        assert (refused["error"], refused["detail"]) == ("invalid_input", refused["message"])
    for body in ({"username": "alma"}, {"files": files}, {"username": "alma", "files": ["x"]}):
        await door.ask("POST", "/soulseek/enqueue", body, 422)
    refused = await door.ask(
        "POST", "/soulseek/enqueue", {"username": "alma", "files": [{"filename": f"{ALBUM}\\no.mp3"}]}, 502
    )
    assert (refused["error"], refused["message"]) == ("not_shared", "Failed to enqueue downloads")


async def test_uploads_are_listed_looked_at_and_stopped(door: Door, slskd: RunningSlskd) -> None:
    now = (await door.get("/soulseek/uploads"))["uploads"]
    every = (await door.get("/soulseek/uploads/all"))["uploads"]
    assert (len(now), len(every)) == (2, 4) and all("Completed" not in each["state"] for each in now)
    known = now[0]["id"]
    assert (await door.get(f"/soulseek/upload/{known}"))["filename"] == now[0]["filename"]
    assert await door.ask("DELETE", f"/soulseek/upload/{known}") == {"cancelled": known}
    assert (await door.get(f"/soulseek/upload/{known}"))["state"] == "Completed, Cancelled"
    assert await door.ask("DELETE", "/soulseek/uploads/completed") == {"removed": 3}
    missing = await door.get("/soulseek/upload/none", 502)
    assert (missing["error"], missing["message"]) == ("not_found", "Failed to fetch upload")


async def test_a_user_is_looked_at_from_all_sides(door: Door, slskd: RunningSlskd) -> None:
    for username, name in (
        ("alma", "alma"),
        ("slow/lane 100%", "slow%2Flane%20100%25"),
        ("東京", "%E6%9D%B1%E4%BA%AC"),
    ):
        slskd.peer(username, slots=3)
        user = f"/soulseek/user/{name}"
        assert (await door.get(f"{user}/status"))["online"] is True
        said = await door.get(f"{user}/info")
        assert (said["username"], said["slots"], said["uploadSlots"]) == (username, 3, 3)
        said = await door.get(f"{user}/address")
        assert (said["host"], said["port"]) == ("203.0.113.7", 2234)
        assert (await door.get(f"{user}/browsing_status")) == {"state": "idle"}
        share = await door.get(f"{user}/browse")
        assert [each["filename"] for each in share["files"]] == [remote(file) for file in album_files()]
        assert share["directories"] == [{"name": ALBUM, "fileCount": 4, "isLocked": False}]
        assert (await door.get(f"{user}/browsing_status"))["state"] == "complete"
        said = (await door.http.get(f"{user}/directory", params={"path": ALBUM})).json()
        assert (said["path"], said["files"][0]["filename"]) == (ALBUM, remote(TRACK))
        await door.get(f"{user}/directory", 422)


async def test_whatever_slskd_fails_with_is_told_in_the_contracts_words(door: Door, slskd: RunningSlskd) -> None:
    for method, path, body, words in TROUBLE:
        for fault, code in (("plain-error", "upstream"), ("unauthorized", "credential"), ("drop-connection", None)):
            slskd.fault(fault)
            said = await door.ask(method, path, body, 502)
            assert (said["message"], said["detail"]) == (words, words)
            assert said["hint"] and (code is None or said["error"] == code)
            assert slskd.app.key not in str(said)
            slskd.mend()


async def test_who_is_offline_is_named_and_what_takes_too_long_is_504(
    door: Door, slskd: RunningSlskd, monkeypatch: pytest.MonkeyPatch
) -> None:
    slskd.peer("alma", "offline")
    said = await door.get("/soulseek/user/alma/browse", 502)
    assert (said["error"], said["message"]) == ("peer_offline", "Failed to browse user")
    from services.soulseek import calls
    from services.upstream import Timeouts

    monkeypatch.setattr(
        calls.Calls.ask, "__kwdefaults__", {**calls.Calls.ask.__kwdefaults__, "within": Timeouts(total=0.1)}
    )
    slskd.fault("slow", value="1")
    said = await door.get("/soulseek/uploads", 504)
    assert (said["error"], said["message"]) == ("upstream_timeout", "Failed to fetch uploads")


async def test_without_slskd_every_row_says_what_to_set(tmp_path: Path) -> None:
    async with _open(tmp_path / "home", None) as door:
        said = await door.get("/soulseek/status")
        assert said["status"] == "disconnected" and "SLSKD_URL" in said["message"]
        for method, path, body, _ in TROUBLE:
            refused = await door.ask(method, path, body, 503)
            assert refused["error"] == "not_connected" and "SLSKD_URL" in refused["hint"], path
