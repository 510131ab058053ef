"""The tracks a listener has saved: everything that reads or writes the ``saved_track`` table."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.instants import instant
from storage.listed import CHUNK, playable_of, playable_row
from storage.tables import saved_track
from storage.values import Changes, SavedTrack, UserId


async def keep(conn: AsyncConnection, user_id: UserId, tracks: Sequence[SavedTrack], *, seen_at: str) -> Changes:
    """Store saved tracks as Spotify showed them when asked at ``seen_at``; one that was taken out is back.

    What was written here after that instant is newer and stays. Tracks without an id are left out.
    """
    by_id = {each.playable.track_id: each for each in tracks if each.playable.track_id}
    held = await _stored(conn, user_id, list(by_id))
    added = changed = 0
    for track_id, each in by_id.items():
        before = held.get(track_id)
        if before is not None and (before.seen_pass or "") > seen_at:
            continue
        added += before is None or before.removed_at is not None
        changed += before is not None and before.removed_at is None and before.added_at != each.added_at
        row = playable_row(each.playable) | {"added_at": each.added_at, "seen_pass": seen_at, "removed_at": None}
        stored = inserting(conn.dialect)(saved_track).values(user_id=user_id, **row)
        await conn.execute(stored.on_conflict_do_update(index_elements=["user_id", "track_id"], set_=row))
    return Changes(added, changed)


async def remove(conn: AsyncConnection, user_id: UserId, track_ids: Collection[str]) -> int:
    """These tracks (at most :data:`storage.listed.CHUNK`) were taken out of the library; how many were in it."""
    now = instant()
    gone = (
        update(saved_track)
        .where(
            saved_track.c.user_id == user_id,
            saved_track.c.track_id.in_(list(track_ids)),
            saved_track.c.removed_at.is_(None),
        )
        .values(removed_at=now, seen_pass=now)
    )
    return (await conn.execute(gone)).rowcount


async def mark_unseen_removed(conn: AsyncConnection, user_id: UserId, since: str) -> int:
    """Mark what a complete reading that began at ``since`` did not see; how many that were."""
    unseen = (
        update(saved_track)
        .where(
            saved_track.c.user_id == user_id,
            saved_track.c.removed_at.is_(None),
            saved_track.c.seen_pass.is_(None) | (saved_track.c.seen_pass < since),
        )
        .values(removed_at=instant())
    )
    return (await conn.execute(unseen)).rowcount


async def known(conn: AsyncConnection, user_id: UserId, tracks: Sequence[SavedTrack]) -> bool:
    """Whether one of these is kept as it is: from there on everything older is known (spotify-api.md 2.15)."""
    held = await _stored(conn, user_id, [each.playable.track_id for each in tracks if each.playable.track_id])
    return any(
        (row := held.get(each.playable.track_id or "")) is not None
        and row.removed_at is None
        and row.added_at == each.added_at
        for each in tracks
    )


async def count(conn: AsyncConnection, user_id: UserId) -> int:
    """How many tracks are saved."""
    held = (saved_track.c.user_id == user_id, saved_track.c.removed_at.is_(None))
    return (await conn.execute(select(func.count()).select_from(saved_track).where(*held))).scalar_one()


async def page(conn: AsyncConnection, user_id: UserId, *, limit: int, offset: int) -> list[SavedTrack]:
    """A page of the saved tracks, newest first."""
    rows = (
        select(saved_track)
        .where(saved_track.c.user_id == user_id, saved_track.c.removed_at.is_(None))
        .order_by(saved_track.c.added_at.desc(), saved_track.c.track_id)
        .limit(limit)
        .offset(offset)
    )
    return [SavedTrack(playable_of(row), row.added_at) for row in (await conn.execute(rows)).all()]


async def _stored(conn: AsyncConnection, user_id: UserId, ids: Sequence[str]) -> dict[str, Row[tuple[object, ...]]]:
    found: dict[str, Row[tuple[object, ...]]] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = saved_track.c.track_id.in_(ids[start : start + CHUNK])
        rows = (await conn.execute(select(saved_track).where(saved_track.c.user_id == user_id, chunk))).all()
        found.update((row.track_id, row) for row in rows)
    return found
