"""The invented worlds that pictures are taken of: every service beside the app, synced, or refusing to say anything."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from textual.pilot import Pilot
from time_machine import Traveller

from services.demo.faults import Fault
from services.demo.invention import invent
from services.demo.plex import invent_plex
from services.demo.slskd.invention import invent_network
from services.demo.spotify.invention import invent_spotify
from services.runtime import Runtime
from services.shelf import following
from storage import records
from tests.tui.screens.conftest import opened
from tests.upstreams.fixtures import RunningDiscogs, simulated
from tests.upstreams.fixtures_beets import BEET, RealBeets
from tests.upstreams.fixtures_plex import RunningPlex, simulated_plex
from tests.upstreams.fixtures_slskd import RunningSlskd, simulated_slskd
from tests.upstreams.fixtures_spotify import RunningSpotify, simulated_spotify
from tui.app import LockgrooveApp

RECORDS = 40
SETTINGS = {"AUTOSYNC_SCHEDULE": "off", "RECOMMEND_STYLES": "10", "BEETS_COMMAND": "beet"}
JOBS = ("sync", "plays", "shelf")
"""What fills the library, in this order."""


@dataclass(frozen=True, slots=True)
class World:
    """Every service that the app may be connected to."""

    discogs: RunningDiscogs
    spotify: RunningSpotify
    plex: RunningPlex
    slskd: RunningSlskd

    def refuse(self) -> None:
        """Nobody lets the app in any more."""
        self.discogs.fault(Fault.REVOKED_TOKEN)
        self.spotify.fault("token-revoked")
        self.plex.fault("token-revoked")
        self.slskd.fault("unauthorized")


@asynccontextmanager
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beets: RealBeets) -> AsyncGenerator[World]:
    """All of them, and an environment that leads to them."""
    shelf = invent(RECORDS, seed=3)
    music = invent_spotify(shelf, plays=200, artists=30)
    async with AsyncExitStack() as services:
        discogs = await services.enter_async_context(simulated(shelf))
        spotify = await services.enter_async_context(simulated_spotify(music))
        plex = await services.enter_async_context(simulated_plex(invent_plex(music, artists=12)))
        for playing in plex.world.playing.values():
            playing.state = "paused"  # what plays goes on by the second
        network = invent_network(shelf, music, albums=20, each=6)
        slskd = await services.enter_async_context(simulated_slskd(tmp_path / "slskd", network))
        environment = {**discogs.environment, **spotify.environment, **plex.environment, **slskd.environment}
        for name, value in {**environment, **beets.environment, **SETTINGS}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PATH", str(BEET.parent), prepend=os.pathsep)
        ids = map(UUID, map("{:032x}".format, count(1)))  # what is equal otherwise stands in the order of its ids
        monkeypatch.setattr(records, "uuid", SimpleNamespace(uuid4=lambda: next(ids)))
        monkeypatch.setattr(following, "QUIET", 1e9)  # the shelf is brought together when it is told to
        yield World(discogs, spotify, plex, slskd)


@asynccontextmanager
async def full(data_dir: Path, clock: Traveller) -> AsyncGenerator[tuple[LockgrooveApp, Pilot[int]]]:
    """The app with everything brought in from the world around it, a minute for each job."""
    async with opened(data_dir) as (app, pilot):
        for kind in JOBS:

            async def run(runtime: Runtime, kind: str = kind) -> None:
                job, _ = await runtime.jobs.start(kind, runtime.user.id)
                async for now in runtime.jobs.watch(runtime.user.id, job.id):
                    assert not now.error, now.error
                while await runtime.jobs.active(runtime.user.id):  # noqa: ASYNC110 (a sync starts another job)
                    await asyncio.sleep(0.05)

            await app.bridge.call(run)
            clock.shift(60)
        yield app, pilot
