"""What a record's copies say, kept beside the record: number, folder, rating, date added, whether all are gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.copy_rows import COLUMNS as COPY_COLUMNS
from storage.copy_rows import from_row as copy_from_row
from storage.copy_rows import with_pending
from storage.record_rows import COLUMNS, from_rows, to_summary
from storage.tables import copy, folder, record
from storage.values import Copy, Record, RecordPk

_CHUNK = 500


async def refresh_from_copies(conn: AsyncConnection, pks: Iterable[RecordPk]) -> None:
    """Bring copies, folder_name, rating, date_added, removed_at and tokens of these records up to their copies.

    Local edits that Discogs does not know yet count. The newest copy that is not removed speaks for the folder, the
    best rated for the rating. A record whose copies are all removed is removed; one without copies keeps its mark.
    """
    wanted = list(dict.fromkeys(pks))
    names: dict[tuple[str, int], str] = {}
    if wanted:
        rows = (await conn.execute(select(folder.c.user_id, folder.c.folder_id, folder.c.name))).all()
        names = {(user_id, folder_id): name for user_id, folder_id, name in rows}
    for start in range(0, len(wanted), _CHUNK):
        await _refresh(conn, wanted[start : start + _CHUNK], names)


async def _refresh(conn: AsyncConnection, pks: Sequence[RecordPk], names: dict[tuple[str, int], str]) -> None:
    rows = (await conn.execute(select(copy.c.record_pk, *COPY_COLUMNS).where(copy.c.record_pk.in_(pks)))).all()
    copies: defaultdict[int, list[Copy]] = defaultdict(list)
    for row in rows:
        copies[row[0]].append(with_pending(copy_from_row(row[1:])))
    held = from_rows((await conn.execute(select(*COLUMNS).where(record.c.id.in_(pks)))).all())
    changed = [(old, new) for old in held if (new := _summed(old, copies[old.pk], names)) != old]
    if changed:
        statement = update(record).where(record.c.id == bindparam("key"))
        await conn.execute(statement, [{"key": new.pk, **to_summary(new)} for _, new in changed])


def _summed(held: Record, copies: list[Copy], names: dict[tuple[str, int], str]) -> Record:
    active = [each for each in copies if each.removed_at is None]
    newest = max(active or copies, key=lambda each: (each.date_added, each.instance_id), default=None)
    gone = max((each.removed_at or "" for each in copies), default="") if copies and not active else None
    return replace(
        held,
        copies=len(active),
        folder_name=None if newest is None else names.get((held.user_id, newest.folder_id)),
        rating=max((each.rating for each in active or copies), default=0),
        date_added=held.created_at if newest is None else newest.date_added,
        removed_at=gone if copies else held.removed_at,
    )
