"""Everything a user owns and wants, by release alone: a few thousand numbers, for what is computed from them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import copy, record, want
from storage.values import UserId
from storage.values.recommendations import Holdings


async def holdings(conn: AsyncConnection, user_id: UserId) -> Holdings:
    """What counts as owned and wanted now. A record that no copy on Discogs belongs to yet is one copy; what vanished
    from its upstream does not count.
    """
    copies = (
        select(copy.c.release_id, func.count())
        .where(copy.c.user_id == user_id, copy.c.removed_at.is_(None))
        .group_by(copy.c.release_id)
    )
    unsent = select(record.c.discogs_id).where(
        record.c.user_id == user_id,
        record.c.discogs_id.is_not(None),
        record.c.copies == 0,
        record.c.removed_at.is_(None),
    )
    wanted = select(want.c.release_id).where(want.c.user_id == user_id, want.c.removed_at.is_(None))
    owned = dict.fromkeys((await conn.execute(unsent)).scalars().all(), 1)
    owned.update((release, number) for release, number in (await conn.execute(copies)).all())
    return Holdings(owned, frozenset((await conn.execute(wanted)).scalars().all()))
