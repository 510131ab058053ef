"""A running simulated Spotify for any test, and the levers to make it misbehave.

Ask for ``spotify`` (no limits, a listener with 200 plays) or open your own with :func:`simulated_spotify`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
import pytest_asyncio

from services.demo.catalogue import Document
from services.demo.invention import invent
from services.demo.servers import beside, running
from services.demo.spotify import SimulatedSpotify
from services.demo.spotify.catalogue import Track
from services.demo.spotify.faults import SpotifyFault
from services.demo.spotify.invention import invent_spotify
from services.demo.spotify.listeners import Listener, Play
from services.demo.spotify.world import SpotifyWorld
from tests.upstreams.spotify_openapi import wrong_requests

_DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "spotify" / "openapi-fixed.yml"


@dataclass
class RunningSpotify:
    """The simulated Spotify at ``url``, and what a test may do to it."""

    url: str
    app: SimulatedSpotify

    @property
    def world(self) -> SpotifyWorld:
        """Everybody and everything in it: look, or change it "in the app"."""
        return self.app.world

    @property
    def listener(self) -> Listener:
        """The account that the program acts for unless told otherwise."""
        return self.app.world.first

    @property
    def requests(self) -> list[Document]:
        """What was asked so far, oldest first: method, path, query, body, account, client_id, status."""
        return self.app.requests

    @property
    def log(self) -> list[Document]:
        """The same."""
        return self.app.requests

    def asked(self, method: str, part: str = "") -> int:
        """How often ``method`` was asked of a path that contains ``part``."""
        return sum(1 for r in self.requests if r["method"] == method and part in r["path"])

    def fault(self, fault: SpotifyFault | str, **how: Any) -> None:
        """Switch a fault on: ``account``, ``times``, ``match``, ``value``; see :class:`SpotifyFaults`."""
        self.app.faults.start(SpotifyFault(fault), **how)

    def mend(self, fault: SpotifyFault | str | None = None, account: str | None = None) -> None:
        """Switch it off, or all."""
        self.app.faults.stop(None if fault is None else SpotifyFault(fault), account)

    def refresh_token(self, user: str = "") -> str:
        """A way in without a browser, with every scope."""
        return self.app.grants.preset(user or self.listener.id)

    def access_token(self, user: str = "", scopes: Iterable[str] | None = None) -> str:
        """An access token that is good for an hour; with these scopes only, if given."""
        return self.app.grants.preset_access(user or self.listener.id, None if scopes is None else tuple(scopes))

    def play(self, track: Track | None = None, *, at: datetime | None = None, user: str = "") -> Play:
        """Somebody listens to something (default: any track, just now)."""
        listener = self.world.listeners[user] if user else self.listener
        chosen = track or next(iter(self.world.catalogue.tracks.values()))
        play = Play(int((at or datetime.now(UTC)).timestamp() * 1000), chosen)
        listener.play(play)
        return play

    async def approve(self, url: str, user: str = "", decision: str = "agree", *, follow: bool = False) -> str:
        """Open the page at ``url`` as a browser would and press a button; where it leads back to.

        ``follow`` goes there, to a listener of the program.
        """
        asked = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        async with httpx.AsyncClient(timeout=20, trust_env=False, verify=False) as browser:
            shown = await browser.get(url)
            assert shown.status_code == 200, shown.text
            form = {**asked, "account": user or self.listener.id, "decision": decision}
            back = await browser.post(url.partition("?")[0], data=form)
            assert back.status_code == 302, back.text
            if follow:
                await browser.get(back.headers["location"])
            return back.headers["location"]

    async def code(self, url: str, user: str = "") -> str:
        """Grant access and take the code from the way back."""
        return parse_qs(urlsplit(await self.approve(url, user)).query)["code"][0]

    @property
    def addresses(self) -> dict[str, str]:
        """Where the program finds it."""
        return {"SPOTIFY_API_BASE": f"{self.url}/v1", "SPOTIFY_ACCOUNTS_BASE": self.url}

    @property
    def application(self) -> dict[str, str]:
        """What lets the program sign people in to it with PKCE."""
        return self.addresses | {"SPOTIFY_CLIENT_ID": self.app.client_id}

    @property
    def secret(self) -> dict[str, str]:
        """What makes it a server with a secret."""
        return {"SPOTIFY_CLIENT_SECRET": self.app.client_secret}

    @property
    def environment(self) -> dict[str, str]:
        """What connects the program to it, as the first listener."""
        return self.application | {"SPOTIFY_REFRESH_TOKEN": self.refresh_token()}


def invented_spotify(plays: int = 200) -> SpotifyWorld:
    """A small world whose artists overlap with those of ``invent(60, seed=1)``, the collection of ``discogs``."""
    return invent_spotify(invent(60, seed=1), plays=plays, artists=30)


@asynccontextmanager
async def simulated_spotify(
    world: SpotifyWorld | None = None,
    *,
    rate: int | None = None,
    quota: int | None = None,
    rotates: bool = False,
    opened: Iterable[str] = (),
    clock: Callable[[], float] = time,
    checked: bool = True,
) -> AsyncGenerator[RunningSpotify]:
    """A simulated Spotify over ``world`` (default: a small invented one), on the running loop.

    ``checked``: at the end every request must be one that Spotify's description of its API allows.
    """
    app = SimulatedSpotify(
        world or invented_spotify(), rate=rate, quota=quota, rotates=rotates, opened=opened, clock=clock
    )
    async with running(app) as url:
        yield RunningSpotify(url, app)
    if checked:
        _check(app)


def _check(app: SimulatedSpotify) -> None:
    if _DESCRIPTION.exists():
        assert wrong_requests(app.requests, _DESCRIPTION) == []


@pytest_asyncio.fixture
async def spotify(request: pytest.FixtureRequest) -> AsyncGenerator[RunningSpotify]:
    """A simulated Spotify of this test's own: one listener with 200 plays, no limits, nothing wrong.

    A test that sends requests which Spotify's description does not allow fails, unless marked ``wrong_requests``.
    """
    checked = request.node.get_closest_marker("wrong_requests") is None
    async with simulated_spotify(checked=checked) as upstream:
        yield upstream


@pytest.fixture
def spotify_beside(request: pytest.FixtureRequest) -> Iterator[RunningSpotify]:
    """The same in a thread of its own, for tests that are not coroutines, such as those of commands."""
    app = SimulatedSpotify(invented_spotify())
    with beside(app) as url:
        yield RunningSpotify(url, app)
    if request.node.get_closest_marker("wrong_requests") is None:
        _check(app)
