"""Recently played, for one user and for all: nothing is lost, nothing doubled, nobody's trouble is another's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from services.errors import NotConnected, UpstreamRateLimited
from services.runtime import Runtime
from services.spotify.plays_run import AlreadyRunning, PlaysRun, RunResult
from storage import activity, play_syncs, short_lived
from storage.short_lived import Kind
from storage.values import Job, UserId
from tests.services.spotify.conftest import Opens
from tests.services.spotify.listeners import connected, played
from tests.upstreams.fixtures_spotify import RunningSpotify


async def fetch(program: Runtime, user_id: UserId | None = None) -> int:
    return (await program.plays_run.recent.fetch(user_id or program.owner.id)).new


def errors(result: RunResult) -> dict[str, str]:
    return {each.user_id: each.error for each in result.failures}


async def test_the_last_fifty_plays_arrive_with_everything_about_them_once(program: Runtime, spotify: RunningSpotify):
    assert await fetch(program) == 50
    assert await fetch(program) == 0
    newest, *_ = await played(program, program.owner.id)
    told = spotify.listener.recent()[0]
    assert (newest.played_at, newest.name, newest.spotify_id) == (told.played_at, told.track.name, told.track.id)
    assert newest.artists == ", ".join(each.name for each in told.track.artists)
    assert newest.album == told.track.album.name
    assert all("after=" not in each["query"] for each in spotify.requests)


async def test_a_play_made_offline_that_arrives_late_is_not_lost(program: Runtime, spotify: RunningSpotify):
    await fetch(program)
    newest = spotify.listener.recent()[0].played_at / 1000
    spotify.play(at=datetime.fromtimestamp(newest - 600.5, UTC))
    assert await fetch(program) == 1


async def test_fifty_new_plays_behind_the_last_known_one_are_told_as_a_possible_gap(
    program: Runtime, spotify: RunningSpotify
):
    await fetch(program)
    assert (await program.plays.gaps(program.owner.id)) == []  # the first look leaves none
    last = spotify.listener.recent()[0].played_at
    base = datetime.fromtimestamp(last / 1000, UTC)
    for n in range(60):
        spotify.play(at=base + timedelta(minutes=3 * (n + 1)))
    assert (await program.plays_run.recent.fetch(program.owner.id)).has_gap
    (gap,) = await program.plays.gaps(program.owner.id)
    assert gap.since == last
    assert gap.until == spotify.listener.recent()[-1].played_at


async def test_what_cannot_be_stored_is_not_half_stored(
    program: Runtime, spotify: RunningSpotify, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_: object) -> None:
        raise RuntimeError("the power fails")

    monkeypatch.setattr(play_syncs, "done", broken)
    with pytest.raises(RuntimeError):
        await fetch(program)
    assert await played(program, program.owner.id) == []


async def test_a_run_tells_of_every_user_in_the_words_of_the_contract(program: Runtime, spotify: RunningSpotify):
    spotify.world.join_many(3, 50)
    one, two = await connected(program, spotify, "listener-1", "listener-2")
    spotify.app.grants.revoke("listener-2")
    with capture_logs() as lines:
        result = await program.plays_run.run()
    assert (result.users, result.successful, result.plays) == (3, 2, 100)
    assert errors(result) == {two: "Failed to refresh token"}
    said = [line["event"] for line in lines if line["event"].startswith("[Spotify Sync]")]
    assert said[:2] == ["[Spotify Sync] Starting sync for all users...", "[Spotify Sync] Found 3 users to sync"]
    for text in (
        f"[Spotify Sync] Syncing user {one}...",
        f"[Spotify Sync] Found 50 new plays for user {one}",
        f"[Spotify Sync] Ingested 50 plays for user {one}",
        f"[Spotify Sync] Failed to sync user {two}: Failed to refresh token",
    ):
        assert text in said
    assert said[-1].startswith("[Spotify Sync] Completed in ")
    assert said[-1].endswith("ms. Success: 2, Failed: 1, Plays: 100")
    asked = len(spotify.requests)
    again = await program.plays_run.run()
    assert (again.plays, errors(again)) == (0, {two: "Failed to refresh token"})
    assert len(spotify.requests) == asked + 2  # whoever must sign in again is not asked for


async def test_a_token_refused_once_is_renewed_once_and_a_forbidden_listener_is_not(
    program: Runtime, spotify: RunningSpotify
):
    spotify.world.join_many(1, 50)
    (one,) = await connected(program, spotify, "listener-1")
    await program.plays_run.run()
    renewals, asked = spotify.asked("POST", "/api/token"), spotify.asked("GET", "recently-played")
    spotify.fault("token-expired", account=spotify.listener.id, times=1)
    spotify.fault("not-allowlisted", account="listener-1")
    result = await program.plays_run.run()
    assert list(errors(result)) == [one]
    assert "does not know you" in errors(result)[one]
    assert spotify.asked("POST", "/api/token") <= renewals + 1
    assert spotify.asked("GET", "recently-played") == asked + 3


async def test_a_limit_ends_the_calls_for_everybody(program: Runtime, spotify: RunningSpotify):
    spotify.world.join_many(8, 5)
    await connected(program, spotify, *(f"listener-{n}" for n in range(1, 9)))
    spotify.fault("quota", value="4000")
    result = await program.plays_run.run()
    assert (result.users, result.successful) == (9, 0)
    assert all(each.error.startswith("Rate limited until 20") for each in result.failures)
    assert spotify.asked("GET", "recently-played") <= 3  # those that were under way


async def test_whom_the_time_does_not_suffice_for_is_told_and_comes_first_next_time(
    program: Runtime, spotify: RunningSpotify
):
    spotify.world.join_many(5, 5)
    users = await connected(program, spotify, *(f"listener-{n}" for n in range(1, 6)))
    ticks = iter(range(0, 100_000, 2))

    def clock() -> float:
        return float(next(ticks))

    runs = PlaysRun(program.spotify, program.storage, program.plays_run.recent, clock=clock, budget=32)
    first = await runs.run()
    late = [each.user_id for each in first.failures]
    assert late
    assert set(errors(first).values()) == {"Not processed: time budget exhausted"}
    async with program.storage.read() as conn:
        order = await play_syncs.by_last_attempt(conn, [*users, program.owner.id])
    assert set(order[: len(late)]) == set(late)
    assert (await program.plays_run.run()).plays == 5 * len(late) if program.owner.id not in late else True


async def test_two_runs_at_once_do_the_work_once_and_a_dead_one_is_not_in_the_way_for_long(
    program: Runtime, spotify: RunningSpotify
):
    del spotify
    one, two = await asyncio.gather(program.plays_run.run(), program.plays_run.run(), return_exceptions=True)
    assert {type(one), type(two)} == {RunResult, AlreadyRunning}
    async with program.storage.write() as conn:
        await short_lived.claim(conn, Kind.RUN, "spotify-plays", "dead", seconds=310)
    with pytest.raises(AlreadyRunning):
        await program.plays_run.run()
    async with program.storage.write() as conn:
        expiry = await short_lived.expiry(conn, Kind.RUN, "spotify-plays")
        assert expiry is not None
        assert await short_lived.claim(conn, Kind.RUN, "spotify-plays", "x", seconds=1, now=expiry + 1) is None
        await short_lived.forget(conn, Kind.RUN, "spotify-plays")
    assert (await program.plays_run.run()).users == 1


async def test_a_user_whose_tokens_were_never_there_is_failed_with_the_text_of_the_contract(
    opens: Opens, spotify: RunningSpotify, monkeypatch: pytest.MonkeyPatch
):
    async with opens(spotify.application) as program:

        async def users() -> Sequence[UserId]:
            return [program.owner.id]

        monkeypatch.setattr(program.spotify, "users", users)
        assert errors(await program.plays_run.run()) == {program.owner.id: "No Spotify tokens available"}
        with pytest.raises(NotConnected):
            await fetch(program)
        state = await program.plays.state(program.owner.id)
        assert state.sync is not None
        assert state.sync.error


async def test_the_job_is_parked_by_a_limit_and_quiet_where_there_is_nothing_to_tell(
    program: Runtime, spotify: RunningSpotify
):
    jobs = program.jobs
    async with asyncio.TaskGroup() as group:
        working = group.create_task(jobs.run())
        job, _ = await jobs.start("plays", program.owner.id, {"scheduled": True})
        job = await _ended(program, job.id)
        assert (job.state, job.progress.counts) == ("done", {"plays": 50, "gaps": 0})
        job, _ = await jobs.start("plays", program.owner.id, {"scheduled": True})
        assert (await _ended(program, job.id)).state == "done"
        async with program.storage.read() as conn:
            told = await activity.newest(conn, program.owner.id, 10)
        assert [each.type for each in told] == ["plays"]
        spotify.fault("quota", value="4000")
        job, _ = await jobs.start("plays", program.owner.id)
        async for latest in jobs.watch(program.owner.id, job.id):
            if latest.state == "waiting":
                break
        working.cancel()
    with pytest.raises(UpstreamRateLimited):
        await fetch(program)


async def _ended(program: Runtime, job_id: str) -> Job:
    return [latest async for latest in program.jobs.watch(program.owner.id, job_id)][-1]


@pytest.mark.parametrize("library_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
async def test_the_same_on_a_server(library_url: str, opens: Opens, spotify: RunningSpotify):
    async with opens(spotify.environment | {"DATABASE_URL": library_url}) as program:
        assert (await program.plays_run.run()).plays == 50
        assert (await program.plays_run.run()).plays == 0
        assert len(await played(program, program.owner.id)) == 50
