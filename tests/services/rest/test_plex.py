"""``/plex`` over real HTTP, in front of the simulated Plex (harmony-contract.md section 11)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import stamina

from services.places import locate
from services.rest.access import Access
from services.rest.app import openapi_document
from services.rest.serve import Bound, open_surface
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from tests.upstreams.fixtures_plex import RunningPlex

PASSED_ON = [
    ("/plex/library/sections", "/plex/libraries"),
    ("/plex/library/sections/{section}/all?type=9&X-Plex-Container-Start=2&X-Plex-Container-Size=3",
     "/plex/library/{section}/items?type=9&X-Plex-Container-Start=2&X-Plex-Container-Size=3"),
    ("/plex/library/metadata/{track}", "/plex/metadata/{track}"),
    ("/plex/status/sessions", "/plex/sessions"),
    ("/plex/status/sessions/history/all?sort=viewedAt:desc", "/plex/history?sort=viewedAt:desc"),
]  # fmt: skip
ONE_NAMED = ["/plex/playlists", "/plex/devices", "/plex/dvr", "/plex/livetv", "/plex/timeline"]
PATHS = {path: item for path, item in openapi_document()["paths"].items() if path.startswith("/plex/")}
Opens = Callable[..., AbstractAsyncContextManager["Door"]]


@dataclass(frozen=True)
class Door:
    """The owner's door to the program, and how anybody may come in."""

    runtime: Runtime
    bound: Bound
    http: httpx.AsyncClient

    async def ask(self, method: str, path: str, status: int = 200, **how: Any) -> Any:
        answer = await self.http.request(method, path, **how)
        assert answer.status_code == status, answer.text
        return answer.json()


@asynccontextmanager
async def _open(home: Path, environment: dict[str, str]) -> AsyncGenerator[Door]:
    with pytest.MonkeyPatch.context() as patch:
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
    ):
        yield Door(runtime, bound, http)


@pytest.fixture
def opens(tmp_path: Path) -> Opens:
    return partial(_open, tmp_path / "home")


@pytest_asyncio.fixture
async def door(plex: RunningPlex, opens: Opens) -> AsyncGenerator[Door]:
    """The program whose owner has Plex set up; what fails is tried again without waiting."""
    with stamina.set_testing(True, attempts=3, cap=True):
        async with opens(plex.environment) as opened:
            yield opened


async def until(is_so: Callable[[], object]) -> None:
    """Let the others go on until it is so."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 (nobody tells when)
            await asyncio.sleep(0.005)


def filled(path: str, plex: RunningPlex) -> str:
    return path.format(section=plex.music.key, track=plex.some("track").key)


async def test_what_plex_tells_is_passed_on_under_every_name(plex: RunningPlex, door: Door) -> None:
    for first, alias in PASSED_ON:
        told = await door.ask("GET", filled(first, plex))
        assert await door.ask("GET", filled(alias, plex)) == told
        straight = httpx.Request("GET", f"{plex.url}{filled(first, plex).removeprefix('/plex')}")
        async with httpx.AsyncClient(headers={"X-Plex-Token": plex.world.token, "Accept": "application/json"}) as http:
            assert told["MediaContainer"].keys() <= (await http.get(straight.url)).json()["MediaContainer"].keys()
    page = (await door.ask("GET", filled(PASSED_ON[1][0], plex)))["MediaContainer"]
    assert (page["size"], page["offset"], page["totalSize"]) == (3, 2, plex.totals["albums"])
    assert {each["type"] for each in page["Metadata"]} == {"album"}
    headers = {"X-Plex-Container-Start": "0", "X-Plex-Container-Size": "0"}
    counted = await door.ask("GET", f"/plex/library/{plex.music.key}/items?type=8&type=10", headers=headers)
    assert counted["MediaContainer"]["totalSize"] == plex.totals["tracks"]  # of two types the last counts
    for path in ONE_NAMED:
        assert "size" in (await door.ask("GET", path))["MediaContainer"]
    plex.app.requests.clear()  # straight ones are not ours


async def test_status_is_200_whatever_is_the_matter_and_counts_by_the_right_types(
    plex: RunningPlex, door: Door, opens: Opens, tmp_path: Path
) -> None:
    told = await door.ask("GET", "/plex/status")
    assert (told["status"], told["library"]) == ("connected", plex.totals)
    assert told["sessions"]["MediaContainer"]["size"] == 2
    for fault in ("token-revoked", "server-error", "html-200", "drop-connection"):
        plex.fault(fault)
        assert await door.ask("GET", "/plex/status") == {"status": "disconnected"}
        plex.mend()
    async with _open(tmp_path / "bare", {}) as bare:
        assert await bare.ask("GET", "/plex/status") == {"status": "disconnected"}
        refused = await bare.ask("GET", "/plex/devices", 503)
        assert (refused["error"], "PLEX_BASE_URL" in refused["hint"]) == ("not_connected", True)
        assert (await bare.ask("GET", "/plex/notifications", 503))["service"] == "Plex"


async def test_marks_ratings_and_reports_reach_plex_with_get(plex: RunningPlex, door: Door) -> None:
    track = plex.some("track")
    track.plays, track.rating = 0, None
    assert await door.ask("POST", "/plex/scrobble", json={"key": str(track.key)}) == "ok"
    assert track.plays == 1
    assert await door.ask("POST", "/plex/unscrobble", json={"key": track.path}) == "ok"
    assert await door.ask("POST", "/plex/rate", json={"key": track.key, "rating": 0}) == "ok"
    assert (track.plays, track.rating) == (0, 0)
    assert await door.ask("POST", f"/plex/rate/{track.key}?rating=4") == "ok"
    assert track.rating == 4
    report = {"ratingKey": str(track.key), "state": "playing", "time": 1000, "duration": 9000, "X-Plex-Token": "x"}
    assert isinstance(await door.ask("POST", "/plex/timeline", json=report), str)
    mine = await door.ask("GET", f"/plex/timeline?ratingKey={track.key}")
    assert [each["viewOffset"] for each in mine["MediaContainer"]["Metadata"]] == [1000]
    for body in ({"key": "5"}, {"rating": 3}, {"key": "5", "rating": None}):
        refused = await door.ask("POST", "/plex/rate", 400, json=body)
        assert refused["detail"] == "Both 'key' and 'rating' must be provided"
    for body in ({"key": "5", "rating": "much"}, {"key": "5", "rating": 11}, {"key": "../x", "rating": 3}):
        await door.ask("POST", "/plex/rate", 422, json=body)
    await door.ask("POST", f"/plex/rate/{track.key}", 422)
    await door.ask("POST", "/plex/scrobble", 422, json={})


async def test_playlists_queues_and_tags_are_made_and_changed(plex: RunningPlex, door: Door) -> None:
    keys = [str(each.key) for each in plex.world.of_type(plex.music, "track")[:3]]
    made = await door.ask("POST", "/plex/playlists", json={"title": "Mix", "ids": keys})
    key = made["MediaContainer"]["Metadata"][0]["ratingKey"]
    assert await door.ask("PUT", f"/plex/playlists/{key}", json={"title": "Mixed", "summary": "of all"}) == {}
    added = await door.ask("PUT", f"/plex/playlists/{key}", json={"ids": keys[:1]})
    assert added["MediaContainer"]["leafCountAdded"] == 1
    known = (await door.ask("GET", "/plex/playlists"))["MediaContainer"]["Metadata"]
    assert [(each["title"], each["leafCount"]) for each in known if each["ratingKey"] == key] == [("Mixed", 4)]
    queue = await door.ask("POST", "/plex/playQueues", json={"playlistID": key, "shuffle": 0})
    number = queue["MediaContainer"]["playQueueID"]
    assert (await door.ask("GET", f"/plex/playQueues/{number}"))["MediaContainer"]["playQueueTotalCount"] == 4
    assert await door.ask("DELETE", f"/plex/playlists/{key}") == {}
    gone = await door.ask("DELETE", f"/plex/playlists/{key}", 502)
    assert gone["detail"] == f"Plex DELETE /playlists/{key} failed with status 404: Not Found"
    for method in ("PUT", "DELETE"):
        await door.ask(method, "/plex/playlists", 405)
    album = plex.some("album")
    album.tags = {"genre": ["Rock"], "mood": ["Tender"]}
    told = await door.ask("POST", f"/plex/tags/{album.key}", json={"genre": ["House"], "tags": ["mine"], "title": "x"})
    assert told["MediaContainer"]["Metadata"][0]["Mood"][0]["tag"] == "Tender"
    assert album.tags == {"genre": ["House"], "mood": ["Tender"], "label": ["mine"]}
    await door.ask("POST", f"/plex/tags/{album.key}", 422, json={"genre": [5]})


async def test_bodies_that_are_no_objects_are_refused_everywhere(plex: RunningPlex, door: Door) -> None:
    takes_a_body = [
        (method.upper(), path)
        for path, item in PATHS.items()
        for method, operation in item.items()
        if "requestBody" in operation
    ]
    assert len(takes_a_body) == 8
    for method, path in takes_a_body:
        for body in ("[]", '"x"', "null", "{", ""):
            answer = await door.http.request(
                method, path.replace("{item_id}", "5").replace("{playlist_id}", "5"), content=body,
                headers={"Content-Type": "application/json"},
            )  # fmt: skip
            assert answer.status_code == 422, (method, path, body)
    assert plex.requests == []


@pytest.mark.parametrize(
    ("fault", "status", "detail"),
    [
        ("token-revoked", 502, "Plex GET /library/sections failed with status 401: Unauthorized"),
        ("forbidden", 502, "Plex GET /library/sections failed with status 403: Forbidden"),
        ("server-error", 502, "Plex GET /library/sections failed with status 500: Internal Server Error"),
        ("html-200", 502, "What answers at PLEX_BASE_URL is no Plex Media Server; it was asked to list the libraries."),
        ("truncated", 502, "The connection to Plex broke off"),
        ("drop-connection", 502, "The connection to Plex broke off"),
        ("oversized", 502, "Plex sent more than 32 MB"),
        ("redirect-away", 502, "Plex sent us to another host"),
    ],
)
async def test_what_goes_wrong_on_plex_is_told_without_the_token(
    plex: RunningPlex, door: Door, fault: str, status: int, detail: str
) -> None:
    plex.fault(fault)
    answer = await door.http.get("/plex/library/sections")
    assert (answer.status_code, answer.json()["service"]) == (status, "Plex")
    assert answer.json()["detail"].startswith(detail)
    assert plex.world.token not in answer.text
    assert "<" not in answer.text


async def test_nothing_said_is_an_empty_object_and_a_server_without_tuner_has_no_recorders(
    plex: RunningPlex, door: Door
) -> None:
    plex.fault("empty-body")
    assert await door.ask("GET", "/plex/devices") == {}
    plex.mend()
    plex.world.has_tuner = False
    for path in ("/plex/dvr", "/plex/livetv"):
        assert (await door.ask("GET", path))["MediaContainer"]["size"] == 0
    plex.fault("xml-always")
    told = (await door.ask("GET", "/plex/library/sections"))["MediaContainer"]["Directory"]
    assert [each["title"] for each in told] == ["Films", "Music"]


async def test_plex_is_the_owners_alone_and_others_see_it_disconnected(plex: RunningPlex, door: Door) -> None:
    order = {"email": "guest@example.org", "password": "correct horse battery"}
    async with httpx.AsyncClient(base_url=door.bound.url) as guest:
        await guest.post("/api/auth/register", json=order)
        token = (await guest.post("/api/auth/login", json=order)).json()["access_token"]
        guest.headers["Authorization"] = f"Bearer {token}"
        assert (await guest.get("/plex/status")).json() == {"status": "disconnected"}
        for path, item in PATHS.items():
            if path != "/plex/status":
                for method in item:
                    answer = await guest.request(method, path.replace("{", "").replace("}", ""), json={"key": "1"})
                    assert answer.status_code == 403, (method, path, answer.text)
    assert plex.requests == []


async def test_notifications_come_as_events_over_one_stream_and_end_with_the_reason(
    plex: RunningPlex, door: Door
) -> None:
    async def read(lines: list[str], until: str) -> None:
        async with door.http.stream("GET", "/plex/notifications", timeout=20) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            async for line in stream.aiter_lines():
                lines.append(line)
                if line.startswith(until):
                    break

    seen: list[list[str]] = [[], []]
    async with asyncio.TaskGroup() as group:
        for lines in seen:
            group.create_task(read(lines, "event: error"))
        await until(lambda: len(door.runtime.plex.notifications._listeners) == 2 and plex.world.listening)
        assert plex.world.listening == 1
        plex.world.play(plex.some("track"), offset=4000)
        await until(lambda: all(any(line.startswith("data: ") for line in lines) for lines in seen))
        plex.fault("stream-breaks")
        plex.world.play(plex.some("track"), offset=5000)
    for lines in seen:
        first = next(line for line in lines if line.startswith("data: "))
        container = json.loads(first.removeprefix("data: "))["NotificationContainer"]
        assert (container["type"], container["size"]) == ("playing", 1)
        assert container["PlaySessionStateNotification"][0]["viewOffset"] == 4000
    plex.mend()
    left: list[str] = []
    async with asyncio.TaskGroup() as group:
        group.create_task(read(left, "data: "))
        await until(lambda: plex.world.listening)
        plex.world.scan(plex.music)
    await until(lambda: not plex.world.listening)  # nobody reads: the stream to Plex is closed
    plex.fault("token-revoked")
    refused: list[str] = []
    await read(refused, "data: ")
    assert refused[0] == "event: error"
    assert "does not accept the token" in refused[1]
