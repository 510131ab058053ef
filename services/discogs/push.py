"""Sending to Discogs what was changed here: edits of copies, then records that are not in the collection yet."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.add import Adding, Outcome, Sender
from services.discogs.bookmark import Bookmark
from services.discogs.reading import Reading
from services.errors import Conflict, UpstreamError, UpstreamNotFound, UpstreamRateLimited
from storage import copies, intents, records
from storage.values import Copy, Document, InstanceId, NewCopy, PendingCopy, Record, RecordPk

log = structlog.get_logger(__name__)

_BATCH = 50
MOST_OUTAGES = 3
"""How many items in a row may find Discogs out of order before the push gives up; they stay pending."""


async def push(reading: Reading) -> Bookmark:
    """Send everything that is pending; one item's failure is a problem and the next one's turn.

    Raises the upstream's error when the credential itself is not accepted, the wait is long or Discogs is out of order:
    what was not sent stays pending.
    """
    turns = _Turns(reading)
    await _send_edits(reading, turns)
    await _settle(reading, turns)
    await _send_records(reading, turns)
    return reading.mark


async def _send_edits(reading: Reading, turns: _Turns) -> None:
    after = InstanceId(0)
    while True:
        async with reading.work.storage.read() as conn:
            batch = await copies.with_pending(conn, reading.user_id, after, _BATCH)
        for found in batch:
            after = found.copy.instance_id
            async with turns.of(f"copy {after} of release {found.copy.release_id}"):
                await _send_edit(reading, found)
        if len(batch) < _BATCH:
            return


async def _send_edit(reading: Reading, found: PendingCopy) -> None:
    """Send a copy's edits to where it is; if it was moved on Discogs meanwhile, look where to and send them there."""
    copy = found.copy
    pending = copy.pending or {}
    try:
        await _write(reading, copy, pending)
    except UpstreamNotFound:
        there = await reading.client.instances(reading.username, copy.release_id)
        moved = next((item for item in there if item.instance_id == copy.instance_id), None)
        if moved is None:
            raise
        copy = replace(copy, folder_id=moved.folder_id)
        await _write(reading, copy, pending)
    checkpoint = reading.mark.document()
    async with reading.work.saving(checkpoint) as conn:
        await _keep_sent(conn, reading, found.record_pk, copy, pending)
        reading.mark = replace(reading.mark, edited=reading.mark.edited + 1)
        checkpoint.update(reading.mark.document())
        await reading.report()
    reading.changed()


async def _write(reading: Reading, copy: Copy, pending: Document) -> None:
    """Every call sets absolute values, so repeating them after a crash does no harm. The path holds the present folder,
    so the move comes last.
    """
    where = (reading.username, copy.folder_id, copy.release_id, copy.instance_id)
    fields: dict[str, str] = pending.get("fields", {})
    for field_id, value in fields.items():
        await reading.client.set_field(*where, int(field_id), value)
    rating, folder = pending.get("rating"), pending.get("folder_id")
    if rating is not None or folder is not None:
        await reading.client.edit_instance(*where, rating=rating, move_to=folder)


async def _keep_sent(conn: AsyncConnection, reading: Reading, pk: RecordPk, copy: Copy, sent: Document) -> None:
    """Store what Discogs has now. A rating is the release's, so all its copies have it (discogs-api.md 4.4).

    What was edited while it was being sent stays pending.
    """
    rating: int | None = sent.get("rating")
    for held in await copies.of_record(conn, pk):
        if held.removed_at or (held.instance_id != copy.instance_id and rating is None):
            continue
        is_it = held.instance_id == copy.instance_id
        edited = NewCopy(
            instance_id=held.instance_id,
            record_pk=pk,
            release_id=held.release_id,
            folder_id=sent.get("folder_id", copy.folder_id) if is_it else held.folder_id,
            date_added=held.date_added,
            rating=held.rating if rating is None else rating,
            fields={k: v for k, v in (held.fields | sent.get("fields", {})).items() if v} if is_it else held.fields,
        )
        await copies.upsert_many(conn, reading.user_id, [edited], seen_pass=None)
        if is_it:
            await copies.set_pending(conn, reading.user_id, held.instance_id, _rest(held.pending or {}, sent))
    await records.refresh_from_copies(conn, [pk])


def _rest(pending: Document, sent: Document) -> Document | None:
    """What of ``pending`` was not in what was sent."""
    fields: dict[str, Any] = pending.get("fields", {})
    unsent = {key: value for key, value in fields.items() if sent.get("fields", {}).get(key) != value}
    rest: Document = {key: pending[key] for key in ("rating", "folder_id") if key in pending}
    rest = {key: value for key, value in rest.items() if sent.get(key) != value}
    return (rest | ({"fields": unsent} if unsent else {})) or None


async def _settle(reading: Reading, turns: _Turns) -> None:
    """Find out what became of the adds that an interrupted sync left open, before any is sent."""
    adding = _adding(reading, None)
    async with reading.work.storage.read() as conn:
        left_open = await intents.unsettled(conn, reading.user_id, kind=Sender.SYNC.value)
    for intent in left_open:
        async with turns.of(f"release {intent.release_id}"):
            await adding.settle(intent)


async def _send_records(reading: Reading, turns: _Turns) -> None:
    while True:
        async with reading.work.storage.read() as conn:
            batch = await records.unsynced(conn, reading.user_id, after=RecordPk(reading.mark.record), limit=_BATCH)
        for record in batch:
            assert record.discogs_id is not None, "unsynced records are of releases"
            async with turns.of(f"{record.artist_name} – {record.album_title}"):
                await _adding(reading, record).ensure(record.discogs_id)
            reading.mark = replace(reading.mark, record=record.pk)
        if len(batch) < _BATCH:
            return


def _adding(reading: Reading, record: Record | None) -> Adding:
    """Adds that are stored with the mark: each release counts once, whatever happens in between."""

    @asynccontextmanager
    async def saving(outcome: Outcome, _: InstanceId | None = None, /) -> AsyncGenerator[AsyncConnection]:
        mark = reading.mark
        if outcome is Outcome.SENT:
            mark = replace(mark, pushed=mark.pushed + 1)
        elif outcome is Outcome.WAS_THERE:
            mark = replace(mark, skipped=mark.skipped + 1)
        if outcome.is_there and record is not None:
            mark = replace(mark, record=record.pk)
        async with reading.work.saving(mark.document()) as conn:
            yield conn
            reading.mark = mark
            await reading.report()
        if outcome.is_there:
            reading.changed()

    return Adding(reading.client, reading.username, reading.user_id, reading.web_base, Sender.SYNC, saving)


class _Turns:
    """One item after the other: what goes wrong with one is kept as a problem, what concerns them all ends the push."""

    def __init__(self, reading: Reading) -> None:
        self._work = reading.work
        self._outages = 0

    @asynccontextmanager
    async def of(self, item: str) -> AsyncGenerator[None]:
        """Deal with ``item`` inside."""
        self._work.raise_if_cancelled()
        try:
            yield
        except UpstreamRateLimited:
            raise
        except UpstreamError as error:
            self._outages = 0 if error.status is not None and error.status < 500 else self._outages + 1
            if error.status == 401 or self._outages >= MOST_OUTAGES:
                raise
            await self._work.problem(item, error.message)
        except Conflict as error:
            await self._work.problem(item, error.message)
        else:
            self._outages = 0
