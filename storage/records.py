"""The owned records: everything that reads or writes the ``record`` table, except the hot reads (``shelf``)."""

from __future__ import annotations

import uuid
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, TextClause, bindparam, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import record_places, search
from storage.dialect import matching
from storage.errors import AlreadyHeld
from storage.instants import instant
from storage.record_rows import COLUMNS, FACTS, from_row, from_rows, to_row
from storage.statistics import facet_counts, statistics
from storage.summaries import refresh_from_copies
from storage.tables import record
from storage.values import NewRecord, Record, RecordFacts, RecordPk, RecordQuery, ReleaseId, UserId

__all__ = [
    "add",
    "add_many",
    "by_discogs_ids",
    "by_pks",
    "change",
    "facet_counts",
    "get",
    "get_by_pk",
    "mark_removed",
    "mark_synced",
    "order",
    "page",
    "refresh_from_copies",
    "remove",
    "replace_facts",
    "restore",
    "statistics",
    "unsynced",
]

CHUNK = 500
"""Rows or ids in one statement: below every engine's limit on parameters."""
_PART = 2000
"""Keys taken from the engine at a time: about a millisecond."""


async def add(
    conn: AsyncConnection,
    user_id: UserId,
    facts: RecordFacts,
    *,
    data_source: str,
    is_synced: bool = False,
    notes: str | None = None,
    created_at: str | None = None,
    record_id: str | None = None,
) -> Record:
    """Store one record and return it. Raises :class:`AlreadyHeld` if the user has a record of that release."""
    if facts.discogs_id is not None and await by_discogs_ids(conn, user_id, [facts.discogs_id]):
        raise AlreadyHeld(
            f"{facts.artist_name} – {facts.album_title} is in the collection already.",
            "Open the record that is there; another copy of it is added on Discogs.",
        )
    row = NewRecord(facts, data_source, is_synced, notes, record_id, created_at)
    (pk,) = await add_many(conn, user_id, [row])
    stored = await get_by_pk(conn, pk)
    assert stored is not None
    return stored


async def add_many(conn: AsyncConnection, user_id: UserId, rows: Sequence[NewRecord]) -> list[RecordPk]:
    """Store many records; their keys in the order given. The caller has left out releases that are held already."""
    now = instant()
    pks: list[RecordPk] = []
    for start in range(0, len(rows), CHUNK):
        stored = [to_row(_fresh(user_id, row, now)) for row in rows[start : start + CHUNK]]
        await conn.execute(insert(record), stored)
        # Asking for the keys afterwards: RETURNING in order costs SQLite a statement for each row.
        ids = [row["record_id"] for row in stored]
        found = await conn.execute(select(record.c.record_id, record.c.id).where(record.c.record_id.in_(ids)))
        keys = {row.record_id: row.id for row in found.all()}
        pks.extend(keys[record_id] for record_id in ids)
    return pks


def _fresh(user_id: UserId, row: NewRecord, now: str) -> Record:
    created_at = row.created_at or now
    return Record(
        **_facts(row.facts),
        record_id=row.record_id or str(uuid.uuid4()),
        user_id=user_id,
        is_synced=row.is_synced,
        data_source=row.data_source,
        notes=row.notes,
        date_added=created_at,
        created_at=created_at,
        updated_at=row.updated_at or now,
    )


def _facts(facts: RecordFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in FACTS}


async def get(conn: AsyncConnection, user_id: UserId, record_id: str) -> Record | None:
    """The user's record with that UUID."""
    found = select(*COLUMNS).where(record.c.user_id == user_id, record.c.record_id == record_id)
    row = (await conn.execute(found)).one_or_none()
    return None if row is None else from_row(row)


async def get_by_pk(conn: AsyncConnection, pk: RecordPk) -> Record | None:
    """The record with the library's own key."""
    row = (await conn.execute(select(*COLUMNS).where(record.c.id == pk))).one_or_none()
    return None if row is None else from_row(row)


async def by_discogs_ids(conn: AsyncConnection, user_id: UserId, ids: Collection[ReleaseId]) -> dict[ReleaseId, Record]:
    """Which of these releases the user holds."""
    wanted = list(ids)
    found: dict[ReleaseId, Record] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = record.c.discogs_id.in_(wanted[start : start + CHUNK])
        rows = (await conn.execute(select(*COLUMNS).where(record.c.user_id == user_id, chunk))).all()
        found.update((held.discogs_id, held) for held in from_rows(rows) if held.discogs_id is not None)
    return found


async def page(
    conn: AsyncConnection, user_id: UserId, query: RecordQuery, *, limit: int | None, offset: int
) -> tuple[list[Record], int]:
    """One page of what ``query`` asks for (all of it where ``limit`` is None), and how many there are in all."""
    where = _where(conn, user_id, query)
    total = (await conn.execute(select(func.count()).select_from(record).where(*where))).scalar_one()
    rows = select(*COLUMNS).where(*where).order_by(text(search.order_by(query))).limit(limit).offset(offset)
    return from_rows((await conn.execute(rows)).all()), total


async def order(conn: AsyncConnection, user_id: UserId, query: RecordQuery) -> array[int]:
    """The keys of everything that ``query`` asks for, in its order; read in parts, so that the loop is never held."""
    rows = select(record.c.id).where(*_where(conn, user_id, query)).order_by(text(search.order_by(query)))
    found = array("q")
    async with conn.stream_scalars(rows) as keys:
        async for part in keys.partitions(_PART):
            found.extend(part)
    return found


async def by_pks(conn: AsyncConnection, user_id: UserId, pks: Sequence[int]) -> list[Record]:
    """These records of the user, at most :data:`CHUNK`, in the order given; those that are gone are left out."""
    # Whose they are is looked at here: as a condition it lures SQLite into walking all the user's records.
    rows = (await conn.execute(select(*COLUMNS).where(record.c.id.in_(pks)))).all()
    found = {held.pk: held for held in from_rows(rows) if held.user_id == user_id}
    return [found[RecordPk(pk)] for pk in pks if pk in found]


def _where(conn: AsyncConnection, user_id: UserId, query: RecordQuery) -> list[ColumnElement[bool] | TextClause]:
    where: list[ColumnElement[bool] | TextClause] = [record.c.user_id == user_id]
    if asked := search.demands(query):
        where.append(matching(conn.dialect, asked))
    if places := record_places.condition(query):
        where.append(text(places.removeprefix(" AND ")))
    return where


async def change(
    conn: AsyncConnection, user_id: UserId, record_id: str, changes: Mapping[str, object]
) -> Record | None:
    """Set fields of a record (named as in :class:`Record`), with its keys and tokens; None if there is no such record.

    Raises :class:`TypeError` for a field that records do not have.
    """
    held = await get(conn, user_id, record_id)
    if held is None:
        return None
    changed = replace(held, **dict[str, Any](changes), updated_at=instant())
    await _save(conn, changed)
    return changed


async def replace_facts(conn: AsyncConnection, pk: RecordPk, facts: RecordFacts) -> None:
    """Overwrite every Discogs-derived field, nothing else (records-contract.md section 1, update-from-discogs)."""
    await _set(conn, pk, **_facts(facts))


async def mark_synced(conn: AsyncConnection, pk: RecordPk) -> None:
    """The record is known to be in the owner's Discogs collection."""
    await _set(conn, pk, is_synced=True)


async def mark_removed(conn: AsyncConnection, pk: RecordPk, removed_at: str | None = None) -> None:
    """The record vanished from Discogs; it stays, shown as such."""
    await _set(conn, pk, removed_at=removed_at or instant())


async def restore(conn: AsyncConnection, pk: RecordPk) -> None:
    """Take back :func:`mark_removed`."""
    await _set(conn, pk, removed_at=None)


async def _set(conn: AsyncConnection, pk: RecordPk, **changes: Any) -> None:
    held = await get_by_pk(conn, pk)
    if held is not None:
        await _save(conn, replace(held, **changes, updated_at=instant()))


async def _save(conn: AsyncConnection, held: Record) -> None:
    await conn.execute(update(record).where(record.c.id == bindparam("key")), [{"key": held.pk, **to_row(held)}])


async def remove(conn: AsyncConnection, user_id: UserId, record_id: str) -> bool:
    """Delete a record with its copies from the library (Discogs is not touched); False if there is none."""
    gone = delete(record).where(record.c.user_id == user_id, record.c.record_id == record_id)
    return (await conn.execute(gone)).rowcount > 0


async def unsynced(conn: AsyncConnection, user_id: UserId, *, after: RecordPk, limit: int) -> list[Record]:
    """The next records by key that Discogs could be told of: they have a release id, are not synced, not removed."""
    found = (
        select(*COLUMNS)
        .where(
            record.c.user_id == user_id,
            record.c.is_synced.is_(False),
            record.c.discogs_id.is_not(None),
            record.c.removed_at.is_(None),
            record.c.id > after,
        )
        .order_by(record.c.id)
        .limit(limit)
    )
    return from_rows((await conn.execute(found)).all())
