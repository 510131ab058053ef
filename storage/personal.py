"""What a user has and wants, copy by copy (discogsography-contract.md section 12).

Copies and wants that their upstream does not list any more do not count. Every order is total, so that pages neither
repeat nor lose a row; dates are instants in UTC, so comparing their text compares the moments.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, case, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import elements
from storage.documents import unpack, unpack_optional
from storage.tables import copy, record, want
from storage.values import CollectionFigures, Count, ListedRelease, ReleaseId, UserId

_CHART = 20

_RECORD = (
    record.c.album_title,
    record.c.artist_name,
    record.c.year_released,
    record.c.label_name,
    record.c.catalog_number,
    record.c.genres,
    record.c.styles,
)
_WANT = (
    want.c.album_title,
    want.c.artist_name,
    want.c.year_released,
    want.c.label_name,
    want.c.catalog_number,
    want.c.genres,
    want.c.styles,
    want.c.rating,
    want.c.date_added,
)


async def collection(
    conn: AsyncConnection, user_id: UserId, limit: int, offset: int
) -> tuple[list[ListedRelease], int]:
    """A page of the user's copies, newest first, then by release and instance; and how many copies there are.

    Local edits that Discogs does not know yet count, as they do everywhere else.
    """
    total = (await conn.execute(select(func.count()).select_from(copy).where(*_owned(user_id)))).scalar_one()
    order = (copy.c.date_added.desc(), copy.c.release_id, copy.c.instance_id)
    # The page is found by the index alone; only its own rows are joined.
    page = select(copy.c.instance_id).where(*_owned(user_id)).order_by(*order).limit(limit).offset(offset)
    found = (
        select(copy.c.release_id, *_RECORD, copy.c.rating, copy.c.date_added, copy.c.folder_id, copy.c.pending)
        .join(record, record.c.id == copy.c.record_pk)
        .where(copy.c.user_id == user_id, copy.c.instance_id.in_(page))
        .order_by(*order)
    )
    return [_copy(*row) for row in (await conn.execute(found)).all()], total


def _owned(user_id: UserId) -> tuple[ColumnElement[bool], ...]:
    return copy.c.user_id == user_id, copy.c.removed_at.is_(None)


def _copy(*row: Any) -> ListedRelease:
    *facts, rating, date_added, folder_id, pending = row
    edits = unpack_optional(pending) or {}
    rating, folder_id = edits.get("rating", rating), edits.get("folder_id", folder_id)
    return _listed(facts, rating, date_added, folder_id)


def _listed(facts: Sequence[Any], rating: int, date_added: str | None, folder_id: int | None = None) -> ListedRelease:
    release_id, title, artist, year, label, catalog_number, genres, styles = facts
    return ListedRelease(
        ReleaseId(release_id),
        title,
        artist,
        year,
        label,
        catalog_number,
        tuple(unpack(genres)),
        tuple(unpack(styles)),
        rating,
        date_added,
        folder_id,
    )


async def wantlist(conn: AsyncConnection, user_id: UserId, limit: int, offset: int) -> tuple[list[ListedRelease], int]:
    """A page of the releases the user wants, newest first, undated last, then by release; and how many there are."""
    counts = select(func.count(), func.count(want.c.date_added)).where(*_wanted(user_id))
    total, dated = (await conn.execute(counts)).one()
    # Two lists, one after the other: the engines disagree on where an index has the undated.
    order = (want.c.date_added.desc(), want.c.release_id)
    page = select(want.c.release_id).where(*_wanted(user_id))
    newest = page.where(want.c.date_added.is_not(None)).order_by(*order).limit(limit).offset(offset)
    rows = await _wants(conn, user_id, newest) if offset < dated else []
    if len(rows) < limit and offset + len(rows) < total:
        undated = page.where(want.c.date_added.is_(None)).order_by(want.c.release_id)
        rows += await _wants(conn, user_id, undated.limit(limit - len(rows)).offset(max(0, offset - dated)))
    return rows, total


async def _wants(conn: AsyncConnection, user_id: UserId, page: Select[int]) -> list[ListedRelease]:
    """The wants of ``page``, which has their releases."""
    found = (
        select(want.c.release_id, *_WANT)
        .where(want.c.user_id == user_id, want.c.release_id.in_(page))
        .order_by(want.c.date_added.desc(), want.c.release_id)
    )
    return [_listed(row[:-2], *row[-2:]) for row in (await conn.execute(found)).all()]


def _wanted(user_id: UserId) -> tuple[ColumnElement[bool], ...]:
    return want.c.user_id == user_id, want.c.removed_at.is_(None)


async def figures(conn: AsyncConnection, user_id: UserId) -> CollectionFigures:
    """How the collection is made up; spellings are counted as they are, ties go by name."""
    copies = select(copy.c.record_pk, func.count().label("n")).where(*_owned(user_id)).group_by(copy.c.record_pk)
    owned = copies.subquery("owned")
    rated = select(func.avg(case((copy.c.rating > 0, copy.c.rating)))).where(*_owned(user_id))
    whole = select(
        func.coalesce(func.sum(owned.c.n), 0),
        func.count(record.c.artist_name.distinct()),
        func.count(record.c.label_name.distinct()),
    ).join(owned, owned.c.record_pk == record.c.id)
    total, artists, labels = (await conn.execute(whole)).one()
    average = (await conn.execute(rated)).scalar_one()
    return CollectionFigures(
        total=int(total),
        by_genre=tuple(await _by_genre(conn, user_id)),
        by_decade=tuple(await _by_decade(conn, user_id)),
        by_label=tuple(await _by_label(conn, user_id)),
        unique_artists=artists,
        unique_labels=labels,
        average_rating=None if average is None else float(average),
    )


def _copies_with(user_id: UserId, *facts: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """``facts`` of the records and how many copies have them."""
    joined = select(*facts, func.count().label("n")).join(copy, copy.c.record_pk == record.c.id)
    return joined.where(*_owned(user_id)).group_by(*facts)


async def _by_genre(conn: AsyncConnection, user_id: UserId) -> list[Count]:
    """A collection has few different lists of genres, so those are counted first and taken apart then."""
    lists = _copies_with(user_id, record.c.genres.label("listed")).cte("lists")
    genre = literal_column("element.value", String)
    each = select(lists.c.listed, lists.c.n, genre.label("genre")).distinct()
    each = each.select_from(lists, text(elements(conn.dialect, "lists.listed"))).subquery("each")
    counted = select(each.c.genre, func.sum(each.c.n).label("n")).group_by(each.c.genre)
    return await _largest(conn, counted, each.c.genre)


async def _by_label(conn: AsyncConnection, user_id: UserId) -> list[Count]:
    label = record.c.label_name
    return await _largest(conn, _copies_with(user_id, label).where(label.is_not(None)), label)


async def _largest(conn: AsyncConnection, counted: Select[*tuple[Any, ...]], name: ColumnElement[Any]) -> list[Count]:
    by_name = name.collate("C") if conn.dialect.name == "postgresql" else name
    ranked = counted.order_by(literal_column("n", Integer).desc(), by_name).limit(_CHART)
    return [Count(row[0], int(row[1])) for row in (await conn.execute(ranked)).all()]


async def _by_decade(conn: AsyncConnection, user_id: UserId) -> list[tuple[int, int]]:
    year = record.c.year_released
    decade = (year - year % 10).label("decade")
    counted = select(decade, func.count()).join(copy, copy.c.record_pk == record.c.id)
    counted = counted.where(*_owned(user_id), year > 0).group_by(literal_column("decade"))
    return [(row[0], row[1]) for row in (await conn.execute(counted.order_by(literal_column("decade")))).all()]


async def held(
    conn: AsyncConnection, user_id: UserId, releases: Collection[ReleaseId]
) -> tuple[set[ReleaseId], set[ReleaseId]]:
    """Which of some hundred releases the user has a copy of, and which the user wants."""
    has = (
        select(record.c.discogs_id)
        .join(copy, copy.c.record_pk == record.c.id)
        .where(record.c.user_id == user_id, record.c.discogs_id.in_(releases), copy.c.removed_at.is_(None))
    )
    wants = select(want.c.release_id).where(*_wanted(user_id), want.c.release_id.in_(releases))
    return set((await conn.execute(has)).scalars().all()), set((await conn.execute(wants)).scalars().all())
