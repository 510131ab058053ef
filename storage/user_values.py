"""Small facts and choices of one user, by key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import pack, unpack
from storage.instants import instant
from storage.tables import user_value
from storage.values import UserId


async def get(conn: AsyncConnection, user_id: UserId, key: str) -> tuple[Any, str] | None:
    """The value and since when it stands, None if there is none."""
    found = select(user_value.c.value, user_value.c.updated_at).where(
        user_value.c.user_id == user_id, user_value.c.key == key
    )
    row = (await conn.execute(found)).one_or_none()
    return None if row is None else (unpack(row.value), row.updated_at)


async def put(conn: AsyncConnection, user_id: UserId, key: str, value: Any) -> None:
    """Keep ``value`` (JSON) under ``key``."""
    values = {"value": pack(value), "updated_at": instant()}
    stored = inserting(conn.dialect)(user_value).values(user_id=user_id, key=key, **values)
    await conn.execute(stored.on_conflict_do_update(index_elements=["user_id", "key"], set_=values))
