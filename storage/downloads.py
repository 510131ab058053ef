"""Downloads as a person sees and orders them; :mod:`storage.downloads_keeping` is how they are kept moving."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.documents import pack, storable, unpack
from storage.fold import words
from storage.instants import instant
from storage.tables.downloads import ACTIVE, download
from storage.values.downloads import (
    Download,
    DownloadCounts,
    DownloadFile,
    DownloadOrder,
    DownloadQuery,
    DownloadState,
    Handover,
    Source,
)
from storage.values.ids import UserId

CHUNK = 500
"""Ids in one question."""
_PART = 50
"""Rows taken at a time: about two milliseconds."""
_MOST_TYPED = 20
_PLAIN = [
    "id", "user_id", "raw_state", "username", "filename", "size", "folder", "priority", "attempt", "retry_of", "automatic",
    "transfer_id", "known_transfer", "progress", "bytes_transferred", "speed", "place", "error_code", "error", "hint",
    "local_path", "located", "next_attempt_at", "doubted_at", "sent_at", "handed_at", "started_at", "finished_at",
    "created_at", "updated_at",
]  # fmt: skip
_later = download.alias("later")
_RETRIED_AS = (
    select(func.max(_later.c.id))
    .where(_later.c.retry_of == download.c.id, _later.c.handover != Handover.INTENDED)
    .correlate(download)
    .scalar_subquery()
)
COLUMNS: list[ColumnElement[Any]] = [
    *(download.c[name] for name in _PLAIN),
    download.c.state,
    download.c.handover,
    download.c.details,
    download.c.alternatives,
    _RETRIED_AS.label("retried_as"),
]
_LISTED = download.c.handover != Handover.INTENDED
_OVER = (DownloadState.COMPLETED, DownloadState.FAILED, DownloadState.CANCELLED)


def as_download(row: Row[Any]) -> Download:
    """The value of a row of :data:`COLUMNS`."""
    found = {name: getattr(row, name) for name in _PLAIN}
    return Download(
        **found,
        state=DownloadState(row.state),
        handover=Handover(row.handover),
        details=unpack(row.details),
        alternatives=tuple(Source(*each) for each in unpack(row.alternatives)),
        retried_as=row.retried_as,
    )


async def read(conn: AsyncConnection, rows: Select[*tuple[Any, ...]]) -> list[Download]:
    """The downloads that ``rows`` (of :data:`COLUMNS`) selects, taken in parts, so that the loop is never held for long."""
    found: list[Download] = []
    async with conn.stream(rows) as streamed:
        async for part in streamed.partitions(_PART):
            found.extend(map(as_download, part))
            await asyncio.sleep(0)
    return found


async def add(
    conn: AsyncConnection,
    user_id: UserId,
    username: str,
    files: Sequence[DownloadFile],
    *,
    priority: int = 0,
    folder: str | None = None,
) -> list[Download]:
    """Queue these files, a row each, in order. ``folder`` default: the remote folder of each file."""
    made: list[int] = []
    now = instant()
    for file in files:
        group = folder if folder is not None else _directory(file.filename)
        values = {
            "user_id": user_id,
            "state": DownloadState.QUEUED,
            "handover": Handover.WAITING,
            "username": storable(username),
            "filename": storable(file.filename),
            "size": file.size,
            "folder": storable(group) if group else None,
            "priority": priority,
            "details": pack(file.details),
            "alternatives": _packed(file.alternatives),
        }
        made.append(await _insert(conn, values, now))
    return await some(conn, user_id, made)


async def follow(
    conn: AsyncConnection,
    before: Download,
    source: Source,
    *,
    automatic: bool,
    attempt: int,
    alternatives: Sequence[Source],
    handover: Handover = Handover.WAITING,
    next_attempt_at: str | None = None,
    **values: Any,
) -> Download:
    """The attempt after ``before``, at ``source``: a new row; the old one stays as it is (harmony-contract.md 7.5)."""
    values |= {
        "user_id": before.user_id,
        "state": DownloadState.QUEUED,
        "handover": handover,
        "username": storable(source.username),
        "filename": storable(source.filename),
        "size": source.size,
        "folder": before.folder,
        "priority": before.priority,
        "attempt": attempt,
        "retry_of": before.id,
        "automatic": automatic,
        "details": pack(before.details),
        "alternatives": _packed(alternatives),
        "next_attempt_at": next_attempt_at,
    }
    key = await _insert(conn, values, instant())
    found = select(*COLUMNS).where(download.c.id == key)
    return as_download((await conn.execute(found)).one())


async def get(conn: AsyncConnection, user_id: UserId, download_id: int) -> Download | None:
    """The user's download with that id."""
    rows = await some(conn, user_id, [download_id])
    return rows[0] if rows else None


async def page(
    conn: AsyncConnection, user_id: UserId, query: DownloadQuery, *, limit: int | None = None, offset: int = 0
) -> list[Download]:
    """What ``query`` asks for, in its order."""
    found = select(*COLUMNS).where(*_where(user_id, query)).order_by(*_order_by(query)).limit(limit).offset(offset)
    return await read(conn, found)


async def order(conn: AsyncConnection, user_id: UserId, query: DownloadQuery) -> list[int]:
    """The ids of all that ``query`` asks for, in its order."""
    found = select(download.c.id).where(*_where(user_id, query)).order_by(*_order_by(query))
    return list((await conn.execute(found)).scalars())


async def some(conn: AsyncConnection, user_id: UserId, ids: Sequence[int]) -> list[Download]:
    """These of the user, in the order given; what is gone is left out."""
    found: dict[int, Download] = {}
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        rows = select(*COLUMNS).where(download.c.user_id == user_id, download.c.id.in_(part), _LISTED)
        found |= {row.id: row for row in await read(conn, rows)}
    return [found[each] for each in ids if each in found]


async def counts(conn: AsyncConnection, user_id: UserId) -> DownloadCounts:
    """How many of the user's are in each state."""
    stuck = case((and_(download.c.state == DownloadState.FAILED, _RETRIED_AS.is_(None)), 1), else_=0)
    speed = case((download.c.state == DownloadState.RUNNING, download.c.speed), else_=0)
    counted = (
        select(download.c.state, func.count(), func.sum(stuck), func.sum(speed))
        .where(download.c.user_id == user_id, _LISTED)
        .group_by(download.c.state)
    )
    rows = (await conn.execute(counted)).all()
    states = {str(state): int(n) for state, n, _, _ in rows}
    return DownloadCounts(**states, stuck=sum(int(n) for *_, n, _ in rows), speed=sum(int(n) for *_, n in rows))


async def state_counts(conn: AsyncConnection) -> dict[str, int]:
    """How many of all users' are in each state that some are in."""
    counted = select(download.c.state, func.count()).where(_LISTED).group_by(download.c.state)
    return {str(state): int(number) for state, number in (await conn.execute(counted)).all()}


async def set_priority(conn: AsyncConnection, user_id: UserId, ids: Sequence[int], priority: int) -> int:
    """Change the priority of these; how many of them were still to be sent."""
    changed = 0
    for start in range(0, len(ids), CHUNK):
        mine = and_(download.c.user_id == user_id, download.c.id.in_(ids[start : start + CHUNK]), ACTIVE)
        await conn.execute(update(download).where(mine).values(priority=priority, updated_at=instant()))
        waits = select(func.count()).select_from(download).where(mine, download.c.handover == Handover.WAITING)
        changed += (await conn.execute(waits)).scalar_one()
    return changed


async def forget(conn: AsyncConnection, user_id: UserId, ids: Sequence[int]) -> int:
    """Take these off the list where they are over; how many. The attempts they went on from go with them, which would else
    be the last of their file again and stand there as failed.
    """
    gone = 0
    for start in range(0, len(ids), CHUNK):
        before = await _delete_over(conn, user_id, ids[start : start + CHUNK])
        gone += len(before)
        while before := [key for key in before if key is not None]:
            before = await _delete_over(conn, user_id, before, _RETRIED_AS.is_(None))
    return gone


async def _delete_over(
    conn: AsyncConnection, user_id: UserId, ids: Sequence[int], *further: ColumnElement[bool]
) -> list[int | None]:
    """Delete those of ``ids`` that are over; of each the attempt before."""
    mine = and_(download.c.user_id == user_id, download.c.id.in_(ids), download.c.state.in_(_OVER), *further)
    return list((await conn.execute(delete(download).where(mine).returning(download.c.retry_of))).scalars())


async def cancel_unsent(conn: AsyncConnection, user_id: UserId, download_id: int) -> bool:
    """Cancel one that slskd was never told of; False if it is not (any more) such a one."""
    now = instant()
    mine = and_(download.c.user_id == user_id, download.c.id == download_id, ACTIVE)
    changed = (
        update(download)
        .where(mine, download.c.handover == Handover.WAITING)
        .values(state=DownloadState.CANCELLED, finished_at=now, updated_at=now, next_attempt_at=None)
        .returning(download.c.id)
    )
    return (await conn.execute(changed)).first() is not None


async def reveal(conn: AsyncConnection, download_id: int, **values: Any) -> Download | None:
    """slskd took the retry that was intended: from now on it is listed."""
    values |= {"handover": Handover.HANDED, "handed_at": instant(), "updated_at": instant()}
    held = and_(download.c.id == download_id, download.c.handover == Handover.INTENDED)
    shown = (await conn.execute(update(download).where(held).values(**values).returning(download.c.user_id))).first()
    return None if shown is None else await get(conn, shown.user_id, download_id)


async def withdraw(conn: AsyncConnection, download_id: int) -> None:
    """slskd did not take the retry that was intended: it never was."""
    await conn.execute(delete(download).where(download.c.id == download_id, download.c.handover == Handover.INTENDED))


async def _insert(conn: AsyncConnection, values: dict[str, Any], now: str) -> int:
    searched = " ".join(words(f"{values['filename']} {values['username']}"))
    stored = insert(download).values(**values, created_at=now, updated_at=now, tokens=f" {searched}")
    return (await conn.execute(stored.returning(download.c.id))).scalar_one()


def _packed(sources: Sequence[Source]) -> str:
    return pack([[each.username, each.filename, each.size] for each in sources])


def _directory(filename: str) -> str | None:
    """The remote folder; an opaque text (slskd-api.md 5.4)."""
    cut = max(filename.rfind("\\"), filename.rfind("/"))
    return filename[:cut] if cut > 0 else None


def _where(user_id: UserId, query: DownloadQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [download.c.user_id == user_id, _LISTED]
    if query.states:
        found.append(download.c.state.in_(query.states))
    if query.stuck:
        found.append(download.c.state == DownloadState.FAILED)
    if query.stuck or query.latest:
        found.append(_RETRIED_AS.is_(None))
    if query.username is not None:
        found.append(download.c.username == query.username)
    if query.folder is not None:
        found.append(download.c.folder == query.folder)
    typed = list(dict.fromkeys(words(query.text)))[:_MOST_TYPED]
    return found + [download.c.tokens.contains(f" {word}", autoescape=True) for word in typed]


def _order_by(query: DownloadQuery) -> list[ColumnElement[Any]]:
    newest: list[ColumnElement[Any]] = [download.c.created_at.desc(), download.c.id.desc()]
    if query.order_by is DownloadOrder.NEWEST:
        return newest
    by_path: list[ColumnElement[Any]] = [download.c.filename.asc(), download.c.id.asc()]
    if query.order_by is DownloadOrder.FILE:
        return by_path
    if query.order_by is DownloadOrder.USER:
        return [download.c.username.asc(), *by_path]
    if query.order_by is DownloadOrder.SIZE:
        return [func.coalesce(download.c.size, 0).desc(), *by_path]
    waits = or_(download.c.handover == Handover.WAITING, download.c.handover == Handover.SENDING)
    queued = download.c.state == DownloadState.QUEUED
    rank = case((download.c.state == DownloadState.RUNNING, 0), (and_(queued, waits), 2), (queued, 1), else_=3)
    is_over = download.c.state.in_(_OVER)
    return [
        rank,
        case((is_over, 0), else_=-download.c.priority),
        case((is_over, download.c.finished_at), else_=None).desc(),
        case((is_over, -download.c.id), else_=download.c.id),
    ]
