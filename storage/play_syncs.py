"""When the plays of each user were asked for, and where some may be missing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import storable
from storage.instants import instant
from storage.play_tracks import CHUNK
from storage.tables.plays import play_gap, play_sync
from storage.values import UserId
from storage.values.plays import PlayGap, PlaySync


async def begin(conn: AsyncConnection, user_id: UserId) -> None:
    """The user's plays are asked for now."""
    await _note(conn, user_id, {"attempted_at": instant()})


async def done(conn: AsyncConnection, user_id: UserId) -> None:
    """They were received."""
    await _note(conn, user_id, {"synced_at": instant(), "error": None})


async def failed(conn: AsyncConnection, user_id: UserId, error: str) -> None:
    """They were not, for the reason ``error``."""
    await _note(conn, user_id, {"error": storable(error)})


async def _note(conn: AsyncConnection, user_id: UserId, values: dict[str, Any]) -> None:
    stored = inserting(conn.dialect)(play_sync).values(**{"user_id": user_id, "attempted_at": instant(), **values})
    await conn.execute(stored.on_conflict_do_update(index_elements=["user_id"], set_=values))


async def get(conn: AsyncConnection, user_id: UserId) -> PlaySync | None:
    """How the last attempt went, None before the first."""
    asked = select(play_sync.c.attempted_at, play_sync.c.synced_at, play_sync.c.error)
    row = (await conn.execute(asked.where(play_sync.c.user_id == user_id))).one_or_none()
    return None if row is None else PlaySync(*row)


async def by_last_attempt(conn: AsyncConnection, user_ids: Collection[UserId]) -> list[UserId]:
    """``user_ids``, those that were never asked for first, then by the oldest last attempt."""
    wanted, attempts = list(user_ids), dict[str, str]()
    for start in range(0, len(wanted), CHUNK):
        asked = select(play_sync.c.user_id, play_sync.c.attempted_at)
        rows = (await conn.execute(asked.where(play_sync.c.user_id.in_(wanted[start : start + CHUNK])))).all()
        attempts.update((user_id, at) for user_id, at in rows)
    return sorted(wanted, key=lambda user_id: (attempts.get(user_id, ""), user_id))


async def add_gap(conn: AsyncConnection, user_id: UserId, since: int, until: int) -> None:
    """Between these instants plays may be missing."""
    values = {"until": until, "found_at": instant()}
    stored = inserting(conn.dialect)(play_gap).values(user_id=user_id, since=since, **values)
    await conn.execute(stored.on_conflict_do_update(index_elements=["user_id", "since"], set_=values))


async def gaps(conn: AsyncConnection, user_id: UserId, limit: int = 100) -> list[PlayGap]:
    """Where plays may be missing, the newest first."""
    asked = select(play_gap.c.since, play_gap.c.until, play_gap.c.found_at).where(play_gap.c.user_id == user_id)
    rows = (await conn.execute(asked.order_by(play_gap.c.since.desc()).limit(limit))).all()
    return [PlayGap(*row) for row in rows]


async def close_gaps(conn: AsyncConnection, user_id: UserId, first: int, last: int) -> int:
    """What lies between ``first`` and ``last`` is told in full by an export; how many gaps that closes."""
    inside = (play_gap.c.user_id == user_id, play_gap.c.since >= first, play_gap.c.until <= last)
    return (await conn.execute(delete(play_gap).where(*inside))).rowcount
