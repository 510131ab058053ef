"""The simulated slskd speaks the dialect of each version, its network is worth searching, and it does what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.demo.invention import invent
from services.demo.slskd.audio import write
from services.demo.slskd.dialect import VERSIONS
from services.demo.slskd.invention import file_of, invent_network
from services.demo.slskd.network import Tags, Temper
from tests.upstreams.fixtures_slskd import (
    DESCRIPTION,
    RunningSlskd,
    album_files,
    invented_network,
    remote,
    simulated_slskd,
)
from tests.upstreams.fixtures_spotify import invented_spotify
from tests.upstreams.slskd_openapi import wrong_answers, wrong_requests

TRACK = album_files()[0]
ASKED = [{"filename": remote(TRACK), "size": TRACK.size}]


@asynccontextmanager
async def speaking(folder: Path, version: str = "0.26.0", **how: Any) -> AsyncGenerator[tuple[RunningSlskd, Any]]:
    async with (
        simulated_slskd(folder, version=version, checked=False, **how) as slskd,
        httpx.AsyncClient(base_url=f"{slskd.url}/api/v0", headers={"X-API-Key": slskd.app.key}) as http,
    ):
        yield slskd, http


@pytest.mark.parametrize("version", VERSIONS)
async def test_each_version_speaks_its_dialect(version: str, tmp_path: Path) -> None:
    number = tuple(map(int, version.split(".")))
    async with speaking(tmp_path, version) as (slskd, http):
        assert (await http.get("/application/version")).json() == version
        first = await http.post("/transfers/downloads/alma", json=ASKED)
        again = await http.post("/transfers/downloads/alma", json=ASKED)
        assert (first.status_code, again.status_code) == (201, 201)
        if number < (0, 24):
            assert first.content == again.content == b""
            killed = next(each for each in slskd.daemon.engine.transfers if each.direction == "Download")
            assert killed.exception, "a second request kills what runs"
        else:
            assert first.json()["enqueued"][0]["filename"] == remote(TRACK)
            assert again.json() == {"enqueued": [], "failed": [remote(TRACK)] if number < (0, 26) else [{}]}
        (shown,) = (await http.get("/transfers/downloads/alma")).json()["directories"][0]["files"]
        assert ("attempts" in shown) == (number >= (0, 25))
        assert ("stateDescription" in shown) == (number[:2] == (0, 24))
        batch = await http.post("/transfers/downloads/batches", json={"username": "alma", "files": ASKED})
        assert batch.status_code == (200 if number >= (0, 26) else 400)
        assert number < (0, 26) or batch.json()["failures"][0]["filename"] == remote(TRACK)
        within = httpx.AsyncClient(
            transport=httpx.ASGITransport(slskd.app), base_url="http://within/api/v0", headers=http.headers
        )
        begun = await asyncio.gather(*(within.post("/searches", json={"searchText": "golden"}) for _ in range(3)))
        refused = [each.status_code for each in begun].count(429)
        assert refused == (2 if number >= (0, 24) else 0)
        strict = await http.delete(f"/transfers/downloads/alma/{shown['id']}?remove=true")
        assert strict.status_code == (500 if number <= (0, 24, 0) else 204)


async def test_what_is_refused_is_refused_as_slskd_does(tmp_path: Path) -> None:
    async with speaking(tmp_path) as (slskd, http):
        assert (await http.get("/session", headers={"X-API-Key": "other"})).status_code == 401
        assert (await http.get("/transfers/downloads/nobody")).status_code == 404
        assert (await http.get("/transfers/downloads/alma/no-guid")).status_code == 400
        assert (await http.post("/searches", content=b"{}", headers={"Content-Type": "text/plain"})).status_code == 415
        assert (await http.post("/searches", json={"searchText": " "})).status_code == 400
        climbing = [{"filename": "a\\..\\b.mp3", "size": 1}]
        assert (await http.post("/transfers/downloads/alma", json=climbing)).status_code == 400
        slskd.peer("gone", Temper.OFFLINE)
        told = await http.post("/transfers/downloads/gone", json=ASKED)
        assert (told.status_code, told.json()) == (500, "User gone appears to be offline")
        assert (await http.get("/users/gone/browse")).status_code == 404
        slskd.daemon.log_out()
        told = await http.post("/searches", json={"searchText": "golden"})
        assert told.status_code == 409 and "Disconnected" in told.json()
        with pytest.raises(httpx.HTTPError):
            await http.post(f"{slskd.url}/_sim/life", json={"do": "stop"})
            await http.get("/server")


async def test_an_invented_network_is_worth_searching_and_goes_by_itself(tmp_path: Path) -> None:
    network = invent_network(invent(60, seed=1), invented_spotify(plays=0), albums=40)
    tempers = {peer.temper for peer in network.peers.values()}
    assert tempers == set(Temper)
    artists = {file.tags.artist for peer in network.peers.values() for folder in peer.folders for file in folder.files}
    assert len(artists) > 20 and "" in artists, "there are covers too"
    assert any(folder.is_locked for peer in network.peers.values() for folder in peer.folders)
    formats = {file.extension for peer in network.peers.values() for folder in peer.folders for file in folder.files}
    assert formats >= {"flac", "mp3", "m4a", "ogg", "jpg"}
    async with speaking(tmp_path, network=network, speed=500.0) as (slskd, http):
        palace = network.peers["cassette_palace"]
        file, folder = palace.folders[0].files[0], palace.folders[0].path
        words = " ".join(file.name.replace("\\", " ").split()[:3])
        search = (await http.post("/searches", json={"searchText": words})).json()
        asked = [{"filename": f"{folder}\\{file.name}", "size": file.size}]
        assert (await http.post("/transfers/downloads/cassette_palace", json=asked)).status_code == 201
        for _ in range(100):
            found = (await http.get(f"/searches/{search['id']}")).json()
            done = (await http.get("/transfers/downloads/cassette_palace")).json()["directories"][0]["files"][0]
            if found["isComplete"] and done["state"] == "Completed, Succeeded":
                break
            await asyncio.sleep(0.01)
        assert found["responseCount"] >= 1 and done["percentComplete"] == 100
        assert [path.stat().st_size for path in slskd.downloads.rglob("*") if path.is_file()] == [file.size]


@pytest.mark.parametrize("make", ["flac", "flac-24", "mp3-320", "mp3-v0"])
def test_what_arrives_can_be_read_by_other_programs_and_takes_no_room(make: str, tmp_path: Path) -> None:
    mutagen = pytest.importorskip("mutagen")
    tags = Tags("Björn [x]", "Polar Tide", "Golden Static", 3, 1987)
    path = tmp_path / f"03.{make.partition('-')[0]}"
    write(path, file_of(path.name, make, seconds=200, tags=tags))
    read = mutagen.File(path, easy=True)
    assert (read["artist"], read["album"], read["title"], read["tracknumber"]) == (
        ["Björn [x]"], ["Polar Tide"], ["Golden Static"], ["3"],
    )  # fmt: skip
    assert read.info.length == pytest.approx(200, rel=0.35)
    assert path.stat().st_blocks * 512 < 200_000


async def test_it_does_what_it_is_told(tmp_path: Path) -> None:
    async with speaking(tmp_path, network=invented_network()) as (slskd, http):

        async def tell(what: str, **how: Any) -> Any:
            return (await http.post(f"{slskd.url}/_sim/{what}", json=how)).json()

        before = slskd.daemon.now
        assert (await tell("clock", advance=60))["now"] == before + 60
        assert (await tell("peers", name="keepsake", temper="slow", queue=0))[6]["temper"] == "slow"
        await tell("faults", name="server-error", times=1, value="out of order")
        told = await http.get("/server")
        assert (told.status_code, told.json()) == (500, "out of order")
        assert (await http.get("/server")).json()["isLoggedIn"] is True
        assert (await tell("life", do="log-out"))["state"] == "Disconnected"
        assert (await tell("life", do="log-in"))["state"] == "Connected, LoggingIn"
        assert "Unknown fault" in (await tell("faults", name="no-such"))["detail"]
        log = (await http.get(f"{slskd.url}/_sim/log")).json()
        assert [entry["path"] for entry in log] == ["/api/v0/server"] * 2
        upload = slskd.daemon.engine.transfers[0]
        ended = await tell("transfer", id=upload.id, state="Completed, Errored", exception="Why not")
        assert (ended["state"], ended["exception"]) == ("Completed, Errored", "Why not")


@pytest.mark.skipif(not DESCRIPTION.exists(), reason="the recorded fixtures are not on this machine")
def test_the_check_against_slskds_description_finds_what_is_wrong() -> None:
    def entry(method: str, path: str, body: object = None, answer: str = "", **query: str) -> dict[str, Any]:
        common = {"content_type": "application/json", "status": 200, "fault": ""}
        return common | {"method": method, "path": f"/api/v0{path}", "body": body, "query": query, "answer": answer}

    wrong = [
        entry("POST", "/transfers/downloads/alma", {"files": []}),
        entry("POST", "/transfers/downloads/alma", [{"filename": "a", "size": "big"}]),
        entry("GET", "/transfers/downloads/all"),
        entry("GET", "/events", limit="many"),
        entry("GET", "/events", page="2"),
        entry("GET", "/users/alma/address"),
        entry("POST", "/searches", {"searchText": 7}),
        entry("DELETE", "/searches/2c0d8bd1-2c5a-4e8f-9d0a-0d1d1f5f0c11", {"a": 1}),
    ]
    assert len(wrong_requests(wrong, DESCRIPTION)) == len(wrong) - 1, "a user may be called all"
    answers = [
        entry("GET", "/server", answer='{"state": "Sleeping"}'),
        entry("GET", "/users/alma/status", answer='{"presence": "Online", "mood": "good"}'),
        entry(
            "GET", "/transfers/uploads", answer='[{"username": "alma", "directories": [{"files": [{"size": "7"}]}]}]'
        ),
    ]
    assert len(wrong_answers(answers, DESCRIPTION)) == len(answers)
    assert wrong_answers([entry("GET", "/server", answer='{"state": "Connected, LoggedIn"}')], DESCRIPTION) == []
