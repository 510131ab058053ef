"""What the rest of the program asks of the download queue: add, cancel, retry, list."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from services.downloads.cancelling import Cancelling, no_such_download
from services.downloads.choice import Choice, Rules, Wanted, offers, rank
from services.downloads.hold import Rhythm
from services.downloads.keeper import Keeper
from services.downloads.placing import Completed
from services.downloads.retrying import NotRetryable, Retrying, check_request
from services.errors import InvalidInput
from services.events import ActivityAdded, DownloadsChanged, Events
from services.settings import Settings
from services.soulseek.connect import Soulseek
from services.soulseek.models import SearchResult
from services.soulseek.quality import AlbumFolder
from storage import activity, downloads
from storage import downloads_keeping as keeping
from storage.engine import Storage
from storage.values.downloads import (
    Download,
    DownloadCounts,
    DownloadFile,
    DownloadQuery,
    DownloadState,
    QueueKeeper,
)
from storage.values.ids import Document, UserId

Also = Callable[[AsyncConnection, list[Download]], Awaitable[None]]
"""Stores something together with downloads that were just queued."""
_RETRYABLE = (DownloadState.FAILED, DownloadState.CANCELLED)
_STUCK = DownloadQuery(stuck=True)
LOWEST, HIGHEST = -1000, 1000
"""Priorities."""


@dataclass(frozen=True, slots=True)
class WorkerState:
    """How the queue's worker is, for ``GET /status`` (harmony-contract.md 3.1)."""

    state: Literal["running", "idle"]
    queue_size: int


class Downloads:
    """Everybody's downloads. Whatever changes them publishes ``DownloadsChanged``; another process tells nothing, so a
    screen also looks every few seconds.

    ``rhythm`` is only changed by tests, before :meth:`run`.
    """

    def __init__(
        self, settings: Settings, storage: Storage, soulseek: Soulseek, events: Events, rhythm: Rhythm | None = None
    ) -> None:
        self._storage = storage
        self._soulseek = soulseek
        self._events = events
        self._keeper = Keeper(settings, storage, soulseek, events, rhythm or Rhythm())
        self._cancelling = Cancelling(storage, soulseek)
        self._retrying = Retrying(storage, soulseek)

    @property
    def settings(self) -> Settings:
        """The settings in use; replaced when the configuration changes."""
        return self._keeper.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._keeper.settings = settings
        self._keeper.look()

    @property
    def completed(self) -> Completed | None:
        """Told when the last download of a folder has ended and something of it arrived."""
        return self._keeper.placing.completed

    @completed.setter
    def completed(self, tell: Completed | None) -> None:
        self._keeper.placing.completed = tell

    async def run(self) -> None:
        """Keep the queue until cancelled, whenever no other process does."""
        await self._keeper.run()

    # --- what a person orders

    async def add(
        self,
        user_id: UserId,
        username: str,
        files: Sequence[DownloadFile],
        *,
        priority: int = 0,
        folder: str | None = None,
        told: bool = False,
        also: Also | None = None,
    ) -> list[Download]:
        """Queue these files of one user, a row each, in order. ``folder`` (default: the remote folder of each file) is the
        group whose completion is told; ``told`` puts it into the feed. ``also`` stores what belongs to them in the same
        transaction; what it raises leaves nothing stored.

        Raises :class:`InvalidInput`, and :class:`NotConnected` where slskd is not set up.
        """
        if not username.strip():
            raise InvalidInput("username", "The name of the Soulseek user is missing.")
        if not files:
            raise InvalidInput("files", "No files supplied")
        await self._soulseek.client()  # NotConnected
        async with self._storage.write() as conn:
            made = await downloads.add(conn, user_id, username, files, priority=_priority(priority), folder=folder)
            if also is not None:
                await also(conn, made)
            entry = None
            if told:
                details: Document = {"download_ids": [row.id for row in made], "username": username}
                entry = await activity.add(conn, user_id, "download", "queued", details)
        self._changed(user_id)
        if entry is not None:
            self._events.publish(ActivityAdded(user_id, entry))
        return made

    async def cancel(self, user_id: UserId, download_id: int) -> Download:
        """Cancel an active download; returns when slskd confirmed it, and puts it into the feed.

        Raises :class:`NotFound`, :class:`Conflict` for one that is over, :class:`NotConnected`, and :class:`UpstreamError`
        with everything as it was.
        """
        row = await self._cancelling.cancel(user_id, download_id)
        await self._tell(user_id, "download_cancelled", {"download_id": row.id, "filename": row.filename})
        return row

    async def stop(self, user_id: UserId, download_id: int) -> Download:
        """The same in any state and without an entry in the feed (``DELETE /soulseek/download/{id}``)."""
        row = await self._cancelling.stop_whatever(user_id, download_id)
        self._changed(user_id)
        return row

    async def retry(self, user_id: UserId, download_id: int) -> Download:
        """Ask slskd at once for a failed or cancelled one again; the new row (harmony-contract.md 7.5).

        Raises what :meth:`services.downloads.retrying.Retrying.retry` does; nothing is stored then.
        """
        row = await self._retrying.retry(user_id, download_id)
        details = {"original_download_id": download_id, "retry_download_id": row.id, "filename": row.filename}
        await self._tell(user_id, "download_retried", {**details, "username": row.username})
        return row

    async def requeue(self, user_id: UserId, ids: Sequence[int] | None = None) -> list[Download]:
        """Put failed or cancelled ones (None: all that stay failed) back into the queue; the new rows. Asks nobody; what
        cannot be asked for again is left out.
        """
        async with self._storage.write() as conn:
            before = await self._chosen(conn, user_id, ids)
            made: list[Download] = []
            for row in before:
                if row.state in _RETRYABLE and _is_whole(row):
                    made.append(
                        await downloads.follow(
                            conn, row, row.source, automatic=False, attempt=1, alternatives=row.alternatives
                        )
                    )
        self._changed(user_id)
        return made

    async def purge(self, user_id: UserId, ids: Sequence[int] | None = None) -> int:
        """Forget ones that are over (None: all that stay failed); how many were forgotten. Files stay."""
        async with self._storage.write() as conn:
            chosen = ids if ids is not None else await downloads.order(conn, user_id, _STUCK)
            gone = await downloads.forget(conn, user_id, list(chosen))
        self._changed(user_id)
        return gone

    async def set_priority(self, user_id: UserId, ids: Sequence[int], priority: int) -> int:
        """Let these be sent before (higher) or after others; how many of them still wait to be sent.

        Raises :class:`InvalidInput`.
        """
        async with self._storage.write() as conn:
            waiting = await downloads.set_priority(conn, user_id, list(ids), _priority(priority))
        self._changed(user_id)
        return waiting

    # --- what there is

    async def get(self, user_id: UserId, download_id: int) -> Download:
        """Raises :class:`NotFound`, also for somebody else's."""
        async with self._storage.read() as conn:
            row = await downloads.get(conn, user_id, download_id)
        if row is None:
            raise no_such_download()
        return row

    async def page(
        self, user_id: UserId, query: DownloadQuery | None = None, *, limit: int | None = 100, offset: int = 0
    ) -> list[Download]:
        """Downloads as ``query`` asks (default: all, newest first)."""
        async with self._storage.read() as conn:
            return await downloads.page(conn, user_id, query or DownloadQuery(), limit=limit, offset=offset)

    async def order(self, user_id: UserId, query: DownloadQuery) -> list[int]:
        """The ids of all that ``query`` asks for, in its order."""
        async with self._storage.read() as conn:
            return await downloads.order(conn, user_id, query)

    async def some(self, user_id: UserId, ids: Sequence[int]) -> list[Download]:
        """These, in the order given; what is gone is left out."""
        async with self._storage.read() as conn:
            return await downloads.some(conn, user_id, ids)

    async def counts(self, user_id: UserId) -> DownloadCounts:
        """How many there are in each state."""
        async with self._storage.read() as conn:
            return await downloads.counts(conn, user_id)

    async def condition(self) -> QueueKeeper:
        """Who keeps the queue, and since when slskd does not answer."""
        async with self._storage.read() as conn:
            return await keeping.keeper(conn)

    async def place(self, user_id: UserId, download_id: int) -> int | None:
        """Ask for the place in the remote queue; None where slskd was not told of it yet. Slow: on demand only.

        Raises :class:`NotFound`, :class:`NotConnected` and the ``Upstream*`` errors.
        """
        row = await self.get(user_id, download_id)
        if row.transfer_id is None:
            return None
        return await (await self._soulseek.client()).position(row.username, row.transfer_id)

    async def worker_state(self) -> WorkerState:
        """Whether some process keeps the queue, and how many wait to be sent."""
        async with self._storage.read() as conn:
            held = await keeping.keeper(conn)
            waiting = await keeping.waiting(conn)
        is_kept = self._keeper.is_running or (held.lease_owner is not None and (held.lease_until or 0) > time.time())
        return WorkerState("running" if is_kept else "idle", waiting)

    # --- which source

    def rules(self) -> Rules:
        """The rules of the settings."""
        return Rules.of(self.settings)

    def choose(
        self, found: SearchResult | Iterable[AlbumFolder], wanted: Wanted, rules: Rules | None = None
    ) -> list[Choice]:
        """The sources in a search result, the best first, each with its reasons; ``rules`` default to the settings'. What is
        chosen is queued with :func:`services.downloads.choice.plan` and :meth:`add`.
        """
        return rank(offers(found, wanted), wanted, rules or self.rules())

    async def _chosen(self, conn: AsyncConnection, user_id: UserId, ids: Sequence[int] | None) -> list[Download]:
        if ids is None:
            return await downloads.page(conn, user_id, _STUCK)
        return await downloads.some(conn, user_id, list(ids))

    async def _tell(self, user_id: UserId, status: str, details: Document) -> None:
        async with self._storage.write() as conn:
            entry = await activity.add(conn, user_id, "download", status, details)
        self._events.publish(ActivityAdded(user_id, entry))
        self._changed(user_id)

    def _changed(self, user_id: UserId) -> None:
        self._events.publish(DownloadsChanged(user_id))
        self._keeper.look()


def _priority(asked: int) -> int:
    if not LOWEST <= asked <= HIGHEST:
        raise InvalidInput("priority", f"A priority is from {LOWEST} to {HIGHEST}.")
    return asked


def _is_whole(row: Download) -> bool:
    try:
        check_request(row)
    except NotRetryable:
        return False
    return True
