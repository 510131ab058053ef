"""Comparing single folders with their upstream: which copies we believe in them it did not show."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.copy_rows import COLUMNS, from_row
from storage.tables import copy
from storage.values import PendingCopy, UserId


async def unseen(
    conn: AsyncConnection, user_id: UserId, folders: Collection[int], pass_id: str, limit: int
) -> list[PendingCopy]:
    """Copies of these folders, not removed, that the pass ``pass_id`` over the folders did not see; at most ``limit``."""
    found = (
        select(copy.c.record_pk, *COLUMNS)
        .where(
            copy.c.user_id == user_id,
            copy.c.folder_id.in_(list(folders)),
            copy.c.instance_id > 0,
            copy.c.removed_at.is_(None),
            copy.c.seen_pass.is_distinct_from(pass_id),
        )
        .order_by(copy.c.instance_id)
        .limit(limit)
    )
    return [PendingCopy(row[0], from_row(row[1:])) for row in (await conn.execute(found)).all()]
