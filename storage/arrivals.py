"""What arrived to be filed: everything that reads or writes the ``arrival`` table."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import pack, storable, unpack
from storage.instants import instant
from storage.tables.arrivals import OPEN, arrival
from storage.values import UserId
from storage.values.arrivals import Arrival, ArrivalOrigin, ArrivalState

_NAMES = [field.name for field in fields(Arrival)]
_COLUMNS = [arrival.c[name] for name in _NAMES]
LONGEST_OUTPUT = 16_000
"""Characters of what beets said that are kept, from its end."""


async def found(conn: AsyncConnection, user_id: UserId, path: str, *, files: int, size: int) -> Arrival:
    """A folder with music was seen: its open row, made if there is none. Its figures are brought up to date while it
    waits.
    """
    now = instant()
    fresh = inserting(conn.dialect)(arrival).values(
        user_id=user_id,
        path=path,
        origin=ArrivalOrigin.FOLDER,
        state=ArrivalState.WAITING,
        stamp="",
        output="",
        marker=str(uuid.uuid4()),
        files=files,
        size=size,
        arrived_at=now,
        changed_at=now,
    )
    await conn.execute(fresh.on_conflict_do_nothing(index_elements=["user_id", "path"], index_where=OPEN))
    here = and_(arrival.c.user_id == user_id, arrival.c.path == path, OPEN)
    await conn.execute(
        update(arrival).where(here, arrival.c.state == ArrivalState.WAITING).values(files=files, size=size)
    )
    return _of((await conn.execute(select(*_COLUMNS).where(here))).one())


async def ordered(
    conn: AsyncConnection, user_id: UserId, path: str, *, autotag: bool, quiet: bool, files: int, size: int, stamp: str
) -> Arrival:
    """Somebody wants this path imported: its row, ready for beets. One that beets has begun on stays as it is."""
    now = instant()
    here = and_(arrival.c.user_id == user_id, arrival.c.path == path, OPEN)
    row = (await conn.execute(select(*_COLUMNS).where(here))).one_or_none()
    chosen = {"autotag": autotag, "quiet": quiet, "files": files, "size": size, "stamp": stamp, "changed_at": now}
    if row is None:
        made = insert(arrival).values(
            user_id=user_id,
            path=path,
            origin=ArrivalOrigin.REQUEST,
            state=ArrivalState.IMPORTING,
            output="",
            marker=str(uuid.uuid4()),
            arrived_at=now,
            **chosen,
        )
        return _of((await conn.execute(made.returning(*_COLUMNS))).one())
    if row.begun_at is not None:
        return _of(row)
    changed = update(arrival).where(arrival.c.id == row.id).values(state=ArrivalState.IMPORTING, error=None, **chosen)
    return _of((await conn.execute(changed.returning(*_COLUMNS))).one())


async def get(conn: AsyncConnection, user_id: UserId, id: int) -> Arrival | None:
    """One arrival of the user."""
    row = (await conn.execute(select(*_COLUMNS).where(arrival.c.user_id == user_id, arrival.c.id == id))).one_or_none()
    return None if row is None else _of(row)


async def page(
    conn: AsyncConnection,
    user_id: UserId,
    states: Collection[ArrivalState] = (),
    *,
    limit: int = 50,
    offset: int = 0,
) -> list[Arrival]:
    """Arrivals in these states (none: in any), what asks for an answer first, then what is going on, then the newest."""
    rank = case(
        (arrival.c.state == ArrivalState.ASKED, 0),
        (arrival.c.state == ArrivalState.IMPORTING, 1),
        (arrival.c.state == ArrivalState.WAITING, 2),
        else_=3,
    )
    rows = select(*_COLUMNS).where(*_mine(user_id, states)).order_by(rank, arrival.c.id.desc())
    return [_of(row) for row in (await conn.execute(rows.limit(limit).offset(offset))).all()]


async def counts(conn: AsyncConnection, user_id: UserId) -> dict[ArrivalState, int]:
    """How many arrivals are in each state."""
    rows = select(arrival.c.state, func.count()).where(arrival.c.user_id == user_id).group_by(arrival.c.state)
    told = {ArrivalState(state): count for state, count in (await conn.execute(rows)).all()}
    return {state: told.get(state, 0) for state in ArrivalState}


async def last_of(conn: AsyncConnection, user_id: UserId, paths: Sequence[str]) -> dict[str, Arrival]:
    """The newest row of each of these paths."""
    newest = select(func.max(arrival.c.id)).where(arrival.c.user_id == user_id, arrival.c.path.in_(list(paths)))
    rows = select(*_COLUMNS).where(arrival.c.id.in_(newest.group_by(arrival.c.path)))
    return {row.path: _of(row) for row in (await conn.execute(rows)).all()}


async def next_to_import(conn: AsyncConnection, user_id: UserId) -> Arrival | None:
    """What beets has to do next: what it had begun on before anything else, then in the order they were decided."""
    rows = select(*_COLUMNS).where(arrival.c.user_id == user_id, arrival.c.state == ArrivalState.IMPORTING)
    in_turn = rows.order_by(arrival.c.begun_at.is_(None), arrival.c.changed_at, arrival.c.id).limit(1)
    row = (await conn.execute(in_turn)).one_or_none()
    return None if row is None else _of(row)


async def begin(
    conn: AsyncConnection, user_id: UserId, id: int, *, files: int, size: int, stamp: str
) -> Arrival | None:
    """beets is about to be started on it; None if nobody wants that any more."""
    values = {"files": files, "size": size, "stamp": stamp, "begun_at": instant()}
    return await change(conn, user_id, id, among=(ArrivalState.IMPORTING,), **values)


async def change(
    conn: AsyncConnection, user_id: UserId, id: int, *, among: Collection[ArrivalState], **values: Any
) -> Arrival | None:
    """Change one arrival if it is in one of the states ``among``; as it is then, None if it is not (any more)."""
    held = and_(arrival.c.user_id == user_id, arrival.c.id == id, arrival.c.state.in_([str(each) for each in among]))
    stored = {name: _stored(name, value) for name, value in values.items()} | {"changed_at": instant()}
    row = (await conn.execute(update(arrival).where(held).values(**stored).returning(*_COLUMNS))).one_or_none()
    return None if row is None else _of(row)


async def ask_again(conn: AsyncConnection, user_id: UserId) -> int:
    """Put back to the person what waits for its turn and has not been begun on; how many that were."""
    waiting = and_(
        arrival.c.user_id == user_id, arrival.c.state == ArrivalState.IMPORTING, arrival.c.begun_at.is_(None)
    )
    return (await conn.execute(update(arrival).where(waiting).values(state=ArrivalState.ASKED))).rowcount


async def forget_gone(conn: AsyncConnection, user_id: UserId, ids: Sequence[int]) -> None:
    """Close open rows whose files are gone: somebody took them away before anything was decided."""
    gone = and_(arrival.c.user_id == user_id, arrival.c.id.in_(list(ids)), OPEN, arrival.c.begun_at.is_(None))
    said = "The files are gone: somebody moved or deleted them."
    await conn.execute(update(arrival).where(gone).values(state=ArrivalState.IGNORED, error=said, changed_at=instant()))


def _mine(user_id: UserId, states: Collection[ArrivalState]) -> list[ColumnElement[bool]]:
    mine = [arrival.c.user_id == user_id]
    return [*mine, arrival.c.state.in_([str(state) for state in states])] if states else mine


def _stored(name: str, value: Any) -> Any:
    if name == "filed":
        return pack(list(value))
    if name == "output":
        return storable(value[-LONGEST_OUTPUT:])
    return storable(value) if isinstance(value, str) else value


def _of(row: Row[Any]) -> Arrival:
    told: dict[str, Any] = {name: getattr(row, name) for name in _NAMES}
    told |= {
        "state": ArrivalState(row.state),
        "origin": ArrivalOrigin(row.origin),
        "filed": tuple(unpack(row.filed)),
    }
    return Arrival(**told)
