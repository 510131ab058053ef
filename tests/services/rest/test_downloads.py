"""``/api/download...`` and the kept transfers of ``/soulseek``: every row and every status of the contract, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import httpx
import pytest
import pytest_asyncio

from services.downloads.hold import Rhythm
from services.downloads.queue import Downloads
from services.places import locate
from services.rest.access import Access
from services.rest.serve import open_surface
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage.errors import StoreFull
from tests.services.downloads.ground import TRACKS
from tests.upstreams.fixtures_slskd import RunningSlskd, simulated_slskd

pytestmark = pytest.mark.asyncio
FILE = {"filename": TRACKS[0].filename, "size": TRACKS[0].size, "note": "kept"}
QUICK = Rhythm(poll=0.02, slowest=0.05, look=0.02)


class Home:
    """The program over HTTP in front of a slskd; ``api`` is the owner, ``guest`` somebody who registered."""

    def __init__(self, runtime: Runtime, slskd: RunningSlskd, api: httpx.AsyncClient, guest: httpx.AsyncClient) -> None:
        self.runtime, self.slskd, self.api, self.guest = runtime, slskd, api, guest

    async def state(self, download_id: int, wanted: str) -> dict[str, Any]:
        """The entry once it is in that state; time goes by at slskd meanwhile."""
        for _ in range(400):
            entry = (await self.api.get(f"/api/download/{download_id}")).json()
            if entry["status"] == wanted:
                return entry
            self.slskd.advance(0.5)
            await asyncio.sleep(0.02)
        raise AssertionError(entry)

    async def feed(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [(e["type"], e["status"], e["details"]) for e in (await self.api.get("/api/activity")).json()]


@asynccontextmanager
async def open_home(folder: Path, slskd: RunningSlskd, *, configured: bool = True) -> AsyncIterator[Home]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCKGROOVE_DATA_DIR", str(folder))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        for name, value in slskd.environment.items() if configured else ():
            patch.setenv(name, value)
        places = locate()
        settings = load_settings(places)
    async with open_runtime(settings, places, work=False) as runtime:
        runtime.soulseek.clock = slskd.clock
        runtime.downloads = Downloads(settings, runtime.storage, runtime.soulseek, runtime.events, QUICK)
        keeping = asyncio.create_task(runtime.downloads.run())
        _, token = await runtime.accounts.create_token(runtime.owner.id, "tests")
        async with (
            open_surface(runtime, Access(), port=0, socket_path=None) as bound,
            httpx.AsyncClient(base_url=bound.url, headers={"Authorization": f"Bearer {token}"}, timeout=20) as api,
            httpx.AsyncClient(base_url=bound.url, timeout=20) as guest,
        ):
            account = {"email": "guest@example.org", "password": "correct horse battery"}
            await guest.post("/api/auth/register", json=account)
            login = await guest.post("/api/auth/login", json=account)
            guest.headers["Authorization"] = f"Bearer {login.json()['access_token']}"
            yield Home(runtime, slskd, api, guest)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@pytest_asyncio.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with (
        simulated_slskd(tmp_path / "slskd", checked=False) as slskd,
        open_home(tmp_path / "home", slskd) as opened,
    ):
        yield opened


async def test_a_download_from_the_order_to_the_file(home: Home) -> None:
    answer = await home.api.post("/api/download", json={"username": "alma", "files": [FILE, {"name": "nope"}]})
    body = answer.json()
    assert answer.status_code == 202 and body["status"] == "queued"
    first, second = body["downloads"]
    assert body["download_id"] == first["id"] < second["id"]
    assert first["filename"] == FILE["filename"] and first["status"] == first["state"] == "queued"
    assert first["progress"] == 0.0 and first["created_at"].endswith("Z")
    ids = [first["id"], second["id"]]
    assert (await home.feed())[-1] == ("download", "queued", {"download_ids": ids, "username": "alma"})
    running = await home.state(first["id"], "running")
    assert set(running) == {"id", "filename", "status", "state", "progress", "created_at", "updated_at"}
    listed = (await home.api.get("/api/downloads")).json()["downloads"]
    assert first["id"] in [each["id"] for each in listed]
    under_soulseek = (await home.api.get("/soulseek/downloads")).json()["downloads"]
    assert {each["id"]: each["state"] for each in under_soulseek}[first["id"]] == "downloading"
    done = await home.state(first["id"], "completed")
    assert done["progress"] == 100.0
    assert first["id"] not in [each["id"] for each in (await home.api.get("/api/downloads")).json()["downloads"]]
    everything = (await home.api.get("/api/downloads", params={"all": "yes", "limit": 1, "offset": 0})).json()
    assert len(everything["downloads"]) == 1
    nameless = (await home.api.get("/api/downloads/queue", params={"stuck": "on"})).json()
    assert all(each["error"] and each["hint"] for each in nameless["downloads"])
    for asked, status in (("limit=0", 422), ("limit=101", 422), ("offset=-1", 422), ("all=perhaps", 422)):
        assert (await home.api.get(f"/api/downloads?{asked}")).status_code == status
    for path, status in (("4711", 404), ("x", 422)):
        assert (await home.api.get(f"/api/download/{path}")).status_code == status
    assert (await home.api.get("/api/download/4711")).json()["detail"] == "Download not found"


async def test_what_cannot_be_asked_for_is_refused_in_the_contracts_words(home: Home) -> None:
    async def refused(path: str, body: object) -> tuple[int, Any]:
        answer = await home.api.post(path, json=body)
        detail = answer.json()["detail"]
        return answer.status_code, detail if isinstance(detail, str) else None

    assert await refused("/api/download", {"username": "alma", "files": []}) == (400, "No files supplied")
    nothing = "No files provided for download"
    assert await refused("/soulseek/download", {"username": "alma", "files": []}) == (400, nothing)
    assert (await refused("/api/download", {"username": " ", "files": [FILE]}))[0] == 400
    for body in (
        {"files": [FILE]},
        {"username": "alma"},
        {"username": "alma", "files": ["x"]},
        {"username": 4, "files": []},
        [],
    ):
        assert (await refused("/api/download", body))[0] == 422
    assert (await home.api.get("/api/activity")).json() == []


async def test_a_cancel_is_done_when_slskd_says_so_and_else_not_at_all(home: Home) -> None:
    home.slskd.peer("alma", "slow")
    made = (await home.api.post("/soulseek/download", json={"username": "alma", "files": [FILE]})).json()
    (item,) = made["detail"]["downloads"]
    assert made["status"] == "queued" and set(item) == {"id", "filename", "state", "progress"}
    key = item["id"]
    assert (await home.api.get("/api/activity")).json() == []
    await home.state(key, "running")
    told = (await home.api.get(f"/soulseek/download/{key}")).json()
    assert told["filename"] == FILE["filename"] and told["state"] == "InProgress"
    assert (await home.api.get(f"/soulseek/download/{told['id']}")).json()["id"] == told["id"]
    assert (await home.api.get("/soulseek/download/4711")).status_code == 404
    assert (await home.api.get("/soulseek/download/not-a-guid")).json()["detail"] == "Failed to fetch download"
    place = await home.api.get(f"/soulseek/download/{key}/queue")
    assert (place.status_code, place.json()["detail"]) == (502, "Failed to fetch queue position")
    home.slskd.fault("server-error", match="DELETE")
    for path, words in (
        (f"/api/download/{key}", "Failed to cancel download via slskd"),
        (f"/soulseek/download/{key}", "Failed to cancel download"),
    ):
        failed = await home.api.delete(path)
        assert (failed.status_code, failed.json()["detail"]) == (502, words)
    assert (await home.api.get(f"/api/download/{key}")).json()["status"] == "running"
    assert (await home.api.get("/api/activity")).json() == []
    retry = await home.api.post(f"/api/download/{key}/retry")
    assert (retry.status_code, retry.json()["detail"]) == (409, "Download cannot be retried in its current state")
    home.slskd.mend()
    cancelled = await home.api.delete(f"/api/download/{key}")
    assert (cancelled.status_code, cancelled.json()) == (200, {"status": "cancelled", "download_id": key})
    about = {"download_id": key, "filename": FILE["filename"]}
    assert (await home.feed())[0] == ("download", "download_cancelled", about)
    again = await home.api.delete(f"/api/download/{key}")
    assert (again.status_code, again.json()["detail"]) == (409, "Download cannot be cancelled in its current state")
    assert (await home.api.delete("/api/download/4711")).status_code == 404
    assert (await home.api.delete(f"/soulseek/download/{key}")).json() == {"cancelled": True}
    assert (await home.api.get(f"/api/download/{key}")).json()["status"] == "cancelled"
    assert (await home.api.delete("/soulseek/download/x")).status_code == 422


async def test_a_retry_is_a_new_row_or_nothing_and_bulk_does_not_wait(home: Home) -> None:
    home.slskd.peer("alma", "slow")
    key = (await home.api.post("/api/download", json={"username": "alma", "files": [FILE]})).json()["download_id"]
    await home.state(key, "running")
    await home.api.delete(f"/api/download/{key}")
    before, rows = await home.feed(), (await home.api.get("/soulseek/downloads")).json()
    for match, words in (
        ("DELETE", "Failed to cancel existing download via slskd"),
        ("POST", "Failed to enqueue download via slskd"),
    ):
        home.slskd.fault("server-error", match=match)
        failed = await home.api.post(f"/api/download/{key}/retry")
        assert (failed.status_code, failed.json()["detail"]) == (502, words)
        home.slskd.mend()
    assert (await home.feed(), (await home.api.get("/soulseek/downloads")).json()) == (before, rows)
    answer = await home.api.post(f"/api/download/{key}/retry")
    new = answer.json()["download_id"]
    assert (answer.status_code, answer.json()["status"]) == (202, "queued") and new > key
    details = {"original_download_id": key, "retry_download_id": new, "filename": FILE["filename"], "username": "alma"}
    assert (await home.feed())[0] == ("download", "download_retried", details)
    assert (await home.api.get(f"/api/download/{key}")).json()["status"] == "cancelled"
    assert (await home.api.post("/api/download/4711/retry")).status_code == 404
    nameless = (await home.api.post("/api/download", json={"username": "alma", "files": [{}]})).json()["download_id"]
    await home.state(nameless, "failed")
    assert (await home.api.post(f"/api/download/{nameless}/retry")).status_code == 400
    home.slskd.daemon.restart(away=True)
    away = await home.api.post(f"/api/download/{key}/retry")
    assert (away.status_code, away.json()["service"]) == (502, "Slskd")
    requeued = await home.api.post("/api/downloads/requeue", json={"ids": [key]})
    assert requeued.status_code == 202
    (row,) = requeued.json()["downloads"]
    put = await home.api.put("/api/downloads/priority", json={"ids": [row["id"]], "priority": 7})
    assert put.json() == {"waiting": 1}
    shown = (await home.api.get("/api/downloads/queue")).json()
    (detail,) = [each for each in shown["downloads"] if each["id"] == row["id"]]
    assert (detail["priority"], detail["retry_of"], detail["size"]) == (7, key, FILE["size"])
    purged = await home.api.post("/api/downloads/purge", json={})
    assert purged.json() == {"purged": 1}, "the nameless one stayed failed"
    assert (await home.api.post("/api/downloads/purge", json={"ids": []})).status_code == 422


async def test_a_user_sees_their_own_and_only_the_owner_reaches_slskd(home: Home) -> None:
    key = (await home.api.post("/api/download", json={"username": "alma", "files": [FILE]})).json()["download_id"]
    assert (await home.guest.get("/api/downloads", params={"all": True})).json() == {"downloads": []}
    assert (await home.guest.get("/soulseek/downloads")).json() == {"downloads": []}
    assert (await home.guest.get(f"/api/download/{key}")).status_code == 404
    assert (await home.guest.get("/api/downloads/queue")).json()["counts"]["queued"] == 0
    body = {"username": "alma", "files": [FILE]}
    for method, path in (
        ("POST", "/api/download"), ("POST", "/soulseek/download"), ("DELETE", f"/api/download/{key}"),
        ("POST", f"/api/download/{key}/retry"), ("DELETE", f"/soulseek/download/{key}"), ("GET", f"/soulseek/download/{key}"),
        ("GET", f"/soulseek/download/{key}/queue"), ("POST", "/api/downloads/requeue"), ("POST", "/api/downloads/purge"),
    ):  # fmt: skip
        answer = await home.guest.request(method, path, json=body)
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden"), path


async def test_without_slskd_or_store_nothing_is_queued_and_the_feed_says_why(tmp_path: Path, home: Home) -> None:
    async with open_home(tmp_path / "second", home.slskd, configured=False) as bare:
        answer = await bare.api.post("/api/download", json={"username": "alma", "files": [FILE]})
        assert (answer.status_code, answer.json()["detail"]) == (503, "Download worker unavailable")
        assert "SLSKD_URL" in answer.json()["hint"]
        assert (await bare.feed())[0] == ("download", "failed", {"reason": "worker_unavailable"})
        assert (await bare.api.get("/soulseek/downloads")).json() == {"downloads": []}

    def broken() -> NoReturn:
        raise StoreFull("The disk is full.")

    home.runtime.downloads._storage = SimpleNamespace(read=broken, write=broken)  # the disk fills up
    queued = await home.api.post("/api/download", json={"username": "alma", "files": [FILE]})
    assert (queued.status_code, queued.json()["detail"]) == (500, "Failed to queue download")
    assert (await home.feed())[0] == ("download", "failed", {"reason": "persistence_error"})
    for path, words in (
        ("/api/downloads", "Failed to fetch downloads"),
        ("/api/download/1", "Failed to fetch download"),
    ):
        answer = await home.api.get(path)
        assert (answer.status_code, answer.json()["detail"]) == (500, words)


@pytest.mark.parametrize("version", ["0.23.2"])
async def test_a_request_that_slskd_refuses_whole_is_in_the_feed(tmp_path: Path, version: str) -> None:
    async with (
        simulated_slskd(tmp_path / "slskd", version=version, checked=False) as slskd,
        open_home(tmp_path / "home", slskd) as home,
    ):
        slskd.peer("alma", "offline")
        key = (await home.api.post("/api/download", json={"username": "alma", "files": [FILE]})).json()["download_id"]
        await home.state(key, "failed")
        kind, status, details = (await home.feed())[0]
        assert (kind, status, details["job_id"]) == ("download", "sync_job_failed", str(key))
        assert "offline" in details["error"]
