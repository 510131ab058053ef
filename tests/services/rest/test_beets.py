"""``/beets`` and ``/api/arrivals`` over HTTP with the real beets behind (harmony-contract.md section 16)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.places import locate
from services.rest.access import Access
from services.rest.serve import open_surface
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from tests.upstreams.fixtures_beets import RealBeets, write_album


@pytest_asyncio.fixture
async def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Runtime]:
    for name, value in {"SPOTIFY_SCHEDULE": "off", "SYNC_SCHEDULE": "off"}.items():
        monkeypatch.setenv(name, value)
    places = locate(tmp_path / "house")
    async with open_runtime(load_settings(places), places) as opened:
        yield opened


@pytest_asyncio.fixture
async def client(runtime: Runtime) -> AsyncGenerator[httpx.AsyncClient]:
    _, token = await runtime.accounts.create_token(runtime.owner.id, "tests")
    async with (
        open_surface(runtime, Access(), port=0, socket_path=runtime.places.socket) as bound,
        httpx.AsyncClient(base_url=bound.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as visitor,
    ):
        yield visitor


@pytest.fixture
def connected(stocked: RealBeets, monkeypatch: pytest.MonkeyPatch) -> RealBeets:
    """The settings of whatever opens after this lead to a beets with something in it."""
    for name, value in stocked.environment.items():
        monkeypatch.setenv(name, value)
    return stocked


async def post(client: httpx.AsyncClient, command: str, **body: Any) -> tuple[int, Any]:
    answer = await client.post(f"/beets/{command}", json=body)
    return answer.status_code, answer.json()


async def test_every_row_answers_as_the_contract_has_it(connected: RealBeets, client: httpx.AsyncClient) -> None:
    def got(answer: httpx.Response) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert got(await client.get("/beets/albums")) == {"albums": ["Example Band - One"]}
    assert got(await client.get("/beets/tracks")) == {"tracks": ["Ebb", "Flow", "Tide"]}
    stats = got(await client.get("/beets/stats"))["stats"]
    assert stats["Tracks"] == "3" and stats["Albums"] == "1" and all(isinstance(value, str) for value in stats.values())
    fields = got(await client.get("/beets/fields"))["fields"]
    assert "Item fields:" in fields and "title" in fields and "" not in fields
    assert await post(client, "query", query='"artist:Example Band" title:Ebb') == (
        200,
        {"results": ["Example Band - One - Ebb"]},
    )
    assert (await post(client, "query", query="title:Ebb", format="$year"))[1] == {"results": ["1999"]}
    assert await post(client, "move", query="title:Ebb") == (200, {"success": True, "moved": 0})
    assert await post(client, "write") == (200, {"success": True, "written": 0})
    assert await post(client, "update") == (200, {"success": True, "message": "Library updated", "removed": 0})
    album = write_album(connected.incoming / "Two", "Two", ["Up"])
    status, came = await post(client, "import", path=str(album), autotag=False)
    assert status == 200 and came["success"] is True and came["message"] == "Import completed"
    assert (came["imported"], came["skipped"]) == (1, 0) and came["paths"] == [
        str(connected.music / "Example Band/Two")
    ]
    status, refused = await post(client, "remove", query="title:=Ebb")
    assert status == 409 and "asks before it removes 1 track" in refused["detail"]
    assert await post(client, "remove", query="title:=Ebb", force=True) == (200, {"success": True, "removed": 1})
    deleted = await client.request("DELETE", "/beets/remove", json={"query": "title:=Flow", "force": True})
    assert deleted.json() == {"success": True, "removed": 1}
    assert connected.titles() == ["Tide", "Up"] and len(list(connected.music.rglob("*.wav"))) == 4


@pytest.mark.parametrize(
    ("path", "body", "status", "detail"),
    [
        ("query", {"query": ""}, 400, "Query must not be empty"),
        ("query", {"query": "  "}, 400, "Query must not be empty"),
        ("query", {"query": 'artist:"x'}, 400, "Invalid query syntax"),
        ("remove", {"query": " ", "force": True}, 400, "Query must not be empty"),
        ("remove", {"query": "it's", "force": True}, 400, "Invalid query syntax"),
        ("move", {"query": "  "}, 400, "Query must not be empty"),
        ("write", {"query": "'"}, 400, "Invalid query syntax"),
        ("write", {"query": "title::x"}, 400, None),
        ("import", {"path": " "}, 400, "Path must not be empty"),
        ("import", {}, 422, None),
        ("query", {}, 422, None),
        ("query", {"query": 5}, 422, None),
        ("move", None, 422, None),
        ("query", {"query": "title:x"}, 503, None),
        ("import", {"path": "/etc"}, 503, None),
        ("remove", {"query": "title:x"}, 503, None),
    ],
)
async def test_nothing_is_started_for_what_cannot_be_meant_and_without_beets_it_is_503(
    client: httpx.AsyncClient, path: str, body: dict[str, Any] | None, status: int, detail: str | None
) -> None:
    answer = await client.post(f"/beets/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert detail is None or answer.json()["detail"] == detail
    if status == 503:
        assert answer.json()["service"] == "Beets" and "BEETS_COMMAND" in answer.json()["hint"]


async def test_a_failure_tells_what_beets_said_and_the_rest_is_refused(
    connected: RealBeets, client: httpx.AsyncClient, runtime: Runtime
) -> None:
    status, body = await post(client, "query", query="year:abc")
    assert (status, body["detail"]) == (500, "invalid query: 'year:abc': 'abc' is not an int or a float")
    for query in ("Example", "-title:x", "::", "title:", ",", "nosuch:x", "year:.."):
        assert (await post(client, "remove", query=query, force=True))[0] == 400
    assert (await post(client, "import", path=f"{connected.incoming}/none"))[0] == 404
    assert (await post(client, "import", path="/etc"))[0] == 422
    (connected.incoming / "Bad").mkdir()
    (connected.incoming / "Bad/noise.mp3").write_bytes(b"no music")
    status, body = await post(client, "import", path=str(connected.incoming / "Bad"), autotag=False)
    assert status == 500 and "no music in it" in body["detail"]
    listed = (await client.get("/api/arrivals")).json()
    (failed,) = listed["arrivals"]
    assert (failed["state"], failed["origin"], failed["name"]) == ("failed", "request", "Bad")
    assert listed["counts"]["failed"] == 1 and listed["folder"] is None and listed["after_download"] == "ask"
    ignored = await client.post(f"/api/arrivals/{failed['id']}/ignore")
    assert (ignored.status_code, ignored.json()["state"]) == (200, "ignored")
    taken = await client.post(f"/api/arrivals/{failed['id']}/import")
    assert (taken.status_code, taken.json()["state"]) == (202, "importing")
    ended = await runtime.arrivals.ended(runtime.owner.id, taken.json()["id"], 30)
    assert ended is not None and ended.state == "failed"
    assert (await client.post("/api/arrivals/99/import")).status_code == 404
    assert len(connected.titles()) == 3


async def test_it_is_the_owners(client: httpx.AsyncClient, runtime: Runtime) -> None:
    await client.post("/api/auth/register", json={"email": "guest@example.org", "password": "a long password"})
    login = await client.post("/api/auth/login", json={"email": "guest@example.org", "password": "a long password"})
    guest = {"Authorization": f"Bearer {login.json()['access_token']}"}
    for method, path in (("GET", "/beets/tracks"), ("GET", "/api/arrivals"), ("DELETE", "/beets/remove")):
        answer = await client.request(method, path, headers=guest, json={"query": "title:x"})
        assert answer.status_code == 403, path
