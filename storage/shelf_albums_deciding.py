"""What a person decides about a place of an album, as it changes the shelf."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import shelf_albums_decisions as decisions
from storage import shelf_albums_keeping as keeping
from storage.shelf_albums_decisions import ALONE, Named
from storage.shelf_albums_keeping import Placed
from storage.tables.shelf import shelf_holding
from storage.values import UserId
from storage.values.shelf_albums import SURE, Decision

YOU_SAID_SO = "you said so"
_NEW = -1
_h = shelf_holding.c


async def decide(
    conn: AsyncConnection, user_id: UserId, album_pk: int, named: Named, decision: Decision, to: int | None
) -> int | None:
    """Remember the decision and act on it; the holding's key, None where the album has no such place, or there is no album ``to``.

    What is rejected stands alone at first; matching it again is up to the caller.
    """
    members = await _members(conn, user_id, album_pk)
    pk = next((pk for pk, name, _ in members if name == named), None)
    others = [(name, is_sure) for _, name, is_sure in members if name != named]
    if pk is None:
        return None
    if decision is Decision.CONFIRM:
        await decisions.not_alone(conn, user_id, named)
        await decisions.put(conn, user_id, named, _trusted(others), is_same=True)
        await keeping.place(conn, user_id, [Placed(pk, album_pk, 1.0, YOU_SAID_SO, decision)])
        return pk
    if decision is Decision.JOIN:
        there = await _members(conn, user_id, to or 0)
        if not there:
            return None
        await decisions.not_alone(conn, user_id, named)
        await decisions.put(conn, user_id, named, [name for name, _ in others], is_same=False)
        await decisions.put(conn, user_id, named, _trusted([each[1:] for each in there]), is_same=True)
        await _no_longer_apart(conn, user_id, named, [name for _, name, _ in there])
        await keeping.place(conn, user_id, [Placed(pk, to or 0, 1.0, YOU_SAID_SO, decision)])
        return pk
    await decisions.put(conn, user_id, named, [name for name, _ in others], is_same=False)
    if decision is Decision.SPLIT:
        await decisions.put(conn, user_id, named, [ALONE], is_same=False)
        await keeping.place(conn, user_id, [Placed(pk, _NEW if others else album_pk, 1.0, YOU_SAID_SO, decision)])
    else:
        await keeping.place(conn, user_id, [Placed(pk, _NEW if others else album_pk, 1.0)])
        await keeping.match_again(conn, [pk])
    return pk


async def join(conn: AsyncConnection, user_id: UserId, album_pk: int, to: int) -> bool:
    """Remember that an album is the same as ``to``, and put all its places there; whether there are both."""
    here, there = await _members(conn, user_id, album_pk), await _members(conn, user_id, to)
    if not here or not there:
        return False
    names = [name for _, name, _ in there]
    stand_for_it = _trusted([each[1:] for each in there])
    for named in (*stand_for_it, *(name for _, name, _ in here)):
        await decisions.not_alone(conn, user_id, named)
    for _, named, _ in here:
        await decisions.put(conn, user_id, named, stand_for_it, is_same=True)
        await _no_longer_apart(conn, user_id, named, names)
    await keeping.place(conn, user_id, [Placed(pk, to, 1.0, YOU_SAID_SO, Decision.JOIN) for pk, _, _ in here])
    return True


async def _members(conn: AsyncConnection, user_id: UserId, album_pk: int) -> list[tuple[int, Named, bool]]:
    rows = (
        select(_h.id, _h.source, _h.key, _h.confidence, _h.decision)
        .where(_h.user_id == user_id, _h.album_pk == album_pk)
        .order_by(_h.rank, _h.id)
    )
    return [
        (row.id, (row.source, row.key), row.confidence >= SURE or row.decision is not None)
        for row in (await conn.execute(rows)).all()
    ]


def _trusted(members: Collection[tuple[Named, bool]]) -> list[Named]:
    """Those that stand for the album: an unsure one is not confirmed along with another."""
    return [name for name, is_sure in members if is_sure] or [name for name, _ in members][:1]


async def _no_longer_apart(conn: AsyncConnection, user_id: UserId, named: Named, others: list[Named]) -> None:
    """Forget that it was said to be none of these."""
    said = await decisions.about(conn, user_id, [named])
    for one, other, is_same in said:
        if not is_same and ((one == named and other in others) or (other == named and one in others)):
            await decisions.forget(conn, user_id, one, other)
