"""What was set over REST: the stored values of one user and the history of their changes (harmony-contract.md 14)."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import user_values
from storage.documents import storable, unpack
from storage.instants import instant
from storage.tables import setting_change, user_value
from storage.values import SettingChange, UserId

PREFIX = "setting:"
"""What the keys of stored settings begin with among a user's values."""


async def every(conn: AsyncConnection, user_id: UserId) -> tuple[dict[str, str | None], str | None]:
    """The stored settings by key, and when one of them was last set; None where there are none."""
    rows = (
        select(user_value.c.key, user_value.c.value, user_value.c.updated_at)
        .where(user_value.c.user_id == user_id, user_value.c.key.startswith(PREFIX, autoescape=True))
        .order_by(user_value.c.key)
    )
    found = (await conn.execute(rows)).all()
    values = {row.key.removeprefix(PREFIX): unpack(row.value) for row in found}
    return values, max((row.updated_at for row in found), default=None)


async def put(conn: AsyncConnection, user_id: UserId, key: str, value: str | None) -> None:
    """Keep ``value`` under ``key``, and that it was set, also where it is the same as before."""
    key = storable(key)
    before = await user_values.get(conn, user_id, PREFIX + key)
    await user_values.put(conn, user_id, PREFIX + key, value)
    await note(conn, user_id, key, before[0] if before else None, None if value is None else storable(value))


async def note(conn: AsyncConnection, user_id: UserId, key: str, old: str | None, new: str | None) -> None:
    """Keep that ``key`` was changed; a secret must be masked already."""
    values = {"user_id": user_id, "key": key, "old_value": old, "new_value": new, "changed_at": instant()}
    await conn.execute(insert(setting_change).values(**values))


async def newest(conn: AsyncConnection, user_id: UserId, limit: int) -> list[SettingChange]:
    """The last changes, newest first."""
    rows = (
        select(
            setting_change.c.key, setting_change.c.old_value, setting_change.c.new_value, setting_change.c.changed_at
        )
        .where(setting_change.c.user_id == user_id)
        .order_by(setting_change.c.changed_at.desc(), setting_change.c.id.desc())
        .limit(limit)
    )
    return [SettingChange(*row) for row in (await conn.execute(rows)).all()]
