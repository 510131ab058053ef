"""What the keeper of the queue reads and writes: its lease, what is due, what slskd told of each download.

The keeper holds ``fence``, the number its claim drew. Whoever takes the queue over draws a higher one, and from then on
every transaction of the old keeper raises :class:`LeaseLost` at :func:`hold` and is rolled back whole. A download that is
over is never written again, whoever says what.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import accounts, setting_changes, user_values
from storage.dialect import inserting
from storage.documents import storable
from storage.downloads import CHUNK, COLUMNS, as_download, read
from storage.errors import LeaseLost
from storage.instants import from_seconds, instant
from storage.tables.downloads import ACTIVE, UNTOLD, download, download_keeper
from storage.values.downloads import Download, Handover, QueueKeeper
from storage.values.ids import UserId

_QUEUE = "downloads"
_KEPT = [download_keeper.c[field.name] for field in fields(QueueKeeper)]
_TEXTS = frozenset({"raw_state", "error", "hint", "local_path"})


async def keeper(conn: AsyncConnection) -> QueueKeeper:
    """Who keeps the queue, and what slskd last said."""
    row = (await conn.execute(select(*_KEPT).where(download_keeper.c.name == _QUEUE))).one_or_none()
    return QueueKeeper() if row is None else QueueKeeper(*row)


async def claim(
    conn: AsyncConnection,
    owner: str,
    *,
    lease: float,
    now: float | None = None,
    lapsed: float | None = None,
    gone: str | None = None,
) -> int | None:
    """Keep the queue from now on, unless somebody else does; the fence then. ``gone`` is an owner known to be dead; a lease
    is over that ran until ``lapsed`` (default: now).
    """
    now = time.time() if now is None else now
    lapsed = now if lapsed is None else lapsed
    fresh = inserting(conn.dialect)(download_keeper).values(name=_QUEUE)
    await conn.execute(fresh.on_conflict_do_nothing())
    held = download_keeper.c
    is_free = or_(held.lease_owner.is_(None), held.lease_until <= lapsed, held.lease_owner == gone)
    taken = (
        update(download_keeper)
        .where(held.name == _QUEUE, is_free)
        .values(lease_owner=owner, lease_until=now + lease, fence=held.fence + 1)
        .returning(held.fence)
    )
    return (await conn.execute(taken)).scalar_one_or_none()


async def hold(conn: AsyncConnection, fence: int, *, lease: float, now: float | None = None, **changes: Any) -> None:
    """Keep the queue for another ``lease`` seconds; the first thing in every transaction of the keeper.

    ``changes`` are columns of its row. Raises :class:`LeaseLost`.
    """
    now = time.time() if now is None else now
    held = and_(download_keeper.c.name == _QUEUE, download_keeper.c.fence == fence)
    changes["lease_until"] = now + lease
    if changes.get("away_reason"):
        changes["away_reason"] = storable(changes["away_reason"])
    done = update(download_keeper).where(held).values(**changes).returning(download_keeper.c.fence)
    if (await conn.execute(done)).first() is None:
        raise LeaseLost("Another process keeps the download queue now.", "It goes on there; nothing was lost.")


async def release(conn: AsyncConnection, fence: int) -> None:
    """Let the next process keep the queue."""
    held = and_(download_keeper.c.name == _QUEUE, download_keeper.c.fence == fence)
    await conn.execute(update(download_keeper).where(held).values(lease_owner=None, lease_until=None))


async def active(conn: AsyncConnection) -> list[Download]:
    """Everybody's downloads that are not over, also retries that are only intended; in the order they are sent in."""
    return await read(conn, select(*COLUMNS).where(ACTIVE).order_by(download.c.priority.desc(), download.c.id))


async def pending(conn: AsyncConnection, now: float) -> tuple[bool, bool]:
    """Whether anything is to be followed (not over, or arrived and untold of), and whether something is due to be sent."""
    is_due = and_(
        download.c.handover == Handover.WAITING, func.coalesce(download.c.next_attempt_at, "") <= from_seconds(now)
    )
    active = select(download.c.id).where(ACTIVE).limit(1)
    arrived = select(download.c.id).where(UNTOLD).limit(1)
    due = select(download.c.id).where(ACTIVE, is_due).limit(1)
    row = (await conn.execute(select(*(each.scalar_subquery().is_not(None) for each in (active, arrived, due))))).one()
    return bool(row[0] or row[1]), bool(row[2])


async def send(conn: AsyncConnection, known: Mapping[int, str | None], *, now: float | None = None) -> list[int]:
    """Write down that slskd is about to be told of these, and which transfer it listed under each name before; those that
    may be sent: one that was cancelled meanwhile is not.
    """
    at = instant() if now is None else from_seconds(now)
    taken: list[int] = []
    for download_id, transfer in known.items():
        values = {"handover": Handover.SENDING, "sent_at": at, "known_transfer": transfer, "next_attempt_at": None}
        waits = and_(download.c.id == download_id, ACTIVE, download.c.handover == Handover.WAITING)
        done = update(download).where(waits).values(**values, updated_at=at).returning(download.c.id)
        taken.extend((await conn.execute(done)).scalars())
    return taken


async def change(conn: AsyncConnection, download_id: int, **values: Any) -> Download | None:
    """Write what is new of an active download; as it is then, None where it is over or gone: that is final."""
    for name in _TEXTS & values.keys():
        values[name] = None if values[name] is None else storable(values[name])
    values["updated_at"] = instant()
    held = and_(download.c.id == download_id, ACTIVE)
    done = update(download).where(held).values(**values).returning(download.c.id)
    if (await conn.execute(done)).first() is None:
        return None
    found = select(*COLUMNS).where(download.c.id == download_id)
    return as_download((await conn.execute(found)).one())


async def transfers(conn: AsyncConnection, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
    """The transfers that any attempt at these (user name, file name) has had."""
    found: dict[tuple[str, str], set[str]] = {pair: set() for pair in pairs}
    names = list({filename for _, filename in pairs})
    for start in range(0, len(names), CHUNK):
        asked = select(download.c.username, download.c.filename, download.c.transfer_id).where(
            download.c.filename.in_(names[start : start + CHUNK]), download.c.transfer_id.is_not(None)
        )
        for username, filename, transfer in (await conn.execute(asked)).all():
            if (username, filename) in found:
                found[username, filename].add(transfer)
    return found


async def untold(conn: AsyncConnection) -> list[Download]:
    """What has arrived and was not told of yet, oldest first."""
    return await read(conn, select(*COLUMNS).where(UNTOLD).order_by(download.c.id))


async def locate(conn: AsyncConnection, download_id: int, path: str | None, hint: str | None = None) -> None:
    """Where a completed download lies on this machine; None: nowhere to be found, and ``hint`` says what to do."""
    where = None if path is None else storable(path)
    values = {"local_path": where, "located": "missing" if path is None else "found", "hint": hint}
    values["updated_at"] = instant()
    await conn.execute(update(download).where(download.c.id == download_id).values(**values))


async def announced(conn: AsyncConnection, ids: Sequence[int]) -> None:
    """These have been told of."""
    for start in range(0, len(ids), CHUNK):
        part = download.c.id.in_(ids[start : start + CHUNK])
        await conn.execute(update(download).where(part).values(announced_at=instant()))


async def is_going_on(conn: AsyncConnection, user_id: UserId, folder: str) -> bool:
    """Whether something of this folder is still on its way."""
    found = select(download.c.id).where(download.c.user_id == user_id, download.c.folder == folder, ACTIVE).limit(1)
    return (await conn.execute(found)).first() is not None


async def waiting(conn: AsyncConnection) -> int:
    """How many wait to be sent."""
    found = select(func.count()).select_from(download).where(ACTIVE, download.c.handover == Handover.WAITING)
    return (await conn.execute(found)).scalar_one()


async def note_figures(conn: AsyncConnection, figures: Mapping[str, str]) -> None:
    """Keep figures of the worker among the owner's settings (harmony-contract.md 14.4); no history is written."""
    owner = await accounts.owner(conn)
    if owner is None:
        return
    for key, value in figures.items():
        await user_values.put(conn, owner.id, setting_changes.PREFIX + key, value)


async def count_one(conn: AsyncConnection, key: str) -> None:
    """Add one to a counter among the owner's settings."""
    owner = await accounts.owner(conn)
    if owner is None:
        return
    stored = await user_values.get(conn, owner.id, setting_changes.PREFIX + key)
    before = stored[0] if stored else "0"
    count = int(before) if isinstance(before, str) and before.isdecimal() else 0
    await user_values.put(conn, owner.id, setting_changes.PREFIX + key, str(count + 1))


async def note_paths(conn: AsyncConnection, paths: Mapping[str, str]) -> None:
    """Where slskd says that the files of these transfers lie, as it calls the places; by the id of the transfer."""
    for transfer, path in paths.items():
        told = update(download).where(download.c.transfer_id == transfer, download.c.located.is_(None))
        await conn.execute(told.values(local_path=storable(path)))
