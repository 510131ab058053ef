"""When each user's regular jobs were last due: the row of a user and kind decides who starts a run."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.tables import schedule, user
from storage.values import UserId


async def last_due(conn: AsyncConnection, user_id: UserId, kind: str) -> str | None:
    """The last due time of the schedule that was honoured for this kind of job."""
    found = select(schedule.c.last_due_at).where(schedule.c.user_id == user_id, schedule.c.kind == kind)
    return (await conn.execute(found)).scalar_one_or_none()


async def honour(conn: AsyncConnection, user_id: UserId, kind: str, due_at: str, job_id: str | None) -> None:
    """Remember that the due time ``due_at`` was honoured by ``job_id`` (None: noted without a run)."""
    values = {"last_due_at": due_at, "last_job_id": job_id}
    stored = inserting(conn.dialect)(schedule).values(user_id=user_id, kind=kind, **values)
    await conn.execute(stored.on_conflict_do_update(index_elements=["user_id", "kind"], set_=values))


async def is_begun(conn: AsyncConnection, kind: str, *, ahead: str) -> bool:
    """Whether every active user has a last due time for this kind, and none is later than ``ahead``."""
    lost = select(user.c.id).outerjoin(schedule, _of(kind)).where(_lost(ahead)).limit(1)
    return (await conn.execute(lost)).first() is None


async def begin(conn: AsyncConnection, kind: str, *, now: str, ahead: str) -> None:
    """Count from ``now`` on for the active users who are new to this kind or whose last due time is later than ``ahead``."""
    lost = select(user.c.id, literal(kind), literal(now)).outerjoin(schedule, _of(kind)).where(_lost(ahead))
    stored = inserting(conn.dialect)(schedule).from_select(["user_id", "kind", "last_due_at"], lost)
    anew = {"last_due_at": now, "last_job_id": None}
    await conn.execute(stored.on_conflict_do_update(index_elements=["user_id", "kind"], set_=anew))


async def overdue(conn: AsyncConnection, kind: str, *, before: str, limit: int) -> list[tuple[UserId, str]]:
    """The active users whose last due time is earlier than ``before``, with that time, the longest overdue first."""
    found = (
        select(schedule.c.user_id, schedule.c.last_due_at)
        .join(user, _of(kind))
        .where(user.c.is_active, schedule.c.last_due_at < before)
        .order_by(schedule.c.last_due_at, schedule.c.user_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in (await conn.execute(found)).all()]


def _of(kind: str) -> ColumnElement[bool]:
    return and_(schedule.c.user_id == user.c.id, schedule.c.kind == kind)


def _lost(ahead: str) -> ColumnElement[bool]:
    return and_(user.c.is_active, or_(schedule.c.last_due_at.is_(None), schedule.c.last_due_at > ahead))
