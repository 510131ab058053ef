"""The items of playlists: everything that reads or writes the ``playlist_item`` table.

Positions count from 0 without gaps. What changes them also keeps the playlist's snapshot and number of tracks.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import bindparam

from storage.instants import instant
from storage.listed import keys, playable_of, playable_row, tokens, typed
from storage.tables import playlist, playlist_item
from storage.values import ItemKind, ItemQuery, ItemsState, NewItem, PlaylistItem


async def replace(conn: AsyncConnection, pk: int, items: Sequence[NewItem], snapshot_id: str) -> None:
    """Replace what is kept of a playlist by its items as they are at ``snapshot_id``."""
    await conn.execute(delete(playlist_item).where(playlist_item.c.playlist_pk == pk))
    await _insert(conn, pk, items, 0)
    await _settle(conn, pk, len(items), snapshot_id, is_read=True)


async def note_not_accessible(conn: AsyncConnection, pk: int) -> None:
    """Spotify does not show the items of this playlist; what was kept of them stays."""
    values = {"items_state": ItemsState.NOT_ACCESSIBLE.value, "items_checked_at": instant()}
    await conn.execute(update(playlist).where(playlist.c.id == pk).values(**values))


async def add(conn: AsyncConnection, pk: int, items: Sequence[NewItem], position: int, snapshot_id: str) -> None:
    """Items were added on Spotify before the one at ``position``; the others move down."""
    below = (playlist_item.c.playlist_pk == pk, playlist_item.c.position >= position)
    await conn.execute(update(playlist_item).where(*below).values(position=playlist_item.c.position + len(items)))
    await _insert(conn, pk, items, position)
    await _settle(conn, pk, await count(conn, pk), snapshot_id)


async def remove(conn: AsyncConnection, pk: int, uris: Collection[str], snapshot_id: str) -> int:
    """Every occurrence of these URIs (at most :data:`CHUNK`) was removed on Spotify; the others move up. How many went."""
    gone = (playlist_item.c.playlist_pk == pk, playlist_item.c.uri.in_(list(uris)))
    first = (await conn.execute(select(func.min(playlist_item.c.position)).where(*gone))).scalar_one()
    removed = (await conn.execute(delete(playlist_item).where(*gone))).rowcount
    if first is not None:
        below = (playlist_item.c.playlist_pk == pk, playlist_item.c.position > first)
        rows = select(playlist_item.c.id).where(*below).order_by(playlist_item.c.position)
        left = (await conn.execute(rows)).scalars().all()
        if left:
            moved = update(playlist_item).where(playlist_item.c.id == bindparam("key"))
            places = [{"key": key, "position": first + n} for n, key in enumerate(left)]
            await conn.execute(moved, places)
    await _settle(conn, pk, await count(conn, pk), snapshot_id)
    return removed


async def move(conn: AsyncConnection, pk: int, start: int, before: int, length: int, snapshot_id: str) -> None:
    """A block was moved on Spotify so that it precedes the item that was at ``before`` (spotify-api.md 2.13)."""
    position, end = playlist_item.c.position, start + length
    if before > end:
        inside = position.between(start, before - 1)
        moved = case((position < end, position + (before - end)), else_=position - length)
    else:
        inside = position.between(before, end - 1)
        moved = case((position >= start, position - (start - before)), else_=position + length)
    if not start <= before <= end:
        await conn.execute(
            update(playlist_item).where(playlist_item.c.playlist_pk == pk, inside).values(position=moved)
        )
    await _settle(conn, pk, await count(conn, pk), snapshot_id)


async def page(conn: AsyncConnection, pk: int, *, limit: int | None, offset: int) -> list[PlaylistItem]:
    """One page of a playlist in its order (all of it where ``limit`` is None)."""
    rows = select(playlist_item).where(playlist_item.c.playlist_pk == pk).order_by(playlist_item.c.position)
    return [_item(row) for row in (await conn.execute(rows.limit(limit).offset(offset))).all()]


async def count(conn: AsyncConnection, pk: int) -> int:
    """How many places of a playlist are kept."""
    held = playlist_item.c.playlist_pk == pk
    return (await conn.execute(select(func.count()).select_from(playlist_item).where(held))).scalar_one()


async def occurrences(conn: AsyncConnection, pk: int, uris: Collection[str]) -> dict[str, int]:
    """How often each of these URIs (at most :data:`CHUNK`) stands in the playlist; those that do not are left out."""
    rows = (
        select(playlist_item.c.uri, func.count())
        .where(playlist_item.c.playlist_pk == pk, playlist_item.c.uri.in_(list(uris)))
        .group_by(playlist_item.c.uri)
    )
    return {row[0]: row[1] for row in (await conn.execute(rows)).all()}


async def order(conn: AsyncConnection, query: ItemQuery) -> array[int]:
    """The keys of the items that ``query`` asks for, in the playlist's order."""
    where = [playlist_item.c.playlist_pk == query.playlist_pk, *typed(playlist_item.c.tokens, query.text)]
    return await keys(conn, select(playlist_item.c.id).where(*where).order_by(playlist_item.c.position))


async def some(conn: AsyncConnection, playlist_pk: int, pks: Sequence[int]) -> list[PlaylistItem]:
    """These items of a playlist, at most :data:`CHUNK`, in the order given; those that are gone are left out."""
    rows = select(playlist_item).where(playlist_item.c.playlist_pk == playlist_pk, playlist_item.c.id.in_(pks))
    found = {each.pk: each for each in map(_item, (await conn.execute(rows)).all())}
    return [found[pk] for pk in pks if pk in found]


async def _insert(conn: AsyncConnection, pk: int, items: Sequence[NewItem], position: int) -> None:
    rows = [
        {
            "playlist_pk": pk,
            "position": position + place,
            "kind": each.kind.value,
            "added_at": each.added_at,
            "is_local": each.is_local,
            "tokens": tokens(each.playable.name, *each.playable.artists, each.playable.album),
            **playable_row(each.playable),
        }
        for place, each in enumerate(items)
    ]
    if rows:
        await conn.execute(insert(playlist_item), rows)


async def _settle(conn: AsyncConnection, pk: int, total: int, snapshot_id: str, *, is_read: bool = False) -> None:
    now = instant()
    values: dict[str, Any] = {
        "track_count": total,
        "snapshot_id": snapshot_id,
        "items_snapshot": snapshot_id,
        "items_state": ItemsState.HELD.value,
        "updated_at": now,
    }
    if is_read:
        values["items_checked_at"] = now
        kept = (await conn.execute(select(playlist).where(playlist.c.id == pk))).one()
        if kept.snapshot_id == snapshot_id and kept.track_count == total:
            del values["updated_at"]  # reading what was listed already changes nothing that is shown
    await conn.execute(update(playlist).where(playlist.c.id == pk).values(**values))


def _item(row: Row[Any]) -> PlaylistItem:
    return PlaylistItem(
        playable_of(row), ItemKind(row.kind), row.added_at, row.is_local, pk=row.id, position=row.position
    )
