"""One hand that reads pages of a collection for a sync and stores each with the mark behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.bookmark import Bookmark
from services.discogs.client import DiscogsClient
from services.discogs.collection import Kept, keep
from services.discogs.filing import file_met
from services.discogs.models import CollectionPage
from services.errors import UpstreamNotFound
from services.jobs import Work
from storage import copies, file_copies, records
from storage.values import RecordPk, UserId

PER_PAGE = 100


class Reading:
    """The reading of one collection by one sync; ``mark`` says where it stands and is stored with every page.

    ``changed`` is called after records were changed and stored.
    """

    def __init__(
        self,
        work: Work,
        client: DiscogsClient,
        username: str,
        web_base: str,
        mark: Bookmark,
        changed: Callable[[], None],
    ) -> None:
        self.work = work
        self.client = client
        self.username = username
        self.web_base = web_base
        self.mark = mark
        self.changed = changed

    @property
    def user_id(self) -> UserId:
        """Whose collection it is."""
        return self.work.job.user_id

    async def pages(
        self, first: int = 1, *, folder_id: int = 0, newest_first: bool = False
    ) -> AsyncGenerator[CollectionPage]:
        """The pages from ``first`` on, until the last; short ones in the middle are no end (discogs-api.md 3).

        They end early where the collection got shorter meanwhile and the next page is not there any more.
        """
        number = first
        while True:
            try:
                page = await self.client.collection_page(
                    self.username,
                    number,
                    folder_id=folder_id,
                    per_page=PER_PAGE,
                    sort_order="desc" if newest_first else "asc",
                )
            except UpstreamNotFound:
                if number == 1:
                    raise
                return
            yield page
            if number >= page.pagination.pages:
                return
            number += 1

    async def keep(self, read: CollectionPage, *, seen_pass: str | None = None, **mark: Any) -> Kept:
        """Store a page, and the mark with the new figures and the fields in ``mark``, in one transaction.

        Its releases are filed in the catalogue before, so that a crash between the two leaves none out.
        """
        await file_met(self.work.storage, [item.basic_information for item in read.releases])
        checkpoint = self.mark.document()
        async with self.work.saving(checkpoint) as conn:
            kept = await keep(conn, self.user_id, read.releases, self.web_base, seen_pass=seen_pass)
            self.mark = replace(
                self.mark,
                pulled=self.mark.pulled + kept.pulled,
                skipped=self.mark.skipped + kept.skipped,
                **mark,
            )
            checkpoint.update(self.mark.document())
            await self.report()
        if kept.new_copies or kept.changed_copies or kept.pulled:
            self.changed()
        return kept

    async def report(self, done: int | None = None) -> None:
        """Show the figures, and how many copies were read."""
        await self.work.report(done=done, total=self.mark.items, counts=self.mark.counts)

    async def listed(self, conn: AsyncConnection) -> dict[int, int]:
        """How many copies that Discogs has told of the library has, by folder."""
        of_files = await file_copies.folder_counts(conn, self.user_id)
        counts = await copies.folder_counts(conn, self.user_id)
        return {folder: count - of_files.get(folder, 0) for folder, count in counts.items()}

    async def settle_gone(self, conn: AsyncConnection, pks: Collection[RecordPk]) -> int:
        """Copies of these records were marked as removed: a record without any left is not in the collection now.

        Returns how many records that is.
        """
        await records.refresh_from_copies(conn, pks)
        gone = 0
        for pk in pks:
            record = await records.get_by_pk(conn, pk)
            if record is not None and record.removed_at and record.is_synced:
                await records.change(conn, self.user_id, record.record_id, {"is_synced": False})
                gone += 1
        return gone


def pages_of(count: int) -> int:
    """How many requests it takes to read ``count`` copies."""
    return -(-count // PER_PAGE)


def apart(listed: Mapping[int, int], counted: Mapping[int, int], hidden: Mapping[int, int]) -> set[int]:
    """The folders in which the library and Discogs have different numbers of copies, beyond what is known as hidden."""
    folders = {*listed, *counted} - {0}
    return {f for f in folders if listed.get(f, 0) + hidden.get(f, 0) != counted.get(f, 0)}
