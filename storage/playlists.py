"""Playlists: everything that reads or writes the ``playlist`` table."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.fold import optional_key, sort_key
from storage.instants import instant
from storage.listed import CHUNK, keys, plain, tokens, typed
from storage.tables import playlist
from storage.values import Changes, ItemsState, NewPlaylist, Playlist, PlaylistQuery, PlaylistSort, UserId

_NAMES = [field.name for field in fields(Playlist)]
_COLUMNS = [playlist.c["id" if name == "pk" else name] for name in _NAMES]
_TOLD = [field.name for field in fields(NewPlaylist)]
_SORTS: dict[PlaylistSort, tuple[ColumnElement[Any], ...]] = {
    PlaylistSort.LISTED: (playlist.c.removed_at.isnot(None), playlist.c.position),
    PlaylistSort.NAME: (playlist.c.name_key,),
    PlaylistSort.TRACKS: (playlist.c.track_count,),
    PlaylistSort.OWNER: (playlist.c.owner_key, playlist.c.name_key),
    PlaylistSort.UPDATED: (playlist.c.updated_at,),
}


async def keep_listed(conn: AsyncConnection, user_id: UserId, listed: Sequence[NewPlaylist]) -> Changes:
    """Store playlists as Spotify listed them; one that had vanished is back. ``updated_at`` moves only where something
    differs.
    """
    now = instant()
    by_id = {each.playlist_id: _row(each) for each in listed}
    held = {row.playlist_id: row for row in await _stored(conn, user_id, list(by_id))}
    added = changed = 0
    for playlist_id, row in by_id.items():
        before = held.get(playlist_id)
        if before is None:
            added += 1
            await conn.execute(insert(playlist).values(user_id=user_id, items_snapshot="", updated_at=now, **row))
            continue
        differs = before.removed_at is not None or any(
            getattr(before, name) != value for name, value in row.items() if name not in ("position", "image_url")
        )
        changed += differs
        moved = {"updated_at": now} if differs else {}
        await conn.execute(update(playlist).where(playlist.c.id == before.id).values(removed_at=None, **row, **moved))
    return Changes(added, changed)


async def mark_unlisted_removed(conn: AsyncConnection, user_id: UserId, listed: Collection[str]) -> int:
    """Mark the playlists that a complete reading did not list; they stay. How many that were."""
    now = instant()
    rows = select(playlist.c.id, playlist.c.playlist_id).where(
        playlist.c.user_id == user_id, playlist.c.removed_at.is_(None)
    )
    there = set(listed)
    gone = [row.id for row in (await conn.execute(rows)).all() if row.playlist_id not in there]
    for start in range(0, len(gone), CHUNK):
        chunk = playlist.c.id.in_(gone[start : start + CHUNK])
        await conn.execute(update(playlist).where(chunk).values(removed_at=now, updated_at=now))
    return len(gone)


async def get(conn: AsyncConnection, user_id: UserId, playlist_id: str) -> Playlist | None:
    """The user's playlist with Spotify's id, also one that vanished."""
    found = select(*_COLUMNS).where(playlist.c.user_id == user_id, playlist.c.playlist_id == playlist_id)
    row = (await conn.execute(found)).one_or_none()
    return None if row is None else _from_row(row)


async def every(conn: AsyncConnection, user_id: UserId) -> list[Playlist]:
    """All playlists of the user, the last changed first (harmony-contract.md section 10)."""
    rows = select(*_COLUMNS).where(playlist.c.user_id == user_id).order_by(playlist.c.updated_at.desc(), playlist.c.id)
    return [_from_row(row) for row in (await conn.execute(rows)).all()]


async def order(conn: AsyncConnection, user_id: UserId, query: PlaylistQuery) -> array[int]:
    """The keys of everything that ``query`` asks for, in its order."""
    where = [playlist.c.user_id == user_id, *typed(playlist.c.tokens, query.text)]
    columns = (*_SORTS[query.sort_by], playlist.c.id)
    by = [(column.desc() if query.descending else column.asc()).nulls_last() for column in columns]
    return await keys(conn, select(playlist.c.id).where(*where).order_by(*by))


async def some(conn: AsyncConnection, user_id: UserId, pks: Sequence[int]) -> list[Playlist]:
    """These playlists of the user, at most :data:`CHUNK`, in the order given; those that are gone are left out."""
    rows = select(*_COLUMNS).where(playlist.c.user_id == user_id, playlist.c.id.in_(pks))
    found = {each.pk: each for each in map(_from_row, (await conn.execute(rows)).all())}
    return [found[pk] for pk in pks if pk in found]


async def stale(conn: AsyncConnection, user_id: UserId) -> list[Playlist]:
    """The listed playlists whose items are not those of the snapshot listed last, in the listener's order."""
    rows = (
        select(*_COLUMNS)
        .where(
            playlist.c.user_id == user_id,
            playlist.c.removed_at.is_(None),
            (playlist.c.items_state != ItemsState.HELD.value)
            | (playlist.c.snapshot_id == "")
            | (playlist.c.items_snapshot != playlist.c.snapshot_id),
        )
        .order_by(playlist.c.position, playlist.c.id)
    )
    return [_from_row(row) for row in (await conn.execute(rows)).all()]


async def count(conn: AsyncConnection, user_id: UserId) -> int:
    """How many playlists Spotify lists."""
    held = (playlist.c.user_id == user_id, playlist.c.removed_at.is_(None))
    return (await conn.execute(select(func.count()).select_from(playlist).where(*held))).scalar_one()


async def _stored(conn: AsyncConnection, user_id: UserId, ids: Sequence[str]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for start in range(0, len(ids), CHUNK):
        chunk = playlist.c.playlist_id.in_(ids[start : start + CHUNK])
        found += (await conn.execute(select(playlist).where(playlist.c.user_id == user_id, chunk))).all()
    return found


def _row(each: NewPlaylist) -> dict[str, Any]:
    row = {name: plain(getattr(each, name)) for name in _TOLD}
    return row | {
        "name_key": sort_key(row["name"]),
        "owner_key": optional_key(row["owner_name"]),
        "tokens": tokens(row["name"], row["owner_name"]),
    }


def _from_row(row: Row[Any]) -> Playlist:
    found: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    found["items_state"] = ItemsState(found["items_state"])
    return Playlist(**found)
