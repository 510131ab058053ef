"""The physical copies of records (Discogs: instances), folders and custom fields."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.copy_rows import COLUMNS, from_row
from storage.documents import pack, pack_optional, storable, unpack
from storage.instants import instant
from storage.tables import collection_field, copy, folder
from storage.values import (
    CollectionField,
    Copy,
    CopyChanges,
    Document,
    Folder,
    InstanceId,
    NewCopy,
    PendingCopy,
    RecordPk,
    UserId,
)

_CHUNK = 500


async def upsert_many(
    conn: AsyncConnection, user_id: UserId, copies: Sequence[NewCopy], *, seen_pass: str | None
) -> CopyChanges:
    """Store copies as their upstream shows them; one that was marked removed is back. Local edits stay pending.

    ``seen_pass`` names the full pass that saw them (:func:`mark_unseen_removed`); None outside a full pass.
    """
    by_id = {each.instance_id: each for each in copies}
    held = await _stored(conn, user_id, list(by_id))
    added = [each for key, each in by_id.items() if key not in held]
    changed = [each for key, each in by_id.items() if key in held and _row(each) != held[key]]
    seen = {"seen_pass": seen_pass} if seen_pass is not None else {}
    if added:
        rows = [{"user_id": user_id, "instance_id": each.instance_id, **_row(each), **seen} for each in added]
        await conn.execute(insert(copy), rows)
    if changed:
        statement = update(copy).where(copy.c.user_id == user_id, copy.c.instance_id == bindparam("key"))
        await conn.execute(statement, [{"key": each.instance_id, **_row(each), **seen} for each in changed])
    same = by_id.keys() - {each.instance_id for each in (*added, *changed)}
    if same and seen:
        await _mark_seen(conn, user_id, list(same), seen)
    moved_from = {held[each.instance_id]["record_pk"] for each in changed}
    touched = dict.fromkeys((*(each.record_pk for each in (*added, *changed)), *moved_from))
    return CopyChanges(
        added=tuple(each.instance_id for each in added),
        changed=tuple(each.instance_id for each in changed),
        unchanged=len(same),
        records=tuple(touched),
    )


def _row(each: NewCopy) -> dict[str, Any]:
    return {
        "record_pk": each.record_pk,
        "release_id": each.release_id,
        "folder_id": each.folder_id,
        "rating": each.rating,
        "fields": pack(dict(sorted(each.fields.items()))),
        "date_added": each.date_added,
        "removed_at": None,
    }


async def _stored(
    conn: AsyncConnection, user_id: UserId, ids: Sequence[InstanceId]
) -> dict[InstanceId, dict[str, Any]]:
    names = ("record_pk", "release_id", "folder_id", "rating", "fields", "date_added", "removed_at")
    columns = [copy.c.instance_id, *(copy.c[name] for name in names)]
    found: dict[InstanceId, dict[str, Any]] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = copy.c.instance_id.in_(ids[start : start + _CHUNK])
        for key, *row in (await conn.execute(select(*columns).where(copy.c.user_id == user_id, chunk))).all():
            found[key] = dict(zip(names, row, strict=True))
    return found


async def _mark_seen(conn: AsyncConnection, user_id: UserId, ids: Sequence[InstanceId], seen: dict[str, str]) -> None:
    for start in range(0, len(ids), _CHUNK):
        chunk = copy.c.instance_id.in_(ids[start : start + _CHUNK])
        await conn.execute(update(copy).where(copy.c.user_id == user_id, chunk).values(**seen))


async def of_record(conn: AsyncConnection, pk: RecordPk) -> list[Copy]:
    """The copies of a record, oldest first, removed ones included; each with its local edits still apart."""
    found = select(*COLUMNS).where(copy.c.record_pk == pk).order_by(copy.c.date_added, copy.c.instance_id)
    return [from_row(row) for row in (await conn.execute(found)).all()]


async def of_records(conn: AsyncConnection, pks: Sequence[int]) -> dict[RecordPk, list[Copy]]:
    """The copies of a few hundred records, as :func:`of_record` has them; records without any are left out."""
    found: dict[RecordPk, list[Copy]] = {}
    rows = select(copy.c.record_pk, *COLUMNS).where(copy.c.record_pk.in_(pks))
    for row in (await conn.execute(rows.order_by(copy.c.date_added, copy.c.instance_id))).all():
        found.setdefault(row[0], []).append(from_row(row[1:]))
    return found


async def get(conn: AsyncConnection, user_id: UserId, instance_id: InstanceId) -> PendingCopy | None:
    """One copy and the record it belongs to."""
    found = select(copy.c.record_pk, *COLUMNS).where(copy.c.user_id == user_id, copy.c.instance_id == instance_id)
    row = (await conn.execute(found)).one_or_none()
    return None if row is None else PendingCopy(row[0], from_row(row[1:]))


async def known(conn: AsyncConnection, user_id: UserId, instance_ids: Collection[InstanceId]) -> dict[InstanceId, Copy]:
    """Which of these copies are stored."""
    wanted = list(instance_ids)
    found: dict[InstanceId, Copy] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = copy.c.instance_id.in_(wanted[start : start + _CHUNK])
        rows = (await conn.execute(select(*COLUMNS).where(copy.c.user_id == user_id, chunk))).all()
        found.update((held.instance_id, held) for held in map(from_row, rows))
    return found


async def folder_counts(conn: AsyncConnection, user_id: UserId) -> dict[int, int]:
    """Copies that are not removed, by the folder their upstream has them in."""
    counted = (
        select(copy.c.folder_id, func.count())
        .where(copy.c.user_id == user_id, copy.c.removed_at.is_(None))
        .group_by(copy.c.folder_id)
    )
    rows = (await conn.execute(counted)).all()
    return {row[0]: row[1] for row in rows}


async def standing(conn: AsyncConnection, user_id: UserId) -> tuple[int, int]:
    """How many copies are not removed and the highest instance id of them: another pair, another collection."""
    held = (copy.c.user_id == user_id, copy.c.removed_at.is_(None))
    found = select(func.count(), func.coalesce(func.max(copy.c.instance_id), 0)).where(*held)
    count, newest = (await conn.execute(found)).one()
    return count, newest


async def mark_unseen_removed(conn: AsyncConnection, user_id: UserId, pass_id: str) -> list[RecordPk]:
    """Mark the copies that the full pass ``pass_id`` did not see; the records they belong to."""
    unseen = (
        update(copy)
        .where(
            copy.c.user_id == user_id,
            copy.c.removed_at.is_(None),
            copy.c.seen_pass.is_distinct_from(pass_id),
        )
        .values(removed_at=instant())
        .returning(copy.c.record_pk)
    )
    return list(dict.fromkeys((await conn.execute(unseen)).scalars().all()))


async def mark_removed(conn: AsyncConnection, user_id: UserId, instance_id: InstanceId) -> RecordPk | None:
    """Mark one copy as gone from its upstream; the record it belongs to."""
    gone = (
        update(copy)
        .where(copy.c.user_id == user_id, copy.c.instance_id == instance_id)
        .values(removed_at=instant())
        .returning(copy.c.record_pk)
    )
    return (await conn.execute(gone)).scalar_one_or_none()


async def set_pending(
    conn: AsyncConnection, user_id: UserId, instance_id: InstanceId, pending: Document | None
) -> RecordPk | None:
    """Replace a copy's local edits (None: there are none any more); its record, None if there is no such copy."""
    edited = (
        update(copy)
        .where(copy.c.user_id == user_id, copy.c.instance_id == instance_id)
        .values(pending=pack_optional(pending or None))
        .returning(copy.c.record_pk)
    )
    return (await conn.execute(edited)).scalar_one_or_none()


async def with_pending(conn: AsyncConnection, user_id: UserId, after: InstanceId, limit: int) -> list[PendingCopy]:
    """The next copies by instance id that have local edits to send."""
    found = (
        select(copy.c.record_pk, *COLUMNS)
        .where(copy.c.user_id == user_id, copy.c.pending.is_not(None), copy.c.instance_id > after)
        .order_by(copy.c.instance_id)
        .limit(limit)
    )
    return [PendingCopy(row[0], from_row(row[1:])) for row in (await conn.execute(found)).all()]


async def folders(conn: AsyncConnection, user_id: UserId) -> list[Folder]:
    """The user's collection folders by id."""
    found = select(folder.c.folder_id, folder.c.name, folder.c.count).where(folder.c.user_id == user_id)
    return [Folder(*row) for row in (await conn.execute(found.order_by(folder.c.folder_id))).all()]


async def replace_folders(conn: AsyncConnection, user_id: UserId, held: Sequence[Folder]) -> list[RecordPk]:
    """Store the folders as they are now; the records in a folder whose name changed (refresh their summaries)."""
    before = {each.folder_id: each.name for each in await folders(conn, user_id)}
    await conn.execute(delete(folder).where(folder.c.user_id == user_id))
    if held:
        rows = [
            {"user_id": user_id, "folder_id": each.folder_id, "name": storable(each.name), "count": each.count}
            for each in held
        ]
        await conn.execute(insert(folder), rows)
    after = {each.folder_id: storable(each.name) for each in held}
    renamed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    if not renamed:
        return []
    inside = select(copy.c.record_pk).where(copy.c.user_id == user_id, copy.c.folder_id.in_(renamed)).distinct()
    return list((await conn.execute(inside)).scalars().all())


async def fields(conn: AsyncConnection, user_id: UserId) -> list[CollectionField]:
    """The user's custom fields in their order."""
    found = select(collection_field).where(collection_field.c.user_id == user_id)
    rows = (await conn.execute(found.order_by(collection_field.c.position, collection_field.c.field_id))).all()
    return [CollectionField(row.field_id, row.name, row.kind, row.position, tuple(unpack(row.options))) for row in rows]


async def replace_fields(conn: AsyncConnection, user_id: UserId, held: Sequence[CollectionField]) -> None:
    """Store the custom fields as they are now."""
    await conn.execute(delete(collection_field).where(collection_field.c.user_id == user_id))
    if held:
        rows = [
            {
                "user_id": user_id,
                "field_id": each.field_id,
                "name": storable(each.name),
                "kind": each.kind,
                "position": each.position,
                "options": pack(each.options),
            }
            for each in held
        ]
        await conn.execute(insert(collection_field), rows)
