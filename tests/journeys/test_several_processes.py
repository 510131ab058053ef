"""Two ``lockgroove serve`` on one PostgreSQL and one Redis are one program: whichever is asked, whichever dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from services.demo.invention import invent
from tests.conftest import database
from tests.journeys.fleet import Server, fleet, lease_owner, redis
from tests.upstreams.browser import code_of
from tests.upstreams.fixtures import RunningDiscogs, simulated

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(180)]
ANA = {"email": "ana@example.org", "password": "two plain words"}
YEARLY = 'sync_schedule = "0 0 1 1 *"\nautosync_schedule = "off"\nspotify_schedule = "off"\n'


@asynccontextmanager
async def two(directory: Path, discogs: RunningDiscogs) -> AsyncIterator[tuple[Server, Server, str]]:
    """Two servers with data directories of their own and one configuration, and the address of their database."""
    with ExitStack() as held:
        url, counters = held.enter_context(database()), held.enter_context(redis())
        config = directory / "lockgroove.toml"
        config.write_text(YEARLY)
        config.chmod(0o600)
        environment = {
            **discogs.environment,
            **discogs.application,
            "DATABASE_URL": url,
            "REDIS_URL": counters,
            "LOCKGROOVE_CONFIG": str(config),
        }
        async with fleet(directory, 2, environment) as (one, other):
            yield one, other, url


async def signed_in(server: Server) -> dict[str, str]:
    answer = await server.client.post("/api/auth/login", json=ANA)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def asked(server: Server, method: str, path: str, header: dict[str, str], **body: Any) -> tuple[int, Any]:
    answer = await server.client.request(method, path, headers=header, **body)
    return answer.status_code, answer.json()


async def test_what_one_process_let_in_refused_or_began_holds_at_the_other(tmp_path: Path) -> None:
    async with simulated(invent(5, seed=3)) as discogs, two(tmp_path, discogs) as (one, other, _):
        assert (await one.client.post("/api/auth/register", json=ANA)).status_code == 201
        session = await signed_in(other)
        assert (await asked(one, "GET", "/api/auth/me", session))[0] == 200
        _, begun = await asked(one, "GET", "/api/oauth/authorize/discogs", session)
        code = await code_of(begun["authorize_url"], "second_digger")
        given = {"state": begun["state"], "oauth_verifier": code}
        status, connected = await asked(other, "POST", "/api/oauth/verify/discogs", session, json=given)
        assert (status, connected["discogs_username"]) == (200, "second_digger")
        assert (await asked(one, "POST", "/api/oauth/verify/discogs", session, json=given))[0] == 400, "used up"
        assert (await asked(one, "GET", "/api/oauth/status/discogs", session))[1]["connected"] is True
        order = {"sources": ["discogs"]}
        assert (await asked(one, "POST", "/api/sync", session, json=order))[0] == 202
        status, refused = await asked(other, "POST", "/api/sync", session, json=order)
        assert (status, refused["status"]) == (429, "cooldown")
        assert (await asked(other, "POST", "/api/auth/logout", session))[0] == 200
        assert (await asked(one, "GET", "/api/auth/me", session))[0] == 401
        wrong = {**ANA, "password": "not these words"}
        logins = [(await server.client.post("/api/auth/login", json=wrong)).status_code for server in (one, other) * 3]
        assert logins == [401] * 4 + [429] * 2, "one login of the five in a minute was the right one"
        assert not any("keys_differ" in line for server in (one, other) for line in server.said)


async def test_a_scheduled_sync_runs_once_is_seen_live_elsewhere_and_outlives_its_process_and_its_database(
    tmp_path: Path,
) -> None:
    async with simulated(invent(400, seed=3)) as discogs, two(tmp_path, discogs) as (one, other, url):
        with psycopg.connect(url, autocommit=True) as db:
            long_ago = "UPDATE schedule SET last_due_at = '2020-01-01T00:00:00.000000+00:00' WHERE kind = 'sync'"
            async with asyncio.timeout(20):
                while not db.execute(long_ago).rowcount:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            (tmp_path / "lockgroove.toml").write_text(f"{YEARLY}plex_library = 'Music'\n")  # both look again
            async with asyncio.timeout(40):
                while not (jobs := db.execute("SELECT id FROM job WHERE kind = 'sync'").fetchall()):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            ((job,),) = jobs
            async with asyncio.timeout(20):
                while (runner := lease_owner(url, job)) is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            dies, home = (one, "server1") if runner == one.pid else (other, "server0")
            seen = [event async for event in watched(tmp_path / home, dies, url)]
            assert seen[-1]["phase"] == "done" and not seen[-1]["errors"]
            assert [event["pulled"] for event in seen] == sorted(event["pulled"] for event in seen)
        with psycopg.connect(url) as db:
            count = "SELECT count(*), count(DISTINCT discogs_id) FROM record"
            assert db.execute(count).fetchone() == (400, 400)
            assert db.execute("SELECT count(*) FROM copy").fetchone() == (len(discogs.world.instances),)
            states = db.execute("SELECT state, fence > 1 FROM job WHERE kind = 'sync'").fetchall()
            assert states == [("done", True)], "one job, taken over, and no second run of the same due time"


async def watched(home: Path, dies: Server, url: str) -> AsyncIterator[dict[str, Any]]:
    """The events of the owner's sync as the surviving process tells them. The other one is killed on the way, and a
    little later the database server cuts everybody off.
    """
    socket = httpx.AsyncHTTPTransport(uds=str(home / "run" / "lockgroove.sock"))
    async with httpx.AsyncClient(transport=socket, base_url="http://localhost", timeout=60) as client:
        is_killed = is_cut = False
        async with client.stream("POST", "/api/records/sync") as answer:
            async for line in answer.aiter_lines():
                if not line.startswith("data: "):
                    continue
                event = json.loads(line.removeprefix("data: "))
                yield event
                if not is_killed and event["pulled"] >= 100:
                    dies.kill()
                    is_killed = True
                elif not is_cut and event["pulled"] >= 200:
                    cut_off(url)
                    is_cut = True
        assert is_killed and is_cut


def cut_off(url: str) -> None:
    """As a database server does that restarts: every connection ends."""
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
