"""``/api/metadata`` and auto-sync over HTTP, with a simulated Plex (harmony-contract.md sections 4, 5 and 18)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
import stamina

from services.rest.access import Access
from services.rest.serve import open_surface
from services.runtime import Runtime
from storage import activity
from storage import autosync as rows
from storage.values.autosync import AutosyncState, Failure
from tests.services.autosync.scene import Listening, opened
from tests.upstreams.fixtures_plex import RunningPlex
from tests.upstreams.fixtures_spotify import simulated_spotify

FIELDS = {"status", "phase", "processed", "matching_queue", "started_at", "completed_at", "error"}
IDLE = {"status": "idle", "phase": "Idle", "processed": 0, "matching_queue": 0}
Ask = Callable[..., Any]


@asynccontextmanager
async def door(home: Path, **settings: str) -> AsyncGenerator[tuple[Runtime, Ask]]:
    """The program and the owner's way to ask it something; what fails is tried again without waiting."""
    with stamina.set_testing(True, attempts=1, cap=True):
        async with (
            opened(home, **settings) as runtime,
            open_surface(runtime, Access(), port=0, socket_path=runtime.places.socket) as bound,
            httpx.AsyncClient(
                base_url="http://localhost", transport=httpx.AsyncHTTPTransport(uds=str(bound.socket)), timeout=30
            ) as http,
        ):

            async def ask(method: str, path: str, status: int = 200, **how: Any) -> Any:
                answer = await http.request(method, path, **how)
                assert answer.status_code == status, answer.text
                return answer.json()

            yield runtime, ask


@pytest_asyncio.fixture
async def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


async def until_over(ask: Ask) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            state = await ask("GET", "/api/metadata/status")
            assert set(state) == FIELDS
            if state["status"] not in ("running", "stopping"):
                return state
            await asyncio.sleep(0.02)


async def told(runtime: Runtime) -> list[tuple[str, dict[str, Any]]]:
    async with runtime.storage.read() as conn:
        newest = await activity.newest(conn, runtime.owner.id, 50, type="metadata")
    return [(each.status, each.details) for each in reversed(newest)]


async def test_an_update_goes_through_its_phases_and_its_state_outlives_the_program(
    plex: RunningPlex, home: Path
) -> None:
    async with door(home, **plex.environment) as (runtime, ask):
        assert (await ask("GET", "/api/metadata/status")) | IDLE == await ask("GET", "/api/metadata/status")
        plex.fault("hang", match="/library/sections", value="0.5", times=2)
        began = await ask("POST", "/api/metadata/update", 202)
        assert began["message"] == "Metadata update started" and set(began["state"]) == FIELDS
        assert (began["state"]["status"], began["state"]["phase"]) == ("running", "Preparing")
        refused = await ask("POST", "/api/metadata/update", 409)
        assert refused["detail"] == "Metadata update already running"
        done = await until_over(ask)
        assert (done["status"], done["phase"], done["processed"], done["error"]) == ("completed", "Completed", 1, None)
        assert done["completed_at"].endswith("Z") and done["started_at"].endswith("Z")
        feed = await told(runtime)
        assert [status for status, _ in feed] == ["started", "already_running"]
        assert feed[0][1]["state"]["status"] == "running"
        plex.mend()
    async with door(home, **plex.environment) as (_, ask):
        assert await ask("GET", "/api/metadata/status") == done


async def test_an_update_is_stopped_and_a_failed_scan_is_an_error(plex: RunningPlex, home: Path) -> None:
    async with door(home, **plex.environment) as (_, ask):
        still = await ask("POST", "/api/metadata/stop", 202)
        assert still["message"] == "Stop signal issued" and still["state"]["status"] == "idle"
        plex.fault("hang", match="/library/sections", value="5")
        await ask("POST", "/api/metadata/update", 202)
        async with asyncio.timeout(20):
            while (await ask("GET", "/api/metadata/status"))["phase"] != "Scanning library":  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        stopping = await ask("POST", "/api/metadata/stop", 202)
        assert (stopping["state"]["status"], stopping["state"]["phase"]) == ("stopping", "Stopping current task")
        stopped = await until_over(ask)
        assert (stopped["status"], stopped["phase"]) == ("stopped", "Stopped by user")
        plex.mend()
        plex.fault("token-revoked")
        await ask("POST", "/api/metadata/update", 202)
        failed = await until_over(ask)
        assert (failed["status"], failed["phase"], failed["processed"]) == ("error", "Error", 0)
        assert "Plex" in failed["error"]


async def test_without_plex_an_update_says_so_and_a_sync_leaves_it_out_unless_it_is_named(home: Path) -> None:
    async with door(home) as (_, ask):
        assert (await ask("POST", "/api/metadata/update", 503))["detail"] == "Scan worker unavailable"
        assert (await ask("POST", "/api/metadata/stop", 202))["state"]["status"] == "idle"
        named = await ask("POST", "/api/sync", 202, json={"sources": ["plex", "autosync"]})
        assert named["results"] == {}
        assert named["errors"] == {"plex": "Scan worker unavailable", "autosync": "AutoSync worker unavailable"}


async def test_the_plan_tells_what_would_be_looked_for_and_asks_nobody_on_soulseek(
    plex: RunningPlex, home: Path
) -> None:
    listening = Listening()
    artists = {each.title for each in plex.world.of_type(plex.music, "artist")}
    lacking = next(each for each in listening.albums if each.artists[0].name not in artists)
    listening.world.add_playlist(listening.world.first.id, "Mine", list(listening.tracks(lacking)))
    async with simulated_spotify(listening.world) as spotify:
        settings = {**plex.environment, **spotify.environment}
        settings |= {"SLSKD_URL": "http://127.0.0.1:9", "SLSKD_API_KEY": "a-key-of-sixteen-letters"}
        async with door(home, **settings) as (runtime, ask):
            named = await ask("POST", "/api/sync", 202, json={"sources": ["spotify", "plex"]})
            assert named["results"] == {"spotify": "started", "plex": "started"}
            async with asyncio.timeout(60):
                while (run := (await ask("GET", "/api/sync/status"))["syncs"][0])["status"] == "running":  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert (run["results"], run["errors"]) == ({"playlists": "completed", "library_scan": "completed"}, {})
            plan = await ask("GET", "/api/sync/plan?limit=2&offset=1")
            tracks = listening.tracks(lacking)
            assert (plan["wanted"], plan["missing"], plan["to_search"], plan["searches"]) == (
                len(tracks), len(tracks), len(tracks), 1,
            )  # fmt: skip
            assert plan["held"] == {"plex": plex.totals["tracks"]}
            names = sorted(track.name for track in tracks)
            assert [each["title"] for each in plan["tracks"]] == names[1:3]
            assert plan["tracks"][0]["why"] == "in the playlist “Mine”"
            assert plan["tracks"][0]["search"] == f"{lacking.artists[0].name} {lacking.name}"
            await _give_up(runtime, tracks[0].id, names[0])
            given_up = await ask("GET", "/api/sync/tracks?state=failed")
            assert (given_up["skipped"], given_up["counts"]["failed"]) == (1, 1)
            assert (given_up["tracks"][0]["failure"], given_up["tracks"][0]["failures"]) == ("no_results", 3)
            assert await ask("POST", "/api/sync/tracks/retry") == {"retried": 1}
            assert (await ask("GET", "/api/sync/tracks"))["skipped"] == 0


async def _give_up(runtime: Runtime, key: str, title: str) -> None:
    """It was looked for three times in vain."""
    for _ in range(3):
        async with runtime.storage.write() as conn:
            about = {"spotify_id": key, "artist": "Somebody", "title": title, "album": "", "priority": 10}
            await rows.begin(conn, runtime.owner.id, key, **about)
            among = (AutosyncState.SEARCHING,)
            assert await rows.fail(conn, runtime.owner.id, key, Failure.NO_RESULTS, "Nobody has it.", among=among)
