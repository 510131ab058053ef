"""Many people at once: what they wait, and whether anything goes wrong.

    uv run python -m benchmarks.load people --users 200                        # on SQLite, one server
    uv run python -m benchmarks.load people --users 1000 --servers 2 --postgres postgresql://postgres@127.0.0.1/postgres
    uv run python -m benchmarks.load readers --readers 500                     # on one sync; --postgres likewise

``people``: everybody has 60 records, an API token and an address of their own, asks for something, reads for a while
(``--pause`` seconds on average) and asks again: pages of records, words to look for, figures, the feed, how syncs went;
one request in twelve adds or changes a record, and every tenth person begins with a sync of a simulated Discogs.
``readers`` all watch one sync as events. Servers are ``lockgroove serve`` in processes of their own, the simulated Discogs
is in this one together with everybody who asks. Ends with 1 if a limit is exceeded.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import httpx
import psutil
import structlog

from benchmarks.bars import Bars
from services.demo.invention import invent
from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage import accounts, records
from storage.values import NewRecord, RecordFacts, UserId
from tests.conftest import database
from tests.journeys.fleet import KEYS, Server, fleet, redis
from tests.upstreams.fixtures import RunningDiscogs, simulated

P99_MS = 1_000.0
"""What a person may have to wait, at most once in a hundred times."""
OWNED = 60


@dataclass
class Seen:
    """What came back: milliseconds by kind of request, and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict[str, list[float]](list))
    wrong: Counter[str] = field(default_factory=Counter[str])

    def report(self, bars: Bars, who: str, seconds: float) -> None:
        """Print it, with the limits."""
        every = sorted(each for times in self.took.values() for each in times)
        for name, times in sorted(self.took.items()):
            print(f"  {name:<10} {len(times):6}  {_spread(times)}")
        cuts = quantiles(every, n=100)
        bars.show(
            f"{who}: p99", cuts[98], P99_MS, "ms", note=f"p50 {cuts[49]:.0f}, {len(every) / seconds:.0f} a second"
        )
        bars.show("... errors", self.wrong.total(), 0, note=str(dict(self.wrong) or ""))


def _spread(times: list[float]) -> str:
    cuts = quantiles(times, n=100) if len(times) > 1 else times * 99
    return f"p50 {cuts[49]:7.1f}  p95 {cuts[94]:7.1f}  p99 {cuts[98]:7.1f}  max {max(times):7.1f} ms"


@contextlib.asynccontextmanager
async def served(
    arguments: argparse.Namespace, discogs: RunningDiscogs, users: int
) -> AsyncGenerator[tuple[list[Server], list[str]]]:
    """The servers, and the tokens of ``users`` people (0: of the owner) who have records and Discogs."""
    with contextlib.ExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory()))
        environment = {
            **discogs.environment,
            "TRUSTED_PROXIES": "127.0.0.1",
            "SYNC_SCHEDULE": "off",
            "SPOTIFY_SCHEDULE": "off",
            "AUTOSYNC_SCHEDULE": "off",
            "LOG_LEVEL": "WARNING",
            "DATABASE_URL": f"sqlite:///{directory / 'library.db'}",
        }
        if arguments.postgres:
            os.environ["TEST_POSTGRES_URL"] = arguments.postgres
            environment |= {"DATABASE_URL": held.enter_context(database()), "REDIS_URL": held.enter_context(redis())}
        os.environ.update(environment | KEYS)
        places = locate(directory / "prepared")
        async with open_runtime(load_settings(places), places, work=False) as runtime:
            tokens = await _people(runtime, discogs, users)
        async with fleet(directory, arguments.servers, environment) as servers:
            yield servers, tokens


async def _people(runtime: Runtime, discogs: RunningDiscogs, number: int) -> list[str]:
    if not number:
        return [(await runtime.accounts.create_token(runtime.owner.id, "load"))[1]]
    users: list[UserId] = []
    for first in range(0, number, 50):
        async with runtime.storage.write() as conn:
            for each in range(first, min(first + 50, number)):
                user = await accounts.register(conn, f"u{each}@example.org", "nobody's password")
                assert user is not None
                facts = [NewRecord(RecordFacts(f"Artist {i % 17}", f"Title {i} of {each}")) for i in range(OWNED)]
                await records.add_many(conn, user.id, facts)
                users.append(user.id)
    tokens: list[str] = []
    for each, user_id in enumerate(users):
        if each % 10 == 0:  # who syncs
            await runtime.accounts.connections.connect(user_id, "discogs", discogs.username, discogs.token)
        tokens.append((await runtime.accounts.create_token(user_id, "load"))[1])
    return tokens


async def _clients(held: contextlib.AsyncExitStack, servers: list[Server], number: int) -> list[httpx.AsyncClient]:
    """One for each person: what many connections of one client cost is the client's own."""
    trusted = httpx.create_ssl_context()
    return [
        await held.enter_async_context(
            httpx.AsyncClient(base_url=servers[each % len(servers)].url, timeout=120, trust_env=False, verify=trusted)
        )
        for each in range(number)
    ]


async def person(
    number: int, client: httpx.AsyncClient, token: str, pause: float, until: float, seen: Seen, lots: random.Random
) -> None:
    """Ask, read, ask again."""
    header = {
        "Authorization": f"Bearer {token}",
        "X-Forwarded-For": f"198.18.{number // 250}.{number % 250 + 1}",
    }
    known: list[str] = []
    await asyncio.sleep(lots.uniform(0, pause))
    if number % 10 == 0:
        await _ask(client, "sync", "POST", "/api/sync", header, seen, {"sources": ["discogs"]})
    while time.monotonic() < until:
        chosen = lots.random()
        if chosen < 0.40:
            offset = lots.randrange(0, OWNED, 20)
            answer = await _ask(client, "page", "GET", f"/api/records?limit=20&offset={offset}", header, seen)
            known = [each["recordId"] for each in answer.get("records", ())] or known
        elif chosen < 0.60:
            await _ask(client, "words", "GET", f"/api/records?limit=20&q=title+{lots.randrange(OWNED)}", header, seen)
        elif chosen < 0.70:
            await _ask(client, "figures", "GET", "/api/user/collection/stats", header, seen)
        elif chosen < 0.80:
            await _ask(client, "feed", "GET", "/api/activity", header, seen)
        elif chosen < 0.92:
            await _ask(client, "status", "GET", "/api/sync/status", header, seen)
        elif chosen < 0.96 or not known:
            record = {"artistName": "Somebody", "albumTitle": f"New {lots.random()}"}
            await _ask(client, "add", "POST", "/api/records", header, seen, record)
        else:
            await _ask(client, "change", "PUT", f"/api/records/{lots.choice(known)}", header, seen, {"notes": "seen"})
        reading = lots.expovariate(1 / pause) if pause else 0
        await asyncio.sleep(min(reading, max(0, until - time.monotonic())))


async def _ask(
    client: httpx.AsyncClient,
    name: str,
    method: str,
    path: str,
    header: dict[str, str],
    seen: Seen,
    body: object = None,
) -> dict[str, list[dict[str, str]]]:
    began = time.perf_counter()
    try:
        answer = await client.request(method, path, headers=header, json=body)
    except httpx.HTTPError as error:
        seen.wrong[f"{name} {type(error).__name__}"] += 1
        return {}
    seen.took[name].append((time.perf_counter() - began) * 1000)
    if answer.is_error:
        seen.wrong[f"{name} {answer.status_code}"] += 1
        return {}
    return answer.json()


async def people(arguments: argparse.Namespace) -> int:
    """Everybody at once for ``--seconds``; the exit status."""
    async with (
        simulated(invent(OWNED, seed=5)) as discogs,
        served(arguments, discogs, arguments.users) as (servers, tokens),
    ):
        seen, lots = Seen(), random.Random(1)
        before = [_cpu(server) for server in servers]
        began = time.monotonic()
        async with contextlib.AsyncExitStack() as held:
            clients = await _clients(held, servers, len(tokens))
            async with asyncio.TaskGroup() as group:
                for number, token in enumerate(tokens):
                    client = clients[number]
                    until = began + arguments.seconds
                    group.create_task(
                        person(number, client, token, arguments.pause, until, seen, random.Random(lots.random()))
                    )
        seconds = time.monotonic() - began
        store = "PostgreSQL and Redis" if arguments.postgres else "SQLite"
        print(
            f"{arguments.users} people on {store}, {len(servers)} server(s), {seconds:.0f} s,"
            f" each pausing {arguments.pause:g} s on average; load of the machine {os.getloadavg()[0]:.1f}"
        )
        used = [f"{_cpu(server) - spent:.1f}" for server, spent in zip(servers, before, strict=True)]
        print(f"  servers: {', '.join(used)} s of CPU, {', '.join(_memory(server) for server in servers)}")
        bars = Bars("load")
        seen.report(bars, f"{arguments.users:,} people on {store}", seconds)
        for server in servers:
            print("".join(line for line in server.said if '"level": "error"' in line)[:2000], end="")
        return bars.end()


async def readers(arguments: argparse.Namespace) -> int:
    """One sync that all of them watch to its end; the exit status."""
    async with (
        simulated(invent(arguments.records, seed=5)) as discogs,
        served(arguments, discogs, 0) as (servers, (token,)),
    ):
        header = {"Authorization": f"Bearer {token}"}
        ends: list[float] = []
        events: Counter[int] = Counter()
        wrong: Counter[str] = Counter()

        async def watch(number: int, client: httpx.AsyncClient) -> None:
            phase = "none"
            try:
                async with client.stream("POST", "/api/records/sync", headers=header) as answer:
                    async for line in answer.aiter_lines():
                        if line.startswith("data: "):
                            event = json.loads(line.removeprefix("data: "))
                            phase = event["phase"]
                            events[number] += 1
                            if event["errors"]:
                                wrong["errors in an event"] += 1
            except httpx.HTTPError as error:
                wrong[type(error).__name__] += 1
            ends.append(time.monotonic())
            if phase != "done":
                wrong[f"ended with {phase}"] += 1

        before, began = [_cpu(server) for server in servers], time.monotonic()
        async with contextlib.AsyncExitStack() as held:
            clients = await _clients(held, servers, arguments.readers)
            async with asyncio.TaskGroup() as group:
                for number in range(arguments.readers):
                    group.create_task(watch(number, clients[number]))
        store = "PostgreSQL and Redis" if arguments.postgres else "SQLite"
        print(
            f"{arguments.readers} readers of one sync of {arguments.records} records on {store}, {len(servers)} server(s):"
            f" {max(ends) - began:.1f} s; load of the machine {os.getloadavg()[0]:.1f}"
        )
        used = [f"{_cpu(server) - spent:.1f}" for server, spent in zip(servers, before, strict=True)]
        print(f"  servers: {', '.join(used)} s of CPU, {', '.join(_memory(server) for server in servers)}")
        print(f"  events a reader: {min(events.values())} to {max(events.values())}")
        bars = Bars("load")
        bars.show(
            f"{arguments.readers} readers of one sync on {store}: errors", wrong.total(), 0, note=str(dict(wrong) or "")
        )
        bars.show("... the last sees its end after the first", max(ends) - min(ends), 5, "s")
        bars.must("... each has seen events", len(events) == arguments.readers)
        return bars.end()


def _cpu(server: Server) -> float:
    return sum(psutil.Process(server.pid).cpu_times()[:2])


def _memory(server: Server) -> str:
    return f"{psutil.Process(server.pid).memory_info().rss / 1e6:.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("people", "readers"))
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--records", type=int, default=2500)
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--pause", type=float, default=5.0)
    parser.add_argument("--postgres", metavar="URL", default="", help="a server on which a database may be made")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
    sys.exit(asyncio.run({"people": people, "readers": readers}[arguments.what](arguments)))


if __name__ == "__main__":
    main()
