"""How an app is kept within what Spotify allows: pauses, budgets, closed doors, on both engines."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from services.errors import UpstreamRateLimited
from services.runtime import Runtime
from services.spotify.capabilities import Capabilities
from services.spotify.connect import MANNERS
from services.spotify.kinds import AUDIO_FEATURES, HISTORY, LIBRARY_WRITE
from services.spotify.quota import IN_ALL, OF_A_KIND, Quota
from services.spotify.refusals import CapabilityClosed, ScopeMissing, pause
from services.upstream import Limiters, Priority
from storage import accounts, spotify_limits
from storage.engine import Storage, open_storage
from storage.values import CapabilityRow, CapabilityState, UserId
from tests.services.spotify.conftest import Opens
from tests.upstreams.fixtures_spotify import RunningSpotify, simulated_spotify


@pytest_asyncio.fixture
async def storage(library_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Storage]:
    catalogue = f"sqlite:///{tmp_path_factory.mktemp('catalogue') / 'catalogue.db'}"
    async with open_storage(library_url, catalogue) as opened:
        yield opened


async def _owner(storage: Storage) -> UserId:
    async with storage.write() as conn:
        return (await accounts.ensure_owner(conn)).id


async def test_a_pause_holds_every_call_of_the_app_until_it_is_over(storage: Storage) -> None:
    now = 1_800_000_000.0
    quota, other = Quota(storage, "app", clock=lambda: now), Quota(storage, "another", clock=lambda: now)
    await quota.permit("history")
    await quota.hold(pause(now + 48_925, "quota_exhausted"), "history")
    await quota.hold(pause(now + 60, "rate_limited"), "top")
    with pytest.raises(UpstreamRateLimited) as held:
        await Quota(storage, "app", clock=lambda: now).permit("top")
    assert (held.value.retry_at, held.value.code) == (now + 48_925, "quota_exhausted")
    await other.permit("top")
    now += 48_926
    await quota.permit("top")
    assert await quota.paused() is None


async def test_what_was_asked_is_counted_for_a_day_by_all_processes_together(storage: Storage) -> None:
    now = 1_800_000_000.0
    first, second = (Quota(storage, "app", clock=lambda: now) for _ in range(2))
    for quota in (first, second, second):
        await quota.permit("history")
        await quota.write()
    assert (await first.budget()).calls == {"history": 3}
    now += 12 * 3600
    await first.permit("top")
    budget = await first.budget()
    assert (budget.in_all, budget.left("history"), budget.left("top")) == (4, OF_A_KIND - 3, OF_A_KIND - 1)
    now += 13 * 3600
    assert (await second.budget()).calls == {"top": 1}


async def test_work_that_needs_more_than_is_left_is_refused_before_it_begins(storage: Storage) -> None:
    quota = Quota(storage, "app", clock=lambda: 1_800_000_000.0)
    async with storage.write() as conn:
        await spotify_limits.count(conn, "app", 500_000, {"search": 450, "top": IN_ALL - 500}, keep_from=0)
    await quota.require("search", 50)
    for kind, calls in (("search", 51), ("history", 51)):
        with pytest.raises(UpstreamRateLimited) as refused:
            await quota.require(kind, calls)
        assert refused.value.code == "quota_exhausted" and "50 are left" in refused.value.message


async def test_a_closed_door_is_believed_for_a_week(storage: Storage) -> None:
    user = await _owner(storage)
    await Capabilities(storage, user, "app", "me").closed(AUDIO_FEATURES, 403)
    with pytest.raises(CapabilityClosed) as closed:
        await Capabilities(storage, user, "app", "me").check(AUDIO_FEATURES, "measure")
    assert closed.value.since
    for client_id, account in (("app", "another account"), ("another app", "me")):
        await Capabilities(storage, user, client_id, account).check(AUDIO_FEATURES, "measure")
    old = CapabilityRow("audio_features", CapabilityState.CLOSED, "2026-01-01T00:00:00.000000+00:00", "403")
    async with storage.write() as conn:
        await spotify_limits.learn(conn, user, "app", "me", old)
    await Capabilities(storage, user, "app", "me").check(AUDIO_FEATURES, "measure")


async def test_what_another_app_taught_is_forgotten_once_this_one_learns(storage: Storage) -> None:
    user = await _owner(storage)
    await Capabilities(storage, user, "former", "me").closed(AUDIO_FEATURES, 403)
    await Capabilities(storage, user, "app", "me").works(HISTORY)
    async with storage.read() as conn:
        assert await spotify_limits.capabilities(conn, user, "former", "me") == []


async def test_a_short_pause_is_waited_out_by_background_work_only(program: Runtime, spotify: RunningSpotify) -> None:
    client = await program.spotify.client(program.owner.id)
    await client.profile()
    spotify.fault("rate-limit", times=1, value="4")
    with pytest.raises(UpstreamRateLimited) as told:
        await client.interactive.saved_tracks()
    assert told.value.code == "rate_limited" and 0 < told.value.retry_at - time.time() <= 5
    assert await program.spotify.quota.paused() is None, "that is no pause of the app"


async def test_calls_do_not_come_in_a_rush() -> None:
    """Four in a second, as a token bucket of Spotify's own manners would let through (spotify-api.md 1.9)."""
    limiter = Limiters().of(MANNERS, "https://api.spotify.com/v1", "app")
    for _ in range(MANNERS.burst):
        await limiter.turn(Priority.INTERACTIVE, 0.0, "ask")
    with pytest.raises(UpstreamRateLimited) as rushed:
        await limiter.turn(Priority.INTERACTIVE, 0.0, "ask")
    assert rushed.value.retry_at - time.time() < 1.5


async def test_a_scope_that_was_not_granted_costs_no_request(opens: Opens) -> None:
    async with simulated_spotify() as spotify, opens(spotify.environment) as program:
        spotify.app.grants._refresh[spotify.refresh_token()].scopes = ("user-library-read",)  # pyright: ignore[reportPrivateUsage]
        client = await program.spotify.client(program.owner.id)
        assert (await client.saved_tracks()).items
        with pytest.raises(ScopeMissing) as missing:
            await client.save(["spotify:track:4iV5W9uYEdYUVa79Axb7Rh"])
        assert missing.value.scope == LIBRARY_WRITE.scopes[0] in missing.value.message
        assert spotify.asked("PUT") == 0


async def test_the_doctors_questions_are_few_and_none_while_paused(opens: Opens) -> None:
    async with (
        simulated_spotify(opened=["recommendations"], checked=False) as spotify,
        opens(spotify.environment) as program,
    ):
        status = await program.spotify.probe(program.owner.id)
        known = {row.name: row.state.value for row in status.capabilities}
        assert (known["audio_features"], known["recommendations"], known["history"], known["catalog_page_50"]) == (
            "closed",
            "available",
            "available",
            "closed",
        )
        assert sum(1 for r in spotify.requests if r["path"].startswith("/v1/")) <= 8
        await program.spotify.quota.hold(pause(time.time() + 3600, "quota_exhausted"), "top")
        asked = len(spotify.requests)
        with pytest.raises(UpstreamRateLimited):
            await program.spotify.probe(program.owner.id)
        assert len(spotify.requests) == asked
