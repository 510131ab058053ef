"""Followed artists and their releases: the ``followed_artist`` and ``artist_release`` tables."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Row, distinct, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import pack, unpack
from storage.fold import sort_key
from storage.instants import instant
from storage.listed import CHUNK, keys, plain, tokens, typed
from storage.tables import artist_preference, artist_release, followed_artist
from storage.values import (
    ArtistQuery,
    ArtistRelease,
    ArtistSort,
    Changes,
    FollowedArtist,
    NewArtist,
    NewRelease,
    UserId,
)

_SORTS: dict[ArtistSort, tuple[ColumnElement[Any], ...]] = {
    ArtistSort.NAME: (followed_artist.c.name_key,),
    ArtistSort.RELEASES: (followed_artist.c.release_count,),
    ArtistSort.NEWEST: (followed_artist.c.newest_release,),
    ArtistSort.FOLLOWED: (followed_artist.c.followed_at,),
}
_ARTIST = [field.name for field in fields(FollowedArtist) if field.name not in ("pk", "chosen")]
_RELEASE = [field.name for field in fields(NewRelease)]


# -- artists --------------------------------------------------------------------------------------------------------


async def keep(conn: AsyncConnection, user_id: UserId, artists: Sequence[NewArtist]) -> Changes:
    """Store followed artists as Spotify listed them; one that was not followed any more is back."""
    by_id = {each.artist_id: each for each in artists}
    held = await _stored(conn, user_id, list(by_id))
    added = changed = 0
    for artist_id, each in by_id.items():
        row = {
            "name": plain(each.name),
            "image_url": each.image_url,
            "name_key": sort_key(each.name),
            "tokens": tokens(each.name),
        }
        before = held.get(artist_id)
        if before is None:
            added += 1
            await conn.execute(
                insert(followed_artist).values(user_id=user_id, artist_id=artist_id, followed_at=instant(), **row)
            )
            continue
        differs = any(getattr(before, name) != value for name, value in row.items())
        added += before.removed_at is not None
        changed += differs and before.removed_at is None
        if differs or before.removed_at is not None:
            await conn.execute(
                update(followed_artist).where(followed_artist.c.id == before.id).values(removed_at=None, **row)
            )
    return Changes(added, changed)


async def mark_unlisted_removed(conn: AsyncConnection, user_id: UserId, listed: Collection[str]) -> int:
    """Mark the artists that a complete reading did not list; they stay. How many that were."""
    rows = select(followed_artist.c.id, followed_artist.c.artist_id).where(
        followed_artist.c.user_id == user_id, followed_artist.c.removed_at.is_(None)
    )
    there = set(listed)
    gone = [row.id for row in (await conn.execute(rows)).all() if row.artist_id not in there]
    for start in range(0, len(gone), CHUNK):
        chunk = followed_artist.c.id.in_(gone[start : start + CHUNK])
        await conn.execute(update(followed_artist).where(chunk).values(removed_at=instant()))
    return len(gone)


async def get(conn: AsyncConnection, user_id: UserId, artist_id: str) -> FollowedArtist | None:
    """The user's artist with Spotify's id, also one that is not followed any more."""
    rows = select(*_columns(user_id)).where(
        followed_artist.c.user_id == user_id, followed_artist.c.artist_id == artist_id
    )
    row = (await conn.execute(rows)).one_or_none()
    return None if row is None else _artist(row)


async def order(conn: AsyncConnection, user_id: UserId, query: ArtistQuery) -> array[int]:
    """The keys of the followed artists that ``query`` asks for, in its order."""
    where = [
        followed_artist.c.user_id == user_id,
        followed_artist.c.removed_at.is_(None),
        *typed(followed_artist.c.tokens, query.text),
    ]
    columns = (*_SORTS[query.sort_by], *(() if query.sort_by == ArtistSort.NAME else _SORTS[ArtistSort.NAME]))
    first, *others = (*columns, followed_artist.c.id)
    by = [(first.desc() if query.descending else first.asc()).nulls_last(), *(each.asc() for each in others)]
    return await keys(conn, select(followed_artist.c.id).where(*where).order_by(*by))


async def some(conn: AsyncConnection, user_id: UserId, pks: Sequence[int]) -> list[FollowedArtist]:
    """These artists of the user, at most :data:`storage.listed.CHUNK`, in the order given; gone ones are left out."""
    rows = select(*_columns(user_id)).where(followed_artist.c.user_id == user_id, followed_artist.c.id.in_(pks))
    found = {each.pk: each for each in map(_artist, (await conn.execute(rows)).all())}
    return [found[pk] for pk in pks if pk in found]


async def count(conn: AsyncConnection, user_id: UserId) -> int:
    """How many artists are followed."""
    held = (followed_artist.c.user_id == user_id, followed_artist.c.removed_at.is_(None))
    return (await conn.execute(select(func.count()).select_from(followed_artist).where(*held))).scalar_one()


# -- releases -------------------------------------------------------------------------------------------------------


async def keep_releases(
    conn: AsyncConnection, user_id: UserId, artist_id: str, releases: Sequence[NewRelease]
) -> Changes:
    """Store the releases of an artist as they were read whole; what was not listed is marked as gone, never deleted."""
    now = instant()
    by_id = {each.release_id: each for each in releases}
    mine = (artist_release.c.user_id == user_id, artist_release.c.artist_id == artist_id)
    rows = (await conn.execute(select(artist_release).where(*mine))).all()
    held = {row.release_id: row for row in rows}
    added = changed = 0
    for release_id, each in by_id.items():
        row = {name: plain(getattr(each, name)) for name in _RELEASE} | {"artists": pack(each.artists), "gone_at": None}
        before = held.get(release_id)
        added += before is None or before.gone_at is not None
        differs = before is None or any(getattr(before, name) != value for name, value in row.items())
        changed += differs and before is not None and before.gone_at is None
        if differs:
            stored = inserting(conn.dialect)(artist_release).values(user_id=user_id, artist_id=artist_id, **row)
            await conn.execute(
                stored.on_conflict_do_update(index_elements=["user_id", "artist_id", "release_id"], set_=row)
            )
    gone = [each for each, row in held.items() if each not in by_id and row.gone_at is None]
    for start in range(0, len(gone), CHUNK):
        chunk = artist_release.c.release_id.in_(gone[start : start + CHUNK])
        await conn.execute(update(artist_release).where(*mine, chunk).values(gone_at=now))
    await _count_releases(conn, user_id, artist_id, now)
    return Changes(added, changed, len(gone))


async def releases(conn: AsyncConnection, user_id: UserId, artist_id: str) -> list[ArtistRelease]:
    """All that is kept of an artist, newest first, gone ones included."""
    rows = (
        select(artist_release)
        .where(artist_release.c.user_id == user_id, artist_release.c.artist_id == artist_id)
        .order_by(artist_release.c.released.desc(), artist_release.c.title, artist_release.c.release_id)
    )
    return [_release(row) for row in (await conn.execute(rows)).all()]


async def _count_releases(conn: AsyncConnection, user_id: UserId, artist_id: str, now: str) -> None:
    """Keep beside the artist how many releases there are, so that the list of artists can be sorted by it."""
    listed = (
        artist_release.c.user_id == user_id,
        artist_release.c.artist_id == artist_id,
        artist_release.c.gone_at.is_(None),
    )
    found = select(func.count(distinct(artist_release.c.group_key)), func.max(artist_release.c.released))
    number, newest = (await conn.execute(found.where(*listed))).one()
    await conn.execute(
        update(followed_artist)
        .where(followed_artist.c.user_id == user_id, followed_artist.c.artist_id == artist_id)
        .values(releases_at=now, release_count=number, newest_release=newest or None)
    )


def _columns(user_id: UserId) -> list[ColumnElement[Any]]:
    chosen = (
        select(func.count())
        .select_from(artist_preference)
        .where(
            artist_preference.c.user_id == user_id,
            artist_preference.c.artist_id == followed_artist.c.artist_id,
            artist_preference.c.selected,
        )
        .scalar_subquery()
    )
    return [followed_artist.c.id, chosen.label("chosen"), *(followed_artist.c[name] for name in _ARTIST)]


def _artist(row: Row[Any]) -> FollowedArtist:
    return FollowedArtist(pk=row.id, chosen=row.chosen, **{name: getattr(row, name) for name in _ARTIST})


def _release(row: Row[Any]) -> ArtistRelease:
    facts = {name: getattr(row, name) for name in _RELEASE}
    facts["artists"] = tuple(unpack(facts["artists"]))
    return ArtistRelease(artist_id=row.artist_id, gone_at=row.gone_at, **facts)


async def _stored(conn: AsyncConnection, user_id: UserId, ids: Sequence[str]) -> dict[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = followed_artist.c.artist_id.in_(ids[start : start + CHUNK])
        rows = (await conn.execute(select(followed_artist).where(followed_artist.c.user_id == user_id, chunk))).all()
        found.update((row.artist_id, row) for row in rows)
    return found
