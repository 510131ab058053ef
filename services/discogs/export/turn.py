"""One item's turn in an export: what it needs to reach Discogs, and where what becomes of it is stored."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.client import DiscogsClient
from services.discogs.export.request import Terms
from services.events import CollectionChanged, Events, WantsChanged
from services.jobs import Work
from storage import exports
from storage.values import ExportItem, ExportState, UserId


@dataclass
class Tally:
    """How many items of how many are through, by how they ended."""

    total: int
    sent: int = 0
    skipped: int = 0
    failed: int = 0

    def count(self, state: ExportState) -> None:
        """One more item ended like that."""
        match state:
            case ExportState.SENT:
                self.sent += 1
            case ExportState.SKIPPED:
                self.skipped += 1
            case ExportState.FAILED:
                self.failed += 1
            case ExportState.PENDING | ExportState.SENDING:
                pass

    @property
    def done(self) -> int:
        """How many are through."""
        return self.sent + self.skipped + self.failed

    @property
    def counts(self) -> dict[str, int]:
        """The figures that progress shows; what was taken back counts as sent."""
        return {"sent": self.sent, "skipped": self.skipped, "failed": self.failed}


@dataclass(frozen=True, slots=True)
class Desk:
    """What all items of one export share. ``undo_of`` is the export that is being taken back, if one is."""

    work: Work
    client: DiscogsClient
    username: str
    web_base: str
    terms: Terms
    undo_of: str | None
    tally: Tally
    events: Events

    @property
    def user_id(self) -> UserId:
        """Whose export it is."""
        return self.work.job.user_id

    def collection_changed(self) -> None:
        """Tell that records changed, after that was stored."""
        self.events.publish(CollectionChanged(self.user_id))

    def wants_changed(self) -> None:
        """Tell that the wantlist changed, after that was stored."""
        self.events.publish(WantsChanged(self.user_id))


class Turn:
    """The turn of one item; ``item`` is as it was last stored."""

    def __init__(self, desk: Desk, item: ExportItem) -> None:
        self.desk = desk
        self.item = item

    @property
    def is_open(self) -> bool:
        """Whether it is not decided yet what becomes of the item."""
        return self.item.state in exports.OPEN

    @property
    def is_under_way(self) -> bool:
        """Whether something may have been sent for the item already, so that Discogs must be asked first."""
        return self.item.state is ExportState.SENDING

    @asynccontextmanager
    async def becoming(
        self, state: ExportState, message: str | None = None, **made: Any
    ) -> AsyncGenerator[AsyncConnection]:
        """The transaction in which the item takes ``state``, with the figures of the job and whatever is done inside.

        ``made`` are further fields of the item. What fails is a problem of the job as well.
        """
        work = self.desk.work
        changes = {"state": state, "message": message, **made}
        async with work.saving() as conn:
            yield conn
            await exports.change(conn, work.job.id, self.item.position, **changes)
            if state is ExportState.FAILED:
                await work.problem(self.item.title, message or "")
            self.item = replace(self.item, **changes)
            self.desk.tally.count(state)
            await work.report(done=self.desk.tally.done, counts=self.desk.tally.counts)

    async def became(self, state: ExportState, message: str | None = None, **made: Any) -> None:
        """Store that the item is in ``state`` now."""
        async with self.becoming(state, message, **made):
            pass


class Deed(Protocol):
    """What is done with each item, for one target: sending it there, or taking it back from there.

    Before anything is sent the item is stored as ``sending``; found in that state, Discogs is asked what became of it.
    Raises the ``Upstream*`` errors; an item is left open where it is not known whether it arrived.
    """

    async def do(self, turn: Turn) -> None: ...


def is_refusal(status: int | None) -> bool:
    """Whether an answer with that status proves that nothing was carried out."""
    return status is not None and 400 <= status < 500
