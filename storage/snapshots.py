"""Saved views of the graph, found by a hash of the token that opens them (discogsography-contract.md section 13).

Expiry is checked when reading; what has expired is cleared away when one is put. Moments are instants (UTC text).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.documents import pack, unpack
from storage.tables import snapshot
from storage.values import SavedView, SnapshotNode, UserId


async def put(conn: AsyncConnection, user_id: UserId, key: str, view: SavedView) -> None:
    """Keep ``view`` under ``key`` until it expires."""
    await conn.execute(delete(snapshot).where(snapshot.c.expires_at <= view.created_at))
    values = {
        "nodes": pack(_pairs(view.nodes)),
        "center": pack(_pairs([view.center])[0]),
        "created_at": view.created_at,
        "expires_at": view.expires_at,
    }
    await conn.execute(insert(snapshot).values(key=key, user_id=user_id, **values))


async def get(conn: AsyncConnection, key: str, *, now: str) -> SavedView | None:
    """The view under ``key``, None if there is none or it has expired."""
    columns = (snapshot.c.nodes, snapshot.c.center, snapshot.c.created_at, snapshot.c.expires_at)
    row = (await conn.execute(select(*columns).where(snapshot.c.key == key, snapshot.c.expires_at > now))).first()
    if row is None:
        return None
    (center,) = _nodes([unpack(row.center)])
    return SavedView(_nodes(unpack(row.nodes)), center, row.created_at, row.expires_at)


async def expiries(conn: AsyncConnection, user_id: UserId, *, now: str) -> list[str]:
    """When each of the views that the user saved and that still last expires, the next one first."""
    found = select(snapshot.c.expires_at).where(snapshot.c.user_id == user_id, snapshot.c.expires_at > now)
    return list((await conn.execute(found.order_by(snapshot.c.expires_at))).scalars().all())


def _pairs(nodes: Iterable[SnapshotNode]) -> list[list[str]]:
    return [[node.id, node.type] for node in nodes]


def _nodes(stored: object) -> tuple[SnapshotNode, ...]:
    return tuple(SnapshotNode(*pair) for pair in cast("list[list[str]]", stored))
