"""A running simulated Discogs for any test, and the levers to make it misbehave.

Ask for ``discogs`` (no rate limit, 60 records) or open your own with :func:`simulated`.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from services.demo.catalogue import Document
from services.demo.discogs import SimulatedDiscogs
from services.demo.faults import Fault
from services.demo.invention import invent
from services.demo.servers import running
from services.demo.world import World
from services.discogs.client import DiscogsClient
from services.upstream import Limiters, Timeouts

USER_AGENT = "LockgrooveTests/1.0 +https://example.org"


@dataclass
class RunningDiscogs:
    """The simulated Discogs at ``url``, and what a test may do to it."""

    url: str
    app: SimulatedDiscogs

    @property
    def world(self) -> World:
        """The account behind it: look, or change it "on the website"."""
        return self.app.world

    @property
    def token(self) -> str:
        return self.app.world.token

    @property
    def username(self) -> str:
        return self.app.world.username

    def account(self, username: str) -> World:
        """Another account of the same Discogs, such as ``second_digger``."""
        world = self.app.accounts.named(username)
        assert world is not None, f"no account {username}"
        return world

    @property
    def requests(self) -> list[Document]:
        """What was asked so far, oldest first: method, path, query, account, credential, status."""
        return self.app.requests

    def asked(self, method: str, part: str = "") -> int:
        """How often ``method`` was asked of a path that contains ``part``."""
        return sum(1 for r in self.requests if r["method"] == method and part in r["path"])

    def fault(self, fault: Fault, **how: Any) -> None:
        """Switch a fault on; see :meth:`services.demo.faults.Faults.start`."""
        self.app.faults.start(fault, **how)

    def mend(self, fault: Fault | None = None) -> None:
        """Switch it off, or all."""
        self.app.faults.stop(fault)

    @property
    def environment(self) -> dict[str, str]:
        """What connects the program to it."""
        return {
            "DISCOGS_API_BASE": self.url,
            "DISCOGS_WEB_BASE": self.url,
            "DISCOGS_TOKEN": self.token,
            "DISCOGS_USERNAME": self.username,
        }

    @property
    def application(self) -> dict[str, str]:
        """What lets the program sign people in to it."""
        return {
            "DISCOGS_CONSUMER_KEY": self.app.consumer_key,
            "DISCOGS_CONSUMER_SECRET": self.app.consumer_secret,
        }

    def client(
        self, token: str | None = "own", *, limiters: Limiters | None = None, timeouts: Timeouts | None = None
    ) -> DiscogsClient:
        """A client for it: with its own token, another one, or none (None)."""
        return DiscogsClient.open(
            self.token if token == "own" else token,
            user_agent=USER_AGENT,
            limiters=limiters or Limiters(),
            api_base=self.url,
            timeouts=timeouts,
        )


@asynccontextmanager
async def simulated(
    world: World | None = None,
    *,
    rate_limit: int | None = None,
    rate_window: float = 60.0,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[RunningDiscogs]:
    """A simulated Discogs over ``world`` (default: 60 invented records), on the running loop."""
    app = SimulatedDiscogs(world or invent(60, seed=1), rate_limit=rate_limit, rate_window=rate_window, clock=clock)
    async with running(app) as url:
        yield RunningDiscogs(url, app)


@pytest_asyncio.fixture
async def discogs() -> AsyncGenerator[RunningDiscogs]:
    """A simulated Discogs of this test's own: 60 records, no rate limit, nothing wrong."""
    async with simulated() as upstream:
        yield upstream
