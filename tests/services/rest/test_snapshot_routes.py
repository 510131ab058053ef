"""``/api/snapshot``: views of the graph saved under a link (discogsography-contract.md section 13)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.errors import StoreBusy
from services.runtime import open_runtime
from storage.engine import Storage

pytestmark = pytest.mark.asyncio(loop_scope="module")

CENTER = {"id": "23755", "type": "artist"}
VIEW = {"nodes": [CENTER, {"id": "Jazz", "type": "genre"}], "center": CENTER}


def viewed(**changes: Any) -> dict[str, Any]:
    return VIEW | changes


async def test_whoever_has_the_link_sees_what_was_saved(house) -> None:
    sent = viewed(nodes=[{**node, "name": "dropped"} for node in VIEW["nodes"]], note="dropped")
    answer = await house.client.post("/api/snapshot", json=sent)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(made) == {"token", "url", "expires_at"}
    assert re.fullmatch(r"[A-Za-z0-9_-]{16}", made["token"])
    assert made["url"] == f"/snapshot/{made['token']}"
    seen = await house.stranger.get(f"/api/snapshot/{made['token']}")
    assert seen.status_code == 200
    found = seen.json()
    created = datetime.fromisoformat(found.pop("created_at"))
    assert found == VIEW
    assert datetime.fromisoformat(made["expires_at"]) - created == timedelta(days=28)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)


async def test_a_snapshot_survives_a_restart(house) -> None:
    token = (await house.client.post("/api/snapshot", json=VIEW)).json()["token"]
    async with open_runtime(house.runtime.settings, house.runtime.places, work=False) as again:
        assert [node.id for node in (await again.snapshots.open(token)).nodes] == ["23755", "Jazz"]


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({}, ["body", "nodes"]),
        (viewed(nodes=[]), ["body", "nodes"]),
        (viewed(nodes="23755"), ["body", "nodes"]),
        (viewed(nodes=[CENTER, {"id": "1"}]), ["body", "nodes", 1, "type"]),
        (viewed(nodes=[{"id": 1, "type": "artist"}]), ["body", "nodes", 0, "id"]),
        (viewed(nodes=[{"id": "x" * 129, "type": "artist"}]), ["body", "nodes", 0, "id"]),
        (viewed(nodes=[{"id": "x", "type": "t" * 33}]), ["body", "nodes", 0, "type"]),
        (viewed(nodes=[{"id": "\ud800", "type": "genre"}]), ["body", "nodes", 0, "id"]),
        (viewed(center=None), ["body", "center"]),
        (viewed(center=[CENTER]), ["body", "center"]),
        ({"nodes": [CENTER]}, ["body", "center"]),
    ],
)
async def test_a_view_that_is_none_is_refused_field_by_field(
    busy_house, sent: dict[str, Any], where: list[Any]
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await busy_house.client.post("/api/snapshot", content=json.dumps(sent), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == where


async def test_names_may_be_long_and_in_any_script(busy_house) -> None:
    nodes = [{"id": "東" * 128, "type": "t" * 32}, {"id": "", "type": ""}]
    made = await busy_house.client.post("/api/snapshot", json=viewed(nodes=nodes))
    assert made.status_code == 201
    seen = await busy_house.stranger.get(f"/api/snapshot/{made.json()['token']}")
    assert seen.json()["nodes"] == nodes


async def test_a_hundred_nodes_are_enough(busy_house) -> None:
    assert (await busy_house.client.post("/api/snapshot", json=viewed(nodes=[CENTER] * 100))).status_code == 201
    answer = await busy_house.client.post("/api/snapshot", json=viewed(nodes=[CENTER] * 101))
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "Too many nodes: maximum is 100",
        "message": "Too many nodes: maximum is 100",
        "detail": [{"type": "too_long", "loc": ["body", "nodes"], "msg": "Too many nodes: maximum is 100"}],
    }


async def test_a_body_of_64_kib_is_taken_and_one_byte_more_is_not(busy_house) -> None:
    start, end = b'{"center":{"id":"1","type":"artist"},"nodes":[{"id":"1","type":"artist","more":"', b'"}]}'
    body = start + b"x" * (64 * 1024 - len(start) - len(end)) + end
    headers = {"Content-Type": "application/json"}
    assert (await busy_house.client.post("/api/snapshot", content=body, headers=headers)).status_code == 201
    answer = await busy_house.client.post("/api/snapshot", content=body + b" ", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert "64 KiB" in answer.json()["message"]
    unproven = await busy_house.stranger.post("/api/snapshot", content=body + b" ", headers=headers)
    assert unproven.status_code == 401


async def test_the_fifty_first_is_too_many_until_one_expires(house) -> None:
    for _ in range(50):
        assert (await house.client.post("/api/snapshot", json=VIEW)).status_code == 201
    answer = await house.client.post("/api/snapshot", json=VIEW)
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_snapshots")
    assert {"message", "detail", "hint"} <= set(answer.json())
    assert 27 * 86_400 < int(answer.headers["Retry-After"]) <= 28 * 86_400


@pytest.mark.parametrize("token", ["AAAAAAAAAAAAAAAA", "x", "A" * 5000, "%00", "..%2f..%2fetc", "ä", "%ff"])
async def test_an_unknown_or_malformed_token_is_404(busy_house, token: str) -> None:
    answer = await busy_house.stranger.get(f"/api/snapshot/{token}")
    assert answer.status_code == 404
    assert answer.json()["error"] == "not_found"


async def test_a_store_that_is_not_ready_is_said(open_house, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_: Storage) -> object:
        raise StoreBusy("Another program kept the library locked.", "Try again.")

    async with open_house() as house:
        monkeypatch.setattr(Storage, "read", busy)
        monkeypatch.setattr(Storage, "write", busy)
        asked = [house.owner.get("/api/snapshot/AAAAAAAAAAAAAAAA"), house.owner.post("/api/snapshot", json=VIEW)]
        for answer in [await each for each in asked]:
            assert (answer.status_code, answer.json()["error"]) == (503, "store_busy")
