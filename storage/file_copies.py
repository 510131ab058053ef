"""Copies that a file described: they have no instance of Discogs yet, and therefore negative numbers of our own.

They count for the person like any other copy. Where a collection is compared with Discogs they must not count.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import copy
from storage.values import InstanceId, RecordPk, UserId

_CHUNK = 500


async def next_number(conn: AsyncConnection, user_id: UserId) -> InstanceId:
    """The number of the next such copy; further ones count down from it."""
    lowest = (await conn.execute(select(func.min(copy.c.instance_id)).where(copy.c.user_id == user_id))).scalar_one()
    return InstanceId(min(lowest or 0, 0) - 1)


async def folder_counts(conn: AsyncConnection, user_id: UserId) -> dict[int, int]:
    """How many there are that are not removed, by folder."""
    counted = (
        select(copy.c.folder_id, func.count())
        .where(copy.c.user_id == user_id, copy.c.instance_id < 0, copy.c.removed_at.is_(None))
        .group_by(copy.c.folder_id)
    )
    rows = (await conn.execute(counted)).all()
    return {row.folder_id: row[1] for row in rows}


async def remove(conn: AsyncConnection, user_id: UserId, records: Collection[RecordPk]) -> None:
    """Forget those of ``records``: Discogs has told of the real copies."""
    wanted = list(records)
    for start in range(0, len(wanted), _CHUNK):
        chunk = copy.c.record_pk.in_(wanted[start : start + _CHUNK])
        await conn.execute(delete(copy).where(copy.c.user_id == user_id, copy.c.instance_id < 0, chunk))


async def spare(conn: AsyncConnection, user_id: UserId, pass_id: str) -> None:
    """Count them as seen by the full pass ``pass_id``, which cannot see them: it must not mark them as removed."""
    theirs = (copy.c.user_id == user_id, copy.c.instance_id < 0)
    await conn.execute(update(copy).where(*theirs).values(seen_pass=pass_id))


async def mark_removed(conn: AsyncConnection, user_id: UserId, removed: Mapping[InstanceId, str]) -> None:
    """Mark copies as removed at the instants that a file of ours has kept."""
    if removed:
        marked = update(copy).where(copy.c.user_id == user_id, copy.c.instance_id == bindparam("key"))
        rows = [{"key": key, "removed_at": when} for key, when in removed.items()]
        await conn.execute(marked.values(removed_at=bindparam("removed_at")), rows)
