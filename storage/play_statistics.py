"""What plays add up to: who and what was played most, when, and what of it is not owned as a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, and_, case, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import plays
from storage.tables import record
from storage.tables.plays import COUNTED, play, played_album, played_track
from storage.values import UserId
from storage.values.plays import DayPlayed, Offset, PlayQuery, PlaysSummary, Rhythm, Top, TopKind

HOUR, DAY = 3_600_000, 86_400_000
_EPOCH = date(1970, 1, 1)
_THURSDAY = 3
"""The weekday of the first day of 1970, Monday being 0."""


async def top(
    conn: AsyncConnection, user_id: UserId, kind: TopKind, *, since: int | None = None, text: str = "", limit: int = 100
) -> list[Top]:
    """What was played most since ``since`` (an instant; None: ever), by plays, then by time. ``text`` narrows it."""
    by_track = _by_track(user_id, PlayQuery(text=text, since=since))
    match kind:
        case TopKind.ARTISTS:
            groups = (played_track.c.artist_key,)
            name, artist = played_track.c.artist_name, literal("")
            where = [played_track.c.artist_name != ""]
        case TopKind.ALBUMS:
            groups = (played_album.c.artist_key, played_album.c.title_key)
            name, artist = played_album.c.name, played_album.c.artist_name
            where = [played_album.c.name != ""]
        case TopKind.TRACKS:
            groups = (played_track.c.listen_key,)
            name, artist = played_track.c.name, played_track.c.artist_name
            where = [played_track.c.name != ""]
    asked = _summed(by_track, name, artist, groups, where).limit(limit)
    return [Top(*row) for row in (await conn.execute(asked)).all()]


async def not_owned(
    conn: AsyncConnection,
    user_id: UserId,
    *,
    since: int | None = None,
    least: int = 3,
    text: str = "",
    limit: int = 100,
) -> list[Top]:
    """Albums played at least ``least`` times of which no record is owned: none with the same artist and title, folded and
    without what only tells editions apart."""
    groups = (played_album.c.artist_key, played_album.c.title_key)
    owned = exists().where(
        record.c.user_id == user_id,
        record.c.removed_at.is_(None),
        record.c.artist_key == played_album.c.artist_key,
        record.c.title_key == played_album.c.title_key,
    )
    by_track = _by_track(user_id, PlayQuery(text=text, since=since))
    name, artist = played_album.c.name, played_album.c.artist_name
    asked = _summed(by_track, name, artist, groups, [played_album.c.name != "", ~owned])
    asked = asked.having(func.sum(by_track.c.plays) >= least).limit(limit)
    return [Top(*row, owned=False) for row in (await conn.execute(asked)).all()]


def _by_track(user_id: UserId, query: PlayQuery) -> Subquery:
    """Plays of each track: the index by track has all it takes."""
    return (
        select(
            play.c.track_pk,
            func.count().label("plays"),
            func.sum(func.coalesce(play.c.ms_played, 0)).label("told"),
            (func.count() - func.count(play.c.ms_played)).label("untold"),
            func.max(play.c.played_at).label("last_at"),
        )
        .where(*plays.where(user_id, query))
        .group_by(play.c.track_pk)
        .subquery("by_track")
    )


def _summed(
    by_track: Subquery,
    name: ColumnElement[Any],
    artist: ColumnElement[Any],
    groups: Sequence[ColumnElement[Any]],
    where: Sequence[ColumnElement[bool]],
) -> Any:
    count = func.sum(by_track.c.plays)
    length = func.coalesce(played_track.c.duration_ms, 0)
    ms = func.sum(by_track.c.told + by_track.c.untold * length)
    return (
        select(
            func.max(name),
            func.max(artist),
            count.cast(BigInteger),
            ms.cast(BigInteger),
            func.max(by_track.c.last_at),
        )
        .select_from(by_track)
        .join(played_track, played_track.c.id == by_track.c.track_pk)
        .outerjoin(played_album, played_album.c.id == played_track.c.album_pk)
        .where(and_(*where))
        .group_by(*groups)
        .order_by(count.desc(), ms.desc(), *groups)
    )


async def rhythm(
    conn: AsyncConnection, user_id: UserId, offsets: Sequence[Offset], *, since: int | None = None
) -> Rhythm:
    """When the user listens, in a local time that is ahead of UTC by ``offsets`` (oldest first; at least one)."""
    local = play.c.played_at + _ahead(offsets)
    where = plays.where(user_id, PlayQuery(since=since))
    heard = func.sum(func.coalesce(play.c.ms_played, 0)).cast(BigInteger)
    length = func.sum(case((play.c.ms_played.is_(None), played_track.c.duration_ms), else_=0)).cast(BigInteger)
    day = (local // DAY).label("day")
    by_day = (
        select(day, func.count(), heard, func.coalesce(length, 0))
        .select_from(play.join(played_track, played_track.c.id == play.c.track_pk))
        .where(*where)
        .group_by(day)
        .order_by(day)
    )
    days = [
        DayPlayed(_EPOCH + timedelta(days=number), count, told + stood_in)
        for number, count, told, stood_in in (await conn.execute(by_day)).all()
    ]
    hour = ((local // HOUR) % 24).label("hour")
    by_hour = [0] * 24
    for number, count in (await conn.execute(select(hour, func.count()).where(*where).group_by(hour))).all():
        by_hour[number] = count
    by_weekday = [0] * 7
    for each in days:
        by_weekday[((each.day - _EPOCH).days + _THURSDAY) % 7] += each.plays
    return Rhythm(tuple(days), tuple(by_hour), tuple(by_weekday))


def _ahead(offsets: Sequence[Offset]) -> ColumnElement[int]:
    """How far local time is ahead of UTC at the instant of a play."""
    first, *later = offsets
    if not later:
        return literal(first.ms, BigInteger)
    whens = [(play.c.played_at >= each.since, literal(each.ms, BigInteger)) for each in reversed(later)]
    return case(*whens, else_=literal(first.ms, BigInteger))


async def summary(conn: AsyncConnection, user_id: UserId, *, lately: int) -> PlaysSummary:
    """All plays of the user in a line; those since the instant ``lately`` are counted apart."""
    mine = (play.c.user_id == user_id, COUNTED)
    count, first = (await conn.execute(select(func.count(), func.min(play.c.played_at)).where(*mine))).one()
    recent = select(func.count()).select_from(play).where(*mine, play.c.played_at >= lately)
    last = await plays.page(conn, user_id, PlayQuery(), limit=1)
    return PlaysSummary(count, first, last[0] if last else None, (await conn.execute(recent)).scalar_one())
