"""The records a person owns: list, add, edit, remove, search for more, fetch and refresh from Discogs."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import fields
from pathlib import Path
from typing import TextIO

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.add import Adding, Outcome, Sender
from services.discogs.connect import Discogs
from services.discogs.facts import facts_of
from services.discogs.query import SearchTerms
from services.errors import Conflict, InvalidInput, LockgrooveError, NotConnected, NotFound
from services.events import CollectionChanged, Events
from services.records import copies as copy_edits
from services.records import csv_file, json_file
from services.records.csv_file import Imported
from services.records.detail import RecordDetail
from services.records.entry import RecordChanges, RecordEntry, checked
from services.records.entry import facts_of as facts_of_entry
from services.records.hits import SearchHit, find
from storage import copies, records
from storage.copy_rows import with_pending
from storage.engine import Storage
from storage.values import (
    Copy,
    Count,
    InstanceId,
    NewRecord,
    Record,
    RecordFacts,
    RecordQuery,
    ReleaseId,
    Statistics,
    UserId,
)

log = structlog.get_logger(__name__)

MANUAL = "manual"
FACETS = ("size", "color", "folder", "genre", "style", "decade", "label", "rating")
_REMEMBERED = 1000
"""Removed records whose copies are kept in mind, so that a removal can be taken back whole."""


class Records:
    """The owned records of every user. Everything raises :class:`NotFound` for a record that is not the caller's,
    and :class:`InvalidInput` that names a bad field as the wire does (records-contract.md 1).
    """

    def __init__(self, storage: Storage, discogs: Discogs, events: Events) -> None:
        self._storage = storage
        self._discogs = discogs
        self._events = events
        self._removed: OrderedDict[str, list[Copy]] = OrderedDict()

    async def page(
        self, user_id: UserId, query: RecordQuery, *, limit: int | None = None, offset: int = 0
    ) -> tuple[list[Record], int]:
        """A page of what ``query`` asks for (all of it without ``limit``), and how many there are in all."""
        async with self._storage.read() as conn:
            return await records.page(conn, user_id, query, limit=limit, offset=offset)

    async def order(self, user_id: UserId, query: RecordQuery) -> array[int]:
        """The keys of everything that ``query`` asks for, in its order, as of one instant; see :meth:`some`."""
        async with self._storage.read() as conn:
            return await records.order(conn, user_id, query)

    async def some(self, user_id: UserId, pks: Sequence[int]) -> list[Record]:
        """A few hundred of the records of an :meth:`order`, in that order; those removed since then are left out."""
        async with self._storage.read() as conn:
            return await records.by_pks(conn, user_id, pks)

    async def get(self, user_id: UserId, record_id: str) -> Record:
        """One record."""
        async with self._storage.read() as conn:
            return await _held(conn, user_id, record_id)

    async def detail(self, user_id: UserId, record_id: str) -> RecordDetail:
        """One record with its copies and what is kept of its release; asks nobody."""
        async with self._storage.read() as conn:
            record = await _held(conn, user_id, record_id)
            own = await copies.of_record(conn, record.pk)
            folders = await copies.folders(conn, user_id)
            fields = await copies.fields(conn, user_id)
        release = await self._discogs.kept_release(record.discogs_id) if record.discogs_id else None
        return RecordDetail(
            record,
            tuple(with_pending(copy) for copy in own),
            {folder.folder_id: folder.name for folder in folders},
            tuple(fields),
            release,
        )

    async def add(self, user_id: UserId, entry: RecordEntry) -> Record:
        """Add a record by hand. Raises :class:`AlreadyHeld` if its release is in the collection already."""
        facts, notes = facts_of_entry(entry)
        async with self._storage.write() as conn:
            record = await records.add(conn, user_id, facts, data_source=MANUAL, notes=notes)
        self._changed(user_id)
        return record

    async def edit(self, user_id: UserId, record_id: str, changes: RecordChanges) -> Record:
        """Change facts by hand; what is absent stays, None clears. Another release means that it is not synced yet."""
        clean = checked(changes)
        async with self._storage.write() as conn:
            record = await _held(conn, user_id, record_id)
            if "discogs_id" in clean and clean["discogs_id"] != record.discogs_id:
                await _refuse_twice(conn, user_id, record, clean["discogs_id"])
                clean["is_synced"] = False
            changed = await records.change(conn, user_id, record_id, clean) if clean else record
        assert changed is not None
        self._changed(user_id)
        return changed

    async def edit_copy(
        self,
        user_id: UserId,
        record_id: str,
        instance_id: int,
        *,
        rating: int | None = None,
        folder_id: int | None = None,
        fields: dict[int, str] | None = None,
    ) -> Record:
        """Rate a copy (0-5), move it, set custom fields: shown at once, sent to Discogs with the next sync."""
        edit = copy_edits.CopyEdit(rating, folder_id, fields or {})
        async with self._storage.write() as conn:
            record = await _held(conn, user_id, record_id)
            await copy_edits.edit(conn, user_id, record, InstanceId(instance_id), edit)
            changed = await _held(conn, user_id, record_id)
        self._changed(user_id)
        return changed

    async def remove(self, user_id: UserId, record_id: str) -> Record:
        """Take a record out of the library; Discogs is not touched, so a later sync brings back what is there.

        Returns what was removed, for :meth:`restore`.
        """
        async with self._storage.write() as conn:
            record = await _held(conn, user_id, record_id)
            self._removed[record.record_id] = await copies.of_record(conn, record.pk)
            await records.remove(conn, user_id, record_id)
        while len(self._removed) > _REMEMBERED:
            self._removed.popitem(last=False)
        self._changed(user_id)
        return record

    async def restore(self, user_id: UserId, record: Record) -> Record:
        """Bring back a removed record, or one that vanished from Discogs (the next sync adds that to Discogs again).

        Raises :class:`Conflict` if its release came back in the meantime.
        """
        async with self._storage.write() as conn:
            held = await records.get(conn, user_id, record.record_id)
            if held is not None:
                await records.restore(conn, held.pk)
            else:
                await _refuse_twice(conn, user_id, record, record.discogs_id)
                await self._put_back(conn, user_id, record)
            back = await _held(conn, user_id, record.record_id)
        self._changed(user_id)
        return back

    async def search(self, user_id: UserId, terms: SearchTerms) -> list[SearchHit]:
        """At most ten releases on Discogs, each with what its full release adds, and whether it is owned."""
        return await find(self._discogs, self._storage, user_id, terms)

    async def owned(self, user_id: UserId, release_ids: Collection[int]) -> set[int]:
        """Which of these releases the library holds; what vanished from Discogs does not count."""
        async with self._storage.read() as conn:
            held = await records.by_discogs_ids(conn, user_id, [ReleaseId(each) for each in release_ids])
        return {int(release_id) for release_id, record in held.items() if record.removed_at is None}

    async def fetch(self, user_id: UserId, release_id: int) -> Record:
        """Save a release from Discogs (one that is held is brought up to date), then try to add it to the collection
        there; that this fails never fails the call (records-contract.md 1, fetch-from-discogs).
        """
        release = await self._discogs.release(user_id, _release_id(release_id), refresh=True)
        facts = facts_of(release, self._discogs.web_base)
        async with self._storage.write() as conn:
            held = (await records.by_discogs_ids(conn, user_id, [ReleaseId(release.id)])).get(ReleaseId(release.id))
            if held is None:
                held = await records.add(conn, user_id, facts, data_source="discogs")
            else:
                await records.replace_facts(conn, held.pk, facts)
                if held.removed_at:
                    await records.restore(conn, held.pk)
        self._changed(user_id)
        try:
            await self._add_to_discogs(user_id, held)
        except LockgrooveError as error:
            log.warning("not_added_to_discogs", release=release.id, kind=error.kind, error=error.message)
        self._changed(user_id)
        return await self.get(user_id, held.record_id)

    async def update(self, user_id: UserId, record_id: str, release_id: int) -> Record:
        """Overwrite what Discogs says of a record; never its source, its sync state or when it was created."""
        record = await self.get(user_id, record_id)
        wanted = _release_id(release_id)
        async with self._storage.read() as conn:
            await _refuse_twice(conn, user_id, record, wanted)
        release = await self._discogs.release(user_id, wanted, refresh=True)
        async with self._storage.write() as conn:
            record = await _held(conn, user_id, record_id)
            await _refuse_twice(conn, user_id, record, wanted)
            await records.replace_facts(conn, record.pk, facts_of(release, self._discogs.web_base))
            record = await _held(conn, user_id, record_id)
        self._changed(user_id)
        return record

    async def import_csv(self, user_id: UserId, file: Path) -> Imported:
        """Import Discogs' collection file; see :func:`services.records.csv_file.import_csv`."""
        done = await csv_file.import_csv(self._storage, user_id, file, web_base=self._discogs.web_base)
        self._changed(user_id)
        return done

    async def import_json(self, user_id: UserId, file: Path) -> Imported:
        """Import a file that :meth:`export_json` wrote; what is held already is left as it is and reported."""
        done = await json_file.import_json(self._storage, user_id, file)
        self._changed(user_id)
        return done

    async def export_csv(self, user_id: UserId, target: TextIO) -> int:
        """Write the collection in Discogs' format to ``target`` (open with ``newline=""``); how many lines."""
        return await csv_file.export_csv(self._storage, user_id, target)

    async def export_json(self, user_id: UserId, target: TextIO) -> int:
        """Write everything known about the records to ``target``, to be imported without loss; how many records."""
        return await json_file.export_json(self._storage, user_id, target)

    async def statistics(self, user_id: UserId) -> Statistics:
        """The figures of the dashboard."""
        async with self._storage.read() as conn:
            return await records.statistics(conn, user_id)

    async def facets(self, user_id: UserId, facet: str, limit: int = 200) -> list[Count]:
        """The most frequent values of a facet, for a filter: one of :data:`FACETS`."""
        if facet not in FACETS:
            raise InvalidInput("facet", f"There is no facet {facet}.", f"Choose one of {', '.join(FACETS)}.")
        async with self._storage.read() as conn:
            return await records.facet_counts(conn, user_id, facet, limit)

    async def _add_to_discogs(self, user_id: UserId, record: Record) -> None:
        """See that one record is in the Discogs collection; without a connection and a user name nothing is tried."""
        try:
            client, username = await self._discogs.client(user_id)
        except NotConnected:
            return
        if not username or record.discogs_id is None:
            return

        def saving(*_: Outcome | InstanceId | None) -> AbstractAsyncContextManager[AsyncConnection]:
            return self._storage.write()

        adding = Adding(client.interactive, username, user_id, self._discogs.web_base, Sender.PERSON, saving)
        async with self._discogs.watched(user_id):
            await adding.ensure(record.discogs_id)

    async def _put_back(self, conn: AsyncConnection, user_id: UserId, record: Record) -> None:
        facts = RecordFacts(**{field.name: getattr(record, field.name) for field in fields(RecordFacts)})
        row = NewRecord(facts, record.data_source, record.is_synced, record.notes, record.record_id, record.created_at)
        (pk,) = await records.add_many(conn, user_id, [row])
        await copy_edits.put_back(conn, user_id, pk, self._removed.pop(record.record_id, []))

    def _changed(self, user_id: UserId) -> None:
        self._events.publish(CollectionChanged(user_id))


async def _held(conn: AsyncConnection, user_id: UserId, record_id: str) -> Record:
    record = await records.get(conn, user_id, record_id)
    if record is None:
        raise NotFound(
            "There is no such record in the collection.", "It may have been removed; look at the list again."
        )
    return record


async def _refuse_twice(conn: AsyncConnection, user_id: UserId, record: Record, release_id: ReleaseId | None) -> None:
    """Raise :class:`Conflict` if another record is of that release already."""
    if release_id is None:
        return
    other = (await records.by_discogs_ids(conn, user_id, [release_id])).get(release_id)
    if other is not None and other.record_id != record.record_id:
        raise Conflict(
            f"{other.artist_name} – {other.album_title} is that release already.",
            "Each release is one record; its copies are listed under it.",
        )


def _release_id(value: int) -> ReleaseId:
    if not 0 < value < 2**63:
        raise InvalidInput("discogsId", "That is not the number of a Discogs release.")
    return ReleaseId(value)
