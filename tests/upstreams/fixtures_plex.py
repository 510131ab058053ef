"""A running simulated Plex for any test, and the levers to make it misbehave.

Ask for ``plex`` (a small invented library) or open your own with :func:`simulated_plex`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.demo.catalogue import Document
from services.demo.plex import PlexWorld, SimulatedPlex, invent_plex
from services.demo.plex.faults import PlexFault
from services.demo.plex.things import Section, Thing
from services.demo.servers import beside, running
from tests.upstreams.fixtures_spotify import invented_spotify
from tests.upstreams.plex_openapi import wrong_requests

_DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "plex" / "plex-api-spec.yaml"


@dataclass
class RunningPlex:
    """The simulated Plex at ``url``, and what a test may do to it."""

    url: str
    app: SimulatedPlex

    @property
    def world(self) -> PlexWorld:
        """Everything in it: look, or change it "on the server"."""
        return self.app.world

    @property
    def music(self) -> Section:
        """The library of music; the other one has films."""
        return next(each for each in self.world.sections.values() if each.type == "artist")

    def some(self, type: str) -> Thing:
        """An artist, album or track of it."""
        return self.world.of_type(self.music, type)[0]

    @property
    def requests(self) -> list[Document]:
        """What was asked so far, oldest first: method, path, query, headers, status."""
        return self.app.requests

    def asked(self, method: str, part: str = "") -> int:
        """How often ``method`` was asked of an address that contains ``part``."""
        return sum(1 for r in self.requests if r["method"] == method and part in f"{r['path']}?{r['query']}")

    def fault(self, fault: PlexFault | str, **how: Any) -> None:
        """Switch a fault on: ``times``, ``match``, ``value``; see :class:`PlexFaults`."""
        self.app.faults.start(PlexFault(fault), **how)

    def mend(self) -> None:
        """Switch all faults off."""
        self.app.faults.stop()

    @property
    def totals(self) -> dict[str, int]:
        """What the library of music holds."""
        return {f"{type}s": len(self.world.of_type(self.music, type)) for type in ("artist", "album", "track")}

    @property
    def environment(self) -> dict[str, str]:
        """What connects the program to it."""
        return {"PLEX_BASE_URL": self.url, "PLEX_TOKEN": self.world.token}


@asynccontextmanager
async def simulated_plex(world: PlexWorld | None = None, *, checked: bool = True) -> AsyncGenerator[RunningPlex]:
    """A simulated Plex over ``world`` (default: a small invented one), on the running loop.

    ``checked``: at the end every request must be one that the description of Plex's API allows, with the token in its
    header and nowhere else.
    """
    app = SimulatedPlex(world or invent_plex(invented_spotify(), artists=8))
    async with running(app) as url:
        yield RunningPlex(url, app)
    if checked:
        _check(app)


def _check(app: SimulatedPlex) -> None:
    for asked in app.requests:
        assert app.world.token not in asked["query"], asked
        assert asked["headers"].get("x-plex-client-identifier"), asked
    if _DESCRIPTION.exists():
        assert wrong_requests(app.requests, _DESCRIPTION) == []


@pytest_asyncio.fixture
async def plex(request: pytest.FixtureRequest) -> AsyncGenerator[RunningPlex]:
    """A simulated Plex of this test's own: eight artists, nothing wrong.

    A test that sends requests which the description of the API does not allow fails, unless marked ``wrong_requests``.
    """
    checked = request.node.get_closest_marker("wrong_requests") is None
    async with simulated_plex(checked=checked) as upstream:
        yield upstream


@pytest.fixture
def plex_beside(request: pytest.FixtureRequest) -> Iterator[RunningPlex]:
    """The same in a thread of its own, for tests that are not coroutines or run the app."""
    app = SimulatedPlex(invent_plex(invented_spotify(), artists=8))
    with beside(app) as url:
        yield RunningPlex(url, app)
    if request.node.get_closest_marker("wrong_requests") is None:
        _check(app)
