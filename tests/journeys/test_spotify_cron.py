"""The plays of a crowd, fetched by a scheduler over HTTP, whatever happens to single listeners or to the process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import stamina

from services.demo.spotify.faults import SpotifyFault
from services.rest import answers
from services.upstream import Timeouts
from tests.journeys.crowd import PLAYS, TROUBLES, companion, crowd, told


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """What is tried again is tried again at once."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


QUICK = Timeouts(connect=1.0, read=0.3, total=0.5)


async def test_one_run_gets_everybodys_plays_and_says_who_was_in_trouble(tmp_path: Path) -> None:
    async with crowd(tmp_path, 40, timeouts=QUICK) as people:
        troubled = people.trouble(len(TROUBLES))
        await people.lose_tokens(name for name, kind in troubled.items() if kind == "no tokens")
        result = told(await people.run())
        well = people.users.keys() - troubled.keys()
        assert (result["totalUsers"], result["successful"]) == (40, len(well))
        assert {error["userId"] for error in result["errors"]} == {str(people.users[name]) for name in troubled}
        said = {error["userId"]: error["error"] for error in result["errors"]}
        of = {kind: said[str(people.users[name])] for name, kind in troubled.items()}
        assert of["no tokens"] == "No Spotify tokens available"
        assert of["revoked"] == "Failed to refresh token"
        assert all(of.values())
        secrets = [people.spotify.refresh_token(name) for name in people.users]
        assert not any(secret in str(result) for secret in secrets)
        assert await people.plays() == {name: PLAYS if name in well else 0 for name in people.users}
        assert result["playsSynced"] == PLAYS * len(well)

        people.spotify.mend()
        again = told(await people.run())
        healed = [name for name, kind in troubled.items() if kind not in ("revoked", "no tokens")]
        assert again["playsSynced"] == PLAYS * len(healed), (
            "what failed is made up for, what was there is not stored twice"
        )
        assert {n for n, count in (await people.plays()).items() if count == PLAYS} >= {*well, *healed}


async def test_a_second_call_during_a_run_does_nothing(tmp_path: Path) -> None:
    async with crowd(tmp_path, 12) as people:
        both = await asyncio.gather(people.run(), people.run())
        assert sorted(answer.status_code for answer in both) == [200, 409]
        assert people.spotify.asked("GET", "/recently-played") == 12
        assert set((await people.plays()).values()) == {PLAYS}


async def test_a_pause_that_spotify_asks_for_ends_the_run_for_everybody(tmp_path: Path) -> None:
    async with crowd(tmp_path, 12) as people:
        people.spotify.fault(SpotifyFault.QUOTA, times=1, value="40000")
        result = told(await people.run())
        asked = people.spotify.asked("GET", "/recently-played")
        assert asked <= 3 and result["failed"] > 12 - asked
        assert all(error["error"].startswith("Rate limited until") for error in result["errors"])
        people.spotify.mend()
        assert told(await people.run())["successful"] == 0, "the pause is remembered"
        assert people.spotify.asked("GET", "/recently-played") == asked


@pytest.mark.by_hand  # goes by the clock
async def test_who_hangs_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.2)  # a run may take longer than other answers
    async with crowd(tmp_path, 12) as people:
        people.runtime.plays_run.patience = 3.0
        hanging = people.trouble(3, [SpotifyFault.HANG])
        result = told(await people.run())
        assert {error["error"] for error in result["errors"]} == {"Spotify did not answer in time"}
        assert {error["userId"] for error in result["errors"]} == {str(people.users[name]) for name in hanging}


async def test_whom_the_time_did_not_suffice_for_comes_first_the_next_time(tmp_path: Path) -> None:
    async with crowd(tmp_path, 12) as people:
        seconds = iter([0.0] * 8 + [1000.0] * 1000)
        people.runtime.plays_run.clock = lambda: next(seconds)
        result = told(await people.run())
        asked = {r["account"] for r in people.spotify.requests}
        never = people.users.keys() - asked
        assert never and {error["error"] for error in result["errors"]} == {"Not processed: time budget exhausted"}
        people.runtime.plays_run.clock = lambda: 0.0
        before = len(people.spotify.requests)
        told(await people.run())
        order = [r["account"] for r in people.spotify.requests[before:] if "recently" in r["path"]]
        assert set(order[: len(never) + 2]) >= never, "three are fetched at a time, so two more may be quicker"
        assert set((await people.plays()).values()) == {PLAYS}


@pytest.mark.parametrize("secret", ["Basic x", "Bearer wrong"])
async def test_nobody_without_the_secret_starts_a_run(tmp_path: Path, secret: str) -> None:
    async with crowd(tmp_path, 1) as people:
        refused = await people.scheduler.get("/api/cron/sync-spotify", headers={"Authorization": secret})
        assert (refused.status_code, refused.json()) == (401, {"success": False, "error": "Unauthorized"})
        assert people.spotify.requests == []


async def test_a_run_killed_in_the_middle_leaves_nothing_half_stored(tmp_path: Path) -> None:
    async with crowd(tmp_path, 14) as people:
        async with companion(people, tmp_path, "run") as process:
            assert await process.said() == "ready"
            await process.tell("go")
            while people.spotify.asked("GET", "/recently-played") < 5:  # noqa: ASYNC110 - nothing to wait on
                await asyncio.sleep(0.002)
            process.kill()
        stored = await people.plays()
        assert set(stored.values()) <= {0, PLAYS} and 0 in stored.values()
        assert (await people.run()).status_code == 409, "whoever was killed holds the lock for five minutes"
        await people.let_locks_expire()
        result = told(await people.run())
        assert result["failed"] == 0
        assert set((await people.plays()).values()) == {PLAYS}


@pytest.mark.by_hand
async def test_processes_that_renew_one_login_at_a_time_do_not_lose_it(tmp_path: Path) -> None:
    async with crowd(tmp_path, 1, rotates=True) as people, AsyncExitStack() as held:
        others = [await held.enter_async_context(companion(people, tmp_path, "ask")) for _ in range(3)]
        assert [await process.said() for process in others] == ["ready"] * 3
        for renewals in (1, 2, 3):
            await people.let_access_end()
            for process in others:
                await process.tell("go")
            assert [await process.said() for process in others] == ["ok"] * 3
            refreshed = [r for r in people.spotify.requests if r["path"] == "/api/token"]
            assert [r["status"] for r in refreshed] == [200] * renewals
        assert told(await people.run())["successful"] == 1
