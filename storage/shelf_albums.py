"""The shelf as a person sees it: albums by what is asked of them, their places, how many are where."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.documents import unpack
from storage.fold import facet
from storage.listed import CHUNK, keys, typed
from storage.tables.shelf import shelf_album, shelf_holding, shelf_source
from storage.values import UserId
from storage.values.shelf_albums import (
    SURE,
    Decision,
    ShelfAlbum,
    ShelfCounts,
    ShelfList,
    ShelfPlace,
    ShelfQuery,
    ShelfSort,
    ShelfSource,
    SourceState,
)

PLAYED = 3
"""Times an album must have been played to be missed as a record."""
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?|(\d{3})0s")
"""``1979``, ``1970-1979`` or ``1970s``."""
_a, _h = shelf_album.c, shelf_holding.c
_NAMES = [
    "id", "artist", "title", "year", "tracks", "formats", "records", "vinyls", "wants", "plex", "beets", "spotify", "coming",
    "plays", "added_at", "confidence",
]  # fmt: skip
_COLUMNS = [_a[name] for name in _NAMES]
_PLACE = [
    "album_pk", "source", "key", "artist", "title", "year", "tracks", "formats", "is_vinyl", "added_at", "amount", "detail",
    "confidence", "reason", "decision",
]  # fmt: skip
_SORTS: dict[ShelfSort, tuple[ColumnElement[Any], ...]] = {
    ShelfSort.ARTIST: (_a.artist_key, _a.title_key),
    ShelfSort.TITLE: (_a.title_key, _a.artist_key),
    ShelfSort.YEAR: (_a.year, _a.artist_key, _a.title_key),
    ShelfSort.PLAYS: (_a.plays,),
    ShelfSort.ADDED: (_a.added_at,),
}
_FILED = or_(_a.plex > 0, _a.beets > 0)
_WHERE: dict[str, ColumnElement[bool]] = {
    "owned": _a.records > 0,
    "vinyl": _a.vinyls > 0,
    "wanted": _a.wants > 0,
    "files": _FILED,
    "plex": _a.plex > 0,
    "beets": _a.beets > 0,
    "spotify": _a.spotify > 0,
    "coming": _a.coming > 0,
    "played": _a.plays > 0,
    "unsure": _a.confidence < SURE,
}
"""What each filter asks, and each count counts."""
_LISTS: dict[ShelfList, ColumnElement[bool]] = {
    ShelfList.MISSING_FILES: and_(_a.vinyls > 0, ~_FILED),
    ShelfList.NOT_OWNED: and_(_a.records == 0, or_(_a.plays >= PLAYED, _FILED)),
}


async def page(
    conn: AsyncConnection, user_id: UserId, query: ShelfQuery, *, limit: int, offset: int
) -> tuple[list[ShelfAlbum], int]:
    """A page of what ``query`` asks for, at most :data:`CHUNK`, without places, and how many there are in all."""
    where = _asked(user_id, query)
    count = (await conn.execute(select(func.count()).select_from(shelf_album).where(*where))).scalar_one()
    rows = select(*_COLUMNS).where(*where).order_by(*_order(query)).limit(limit).offset(offset)
    return [_album(row) for row in (await conn.execute(rows)).all()], count


async def order(conn: AsyncConnection, user_id: UserId, query: ShelfQuery) -> array[int]:
    """The keys of everything that ``query`` asks for, in its order."""
    return await keys(conn, select(_a.id).where(*_asked(user_id, query)).order_by(*_order(query)))


async def some(conn: AsyncConnection, user_id: UserId, pks: Sequence[int]) -> list[ShelfAlbum]:
    """These albums of the user in the order given, without places; those that are gone are left out."""
    found: dict[int, ShelfAlbum] = {}
    for start in range(0, len(pks), CHUNK):
        rows = select(*_COLUMNS).where(_a.user_id == user_id, _a.id.in_(pks[start : start + CHUNK]))
        found.update((row.id, _album(row)) for row in (await conn.execute(rows)).all())
    return [found[pk] for pk in pks if pk in found]


async def of(
    conn: AsyncConnection, user_id: UserId, source: ShelfSource, known_by: Sequence[str]
) -> dict[str, ShelfAlbum]:
    """The albums to which these holdings of one source belong, by their keys; without places."""
    found: dict[str, ShelfAlbum] = {}
    for start in range(0, len(known_by), CHUNK):
        rows = (
            select(_h.key, *_COLUMNS)
            .join(shelf_album, _a.id == _h.album_pk)
            .where(_h.user_id == user_id, _h.source == source, _h.key.in_(known_by[start : start + CHUNK]))
        )
        found.update((row.key, _album(row)) for row in (await conn.execute(rows)).all())
    return found


async def places(conn: AsyncConnection, user_id: UserId, pks: Sequence[int]) -> dict[int, list[ShelfPlace]]:
    """The places of these albums (at most :data:`CHUNK`), the most trusted first."""
    rows = (
        select(*(_h[name] for name in _PLACE), shelf_source.c.failing_since)
        .outerjoin(shelf_source, and_(shelf_source.c.user_id == _h.user_id, shelf_source.c.source == _h.source))
        .where(_h.user_id == user_id, _h.album_pk.in_(pks))
        .order_by(_h.album_pk, _h.rank, _h.id)
    )
    found: dict[int, list[ShelfPlace]] = {}
    async with conn.stream(rows) as streamed:
        async for part in streamed.partitions(200):
            for row in part:
                found.setdefault(row.album_pk, []).append(_place(row))
    return found


async def counts(conn: AsyncConnection, user_id: UserId) -> ShelfCounts:
    """How many albums are where."""
    names = [*_WHERE, *(each.value.replace("-", "_") for each in _LISTS)]
    asked = [func.coalesce(func.sum(case((each, 1), else_=0)), 0) for each in (*_WHERE.values(), *_LISTS.values())]
    row = (await conn.execute(select(func.count(), *asked).where(_a.user_id == user_id))).one()
    return ShelfCounts(row[0], **dict(zip(names, map(int, row[1:]), strict=True)))


async def sources(conn: AsyncConnection, user_id: UserId) -> list[SourceState]:
    """How each source stands that was ever read, the most trusted first."""
    held = select(_h.source, func.count()).where(_h.user_id == user_id).group_by(_h.source)
    numbers = {row[0]: row[1] for row in (await conn.execute(held)).all()}
    rows = (await conn.execute(select(shelf_source).where(shelf_source.c.user_id == user_id))).all()
    found = [
        SourceState(ShelfSource(row.source), numbers.get(row.source, 0), row.read_at, row.failing_since, row.error)
        for row in rows
    ]
    return sorted(found, key=lambda each: each.source.rank)


def _asked(user_id: UserId, query: ShelfQuery) -> list[ColumnElement[bool]]:
    where = [_a.user_id == user_id, *_typed(query.text)]
    for name, condition in _WHERE.items():
        wanted: bool | None = getattr(query, name)
        if wanted is not None:
            where.append(condition if wanted else ~condition)
    if query.list is not None:
        where.append(_LISTS[query.list])
    if query.year_from is not None:
        where.append(_a.year >= query.year_from)
    if query.year_to is not None:
        where.append(_a.year <= query.year_to)
    if query.format.strip():
        where.append(_a.tokens.contains(f" {facet('f', query.format.strip())} ", autoescape=True))
    return where


def _typed(text: str) -> list[ColumnElement[bool]]:
    """The conditions that an album has every word of ``text``; what looks like years may also be when it came out."""
    words: list[str] = []
    years: list[ColumnElement[bool]] = []
    for word in text.split():
        match = _YEARS.fullmatch(word)
        if match is None:
            words.append(word)
        else:
            year, last, decade = match.groups()
            first = int(year or f"{decade}0")
            out = _a.year.between(first, int(last) if last else first + 9 if decade else first)
            years.append(or_(out, and_(*typed(_a.tokens, word))))
    return [*typed(_a.tokens, " ".join(words)), *years]


def _order(query: ShelfQuery) -> Iterable[ColumnElement[Any]]:
    columns = (*_SORTS[query.sort_by], _a.id)
    return [(column.desc() if query.descending else column.asc()).nulls_last() for column in columns]


def _album(row: Row[Any]) -> ShelfAlbum:
    found: dict[str, Any] = {name: getattr(row, name) for name in _NAMES if name != "id"}
    found["formats"] = tuple(unpack(found["formats"]))
    return ShelfAlbum(row.id, **found)


def _place(row: Row[Any]) -> ShelfPlace:
    found: dict[str, Any] = {name: getattr(row, name) for name in _PLACE if name != "album_pk"}
    found["source"], found["formats"] = ShelfSource(row.source), tuple(unpack(row.formats))
    found["detail"] = unpack(row.detail)
    found["decision"] = None if row.decision is None else Decision(row.decision)
    return ShelfPlace(**found, missing_since=row.failing_since)
