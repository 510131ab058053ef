"""A running simulated slskd for any test, the levers to make it misbehave, and its clock.

Ask for ``slskd`` (0.26.0, time by hand) or open your own with :func:`simulated_slskd`. Time passes only by
:meth:`RunningSlskd.advance`, or by waiting on :attr:`RunningSlskd.clock`: give that to the program, and no test waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.demo.catalogue import Document
from services.demo.invention import invent
from services.demo.servers import beside, running
from services.demo.slskd import SimulatedSlskd
from services.demo.slskd.daemon import Daemon
from services.demo.slskd.faults import SlskdFault
from services.demo.slskd.invention import file_of, invent_network
from services.demo.slskd.network import Folder, Network, Peer, SharedFile, Temper
from services.demo.slskd.records import Transfer
from services.upstream import Clock
from tests.upstreams.slskd_openapi import wrong_answers, wrong_requests

DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "slskd" / "slskd-openapi-0.24.json"
ALBUM = "@@abcde\\Music\\Wooden Foxes\\Polar Tide (1987)"


@dataclass
class RunningSlskd:
    """The simulated slskd at ``url``, and what a test may do to it."""

    url: str
    app: SimulatedSlskd

    @property
    def daemon(self) -> Daemon:
        """Its inside: clock, log-in, searches, transfers."""
        return self.app.daemon

    @property
    def network(self) -> Network:
        """Everybody on it: change a peer, or add one."""
        return self.app.daemon.network

    @property
    def requests(self) -> list[Document]:
        """What was asked so far, oldest first: method, path, query, body, status, answer."""
        return self.app.requests

    @property
    def downloads(self) -> Path:
        """Where finished files land."""
        return self.daemon.downloads

    @property
    def environment(self) -> dict[str, str]:
        """What connects the program to it."""
        return {"SLSKD_URL": f"{self.url}{self.app.url_base}", "SLSKD_API_KEY": self.app.key}

    @property
    def clock(self) -> Clock:
        """Its time: whoever waits on it moves it."""

        async def sleep(seconds: float) -> None:
            self.daemon.advance(seconds)
            await asyncio.sleep(0)

        return Clock(now=lambda: self.daemon.now, sleep=sleep)

    def asked(self, method: str, part: str = "") -> int:
        """How often ``method`` was asked of a path that contains ``part``."""
        return sum(1 for r in self.requests if r["method"] == method and part in r["path"])

    def advance(self, seconds: float) -> None:
        """Let simulated time go by."""
        self.daemon.advance(seconds)

    def until(self, over: Callable[[], object], *, most: float = 3600.0) -> None:
        """Let time go by until something is so; fails if it is not within ``most`` seconds."""
        end = self.daemon.now + most
        while not over():
            assert self.daemon.now < end, "this did not come about"
            self.daemon.advance(0.5)

    def fault(self, fault: SlskdFault | str, **how: Any) -> None:
        """Switch a fault on: ``times``, ``match``, ``value``; see :class:`SlskdFault`."""
        self.app.faults.start(SlskdFault(fault), **how)

    def mend(self, fault: SlskdFault | str | None = None) -> None:
        """Switch it off, or all."""
        self.app.faults.stop(None if fault is None else SlskdFault(fault))

    def peer(self, name: str = "alma", temper: Temper | str = Temper.GENEROUS, **how: Any) -> Peer:
        """A peer with the album of :func:`album_files` in :data:`ALBUM`, in place of who had the name."""
        folders = [Folder(ALBUM, tuple(album_files()))]
        return self.network.add(Peer(name, Temper(temper), **{"folders": folders, **how}))

    def transfer(self, filename: str, username: str = "") -> Transfer:
        """The newest transfer of a file that is not removed."""
        found = [
            each for each in self.daemon.engine.current if each.filename == filename and username in ("", each.username)
        ]
        return found[-1]


def album_files(make: str = "flac") -> list[SharedFile]:
    """Three tracks and a cover; a track has about 20 MB of nothing on no disk."""
    extension = make.partition("-")[0]
    titles = ("Golden Static", "Hollow Engine", "Neon Winter")
    tracks = [file_of(f"{n:02d} - {title}.{extension}", make, seconds=180 + n) for n, title in enumerate(titles, 1)]
    return [*tracks, SharedFile("cover.jpg", 123_456)]


def remote(file: SharedFile, folder: str = ALBUM) -> str:
    """The whole remote path of a shared file."""
    return f"{folder}\\{file.name}"


def invented_network() -> Network:
    """A small one on the artists of ``invent(60, seed=1)``, the collection of ``discogs``."""
    return invent_network(invent(60, seed=1), albums=20, each=6)


@asynccontextmanager
async def simulated_slskd(
    folder: Path,
    network: Network | None = None,
    *,
    version: str = "0.26.0",
    speed: float = 0.0,
    url_base: str = "",
    checked: bool = True,
) -> AsyncGenerator[RunningSlskd]:
    """A simulated slskd that keeps its files in ``folder``, on the running loop.

    Without a ``network`` there is one peer, "alma" with :func:`album_files`. ``checked``: at the end every request must be
    one that slskd's own description allows, and every answer one that it describes.
    """
    app = SimulatedSlskd(network or Network(), folder, version=version, speed=speed, url_base=url_base)
    async with running(app) as url:
        upstream = RunningSlskd(url, app)
        if network is None:
            upstream.peer()
        yield upstream
    if checked:
        _check(app)


def _check(app: SimulatedSlskd) -> None:
    if DESCRIPTION.exists():
        assert wrong_requests(app.requests, DESCRIPTION) == []
        assert wrong_answers(app.requests, DESCRIPTION) == []


@pytest_asyncio.fixture
async def slskd(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[RunningSlskd]:
    """A simulated slskd 0.26.0 of this test's own: one peer, "alma", and time that the test moves.

    A test that sends requests which slskd's description does not allow fails, unless marked ``wrong_requests``.
    """
    checked = request.node.get_closest_marker("wrong_requests") is None
    async with simulated_slskd(tmp_path / "slskd", checked=checked) as upstream:
        yield upstream


@pytest.fixture
def slskd_beside(tmp_path: Path) -> Iterator[RunningSlskd]:
    """The same in a thread of its own with time that goes by a hundred times as fast, for tests that are not coroutines."""
    app = SimulatedSlskd(Network(), tmp_path / "slskd", speed=100.0)
    with beside(app) as url:
        upstream = RunningSlskd(url, app)
        upstream.peer()
        yield upstream
    _check(app)
