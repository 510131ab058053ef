"""Matching holdings of the shelf in small parts: what is needed is read, computed in a thread, and stored if nobody was faster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.shelf.gathering import Batch, gather
from storage import shelf_albums_decisions as decisions
from storage import shelf_albums_keeping as keeping
from storage.engine import Storage
from storage.shelf_albums_keeping import Held
from storage.values import UserId

log = structlog.stdlib.get_logger(__name__)

PART = 40
"""Holdings that are matched at a time: what they and their neighbours cost the loop is a few milliseconds."""
_NEAR = 40
"""Others with which one is compared."""
_TRIES = 5
"""How often a part is computed again because somebody decided something meanwhile."""
Saving = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


async def weave(
    storage: Storage, saving: Saving, user_id: UserId, pks: Sequence[int] | None = None, *, limit: int = PART
) -> int:
    """Put holdings into albums: these, or the next ``limit`` that are to be matched. How many that were; 0: none is left."""
    for _ in range(_TRIES):
        async with storage.read() as conn:
            latest = await decisions.latest(conn, user_id)
            wanted = (
                await keeping.stale(conn, user_id, limit) if pks is None else await keeping.held(conn, user_id, pks)
            )
            if not wanted:
                return 0
            batch = await _batch(conn, user_id, wanted)
        outcome = await asyncio.to_thread(gather, batch)
        before = {each.pk: each.album_pk for each in wanted}
        before |= {each.pk: each.album_pk for members in batch.members.values() for each in members}
        async with saving() as conn:
            now = await keeping.where_they_are(conn, list(before))
            if now == before and await decisions.latest(conn, user_id) == latest:
                await keeping.place(conn, user_id, outcome.placed, outcome.merged)
                return len(wanted)
    log.warning("shelf is decided about faster than it is matched", user=user_id)
    return 0


async def _batch(conn: AsyncConnection, user_id: UserId, wanted: Sequence[Held]) -> Batch:
    shared = await keeping.sharing(conn, [each.pk for each in wanted], _NEAR)
    others = {other for them in shared.values() for other in them}
    there = await keeping.where_they_are(conn, sorted(others))
    names = [(each.source, each.key) for each in wanted]
    said = await decisions.about(conn, user_id, names)
    partners = {name for one, other, is_same in said if is_same for name in (one, other)}
    told = await keeping.named(conn, user_id, partners) if partners else []
    albums = {*there.values(), *(each.album_pk for each in (*wanted, *told))} - {None}
    members = await keeping.members(conn, user_id, [pk for pk in albums if pk is not None])
    around = [(each.source, each.key) for those in members.values() for each in those]
    return Batch(wanted, members, shared, await decisions.about(conn, user_id, [*names, *around]))
