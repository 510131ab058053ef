"""A listener with a few tracks, a network that has them, and the program in front of both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from services.demo.slskd.invention import file_of
from services.demo.slskd.network import Folder, Network, Peer, SharedFile, Tags
from services.demo.spotify.catalogue import Album, Track
from services.demo.spotify.world import SpotifyWorld
from services.downloads import arrivals
from services.downloads.hold import Rhythm
from services.downloads.watching import Rhythm as Looks
from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from services.soulseek import searches
from storage import activity
from storage.values import Job
from tests.upstreams.fixtures_spotify import invented_spotify

LOOKS = Looks(quiet=0.6, told=0.2, look=0.4, idle=0.6)
QUEUE = Rhythm(poll=0.3, slowest=0.6, look=0.3, lease=5.0, renew=1.0, settle=3.0)


@dataclass
class Listening:
    """A world whose listener has saved nothing and has no playlists yet; ``albums`` are some with three tracks at least."""

    world: SpotifyWorld = field(default_factory=invented_spotify)

    def __post_init__(self) -> None:
        listener = self.world.first
        listener.saved.clear()
        listener.playlists.clear()
        listener.followed.clear()

    @property
    def albums(self) -> list[Album]:
        catalogue = self.world.catalogue
        seen: dict[str, Album] = {}
        for album in catalogue.albums.values():
            names = [track.name for track in catalogue.tracks_of[album.id]]
            plain = all(name.isascii() and name.replace(" ", "").isalpha() for name in (album.name, *names))
            if plain and len(set(names)) == len(names) >= 3 and album.artists[0].name.replace(" ", "").isalpha():
                seen.setdefault(album.artists[0].id, album)
        return list(seen.values())

    def tracks(self, album: Album) -> list[Track]:
        return self.world.catalogue.tracks_of[album.id]

    def save(self, *tracks: Track) -> None:
        for track in tracks:
            self.world.first.saved[track.uri] = "2025-01-01T00:00:00Z"


def shared(album: Album, tracks: list[Track], make: str = "flac", *, root: str = "@@abcde\\Music") -> Folder:
    """A folder with these tracks of an album, with tags."""
    files: list[SharedFile] = []
    for track in tracks:
        tags = Tags(track.artists[0].name, album.name, track.name, track.number, 1999)
        name = f"{track.number:02d} - {track.name}.{make.partition('-')[0]}"
        files.append(file_of(name, make, seconds=track.duration_ms // 1000, size=150_000 + track.number, tags=tags))
    return Folder(f"{root}\\{album.artists[0].name}\\{album.name} (1999)", tuple(files))


def network(**peers: list[Folder]) -> Network:
    """These people with these folders."""
    made = Network()
    for name, folders in peers.items():
        made.add(Peer(name, folders=folders, slots=5))
    return made


@asynccontextmanager
async def opened(folder: Path, **settings: str) -> AsyncGenerator[Runtime]:
    """The program with these settings, quick at everything that it waits for in life."""
    everything = {"SYNC_SCHEDULE": "off", "SPOTIFY_SCHEDULE": "off", "SCAN_WORKER_INTERVAL_SECONDS": "0", **settings}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in everything.items():
            patch.setenv(name, value)
        hurry(patch)
        places = locate(folder)
        async with open_runtime(load_settings(places), places) as runtime:
            yield runtime


def hurry(patch: pytest.MonkeyPatch) -> None:
    """Let nothing be waited for that the outside does not make one wait for."""
    patch.setattr(arrivals, "Rhythm", lambda: LOOKS)
    patch.setattr("services.downloads.queue.Rhythm", lambda: QUEUE)
    patch.setattr(searches, "BACKGROUND_PAUSE", 0.0)
    patch.setattr("services.autosync.autosync._PAUSE", 0.3)


async def run(runtime: Runtime, kind: str = "autosync", **params: Any) -> Job:
    """A job, run to its end."""
    job, _ = await runtime.jobs.start(kind, runtime.owner.id, params)
    async with asyncio.timeout(90):
        return [seen async for seen in runtime.jobs.watch(runtime.owner.id, job.id)][-1]


async def feed(runtime: Runtime, *statuses: str) -> list[tuple[str, dict[str, Any]]]:
    """The entries about syncs, oldest first; of these states, if any are given."""
    async with runtime.storage.read() as conn:
        newest = await activity.newest(conn, runtime.owner.id, 200, type="sync")
    told = [(each.status, each.details) for each in reversed(newest)]
    return [each for each in told if not statuses or each[0] in statuses]


async def until(holds: Any, seconds: float = 60.0) -> None:
    """Wait until ``await holds()``."""
    end = asyncio.get_running_loop().time() + seconds
    while not await holds():
        assert asyncio.get_running_loop().time() < end, "this did not come about"
        await asyncio.sleep(0.05)
