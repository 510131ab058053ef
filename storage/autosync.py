"""Auto-sync: what is wanted, out of the kept lists of Spotify, and everything that reads or writes the ``autosync`` table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import storable, unpack
from storage.instants import instant
from storage.listed import CHUNK
from storage.tables import autosync, playlist, playlist_item, saved_track
from storage.values import ItemKind, UserId
from storage.values.autosync import MOST_FAILURES, AutosyncState, AutosyncTrack, Failure, Listed

_NAMES = [field.name for field in fields(AutosyncTrack)]
_COLUMNS = [autosync.c[name] for name in _NAMES]
_SKIPPED = and_(autosync.c.state == AutosyncState.FAILED, autosync.c.failures >= MOST_FAILURES)


# --- what is wanted


async def in_playlists(conn: AsyncConnection, user_id: UserId, after: str = "", limit: int = CHUNK) -> list[Listed]:
    """Tracks of the playlists that Spotify lists, in an order of their own from ``after`` (the last ``pk``) on."""
    item = playlist_item
    columns = (
        item.c.id, item.c.track_id, item.c.name, item.c.artists, item.c.album, item.c.album_id, item.c.duration_ms,
        item.c.is_local, playlist.c.name.label("playlist"),
    )  # fmt: skip
    rows = (
        select(*columns)
        .join(playlist, playlist.c.id == item.c.playlist_pk)
        .where(
            playlist.c.user_id == user_id,
            playlist.c.removed_at.is_(None),
            item.c.kind == ItemKind.TRACK.value,
            item.c.id > int(after or 0),
        )
        .order_by(item.c.id)
        .limit(limit)
    )
    return [_listed(str(row.id), row, row.is_local, row.playlist) for row in (await conn.execute(rows)).all()]


async def saved(conn: AsyncConnection, user_id: UserId, after: str = "", limit: int = CHUNK) -> list[Listed]:
    """Saved tracks, in an order of their own from ``after`` (the last ``pk``) on."""
    rows = (
        select(saved_track)
        .where(saved_track.c.user_id == user_id, saved_track.c.removed_at.is_(None), saved_track.c.track_id > after)
        .order_by(saved_track.c.track_id)
        .limit(limit)
    )
    return [_listed(row.track_id, row) for row in (await conn.execute(rows)).all()]


def _listed(pk: str, row: Any, is_local: bool = False, name: str = "") -> Listed:
    artists = tuple(str(each) for each in unpack(row.artists))
    return Listed(pk, row.track_id, row.name, artists, row.album, row.album_id, row.duration_ms, is_local, name)


# --- what was looked for


async def every(conn: AsyncConnection, user_id: UserId, after: int = 0, limit: int = CHUNK) -> list[AutosyncTrack]:
    """All that was looked for, by id from ``after`` on."""
    rows = select(*_COLUMNS).where(autosync.c.user_id == user_id, autosync.c.id > after)
    return [_track(row) for row in (await conn.execute(rows.order_by(autosync.c.id).limit(limit))).all()]


async def page(
    conn: AsyncConnection, user_id: UserId, states: Collection[AutosyncState], *, limit: int, offset: int = 0
) -> list[AutosyncTrack]:
    """Those in these states, the last changed first."""
    rows = select(*_COLUMNS).where(autosync.c.user_id == user_id, autosync.c.state.in_([*states]))
    in_order = rows.order_by(autosync.c.changed_at.desc(), autosync.c.id.desc())
    return [_track(row) for row in (await conn.execute(in_order.limit(limit).offset(offset))).all()]


async def counts(conn: AsyncConnection, user_id: UserId) -> tuple[dict[AutosyncState, int], int]:
    """How many are in each state, and how many of the failed ones are not looked for any more."""
    rows = select(autosync.c.state, func.count()).where(autosync.c.user_id == user_id).group_by(autosync.c.state)
    told = {AutosyncState(state): int(count) for state, count in (await conn.execute(rows)).all()}
    skipped = select(func.count()).select_from(autosync).where(autosync.c.user_id == user_id, _SKIPPED)
    return {state: told.get(state, 0) for state in AutosyncState}, (await conn.execute(skipped)).scalar_one()


async def imported_since(conn: AsyncConnection, user_id: UserId, since: str) -> int:
    """How many were filed since an instant."""
    found = select(func.count()).where(
        autosync.c.user_id == user_id, autosync.c.state == AutosyncState.IMPORTED, autosync.c.changed_at >= since
    )
    return (await conn.execute(found)).scalar_one()


async def begin(
    conn: AsyncConnection,
    user_id: UserId,
    track_key: str,
    *,
    spotify_id: str | None,
    artist: str,
    title: str,
    album: str,
    priority: int,
) -> None:
    """Soulseek is about to be asked for it. What is requested or has arrived stays as it is."""
    now = instant()
    row = {
        "spotify_id": spotify_id,
        "artist": storable(artist),
        "title": storable(title),
        "album": storable(album),
        "priority": priority,
        "state": AutosyncState.SEARCHING,
        "attempted_at": now,
        "changed_at": now,
    }
    stored = inserting(conn.dialect)(autosync).values(user_id=user_id, track_key=storable(track_key), **row)
    again = autosync.c.state.in_([AutosyncState.SEARCHING, AutosyncState.FAILED])
    await conn.execute(stored.on_conflict_do_update(index_elements=["user_id", "track_key"], set_=row, where=again))


async def change(
    conn: AsyncConnection,
    user_id: UserId,
    track_key: str,
    state: AutosyncState,
    *,
    among: Sequence[AutosyncState],
    **values: Any,
) -> bool:
    """Let it be in ``state`` if it is in one of ``among``; False if it is not (any more)."""
    told = {name: storable(value) if isinstance(value, str) else value for name, value in values.items()}
    changed = (
        update(autosync)
        .where(autosync.c.user_id == user_id, autosync.c.track_key == track_key, autosync.c.state.in_([*among]))
        .values(state=state, changed_at=instant(), **told)
        .returning(autosync.c.id)
    )
    return (await conn.execute(changed)).first() is not None


async def fail(
    conn: AsyncConnection,
    user_id: UserId,
    track_key: str,
    failure: Failure,
    error: str,
    *,
    among: Sequence[AutosyncState],
) -> bool:
    """It failed once more; False if it is not (any more) in one of ``among``."""
    counted = {"failure": failure, "failures": autosync.c.failures + 1, "error": error}
    return await change(conn, user_id, track_key, AutosyncState.FAILED, among=among, **counted)


async def imported(conn: AsyncConnection, user_id: UserId, track_key: str, path: str | None) -> bool:
    """It is in the library now, and what failed before is forgotten; False if it was neither requested nor had arrived."""
    among = (AutosyncState.REQUESTED, AutosyncState.ARRIVED)
    cleared = {"failure": None, "failures": 0, "error": None, "path": path}
    return await change(conn, user_id, track_key, AutosyncState.IMPORTED, among=among, **cleared)


async def retry_skipped(conn: AsyncConnection, user_id: UserId) -> int:
    """Look again for what failed too often; how many that are."""
    again = update(autosync).where(autosync.c.user_id == user_id, _SKIPPED).values(failures=0, changed_at=instant())
    return (await conn.execute(again)).rowcount


def _track(row: Row[Any]) -> AutosyncTrack:
    told: dict[str, Any] = {name: getattr(row, name) for name in _NAMES}
    told["state"] = AutosyncState(row.state)
    told["failure"] = Failure(row.failure) if row.failure else None
    return AutosyncTrack(**told)
