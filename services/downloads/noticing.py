"""Noticing what arrives: the downloads folder is followed, and what is in it becomes an arrival once it is whole."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from services.beets.filing import FILING
from services.beets.grounds import Music
from services.downloads.landing import Landing
from services.downloads.watching import Rhythm, Watch, changes
from services.errors import LockgrooveError
from services.events import ArrivalsChanged, Events
from services.jobs import Jobs
from storage import arrivals as rows
from storage import user_values
from storage.engine import Storage
from storage.instants import instant
from storage.values import UserId
from storage.values.arrivals import OPEN, Arrival, ArrivalState

log = structlog.stdlib.get_logger(__name__)

_WATCHED_SINCE = "arrivals.watched_since"
"""Under which it is kept since when which downloads folders are watched: the instant at which the first look was over."""
_MOST_PATHS = 400
"""Paths in one question to the store."""
_MOST_FOLDERS = 20
"""Downloads folders of which it is remembered that they were watched."""
_TOLD_FOR = 600.0
"""Seconds for which it is remembered that a folder was said to be whole."""


class Noticing:
    """Follows the downloads folder. ``lock`` is a file of ours: whoever holds it follows, in whichever process, and a
    process that dies lets go of it. Two that followed would only do the work twice, for a path is open once in the store.
    """

    def __init__(
        self,
        storage: Storage,
        events: Events,
        jobs: Jobs,
        landing: Landing,
        owner_id: UserId,
        lock: Path,
        rhythm: Rhythm,
    ) -> None:
        self._storage = storage
        self._events = events
        self._jobs = jobs
        self._landing = landing
        self._owner = owner_id
        self._lock = lock
        self._rhythm = rhythm
        self._told: dict[str, float] = {}
        self._stir = asyncio.Event()
        self._watch = Watch(rhythm)

    def tell(self, folder: str | None = None) -> None:
        """Look now; ``folder`` is said to be whole."""
        if folder is not None:
            self._told[folder] = time.monotonic()
        self._stir.set()

    async def run(self) -> None:
        """Watch until cancelled, whenever no other process does."""
        while True:
            try:
                with _held(self._lock) as is_ours:
                    if is_ours:
                        await self._follow()
            except LockgrooveError as error:
                log.warning("the downloads folder could not be looked at; trying again", error=error.message)
            await self._pause(self._rhythm.look)

    async def _follow(self) -> None:
        """Watch one folder, until the settings name another."""
        folder = await self._landing.folder() if self._landing.settings.beets_after_download != "off" else None
        stop = asyncio.Event()
        telling = asyncio.create_task(self._tell(folder, stop)) if folder is not None else None
        try:
            while True:
                settings = self._landing.settings
                pause = self._rhythm.idle
                if folder is not None:
                    began = time.monotonic()
                    is_moving = await self._look(folder)
                    least = self._rhythm.look if is_moving else self._rhythm.idle
                    pause = max(least, 10 * (time.monotonic() - began))
                await self._go_on()
                await self._pause(pause)
                if self._landing.settings is not settings or (
                    folder is None and await self._landing.folder() is not None
                ):
                    return
        finally:
            stop.set()
            if telling is not None:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self, folder: Path, stop: asyncio.Event) -> None:
        async for _ in changes(folder, stop):
            self._stir.set()

    async def _pause(self, seconds: float) -> None:
        """Wait, unless something stirs."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stir.wait()
        self._stir.clear()

    async def _go_on(self) -> None:
        """Imports that were decided and that no job is at: one ended, or was killed, as they came."""
        async with self._storage.read() as conn:
            is_left = await rows.next_to_import(conn, self._owner) is not None
        if is_left and all(job.kind != FILING for job in await self._jobs.active(self._owner)):
            await self._jobs.start(FILING, self._owner)

    async def _look(self, folder: Path) -> bool:
        """Look at what is in the folder, keep what is new, decide what is whole. Whether something is still on its way."""
        try:
            seen = await asyncio.to_thread(self._watch.look, folder, tuple(self._told))
        except OSError as error:
            log.warning("the downloads folder cannot be read", folder=str(folder), error=error.strerror)
            return False
        since = await self._watched_since(folder)
        former = await self._former(list(seen.music))
        fresh = {path: music for path, music in seen.music.items() if _is_news(music, former.get(path))}
        busy = await self._landing.busy() if seen.settled & fresh.keys() else set[str]()
        is_changed = False
        for path, music in fresh.items():
            is_whole = path in seen.settled and path not in busy
            is_changed |= await self._keep(former.get(path), music, is_whole=is_whole, since=since)
        gone = [each.id for each in await self._open() if not await asyncio.to_thread(os.path.lexists, each.path)]
        if gone:
            async with self._storage.write() as conn:
                await rows.forget_gone(conn, self._owner, gone)
        if since is None:
            await self._note_first(folder)
        if is_changed or gone:
            self._events.publish(ArrivalsChanged(self._owner))
        self._told = {path: at for path, at in self._told.items() if time.monotonic() - at < _TOLD_FOR}
        return any(path not in seen.settled or path in busy for path in fresh)

    async def _keep(self, former: Arrival | None, music: Music, *, is_whole: bool, since: str | None) -> bool:
        """Keep what was seen of one album; whether that is another state than before. What was there before anybody watched
        (``since``, None at the first look) is not filed by itself, also where it turns out to be whole only later.
        """
        async with self._storage.write() as conn:
            row = await rows.found(conn, self._owner, str(music.path), files=music.files, size=music.size)
            if row.state is ArrivalState.IMPORTING or (row.state is ArrivalState.ASKED and row.stamp == music.stamp):
                return False
            state = ArrivalState.WAITING
            if is_whole:
                is_new = since is not None and row.arrived_at > since
                is_automatic = self._landing.settings.beets_after_download == "automatic" and is_new
                state = ArrivalState.IMPORTING if is_automatic else ArrivalState.ASKED
            among = (ArrivalState.WAITING, ArrivalState.ASKED)
            about = {"files": music.files, "size": music.size, "stamp": music.stamp if is_whole else ""}
            if row.state is not state or row.stamp != about["stamp"]:
                await rows.change(conn, self._owner, row.id, among=among, state=state, **about)
        return former is None or former.state is not state

    async def _former(self, paths: Sequence[str]) -> dict[str, Arrival]:
        found: dict[str, Arrival] = {}
        async with self._storage.read() as conn:
            for start in range(0, len(paths), _MOST_PATHS):
                found |= await rows.last_of(conn, self._owner, paths[start : start + _MOST_PATHS])
        return found

    async def _open(self) -> list[Arrival]:
        async with self._storage.read() as conn:
            return await rows.page(conn, self._owner, OPEN, limit=_MOST_PATHS)

    async def _watched_since(self, folder: Path) -> str | None:
        async with self._storage.read() as conn:
            known = await user_values.get(conn, self._owner, _WATCHED_SINCE)
        return None if known is None else known[0].get(str(folder))

    async def _note_first(self, folder: Path) -> None:
        async with self._storage.write() as conn:
            known = await user_values.get(conn, self._owner, _WATCHED_SINCE)
            folders = dict(known[0]) if known is not None else {}
            kept = list({**folders, str(folder): instant()}.items())[-_MOST_FOLDERS:]
            await user_values.put(conn, self._owner, _WATCHED_SINCE, dict(kept))


def _is_news(music: Music, former: Arrival | None) -> bool:
    """Whether an album is another one than when it was last dealt with."""
    if former is None or former.state in (ArrivalState.WAITING, ArrivalState.ASKED):
        return True
    return not former.state.is_open and former.stamp != music.stamp and bool(former.stamp)


class _held:
    """The lock on ``file`` while the context lasts; False where another process has it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held = -1

    def __enter__(self) -> bool:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        os.close(self._held)
