"""What every process must know for a while: revoked access tokens, OAuth requests, cooldowns.

The library is the one place that all processes share and that survives a restart and an eviction, so it is kept here
whether there is a Redis or not. Expiry is checked when reading; what has expired is cleared away when something is put.
"""

from __future__ import annotations

import time
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.tables import short_lived


class Kind(StrEnum):
    """What is remembered for a while."""

    REVOKED = "revoked"
    """A logged-out access token, by its ``jti``."""
    OAUTH = "oauth"
    """An OAuth request under way, by its state."""
    COOLDOWN = "cooldown"
    """A user who has to wait before the next sync."""
    RUN = "run"
    """Work for all users that one process does at a time."""
    RENEWAL = "renewal"
    """A user whose access to Spotify is being renewed by one process."""
    NEWS = "news"
    """What of a user changed, by which process."""
    PROCESS = "process"
    """A process that serves or works, by its owner's name: by what its keys are known."""


CLOCKS_DIFFER = 60.0
"""Seconds by which the clocks of two machines may differ."""


async def put(
    conn: AsyncConnection, kind: Kind, key: str, value: str, *, seconds: float, now: float | None = None
) -> None:
    """Remember ``value`` under (kind, key) for ``seconds``, in place of what was there."""
    now = time.time() if now is None else now
    await _clear(conn, now)
    values = {"value": value, "expires_at": now + seconds}
    stored = inserting(conn.dialect)(short_lived).values(kind=kind, key=key, **values)
    await conn.execute(stored.on_conflict_do_update(index_elements=["kind", "key"], set_=values))


async def claim(
    conn: AsyncConnection, kind: Kind, key: str, value: str, *, seconds: float, now: float | None = None
) -> float | None:
    """Remember ``value`` if there is nothing live under (kind, key) and return None, else its expiry (Unix seconds).

    Of several processes that claim at once one gets None. What would last for much longer than ``seconds`` from now is of
    a time before the clock was set back, and gives way.
    """
    now = time.time() if now is None else now
    await _clear(conn, now)
    of_the_future = and_(short_lived.c.kind == kind, short_lived.c.key == key)
    await conn.execute(
        delete(short_lived).where(of_the_future, short_lived.c.expires_at > now + seconds + CLOCKS_DIFFER)
    )
    stored = inserting(conn.dialect)(short_lived).values(kind=kind, key=key, value=value, expires_at=now + seconds)
    made = (await conn.execute(stored.on_conflict_do_nothing().returning(short_lived.c.key))).first()
    if made is not None:
        return None
    held = select(short_lived.c.expires_at).where(short_lived.c.kind == kind, short_lived.c.key == key)
    return (await conn.execute(held)).scalar_one()


async def get(conn: AsyncConnection, kind: Kind, key: str, *, now: float | None = None) -> str | None:
    """What is remembered under (kind, key), None if nothing is or it has expired."""
    return (await conn.execute(select(short_lived.c.value).where(_live(kind, key, now)))).scalar_one_or_none()


async def every(conn: AsyncConnection, kind: Kind, *, now: float | None = None) -> dict[str, str]:
    """All that is remembered of one kind, by key."""
    moment = time.time() if now is None else now
    found = select(short_lived.c.key, short_lived.c.value)
    rows = await conn.execute(found.where(short_lived.c.kind == kind, short_lived.c.expires_at > moment))
    return {row.key: row.value for row in rows}


async def expiry(conn: AsyncConnection, kind: Kind, key: str, *, now: float | None = None) -> float | None:
    """When what is remembered under (kind, key) expires (Unix seconds), None if nothing is."""
    return (await conn.execute(select(short_lived.c.expires_at).where(_live(kind, key, now)))).scalar_one_or_none()


async def take(conn: AsyncConnection, kind: Kind, key: str, *, now: float | None = None) -> str | None:
    """Like :func:`get`, and forget it: of several that take at once one gets it."""
    taken = delete(short_lived).where(_live(kind, key, now)).returning(short_lived.c.value)
    return (await conn.execute(taken)).scalar_one_or_none()


async def forget(conn: AsyncConnection, kind: Kind, key: str) -> None:
    """Forget what is remembered under (kind, key)."""
    await conn.execute(delete(short_lived).where(short_lived.c.kind == kind, short_lived.c.key == key))


def _live(kind: Kind, key: str, now: float | None) -> ColumnElement[bool]:
    moment = time.time() if now is None else now
    return and_(short_lived.c.kind == kind, short_lived.c.key == key, short_lived.c.expires_at > moment)


async def _clear(conn: AsyncConnection, now: float) -> None:
    await conn.execute(delete(short_lived).where(short_lived.c.expires_at <= now))
