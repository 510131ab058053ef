"""Durable jobs: one active per kind and user, run under a lease, every write of the runner fenced.

A runner holds ``fence``, the number its claim drew. Whoever takes the job over draws a higher one, and from then on
every write with the old number raises :class:`LeaseLost` and rolls back the transaction it is part of.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import pack, pack_optional, storable, unpack, unpack_optional
from storage.errors import LeaseLost
from storage.instants import from_seconds, instant
from storage.tables import job, job_problem, user
from storage.values import Document, Job, JobState, Problem, Progress, UserId

_ACTIVE = text("job.state IN ('queued', 'running', 'waiting')")
"""Word for word the condition of the index of active jobs: the job table keeps all that ever ran."""
_USABLE = job.c.user_id.in_(select(user.c.id).where(user.c.is_active))
"""Nothing starts for a user who has been disabled."""

_NAMES = [field.name for field in fields(Job)]
_COLUMNS = [job.c[name] for name in _NAMES]


def _job(row: Sequence[Any]) -> Job:
    found = dict(zip(_NAMES, row, strict=True))
    found["state"] = JobState(found["state"])
    found["params"] = unpack(found["params"])
    found["progress"] = Progress(**unpack(found["progress"]))
    found["checkpoint"] = unpack(found["checkpoint"])
    found["result"] = unpack_optional(found["result"])
    return Job(**found)


async def start(conn: AsyncConnection, kind: str, user_id: UserId, params: Document | None = None) -> tuple[Job, bool]:
    """Queue a job, or attach to the active one of the same kind and user (then the second value is True)."""
    found = await active_one(conn, kind, user_id)
    if found is not None:
        return found, True
    fresh = {
        "id": str(uuid.uuid4()),
        "user_id": user_id,
        "kind": kind,
        "state": JobState.QUEUED,
        "params": pack(params or {}),
        "created_at": instant(),
    }
    # Writers take turns, so the look above still holds; the unique index is the last word.
    stored = inserting(conn.dialect)(job).values(fresh).returning(*_COLUMNS)
    return _job((await conn.execute(stored)).one()), False


async def active_one(conn: AsyncConnection, kind: str, user_id: UserId) -> Job | None:
    """The user's job of that kind that is queued, running or waiting."""
    found = select(*_COLUMNS).where(_ACTIVE, job.c.kind == kind, job.c.user_id == user_id)
    row = (await conn.execute(found)).one_or_none()
    return None if row is None else _job(row)


async def get(conn: AsyncConnection, user_id: UserId, job_id: str) -> Job | None:
    """The user's job with that id."""
    row = (await conn.execute(select(*_COLUMNS).where(job.c.user_id == user_id, job.c.id == job_id))).one_or_none()
    return None if row is None else _job(row)


async def recent(
    conn: AsyncConnection, user_id: UserId, limit: int, *, kind: str | None = None, but: str | None = None
) -> list[Job]:
    """The user's jobs, newest first; of one kind, or of all but one."""
    found = select(*_COLUMNS).where(job.c.user_id == user_id)
    if kind is not None:
        found = found.where(job.c.kind == kind)
    if but is not None:
        found = found.where(job.c.kind != but)
    rows = (await conn.execute(found.order_by(job.c.created_at.desc(), job.c.id.desc()).limit(limit))).all()
    return [_job(row) for row in rows]


async def active(conn: AsyncConnection, user_id: UserId) -> list[Job]:
    """The user's jobs that are queued, running or waiting, oldest first."""
    found = select(*_COLUMNS).where(_ACTIVE, job.c.user_id == user_id).order_by(job.c.created_at, job.c.id)
    return [_job(row) for row in (await conn.execute(found)).all()]


async def running(conn: AsyncConnection) -> list[tuple[Job, bool]]:
    """Everybody's jobs that some process runs, each with whether its user may still have jobs run."""
    found = select(*_COLUMNS, user.c.is_active).join(user, user.c.id == job.c.user_id)
    rows = (await conn.execute(found.where(_ACTIVE, job.c.state == JobState.RUNNING))).all()
    return [(_job(row[:-1]), row.is_active) for row in rows]


async def queued(conn: AsyncConnection, kind: str) -> int:
    """How many jobs of that kind wait for a process to run them."""
    found = select(func.count()).select_from(job).where(_ACTIVE, job.c.kind == kind, job.c.state == JobState.QUEUED)
    return (await conn.execute(found.where(_USABLE))).scalar_one()


async def active_counts(conn: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many jobs of all users are queued, running or waiting, by kind and state."""
    counted = select(job.c.kind, job.c.state, func.count()).where(_ACTIVE).group_by(job.c.kind, job.c.state)
    return {(kind, state): number for kind, state, number in (await conn.execute(counted)).all()}


async def claim(
    conn: AsyncConnection,
    owner: str,
    kinds: Collection[str],
    *,
    lease: float,
    now: float | None = None,
    lapsed: float | None = None,
    but: Collection[str] = (),
) -> Job | None:
    """Take the job that has been due for longest: queued, parked with its time come, or running under a lease that ran
    out. What a disabled user has queued stays where it is.

    ``owner`` names the process, ``lease`` is seconds, ``now`` Unix seconds. Leases are over that ran until ``lapsed`` (default:
    now); of the jobs called ``but`` none is taken. The job comes back with its new ``fence``.
    """
    now = time.time() if now is None else now
    due = (
        select(job.c.id)
        .where(_ACTIVE, job.c.kind.in_(list(kinds)), _due(now, now if lapsed is None else lapsed), _USABLE)
        .where(job.c.id.not_in(list(but)))
        .order_by(func.coalesce(job.c.wake_at, job.c.created_at), job.c.id)
        .limit(1)
        .scalar_subquery()
    )
    taken = (
        update(job)
        .where(job.c.id == due)
        .values(
            state=JobState.RUNNING,
            lease_owner=owner,
            lease_until=now + lease,
            fence=job.c.fence + 1,
            wake_at=None,
            started_at=func.coalesce(job.c.started_at, from_seconds(now)),
        )
        .returning(*_COLUMNS)
    )
    row = (await conn.execute(taken)).one_or_none()
    return None if row is None else _job(row)


def _due(now: float, lapsed: float) -> ColumnElement[bool]:
    return or_(
        job.c.state == JobState.QUEUED,
        and_(job.c.state == JobState.WAITING, or_(job.c.wake_at.is_(None), job.c.wake_at <= from_seconds(now))),
        and_(job.c.state == JobState.RUNNING, or_(job.c.lease_until.is_(None), job.c.lease_until <= lapsed)),
    )


async def next_due(conn: AsyncConnection, kinds: Collection[str]) -> float | None:
    """Unix seconds of the next moment at which :func:`claim` may find something, None if nothing is active."""
    found = select(job.c.state, job.c.wake_at, job.c.lease_until).where(_ACTIVE, job.c.kind.in_(list(kinds)), _USABLE)
    return min((_moment(*row) for row in (await conn.execute(found)).all()), default=None)


def _moment(state: str, wake_at: str | None, lease_until: float | None) -> float:
    if state == JobState.WAITING and wake_at is not None:
        return datetime.fromisoformat(wake_at).timestamp()
    return lease_until or 0.0 if state == JobState.RUNNING else 0.0


async def renew(conn: AsyncConnection, job_id: str, fence: int, *, lease: float, now: float | None = None) -> Job:
    """Hold the job for another ``lease`` seconds; as it is now (``cancel_requested``). Raises :class:`LeaseLost`."""
    now = time.time() if now is None else now
    return await _fenced(conn, job_id, fence, lease_until=now + lease)


async def save(
    conn: AsyncConnection,
    job_id: str,
    fence: int,
    *,
    progress: Progress | None = None,
    checkpoint: Document | None = None,
) -> Job:
    """Write progress and checkpoint in the caller's transaction, with the page they describe.

    Raises :class:`LeaseLost`, which rolls the page back with them.
    """
    changes: dict[str, Any] = {}
    if progress is not None:
        changes["progress"] = pack(asdict(progress))
    if checkpoint is not None:
        changes["checkpoint"] = pack(checkpoint)
    return await _fenced(conn, job_id, fence, **changes)


async def add_problem(conn: AsyncConnection, job_id: str, fence: int, item: str, message: str) -> None:
    """Note an item that could not be done; the same note twice counts once. Raises :class:`LeaseLost`."""
    held = await _fenced(conn, job_id, fence)
    noted = inserting(conn.dialect)(job_problem).values(job_id=job_id, item=storable(item), message=storable(message))
    fresh = (await conn.execute(noted.on_conflict_do_nothing().returning(job_problem.c.id))).first()
    if fresh is not None:
        await conn.execute(update(job).where(job.c.id == held.id).values(problem_count=job.c.problem_count + 1))


async def problems(conn: AsyncConnection, job_id: str, limit: int | None = None) -> list[Problem]:
    """What went wrong with single items, in the order it happened."""
    found = select(job_problem.c.item, job_problem.c.message).where(job_problem.c.job_id == job_id)
    return [Problem(*row) for row in (await conn.execute(found.order_by(job_problem.c.id).limit(limit))).all()]


async def park(conn: AsyncConnection, job_id: str, fence: int, wake_at: str) -> Job:
    """Let go of the job until ``wake_at`` (an instant), when any process may claim it. Raises :class:`LeaseLost`."""
    return await _fenced(
        conn, job_id, fence, state=JobState.WAITING, wake_at=wake_at, lease_owner=None, lease_until=None
    )


async def release(conn: AsyncConnection, job_id: str, fence: int, *, behind: str | None = None) -> Job:
    """Put a running job back into the queue, where it was or ``behind`` all that were due at that instant.

    Raises :class:`LeaseLost`.
    """
    return await _fenced(conn, job_id, fence, state=JobState.QUEUED, wake_at=behind, lease_owner=None, lease_until=None)


async def finish(
    conn: AsyncConnection,
    job_id: str,
    fence: int,
    state: JobState,
    *,
    result: Document | None = None,
    error: str | None = None,
) -> Job:
    """End the job. Raises :class:`LeaseLost`."""
    return await _fenced(
        conn,
        job_id,
        fence,
        state=state,
        result=pack_optional(result),
        error=None if error is None else storable(error),
        finished_at=instant(),
        lease_owner=None,
        lease_until=None,
    )


async def _fenced(conn: AsyncConnection, job_id: str, fence: int, **changes: Any) -> Job:
    held = and_(job.c.id == job_id, job.c.fence == fence, job.c.state == JobState.RUNNING)
    changes = changes or {"fence": job.c.fence}
    row = (await conn.execute(update(job).where(held).values(**changes).returning(*_COLUMNS))).one_or_none()
    if row is None:
        raise LeaseLost("Another process has taken this job over.", "It goes on there; nothing was lost.")
    return _job(row)


async def forget_old(conn: AsyncConnection, user_id: UserId, kind: str, *, keep: int) -> None:
    """Forget the ended jobs of a kind that runs often, but for the newest ``keep``."""
    ended = job.c.state.not_in((JobState.QUEUED, JobState.RUNNING, JobState.WAITING))
    mine = and_(job.c.user_id == user_id, job.c.kind == kind, ended)
    kept = select(job.c.id).where(mine).order_by(job.c.created_at.desc(), job.c.id).limit(keep)
    await conn.execute(delete(job).where(mine, job.c.id.not_in(kept)))


async def request_cancel(conn: AsyncConnection, user_id: UserId, job_id: str) -> Job | None:
    """Ask a running job to stop; one that nobody runs is cancelled at once. None if there is no such job."""
    mine = and_(job.c.user_id == user_id, job.c.id == job_id)
    idle = job.c.state.in_((JobState.QUEUED, JobState.WAITING))
    ended = {"state": JobState.CANCELLED, "finished_at": instant(), "cancel_requested": True, "wake_at": None}
    await conn.execute(update(job).where(mine, idle).values(**ended))
    await conn.execute(update(job).where(mine, job.c.state == JobState.RUNNING).values(cancel_requested=True))
    return await get(conn, user_id, job_id)
