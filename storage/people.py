"""All users of a library, as its operator sees and changes them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import connection, record, user
from storage.values import Person, User, UserId

_USER = (user.c.id, user.c.email, user.c.is_owner, user.c.is_active, user.c.created_at, user.c.sessions_since)


async def page(conn: AsyncConnection, after: User | None = None, *, limit: int) -> list[Person]:
    """Up to ``limit`` users in the order in which they were made, those behind ``after``."""
    held = select(func.count()).where(record.c.user_id == user.c.id).scalar_subquery()
    found = select(*_USER, held).order_by(user.c.created_at, user.c.id).limit(limit)
    if after is not None:
        found = found.where(tuple_(user.c.created_at, user.c.id) > tuple_(after.created_at, after.id))
    rows = (await conn.execute(found)).all()
    services = await _services(conn, [row.id for row in rows])
    return [Person(User(*row[:-1]), tuple(services.get(row.id, ())), row[-1]) for row in rows]


async def _services(conn: AsyncConnection, user_ids: Sequence[str]) -> dict[str, list[str]]:
    """The services each user has connected, in order."""
    found = (
        select(connection.c.user_id, connection.c.service)
        .where(connection.c.user_id.in_(user_ids), connection.c.credential.is_not(None))
        .order_by(connection.c.service)
    )
    services: dict[str, list[str]] = {}
    for user_id, service in (await conn.execute(found)).all():
        services.setdefault(user_id, []).append(service)
    return services


async def disable(conn: AsyncConnection, user_id: UserId, *, sessions_since: int) -> None:
    """Let the user in no more; sessions from before ``sessions_since`` (Unix seconds) are over for good."""
    values = {"is_active": False, "sessions_since": sessions_since}
    await conn.execute(update(user).where(user.c.id == user_id).values(**values))


async def enable(conn: AsyncConnection, user_id: UserId) -> None:
    """Let the user in again."""
    await conn.execute(update(user).where(user.c.id == user_id).values(is_active=True))


async def set_password(
    conn: AsyncConnection, user_id: UserId, password_hash: str, email: str | None, *, sessions_since: int
) -> None:
    """Give the user this password and this address; sessions from before ``sessions_since`` are over."""
    values = {"password_hash": password_hash, "email": email, "sessions_since": sessions_since}
    await conn.execute(update(user).where(user.c.id == user_id).values(**values))
