"""What arrives: noticed in the downloads folder, asked about or filed by itself, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from services.beets.filing import FILING
from services.beets.grounds import Music, allowed
from services.beets.library import Beets
from services.downloads.landing import Landing
from services.downloads.noticing import Noticing
from services.downloads.watching import Rhythm
from services.errors import Conflict, LockgrooveError, NotFound
from services.events import ArrivalsChanged, Events
from services.jobs import Jobs
from services.settings import Settings
from storage import arrivals as rows
from storage.engine import Storage
from storage.values import UserId
from storage.values.arrivals import Arrival, ArrivalState
from storage.values.downloads import Download

_DECIDABLE = (ArrivalState.WAITING, ArrivalState.ASKED, ArrivalState.FAILED, ArrivalState.IGNORED)
_LOOK = 0.2
"""Seconds between two looks at an import that is waited for."""


class Arrivals:
    """What came into the downloads folder of the installation, and what somebody named for import. All of it is the owner's.

    ``lock`` is a file of ours that whoever follows the folder holds; ``rhythm`` is only changed by tests.
    """

    def __init__(
        self,
        storage: Storage,
        events: Events,
        jobs: Jobs,
        beets: Beets,
        landing: Landing,
        owner_id: UserId,
        lock: Path,
        rhythm: Rhythm | None = None,
    ) -> None:
        self._storage = storage
        self._events = events
        self._jobs = jobs
        self._beets = beets
        self.landing = landing
        self._noticing = Noticing(storage, events, jobs, landing, owner_id, lock, rhythm or Rhythm())

    @property
    def settings(self) -> Settings:
        """The settings in use; replaced when the configuration changes."""
        return self.landing.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self.landing.settings = settings
        self._noticing.tell()

    async def run(self) -> None:
        """Notice what arrives until cancelled, whenever no other process does."""
        await self._noticing.run()

    async def completed(self, user_id: UserId, download: Download) -> None:
        """The last file of a folder has come: look at it now. Never raises; whoever asks goes on with its queue."""
        local = download.local_path
        if not local:
            with suppress(LockgrooveError):
                folder = await self.landing.downloads()
                expected = folder and folder.expected(download.filename, username=download.username)
                local = str(expected) if expected else None
        self._noticing.tell(str(Path(local).parent) if local else None)

    async def page(
        self, user_id: UserId, states: Collection[ArrivalState] = (), *, limit: int = 50, offset: int = 0
    ) -> list[Arrival]:
        """Arrivals in these states (none: in any), what asks for an answer first."""
        async with self._storage.read() as conn:
            return await rows.page(conn, user_id, states, limit=limit, offset=offset)

    async def counts(self, user_id: UserId) -> dict[ArrivalState, int]:
        """How many are in each state."""
        async with self._storage.read() as conn:
            return await rows.counts(conn, user_id)

    async def get(self, user_id: UserId, id: int) -> Arrival:
        """Raises :class:`NotFound`."""
        async with self._storage.read() as conn:
            found = await rows.get(conn, user_id, id)
        if found is None:
            raise _no_such(id)
        return found

    async def import_(self, user_id: UserId, id: int, *, autotag: bool = False) -> Arrival:
        """Let beets file it, when it is its turn. Raises :class:`NotFound`, :class:`Conflict` for one that beets is at work on
        or has filed, and what :meth:`order` raises.
        """
        found = await self.get(user_id, id)
        if found.state not in _DECIDABLE:
            raise Conflict(f"“{found.name}” is {_BEING[found.state]}.")
        return await self.order(user_id, found.path, autotag=autotag)

    async def ignore(self, user_id: UserId, id: int) -> Arrival:
        """Leave it where it is, and do not ask again as long as nothing new comes to it. Raises :class:`NotFound` and
        :class:`Conflict` for one that beets is at work on or has filed.
        """
        async with self._storage.write() as conn:
            found = await rows.get(conn, user_id, id)
            if found is None:
                raise _no_such(id)
            if found.begun_at is not None and found.state is ArrivalState.IMPORTING:
                raise Conflict(f"“{found.name}” is {_BEING[found.state]}.", "Stopping in the middle would lose tracks.")
            among = (*_DECIDABLE, ArrivalState.IMPORTING)
            changed = await rows.change(conn, user_id, id, among=among, state=ArrivalState.IGNORED, error=None)
        if changed is None:
            raise Conflict(f"“{found.name}” is {_BEING[found.state]}.")
        self._events.publish(ArrivalsChanged(user_id))
        return changed

    async def order(self, user_id: UserId, path: str, *, autotag: bool = False, quiet: bool = True) -> Arrival:
        """Let beets import ``path``, when it is its turn. What is being imported already is not begun again.

        Raises :class:`NotConnected` where there is no beets, :class:`InvalidInput` for a path that is not allowed or holds
        no music, :class:`NotFound` where nothing is there.
        """
        music = await self.checked(path)
        async with self._storage.write() as conn:
            ordered = await rows.ordered(
                conn,
                user_id,
                str(music.path),
                autotag=autotag,
                quiet=quiet,
                files=music.files,
                size=music.size,
                stamp=music.stamp,
            )
        self._events.publish(ArrivalsChanged(user_id))
        await self._jobs.start(FILING, user_id)
        return ordered

    async def checked(self, path: str) -> Music:
        """What lies at ``path``, if beets may import it; see :meth:`order`."""
        where = await self._beets.where()
        return await asyncio.to_thread(allowed, path, await self.landing.roots(), where.music)

    async def ended(self, user_id: UserId, id: int, seconds: float) -> Arrival | None:
        """The arrival once beets is done with it, whichever process does it; None where that takes longer."""
        deadline = asyncio.get_running_loop().time() + seconds
        while (found := await self.get(user_id, id)).state.is_open:
            if asyncio.get_running_loop().time() > deadline:
                return None
            await asyncio.sleep(_LOOK)
        return found

    async def output(self, user_id: UserId, id: int) -> list[str]:
        """What beets has said about it so far, line by line; also while another process has it at work."""
        found = await self.get(user_id, id)
        said = found.output if not found.state.is_open else await self._beets.program.said(found.marker)
        return [line for line in said.splitlines() if line.strip()]


_BEING = {
    ArrivalState.WAITING: "not whole yet",
    ArrivalState.ASKED: "waiting for an answer",
    ArrivalState.IMPORTING: "being imported",
    ArrivalState.IMPORTED: "in the library of beets already",
    ArrivalState.FAILED: "not imported",
    ArrivalState.IGNORED: "left alone",
}


def _no_such(id: int) -> NotFound:
    return NotFound(f"There is no arrival {id}.", "`GET /api/arrivals` lists them.")
