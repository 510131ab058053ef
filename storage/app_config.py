"""What an operator sets once for everybody, by key (discogsography-contract.md 16)."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.instants import instant
from storage.tables import app_config


async def get(conn: AsyncConnection, key: str) -> str | None:
    """The value of ``key``, None if it is not set."""
    return (await conn.execute(select(app_config.c.value).where(app_config.c.key == key))).scalar_one_or_none()


async def put(conn: AsyncConnection, key: str, value: str) -> None:
    """Set ``key``. A secret must be encrypted already."""
    values = {"value": value, "updated_at": instant()}
    stored = inserting(conn.dialect)(app_config).values(key=key, **values)
    await conn.execute(stored.on_conflict_do_update(index_elements=["key"], set_=values))


async def remove(conn: AsyncConnection, key: str) -> None:
    """Set ``key`` no more."""
    await conn.execute(delete(app_config).where(app_config.c.key == key))


async def everything(conn: AsyncConnection) -> dict[str, str]:
    """All that is set."""
    rows = (await conn.execute(select(app_config.c.key, app_config.c.value))).all()
    return {row.key: row.value for row in rows}
