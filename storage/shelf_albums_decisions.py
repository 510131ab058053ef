"""What people said of places on the shelf: that two belong together, that two do not, that one stands alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import and_, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.instants import instant
from storage.listed import CHUNK
from storage.tables.shelf import shelf_decision
from storage.values import UserId

Named = tuple[str, str]
"""A holding: its source, and what it is known by there."""
ALONE: Named = ("", "")
"""The other one of a decision that something stands alone."""
_d = shelf_decision.c


async def put(conn: AsyncConnection, user_id: UserId, one: Named, others: Collection[Named], *, is_same: bool) -> None:
    """``one`` is the same as all ``others``, or as none of them; takes the place of what was said of them before."""
    now = instant()
    for other in others:
        first, second = (one, other) if other == ALONE else sorted((one, other))
        await forget(conn, user_id, first, second)
        row = {"source": first[0], "key": first[1], "other_source": second[0], "other_key": second[1]}
        await conn.execute(insert(shelf_decision).values(user_id=user_id, **row, is_same=is_same, decided_at=now))


async def not_alone(conn: AsyncConnection, user_id: UserId, one: Named) -> None:
    """It does not stand alone any more."""
    await forget(conn, user_id, one, ALONE)


async def forget(conn: AsyncConnection, user_id: UserId, one: Named, other: Named) -> None:
    """What was said of the two, the smaller first, was never said."""
    where = (_d.source == one[0], _d.key == one[1], _d.other_source == other[0], _d.other_key == other[1])
    await conn.execute(delete(shelf_decision).where(_d.user_id == user_id, *where))


async def about(conn: AsyncConnection, user_id: UserId, named: Sequence[Named]) -> list[tuple[Named, Named, bool]]:
    """Everything that was said of these holdings, the latest last."""
    found: dict[int, tuple[Named, Named, bool]] = {}
    keys = list({key for _, key in named})
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        either = or_(_d.key.in_(chunk), and_(_d.other_key.in_(chunk), _d.other_source != ""))
        rows = select(shelf_decision).where(_d.user_id == user_id, either)
        found.update(
            (row.id, ((row.source, row.key), (row.other_source, row.other_key), row.is_same))
            for row in (await conn.execute(rows)).all()
        )
    return [found[number] for number in sorted(found)]


async def latest(conn: AsyncConnection, user_id: UserId) -> int:
    """A number that grows with every decision."""
    asked = select(func.coalesce(func.max(_d.id), 0)).where(_d.user_id == user_id)
    return (await conn.execute(asked)).scalar_one()
