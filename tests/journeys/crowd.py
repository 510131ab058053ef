"""A server with many listeners, some of whose accounts are in trouble, and a scheduler that calls it over HTTP."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, func, select, update

from services.demo.spotify.faults import SpotifyFault
from services.places import locate
from services.rest.access import Access
from services.rest.serve import open_surface
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from services.spotify.grants import Grant
from services.upstream import Timeouts
from storage import accounts
from storage.instants import instant
from storage.tables import short_lived, spotify_access
from storage.tables.plays import play
from storage.values import ConnectMethod, UserId
from tests.upstreams.fixtures_spotify import RunningSpotify, simulated_spotify

ROOT = Path(__file__).resolve().parents[2]
SECRET = "scheduler-secret-not-a-secret"
PLAYS = 50
TROUBLES = (
    "revoked",
    SpotifyFault.TOKEN_INVALID,
    SpotifyFault.PERMISSIONS,
    SpotifyFault.SCOPE,
    SpotifyFault.FORBIDDEN,
    SpotifyFault.FORBIDDEN_SILENT,
    SpotifyFault.NOT_ALLOWLISTED,
    SpotifyFault.NOT_FOUND_EMPTY,
    SpotifyFault.SERVER_ERROR,
    SpotifyFault.HTML_502,
    SpotifyFault.TIMEOUT_504,
    SpotifyFault.HTML_200,
    SpotifyFault.EMPTY_BODY,
    SpotifyFault.BAD_JSON,
    SpotifyFault.TRUNCATED,
    SpotifyFault.DROP_CONNECTION,
    SpotifyFault.TOKEN_ERROR,
    SpotifyFault.TOKEN_HTML,
    SpotifyFault.HANG,
    "no tokens",
)
"""Everything that may go wrong with one listener and is no other's trouble."""


@dataclass
class Crowd:
    """The running program, its listeners by their name at Spotify, and Spotify."""

    runtime: Runtime
    spotify: RunningSpotify
    users: dict[str, UserId]
    scheduler: httpx.AsyncClient

    async def run(self) -> httpx.Response:
        """Call as the scheduler does."""
        return await self.scheduler.get("/api/cron/sync-spotify")

    async def plays(self) -> dict[str, int]:
        """How many plays are stored of whom."""
        counted = select(play.c.user_id, func.count()).group_by(play.c.user_id)
        async with self.runtime.storage.read() as conn:
            found = {row[0]: row[1] for row in (await conn.execute(counted)).all()}
        return {name: found.get(user_id, 0) for name, user_id in self.users.items()}

    def trouble(self, number: int, kinds: Iterable[str] = TROUBLES) -> dict[str, str]:
        """Let every so many-th listener have one trouble, each in turn another; who has which."""
        turns = list(kinds)
        names = list(self.users)[:: len(self.users) // number][:number]
        troubled = {name: turns[place % len(turns)] for place, name in enumerate(names)}
        for name, kind in troubled.items():
            if kind == "revoked":
                self.spotify.app.grants.revoke(name)
            elif kind != "no tokens":
                how = {"value": "90"} if kind == SpotifyFault.HANG else {}
                self.spotify.fault(kind, account=name, **how)
        return troubled

    async def let_locks_expire(self) -> None:
        """As if the minutes were over for which a process that was killed holds what it held."""
        async with self.runtime.storage.write() as conn:
            await conn.execute(delete(short_lived))

    async def let_access_end(self) -> None:
        """As if the hour of everybody's access token were over."""
        self.spotify.app.grants.expire_access()
        async with self.runtime.storage.write() as conn:
            await conn.execute(update(spotify_access).values(expires_at=0.0))

    async def lose_tokens(self, names: Iterable[str]) -> None:
        """Take what these listeners' connections hold away."""
        async with self.runtime.storage.write() as conn:
            for name in names:
                held = await accounts.connected(conn, self.users[name], "spotify")
                assert held is not None
                await accounts.connect(conn, replace(held, credential=None))


@asynccontextmanager
async def crowd(
    directory: Path, number: int, *, timeouts: Timeouts | None = None, rotates: bool = False, work: bool = False
) -> AsyncGenerator[Crowd]:
    """A server on ``directory`` with ``number`` listeners of 50 plays each, who all signed in before."""
    async with AsyncExitStack() as held:
        spotify = await held.enter_async_context(simulated_spotify(rotates=rotates))
        names = spotify.world.join_many(number, PLAYS)
        runtime = await held.enter_async_context(opened(directory, spotify.application, work=work))
        if timeouts is not None:
            runtime.spotify._timeouts = timeouts
            runtime.spotify._open(runtime.settings)
        users = await join(runtime, spotify, names)
        bound = await held.enter_async_context(open_surface(runtime, Access(), port=0, socket_path=None))
        scheduler = await held.enter_async_context(
            httpx.AsyncClient(
                base_url=bound.url, timeout=300, headers={"Authorization": f"Bearer {SECRET}"}, trust_env=False
            )
        )
        yield Crowd(runtime, spotify, users, scheduler)


class Companion:
    """Another process of the same program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def said(self) -> str:
        """Its next line."""
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().strip()

    async def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    def kill(self) -> None:
        """Without a chance to tidy up."""
        self._process.kill()


@asynccontextmanager
async def companion(people: Crowd, directory: Path, does: str) -> AsyncGenerator[Companion]:
    """``python -m tests.journeys.listening_process`` on the same store; see there what it ``does``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.journeys.listening_process",
        str(directory),
        does,
        *(str(user_id) for user_id in people.users.values()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **people.spotify.application},
    )
    try:
        yield Companion(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def opened(directory: Path, environment: dict[str, str], *, work: bool = False) -> AsyncGenerator[Runtime]:
    """The program on ``directory``, with no schedule of its own; it runs jobs if it is to ``work``."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setenv("CRON_SECRET", SECRET)
        patch.setenv("SPOTIFY_SCHEDULE", "off")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        places = locate(directory)
        settings = load_settings(places)
        async with open_runtime(settings, places, work=work) as runtime:
            yield runtime


async def join(runtime: Runtime, spotify: RunningSpotify, names: Iterable[str]) -> dict[str, UserId]:
    """An account here for each listener, connected as after a sign-in."""
    users: dict[str, UserId] = {}
    for name in names:
        async with runtime.storage.write() as conn:
            user = await accounts.register(conn, f"{name}@example.org", "no password")
        assert user is not None
        granted = spotify.refresh_token(name)
        grant = Grant(granted, "user-read-recently-played", instant(datetime.now(UTC)), spotify.app.client_id)
        await runtime.accounts.connections.connect(
            user.id, "spotify", name, grant.stored, method=ConnectMethod.OAUTH, account_id=name
        )
        users[name] = user.id
    return users


def told(answer: httpx.Response) -> dict[str, Any]:
    """The result of a run that came to its end."""
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    assert document["success"] is True
    result: dict[str, Any] = document["result"]
    assert result["successful"] + result["failed"] == result["totalUsers"]
    assert result["failed"] == len(result["errors"])
    return result
