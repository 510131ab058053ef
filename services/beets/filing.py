"""Filing what arrived, as a durable job: one import after the other, each counted, told in the feed and shown to Plex."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from services.beets import importing
from services.beets.grounds import Music, allowed
from services.beets.importing import Imported, Order
from services.beets.library import Beets
from services.errors import Crowded, LockgrooveError, NotConnected
from services.events import ActivityAdded, ArrivalsChanged, Events
from services.jobs import JobResult, Work
from services.jobs.work import Stop
from storage import activity
from storage import arrivals as rows
from storage.values import Document, UserId
from storage.values.arrivals import Arrival, ArrivalState

log = structlog.stdlib.get_logger(__name__)

FILING = "beets_import"
"""The name of this kind of job."""
_NARRATE = 0.4
"""Seconds between two looks at what beets says."""
_MOST_FOLDERS = 5
"""Folders that Plex is asked to scan one by one; of more, the one above them all."""
Scan = Callable[[str], Awaitable[object]]
"""Asks the media server to scan a folder. Raises :class:`NotConnected` where there is none."""
Roots = Callable[[], Awaitable[Sequence[Path]]]
"""The folders below which beets may import."""


class FilingJob:
    """The kind of job that imports what was decided to be imported, until nothing is left.

    A run that is broken off is gone on with: beets, which runs on by itself, is waited for, and what it did is looked at
    before anything is begun anew. ``roots`` and the rules of :func:`services.beets.grounds.allowed` are looked at just
    before beets is started, whatever was found when the import was asked for.
    """

    name = FILING

    def __init__(self, beets: Beets, roots: Roots, scan: Scan, events: Events) -> None:
        self._beets = beets
        self._roots = roots
        self._scan = scan
        self._events = events

    async def run(self, work: Work) -> JobResult:
        """Import one after the other. Stopped by a person, what was not begun on is asked about again."""
        user_id = UserId(work.job.user_id)
        try:
            while (arrival := await self._next(work, user_id)) is not None:
                await self._file(work, user_id, arrival)
        except asyncio.CancelledError:
            if work.stop is Stop.CANCELLED:
                await asyncio.shield(self._ask_again(work, user_id))
            raise
        return JobResult(dict(work.progress.counts), quiet=True)

    async def _next(self, work: Work, user_id: UserId) -> Arrival | None:
        async with work.storage.read() as conn:
            return await rows.next_to_import(conn, user_id)

    async def _ask_again(self, work: Work, user_id: UserId) -> None:
        async with work.storage.write() as conn:
            await rows.ask_again(conn, user_id)
        self._events.publish(ArrivalsChanged(user_id))

    async def _file(self, work: Work, user_id: UserId, arrival: Arrival) -> None:
        await work.report(phase=arrival.name, note="")
        try:
            async with self._narrated(work, arrival.marker):
                came = await self._imported(work, user_id, arrival)
        except LockgrooveError as error:
            # What beets cannot be asked now it may be asked later, but nobody must wait for that in silence.
            came = Imported(0, arrival.files, error=f"{error.message} {error.hint}".strip())
        await self._settle(work, user_id, arrival, came)

    async def _imported(self, work: Work, user_id: UserId, arrival: Arrival) -> Imported:
        order = Order(arrival.path, arrival.marker, arrival.files, arrival.autotag, arrival.quiet)
        if arrival.begun_at is not None and (came := await importing.resume(self._beets, order)) is not None:
            return came
        music = await self._checked(arrival)
        if not music.files:
            return Imported(0, 0, error="There is no music in it.")
        order = Order(str(music.path), arrival.marker, music.files, arrival.autotag, arrival.quiet)
        async with work.saving() as conn:
            now = await rows.begin(conn, user_id, arrival.id, files=music.files, size=music.size, stamp=music.stamp)
        self._events.publish(ArrivalsChanged(user_id))
        if now is None:
            return Imported(0, 0, error="It is not to be imported any more.")
        while True:
            try:
                return await importing.run(self._beets, order)
            except Crowded as busy:
                await work.report(note=busy.message)

    async def _checked(self, arrival: Arrival) -> Music:
        music = (await self._beets.where()).music
        roots = await self._roots()
        return await asyncio.to_thread(allowed, arrival.path, roots, music)

    async def _settle(self, work: Work, user_id: UserId, arrival: Arrival, came: Imported) -> None:
        said = await self._beets.program.said(arrival.marker)
        state = ArrivalState.FAILED if came.error else ArrivalState.IMPORTED
        about: Document = {"source": arrival.origin.value, "path": arrival.path, "title": arrival.name}
        if came.error:
            status, about["error"] = "import_failed", came.error
        else:
            status = "track_imported"
            about |= {"filed": list(came.filed[:_MOST_FOLDERS]), "imported": came.count, "skipped": came.skipped}
        async with work.saving() as conn:
            ended = await rows.change(
                conn,
                user_id,
                arrival.id,
                among=(ArrivalState.IMPORTING,),
                state=state,
                imported=came.count,
                skipped=came.skipped,
                filed=came.filed,
                error=came.error or came.note or None,
                output=said,
            )
            entry = await activity.add(conn, user_id, "sync", status, about) if ended is not None else None
            counts = work.progress.counts
            told = {"tracks": counts.get("tracks", 0) + came.count}
            if came.error:
                told["failed"] = counts.get("failed", 0) + 1
                await work.problem(arrival.name, came.error)
            await work.report(counts=told)
        await self._beets.program.forget(arrival.marker)
        self._events.publish(ArrivalsChanged(user_id))
        if entry is not None:
            self._events.publish(ActivityAdded(user_id, entry))
        if came.count:
            await self._show_plex(work, user_id, came.filed)

    async def _show_plex(self, work: Work, user_id: UserId, filed: Sequence[str]) -> None:
        """Ask Plex to scan where the music went. That it fails is told and changes nothing of the import."""
        folders = list(filed) if len(filed) <= _MOST_FOLDERS else [os.path.commonpath(filed)]
        try:
            for folder in folders:
                await self._scan(folder)
        except NotConnected:
            return
        except LockgrooveError as error:
            about: Document = {"source": "beets", "error": f"{error.message} {error.hint}".strip()}
            await self._tell(work, user_id, "plex_update_failed", about)
            return
        await self._tell(work, user_id, "plex_updated", {"source": "beets", "path": folders[0]})

    async def _tell(self, work: Work, user_id: UserId, status: str, about: Document) -> None:
        async with work.storage.write() as conn:
            entry = await activity.add(conn, user_id, "sync", status, about)
        self._events.publish(ActivityAdded(user_id, entry))

    @asynccontextmanager
    async def _narrated(self, work: Work, marker: str) -> AsyncGenerator[None]:
        """While the context lasts, the last line that beets said is the job's note, whoever started beets."""

        async def narrate() -> None:
            while True:
                await asyncio.sleep(_NARRATE)
                said = (await self._beets.program.said(marker, 2_000)).strip().rpartition("\n")[2]
                if said and said != work.progress.note:
                    await work.report(note=said)

        narrating = asyncio.create_task(narrate())
        try:
            yield
        finally:
            narrating.cancel()
            await asyncio.gather(narrating, return_exceptions=True)
