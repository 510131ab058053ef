"""PostgreSQL and Redis stop amid a sync and requests, in whatever way, and come back: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from services.demo.invention import invent
from services.demo.world import Instance
from tests.journeys.fleet import Server, serving
from tests.journeys.private_servers import PrivatePostgres, PrivateRedis, PrivateServer, private_postgres, private_redis
from tests.upstreams.fixtures import RunningDiscogs, simulated

pytestmark = [pytest.mark.by_hand, pytest.mark.timeout(180)]
ANA = {"email": "ana@example.org", "password": "two plain words"}


@dataclass
class Ground:
    """One server on a PostgreSQL and a Redis of its own, and the owner's socket."""

    postgres: PrivatePostgres
    redis: PrivateRedis
    discogs: RunningDiscogs
    server: Server
    owner: httpx.AsyncClient
    session: dict[str, str] = field(default_factory=dict[str, str])

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.url) as connection:
            return connection.execute(sql).fetchall()  # pyright: ignore

    async def me(self) -> httpx.Response:
        return await self.server.client.get("/api/auth/me", headers=self.session)

    async def interrupted(self, times: int) -> None:
        """Until the job has met that so often."""
        async with asyncio.timeout(60):
            while sum("job interrupted by the store" in line for line in self.server.said) < times:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def until_answered(self) -> None:
        """Until requests go through again."""
        async with asyncio.timeout(30):
            while (await self.me()).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@asynccontextmanager
async def open_ground(folder: Path, *, records: int) -> AsyncIterator[Ground]:
    async with simulated(invent(records, seed=3)) as discogs:
        with ExitStack() as held:
            postgres, redis = held.enter_context(private_postgres()), held.enter_context(private_redis())
            environment = {
                **discogs.environment,
                "DATABASE_URL": postgres.url,
                "REDIS_URL": redis.url,
                "SYNC_SCHEDULE": "off",
                "AUTOSYNC_SCHEDULE": "off",
                "SPOTIFY_SCHEDULE": "off",
            }
            async with serving(folder, environment) as server:
                socket = httpx.AsyncHTTPTransport(uds=str(folder / "run" / "lockgroove.sock"))
                async with httpx.AsyncClient(transport=socket, base_url="http://localhost", timeout=60) as owner:
                    ground = Ground(postgres, redis, discogs, server, owner)
                    assert (await server.client.post("/api/auth/register", json=ANA)).status_code == 201
                    answer = await server.client.post("/api/auth/login", json=ANA)
                    ground.session = {"Authorization": f"Bearer {answer.json()['access_token']}"}
                    yield ground


@asynccontextmanager
async def stopped_at_a_page(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, what: PrivateServer, number: signal.Signals
) -> AsyncIterator[None]:
    """Inside, ``what`` has just been stopped while the sync was about to store its next page; at the end it runs again."""
    listing, is_stopped = ground.discogs.world.listing, asyncio.Event()

    def stopping(folder_id: int, sort: str, *, descending: bool) -> list[Instance]:
        if not is_stopped.is_set():
            what.stop(number)
            is_stopped.set()
        return listing(folder_id, sort, descending=descending)

    with monkeypatch.context() as patch:
        patch.setattr(ground.discogs.world, "listing", stopping)
        async with asyncio.timeout(60):
            await is_stopped.wait()
        yield
        await asyncio.to_thread(what.start)


async def through_the_weather(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, stops: list[tuple[PrivateServer, signal.Signals]]
) -> None:
    """A sync during which all this happens, and what is there when it is through."""
    assert (await ground.owner.post("/api/sync", json={"sources": ["discogs"]})).status_code == 202
    times = 0
    for what, number in stops:
        async with stopped_at_a_page(ground, monkeypatch, what, number):
            answer = await ground.me()
            if what is ground.postgres:
                assert answer.status_code == 503, answer.text
                assert answer.json()["message"] == "The library cannot be used just now." and answer.json()["hint"]
                await ground.interrupted(times := times + 1)
            else:
                assert answer.status_code == 200, answer.text
        await ground.until_answered()  # with the session from before
    busy = "SELECT 1 FROM job WHERE state IN ('queued', 'running', 'waiting')"
    async with asyncio.timeout(90):
        while ground.ask(f"{busy} AND kind = 'sync'"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    (number_of,) = ground.ask("SELECT count(*), count(DISTINCT discogs_id) FROM record")
    assert number_of == (len({each.release_id for each in ground.discogs.world.instances.values()}),) * 2
    assert ground.ask("SELECT count(*) FROM copy") == [(len(ground.discogs.world.instances),)]
    ended = ground.ask("SELECT state, error, fence FROM job WHERE kind = 'sync'")
    assert ended == [("done", None, 1 + times)], "one job that was taken up again, and no second"
    assert not [line for line in ground.server.said if "Traceback" in line]


async def test_a_database_server_that_is_killed_amid_a_sync_costs_some_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_ground(tmp_path, records=130) as ground:
        await through_the_weather(ground, monkeypatch, [(ground.postgres, signal.SIGKILL)])


async def test_whatever_stops_and_however_nothing_is_lost_or_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_ground(tmp_path, records=900) as ground:
        stops = [
            (ground.postgres, signal.SIGINT),
            (ground.redis, signal.SIGTERM),
            (ground.postgres, signal.SIGQUIT),
            (ground.redis, signal.SIGKILL),
            (ground.postgres, signal.SIGKILL),
        ]
        await through_the_weather(ground, monkeypatch, stops)


async def test_limits_hold_while_redis_is_away_and_when_it_is_back(tmp_path: Path) -> None:
    wrong = {**ANA, "password": "not these words"}

    async def refused() -> int:
        """After how many logins one is refused for their number."""
        for tried in range(1, 20):
            answer = await ground.server.client.post("/api/auth/login", json=wrong)
            if answer.status_code == 429:
                return tried
            assert answer.status_code == 401, answer.text
        raise AssertionError("none was refused")

    async with open_ground(tmp_path, records=5) as ground:
        assert await refused() == 5, "the right one was counted too"
        ground.redis.stop(signal.SIGKILL)
        assert await refused() <= 6, "counted by the process alone"
        ground.redis.start()
        assert await refused() <= 6
        assert (await ground.me()).status_code == 200
