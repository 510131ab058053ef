"""The wantlist: everything that reads or writes the ``want`` table."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import bindparam

from storage.documents import pack, storable, unpack
from storage.fold import optional_key, sort_key, squeeze, words
from storage.instants import instant
from storage.shelf_rows import jumps
from storage.tables import record, want
from storage.values import (
    Format,
    NewWant,
    RecordQuery,
    ReleaseId,
    SortBy,
    UserId,
    Want,
    WantChanges,
    WantQuery,
    WantSort,
)

CHUNK = 500
"""Rows or ids in one statement: below every engine's limit on parameters."""
_PART = 2000
"""Keys taken from the engine at a time: about a millisecond."""
_MOST_WORDS = 400
"""Words of a want that are searched; notes may be long."""
_MOST_TYPED = 100
"""Typed words that are looked for: each is a condition."""

_NAMES = [field.name for field in fields(Want)]
_COLUMNS = [want.c["id" if name == "pk" else name] for name in _NAMES]
_SORTS: dict[WantSort, tuple[ColumnElement[Any], ...]] = {
    WantSort.ADDED: (want.c.date_added,),
    WantSort.ARTIST: (want.c.artist_key, want.c.title_key),
    WantSort.TITLE: (want.c.title_key, want.c.artist_key),
    WantSort.YEAR: (want.c.year_released,),
    WantSort.LABEL: (want.c.label_key,),
    WantSort.RATING: (want.c.rating,),
}

_INITIALS: dict[WantSort, ColumnElement[Any]] = {
    WantSort.ADDED: func.substr(want.c.date_added, 1, 4),
    WantSort.ARTIST: func.substr(want.c.artist_key, 1, 1),
    WantSort.TITLE: func.substr(want.c.title_key, 1, 1),
    WantSort.YEAR: want.c.year_released // 10,
    WantSort.LABEL: func.substr(want.c.label_key, 1, 1),
    WantSort.RATING: want.c.rating,
}
"""What the jump bar groups by for each sort."""


async def upsert_many(conn: AsyncConnection, user_id: UserId, wants: Sequence[NewWant], *, seen_at: str) -> WantChanges:
    """Store wants as Discogs showed them when asked at the instant ``seen_at``; one that was removed is back.

    What was written here after that instant (:func:`put`, :func:`remove`) is newer than what Discogs showed, and stays.
    """
    by_release = {each.release_id: _row(each, seen_at) for each in wants}
    held = await _stored(conn, user_id, list(by_release))
    changed = 0
    fresh = [row | {"user_id": user_id, "created_at": instant()} for key, row in by_release.items() if key not in held]
    known: list[dict[str, Any]] = []
    for key, row in by_release.items():
        if key not in held or (held[key].seen_pass or "") > seen_at:
            continue
        changed += any(getattr(held[key], name) != value for name, value in row.items() if name != "seen_pass")
        known.append(row | {"key": held[key].id})
    if fresh:
        await conn.execute(insert(want), fresh)
    if known:
        await conn.execute(update(want).where(want.c.id == bindparam("key")), known)
    return WantChanges(len(fresh), changed)


async def put(conn: AsyncConnection, user_id: UserId, wanted: NewWant) -> Want:
    """Store one want that Discogs has just confirmed."""
    await upsert_many(conn, user_id, [wanted], seen_at=instant())
    stored = await get(conn, user_id, wanted.release_id)
    assert stored is not None
    return stored


async def remove(conn: AsyncConnection, user_id: UserId, release_id: ReleaseId) -> bool:
    """The release was taken off the wantlist; the row stays, marked, so that it can be put back. False if not wanted."""
    now = instant()
    gone = (
        update(want)
        .where(want.c.user_id == user_id, want.c.release_id == release_id, want.c.removed_at.is_(None))
        .values(removed_at=now, seen_pass=now)
    )
    return (await conn.execute(gone)).rowcount > 0


async def mark_unseen_removed(conn: AsyncConnection, user_id: UserId, since: str) -> int:
    """Mark what a complete reading that began at ``since`` did not see; how many that were."""
    unseen = (
        update(want)
        .where(
            want.c.user_id == user_id,
            want.c.removed_at.is_(None),
            want.c.seen_pass.is_(None) | (want.c.seen_pass < since),
        )
        .values(removed_at=instant())
    )
    return (await conn.execute(unseen)).rowcount


async def count_seen(conn: AsyncConnection, user_id: UserId, since: str) -> int:
    """How many wants are known to be on Discogs since ``since``."""
    seen = (want.c.user_id == user_id, want.c.removed_at.is_(None), want.c.seen_pass >= since)
    return (await conn.execute(select(func.count()).select_from(want).where(*seen))).scalar_one()


async def get(conn: AsyncConnection, user_id: UserId, release_id: ReleaseId) -> Want | None:
    """The user's want of that release, removed ones included."""
    return (await by_release_ids(conn, user_id, [release_id])).get(release_id)


async def by_release_ids(conn: AsyncConnection, user_id: UserId, ids: Collection[ReleaseId]) -> dict[ReleaseId, Want]:
    """Which of these releases the user wants or wanted (``removed_at`` tells them apart)."""
    wanted = list(ids)
    found: dict[ReleaseId, Want] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = want.c.release_id.in_(wanted[start : start + CHUNK])
        rows = (await conn.execute(select(*_COLUMNS).where(want.c.user_id == user_id, chunk))).all()
        found.update((held.release_id, held) for held in map(_from_row, rows))
    return found


async def page(
    conn: AsyncConnection, user_id: UserId, query: WantQuery, *, limit: int | None, offset: int
) -> tuple[list[Want], int]:
    """One page of what ``query`` asks for (all of it where ``limit`` is None), and how many there are in all."""
    rows = select(*_COLUMNS).where(*_where(user_id, query)).order_by(*_order_by(query)).limit(limit).offset(offset)
    total = await count(conn, user_id, query)
    return [_from_row(row) for row in (await conn.execute(rows)).all()], total


async def count(conn: AsyncConnection, user_id: UserId, query: WantQuery) -> int:
    """How many wants ``query`` asks for."""
    return (await conn.execute(select(func.count()).select_from(want).where(*_where(user_id, query)))).scalar_one()


async def order(conn: AsyncConnection, user_id: UserId, query: WantQuery) -> array[int]:
    """The keys of everything that ``query`` asks for, in its order; read in parts, so that the loop is never held."""
    rows = select(want.c.id).where(*_where(user_id, query)).order_by(*_order_by(query))
    found = array("q")
    async with conn.stream_scalars(rows) as keys:
        async for part in keys.partitions(_PART):
            found.extend(part)
    return found


async def letters(conn: AsyncConnection, user_id: UserId, query: WantQuery) -> list[tuple[str, int]]:
    """The jump bar of what ``query`` asks for, as :meth:`storage.shelf.ShelfReader.letters` has it for records."""
    found = select(_INITIALS[query.sort_by].label("initial")).where(*_where(user_id, query)).subquery()
    groups = (await conn.execute(select(found.c.initial, func.count()).group_by(found.c.initial))).all()
    return jumps(RecordQuery(sort_by=SortBy(query.sort_by), descending=query.descending), [(g, n) for g, n in groups])


async def some(conn: AsyncConnection, user_id: UserId, pks: Sequence[int]) -> list[Want]:
    """These wants of the user, at most :data:`CHUNK`, in the order given; those that are gone are left out."""
    rows = (await conn.execute(select(*_COLUMNS).where(want.c.id.in_(pks)))).all()
    found: dict[int, Want] = {held.pk: held for held in map(_from_row, rows) if held.user_id == user_id}
    return [found[pk] for pk in pks if pk in found]


async def owned(conn: AsyncConnection, user_id: UserId, ids: Collection[ReleaseId]) -> set[int]:
    """Which of these releases, at most :data:`CHUNK`, the user owns a copy of: a want of one is fulfilled."""
    rows = select(record.c.discogs_id).where(*_is_owned(user_id), record.c.discogs_id.in_(ids))
    return set((await conn.execute(rows)).scalars())


def _is_owned(user_id: UserId) -> tuple[ColumnElement[bool], ...]:
    return record.c.user_id == user_id, record.c.removed_at.is_(None), record.c.copies > 0


def _where(user_id: UserId, query: WantQuery) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [want.c.user_id == user_id]
    if not query.removed:
        where.append(want.c.removed_at.is_(None))
    if query.fulfilled is not None:
        owned = exists().where(*_is_owned(user_id), record.c.discogs_id == want.c.release_id)
        where.append(owned if query.fulfilled else ~owned)
    typed = list(dict.fromkeys(words(query.text)))[:_MOST_TYPED]
    return where + [want.c.tokens.contains(f" {word}", autoescape=True) for word in typed]


def _order_by(query: WantQuery) -> list[ColumnElement[Any]]:
    columns = (*_SORTS[query.sort_by], want.c.id)
    return [(column.desc() if query.descending else column.asc()).nulls_last() for column in columns]


async def _stored(conn: AsyncConnection, user_id: UserId, ids: Sequence[ReleaseId]) -> dict[ReleaseId, Row[Any]]:
    found: dict[ReleaseId, Row[Any]] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = want.c.release_id.in_(ids[start : start + CHUNK])
        rows = (await conn.execute(select(want).where(want.c.user_id == user_id, chunk))).all()
        found.update((row.release_id, row) for row in rows)
    return found


def _from_row(row: Row[Any]) -> Want:
    found = dict(zip(_NAMES, row, strict=True))
    found["genres"], found["styles"] = tuple(unpack(found["genres"])), tuple(unpack(found["styles"]))
    found["formats"] = tuple(
        Format(entry["name"], entry["qty"], entry["text"], tuple(entry["descriptions"]))
        for entry in unpack(found["formats"])
    )
    return Want(**found)


def _row(each: NewWant, seen_at: str) -> dict[str, Any]:
    """Every column of a want that is wanted now, with what is derived from them."""
    row = {field.name: _plain(getattr(each, field.name)) for field in fields(NewWant)}
    row["genres"], row["styles"] = pack(each.genres), pack(each.styles)
    row["formats"] = pack(
        [{"name": f.name, "qty": f.qty, "text": f.text, "descriptions": f.descriptions} for f in each.formats]
    )
    return row | {
        "artist_key": sort_key(row["artist_name"]),
        "title_key": sort_key(row["album_title"]),
        "label_key": optional_key(row["label_name"]),
        "tokens": _tokens(each),
        "removed_at": None,
        "seen_pass": seen_at,
    }


def _tokens(each: NewWant) -> str:
    """The words of a want, each with a blank before and after it: artist, title, label, number, year, notes."""
    texts = (each.artist_name, each.album_title, each.label_name, each.catalog_number, squeeze(each.catalog_number))
    found = [word for text in (*texts, str(each.year_released or ""), each.notes) if text for word in words(text)]
    return f" {' '.join(dict.fromkeys(found[:_MOST_WORDS]))} "


def _plain(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value
