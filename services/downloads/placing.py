"""Where what has arrived lies on this machine, and telling of a folder once nothing of it is on its way any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from services.downloads.hold import Hold, Rhythm
from services.errors import LockgrooveError
from services.events import DownloadsChanged, Events
from services.soulseek.client import SlskdClient
from services.soulseek.connect import Soulseek
from storage import downloads_keeping as rows
from storage.engine import Storage
from storage.values.downloads import Download
from storage.values.ids import UserId

Completed = Callable[[UserId, Download], Awaitable[None]]
"""Told when the last download of a folder has ended and at least one arrived: with that one, which knows its place."""
_PAUSE = 10.0
"""Seconds between two searches for files that are not where they should be."""
_NOT_HERE = "The file was not found on this machine. Set SLSKD_DOWNLOADS to where slskd's downloads folder lies here."

log = structlog.stdlib.get_logger(__name__)


class Placing:
    """Finds the files of completed downloads: by slskd's event where it has them, else where they should be, always by size."""

    def __init__(self, storage: Storage, soulseek: Soulseek, hold: Hold, rhythm: Rhythm, events: Events) -> None:
        self._storage = storage
        self._soulseek = soulseek
        self._hold = hold
        self._rhythm = rhythm
        self._events = events
        self._tries: dict[int, float] = {}
        self.completed: Completed | None = None

    async def look(self, client: SlskdClient) -> None:
        """Find what has arrived since, and tell of the folders that are complete."""
        async with self._storage.read() as conn:
            arrived = await rows.untold(conn)
        if not arrived:
            self._tries.clear()
            return
        wanted = [row for row in arrived if row.located is None and self._is_time(row)]
        if wanted:
            await self._locate(client, wanted)
            async with self._storage.read() as conn:
                arrived = await rows.untold(conn)
        await self._announce([row for row in arrived if row.located is not None])

    def _is_time(self, row: Download) -> bool:
        return self._rhythm.now() - self._tries.get(row.id, 0.0) >= min(_PAUSE, self._rhythm.found)

    async def _locate(self, client: SlskdClient, wanted: Sequence[Download]) -> None:
        told = await self._read_events(client)
        folder = await self._soulseek.folder()
        now = self._rhythm.now()
        found: dict[int, Path | None] = {}
        for row in wanted:
            where = told.get(row.transfer_id or "") or row.local_path or ""
            path = await asyncio.to_thread(folder.find, row.filename, row.size or 0, username=row.username, told=where)
            ended = datetime.fromisoformat(row.finished_at).timestamp() if row.finished_at else 0.0
            if path is None and now - ended < self._rhythm.found:
                self._tries[row.id] = now
                continue
            found[row.id] = path
        if not found:
            return
        async with self._hold.saving() as conn:
            for download_id, path in found.items():
                await rows.locate(conn, download_id, None if path is None else str(path), None if path else _NOT_HERE)
        for user_id in {row.user_id for row in wanted if row.id in found}:
            self._events.publish(DownloadsChanged(user_id))

    async def _read_events(self, client: SlskdClient) -> dict[str, str]:
        """Where the files of transfers lie as slskd calls it, from its events since the last look; kept, because the download
        may not be known to be complete yet.
        """
        async with self._storage.read() as conn:
            since = (await rows.keeper(conn)).event_seen
        happened = await client.events(since)
        paths = {
            str(event.transfer.id): event.local_filename
            for event in happened
            if event.local_filename and event.transfer
        }
        if happened:
            async with self._hold.saving(event_seen=happened[-1].id) as conn:
                await rows.note_paths(conn, paths)
        return paths

    async def _announce(self, arrived: Sequence[Download]) -> None:
        """Tell once of each folder of which nothing is on its way. A process that dies meanwhile tells again."""
        folders: dict[tuple[UserId, str | int], list[Download]] = {}
        for row in arrived:
            folders.setdefault((row.user_id, row.folder or row.id), []).append(row)
        for (user_id, folder), members in folders.items():
            if isinstance(folder, str):
                async with self._storage.read() as conn:
                    if await rows.is_going_on(conn, user_id, folder):
                        continue
            placed = [row for row in members if row.local_path and row.located == "found"]
            if placed and self.completed is not None:
                try:
                    await self.completed(user_id, max(placed, key=lambda row: row.finished_at or ""))
                except LockgrooveError as error:
                    log.warning("what arrived could not be handed on", folder=folder, error=error.message)
            async with self._hold.saving() as conn:
                await rows.announced(conn, [row.id for row in members])
