"""A download queue on a store of its own, in front of a simulated slskd whose time the test moves."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.downloads.hold import Rhythm
from services.downloads.queue import Downloads
from services.events import DownloadsChanged, Events
from services.places import locate
from services.settings import load_settings
from services.soulseek.connect import Soulseek
from services.upstream import Limiters
from storage import accounts
from storage.engine import Storage, open_storage
from storage.values import UserId
from storage.values.downloads import Download, DownloadFile, DownloadQuery, Source
from tests.upstreams.fixtures_slskd import ALBUM, RunningSlskd, album_files, remote

TRACKS = [DownloadFile(remote(file), file.size) for file in album_files()]
"""The album of every peer, cover included."""


@dataclass
class Ground:
    """``queue`` is kept by hand: :meth:`turn` is one look at slskd; nothing happens between."""

    slskd: RunningSlskd
    storage: Storage
    owner: UserId
    queue: Downloads
    arrived: list[Download] = field(default_factory=list[Download])

    async def turn(self, times: int = 1, *, seconds: float = 2.0) -> None:
        """Look, let what that began end, let ``seconds`` go by; so many times."""
        keeper = self.queue._keeper
        for _ in range(times):
            keeper._next_poll = 0.0
            await keeper.turn()
            while keeper._sender._tasks:
                await asyncio.gather(*keeper._sender._tasks.values(), return_exceptions=True)
                await asyncio.sleep(0)
            self.slskd.advance(seconds)

    async def until(self, state: str, *ids: int, most: int = 200) -> list[Download]:
        """Turn until these (default: all latest attempts) are in this state."""
        for _ in range(most):
            rows = await self.rows(*ids)
            if rows and {row.state.value for row in rows} == {state}:
                return rows
            await self.turn()
        raise AssertionError([(r.id, r.state.value, r.raw_state, r.handover.value, r.error) for r in await self.rows()])

    async def rows(self, *ids: int) -> list[Download]:
        """These downloads; without ids the latest attempts, oldest first."""
        if ids:
            return await self.queue.some(self.owner, list(ids))
        return (await self.queue.page(self.owner, DownloadQuery(latest=True), limit=None))[::-1]

    async def add(
        self, username: str = "alma", files: Sequence[DownloadFile] = (), *, priority: int = 0
    ) -> list[Download]:
        return await self.queue.add(self.owner, username, files or TRACKS[:1], priority=priority)

    def enqueued(self, username: str = "") -> Counter[str]:
        """How often slskd took each file on somebody's request; its own attempts and restarts are not counted."""
        found: Counter[str] = Counter()
        for request in self.slskd.requests:
            if request["method"] == "POST" and "/transfers/downloads" in request["path"] and request["status"] < 300:
                body = request["body"]
                of = body["username"] if isinstance(body, dict) else request["path"].rpartition("/")[2]
                files = body["files"] if isinstance(body, dict) else body
                if username in ("", of):
                    found.update(each["filename"] for each in files)
        return found


def track(number: int = 0, *, others: Sequence[str] = ()) -> DownloadFile:
    """A track of the album, which ``others`` have too."""
    file = TRACKS[number]
    return DownloadFile(file.filename, file.size, {}, tuple(Source(who, file.filename, file.size) for who in others))


def size_of(place: str | None) -> int:
    """Bytes of the file at ``place``; -1 if there is none."""
    return Path(place).stat().st_size if place and Path(place).is_file() else -1


@asynccontextmanager
async def open_ground(folder: Path, slskd: RunningSlskd, **settings: str) -> AsyncGenerator[Ground]:
    """A queue that looks when it is told to, and believes the clock of ``slskd``."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**slskd.environment, **settings}.items():
            patch.setenv(name, value)
        loaded = load_settings(locate(folder))
    events = Events()
    async with open_storage(f"sqlite:///{folder / 'library.db'}", f"sqlite:///{folder / 'catalogue.db'}") as storage:
        async with storage.write() as conn:
            owner = await accounts.ensure_owner(conn)
        soulseek = Soulseek(loaded, Limiters(), clock=slskd.clock)
        rhythm = Rhythm(now=lambda: slskd.daemon.now, settle=30.0, back=60.0, found=10.0)
        ground = Ground(slskd, storage, owner.id, Downloads(loaded, storage, soulseek, events, rhythm))

        async def note(user_id: UserId, download: Download) -> None:
            assert user_id == owner.id
            ground.arrived.append(download)

        ground.queue.completed = note
        try:
            yield ground
        finally:
            await soulseek.close()


__all__ = ["ALBUM", "TRACKS", "DownloadsChanged", "Ground", "open_ground", "size_of", "track"]
