"""The feed of what happened."""

from __future__ import annotations

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.documents import pack, unpack
from storage.instants import instant
from storage.tables import activity
from storage.values import Activity, Document, UserId


async def add(
    conn: AsyncConnection,
    user_id: UserId,
    type: str,
    status: str,
    details: Document | None = None,
    *,
    timestamp: str | None = None,
) -> Activity:
    """Note that something happened; types and states as harmony-contract.md section 9."""
    at = timestamp or instant()
    stored = insert(activity).values(
        user_id=user_id, timestamp=at, type=type, status=status, details=pack(details or {})
    )
    key = (await conn.execute(stored.returning(activity.c.id))).scalar_one()
    return Activity(key, at, type, status, details or {})


async def newest(
    conn: AsyncConnection, user_id: UserId, limit: int, offset: int = 0, type: str | None = None
) -> list[Activity]:
    """The feed, newest first; of one type where ``type`` is given."""
    columns = (activity.c.id, activity.c.timestamp, activity.c.type, activity.c.status, activity.c.details)
    found = select(*columns).where(activity.c.user_id == user_id)
    if type is not None:
        found = found.where(activity.c.type == type)
    rows = (await conn.execute(found.order_by(activity.c.id.desc()).limit(limit).offset(offset))).all()
    return [Activity(key, at, kind, status, unpack(details)) for key, at, kind, status, details in rows]


async def count(conn: AsyncConnection, user_id: UserId, type: str | None = None) -> int:
    """How many entries the feed has."""
    found = select(func.count()).select_from(activity).where(activity.c.user_id == user_id)
    return (await conn.execute(found if type is None else found.where(activity.c.type == type))).scalar_one()


async def kinds(conn: AsyncConnection, user_id: UserId) -> dict[str, int]:
    """How many entries the feed has of each type."""
    found = select(activity.c.type, func.count()).where(activity.c.user_id == user_id).group_by(activity.c.type)
    return {kind: int(count) for kind, count in (await conn.execute(found)).all()}
