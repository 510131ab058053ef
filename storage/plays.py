"""The plays of a user as they are listed, newest first or as asked; :mod:`storage.play_intake` is how they come in."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, TextClause, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.fold import words
from storage.play_tracks import CHUNK
from storage.tables.plays import COUNTED, play, played_album, played_track, played_track_artist
from storage.values import UserId
from storage.values.plays import Play, PlayQuery, PlaySource

_PART = 2000
"""Keys taken from the engine at a time: about a millisecond."""
_MOST_TYPED = 100
"""Typed words that are looked for: each is a condition."""

_SHOWN: list[ColumnElement[Any]] = [
    play.c.id,
    play.c.played_at,
    play.c.source,
    play.c.ms_played,
    play.c.skipped,
    play.c.context,
    play.c.track_pk,
    played_track.c.name,
    played_track.c.artist_name,
    played_track.c.duration_ms,
    played_track.c.spotify_id,
    played_album.c.name.label("album"),
    played_album.c.artist_name.label("album_artist"),
    played_album.c.release_date,
]
_JOINED = play.join(played_track, played_track.c.id == play.c.track_pk).outerjoin(
    played_album, played_album.c.id == played_track.c.album_pk
)


async def page(
    conn: AsyncConnection, user_id: UserId, query: PlayQuery, *, limit: int, after: tuple[int, int] | None = None
) -> list[Play]:
    """A page of the timeline in the order of ``query``, from the one behind ``after`` (instant and key of a play) on."""
    conditions = where(user_id, query)
    if after is not None:
        place = tuple_(play.c.played_at, play.c.id)
        conditions.append(place < tuple_(*after) if query.descending else place > tuple_(*after))
    # The page is found by the index that has its order; what it shows is read for its own rows only.
    keys = select(play.c.id).where(*conditions).order_by(*_order_by(query)).limit(limit).subquery("page")
    rows = select(*_SHOWN).select_from(_JOINED.join(keys, keys.c.id == play.c.id)).order_by(*_order_by(query))
    return await _plays(conn, (await conn.execute(rows)).all())


async def order(conn: AsyncConnection, user_id: UserId, query: PlayQuery) -> array[int]:
    """The keys of all plays that ``query`` asks for, in its order; read in parts, so that the loop is never held."""
    rows = select(play.c.id).where(*where(user_id, query)).order_by(*_order_by(query))
    found = array("q")
    async with conn.stream_scalars(rows) as keys:
        async for part in keys.partitions(_PART):
            found.extend(part)
    return found


async def some(conn: AsyncConnection, user_id: UserId, pks: Sequence[int]) -> list[Play]:
    """These plays of the user, at most :data:`CHUNK`, in the order given; those that are gone are left out."""
    rows = select(*_SHOWN).select_from(_JOINED).where(play.c.id.in_(pks), play.c.user_id == user_id)
    found = {each.pk: each for each in await _plays(conn, (await conn.execute(rows)).all())}
    return [found[pk] for pk in pks if pk in found]


async def known(conn: AsyncConnection, user_id: UserId, keys: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of these plays of the API, by instant and the key of their track, are stored; at most :data:`CHUNK`."""
    asked = (
        select(play.c.played_at, played_track.c.key)
        .join(played_track, played_track.c.id == play.c.track_pk)
        .where(
            play.c.user_id == user_id,
            play.c.played_at.in_([at for at, _ in keys]),
            play.c.source == PlaySource.API,
        )
    )
    return {(at, key) for at, key in (await conn.execute(asked)).all()} & set(keys)


async def newest_at(conn: AsyncConnection, user_id: UserId, source: PlaySource | None = None) -> int | None:
    """The instant of the user's last play (of that source), None while there is none."""
    mine: list[ColumnElement[bool] | TextClause] = [play.c.user_id == user_id, COUNTED]
    if source is not None:
        mine.append(play.c.source == source)
    return (await conn.execute(select(func.max(play.c.played_at)).where(*mine))).scalar_one()


def where(user_id: UserId, query: PlayQuery) -> list[ColumnElement[bool] | TextClause]:
    """The conditions on ``play`` that ``query`` makes."""
    found: list[ColumnElement[bool] | TextClause] = [play.c.user_id == user_id, COUNTED]
    if query.since is not None:
        found.append(play.c.played_at >= query.since)
    typed = list(dict.fromkeys(words(query.text)))[:_MOST_TYPED]
    if typed:
        said = [played_track.c.tokens.contains(f" {word}", autoescape=True) for word in typed]
        found.append(play.c.track_pk.in_(select(played_track.c.id).where(*said)))
    return found


def _order_by(query: PlayQuery) -> list[ColumnElement[Any]]:
    columns = (play.c.played_at, play.c.id)
    return [column.desc() if query.descending else column.asc() for column in columns]


async def _plays(conn: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Play]:
    names = await _artists(conn, {row.track_pk for row in rows})
    return [
        Play(
            row.id,
            row.played_at,
            row.name,
            ", ".join(names.get(row.track_pk, [])) or row.artist_name,
            row.album or "",
            PlaySource(row.source),
            row.ms_played,
            row.duration_ms,
            row.skipped,
            row.context,
            row.spotify_id,
            row.album_artist or row.artist_name,
            row.release_date,
        )
        for row in rows
    ]


async def _artists(conn: AsyncConnection, pks: Collection[int]) -> dict[int, list[str]]:
    """The names of all artists of these tracks, in order."""
    found: dict[int, list[str]] = defaultdict(list)
    link = played_track_artist.c
    wanted = list(pks)
    for start in range(0, len(wanted), CHUNK):
        asked = (
            select(link.track_pk, link.name)
            .where(link.track_pk.in_(wanted[start : start + CHUNK]), link.name != "")
            .order_by(link.track_pk, link.position)
        )
        for pk, name in (await conn.execute(asked)).all():
            found[pk].append(name)
    return found
