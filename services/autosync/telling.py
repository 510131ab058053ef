"""What auto-sync puts into the feed: every step, and single tracks as far as it bears them (harmony-contract.md 9.2, 24.13)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from services.autosync.wanted import Wish
from services.events import ActivityAdded, Events
from storage import activity
from storage.engine import Storage
from storage.values import Activity, Document, UserId
from storage.values.autosync import AutosyncTrack

MOST_TOLD = 20
"""Entries about single tracks that one run writes; what comes after them is only counted, in ``status_summary``."""


def about(track: Wish | AutosyncTrack) -> Document:
    """A track as the feed names it; the priority is text there."""
    told: Document = {"title": track.title, "artist": track.artist}
    if track.spotify_id:
        told["spotify_id"] = track.spotify_id
    if track.priority:
        told["priority"] = str(track.priority)
    return told


class Feed:
    """The entries of one run. ``counts`` are those about single tracks so far, by their state; they outlive a restart with the
    job's checkpoint.
    """

    def __init__(self, storage: Storage, events: Events, user_id: UserId, source: str, counts: dict[str, int]) -> None:
        self._storage = storage
        self._events = events
        self._user_id = user_id
        self._source = source
        self.counts = dict(counts)
        self._written: list[Activity] = []

    async def tell(self, status: str, /, **details: object) -> None:
        """A step of the run."""
        async with self._storage.write() as conn:
            await self._add(conn, status, details)
        self.publish()

    async def of_track(
        self, conn: AsyncConnection, status: str, track: Wish | AutosyncTrack, **details: object
    ) -> None:
        """What became of one track, in the transaction in which it did; :meth:`publish` when that is through."""
        if sum(self.counts.values()) < MOST_TOLD:
            await self._add(conn, status, {"track": about(track), **details})
        self.counts[status] = self.counts.get(status, 0) + 1

    def publish(self) -> None:
        """Show those who listen what was written; nothing that was not committed."""
        written, self._written = self._written, []
        for each in written:
            self._events.publish(ActivityAdded(self._user_id, each))

    def forget(self) -> None:
        """What was written was not committed."""
        self._written = []

    async def _add(self, conn: AsyncConnection, status: str, details: Document) -> None:
        told = {"source": self._source, **details}
        self._written.append(await activity.add(conn, self._user_id, "sync", status, told))


def names(failures: Iterable[str]) -> list[str]:
    """The reasons of failures, each once, sorted."""
    return sorted(set(failures))
