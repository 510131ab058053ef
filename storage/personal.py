"""What a user has and wants, copy by copy (discogsography-contract.md section 12).

Copies and wants that their upstream does not list any more do not count. Every order is total, so that pages neither
repeat nor lose a row; dates are instants in UTC, so comparing their text compares the moments.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, func, literal_column, select, text, union
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import drift
from storage.dialect import by_bytes, elements, member
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
    key = (copy.c.date_added, copy.c.release_id, copy.c.instance_id)
    newest = (copy.c.date_added.desc(), copy.c.release_id, copy.c.instance_id)
    # The page is found by the index that has its order; what it shows is read for its own rows only.
    page = select(*key).where(*_owned(user_id)).order_by(*newest).limit(limit).offset(offset).subquery("page")
    found = (
        select(copy.c.release_id, *_RECORD, copy.c.rating, copy.c.date_added, copy.c.folder_id, copy.c.pending)
        .select_from(page)
        .join(copy, and_(copy.c.user_id == user_id, copy.c.instance_id == page.c.instance_id))
        .join(record, record.c.id == copy.c.record_pk)
        .order_by(page.c.date_added.desc(), page.c.release_id, page.c.instance_id)
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
    page = select(want.c.release_id, want.c.date_added).where(*_wanted(user_id))
    newest = page.where(want.c.date_added.is_not(None)).order_by(*order).limit(limit).offset(offset)
    rows = await _wants(conn, user_id, newest) if offset < dated else []
    if len(rows) < limit and offset + len(rows) < total:
        undated = page.where(want.c.date_added.is_(None)).order_by(want.c.release_id)
        rows += await _wants(conn, user_id, undated.limit(limit - len(rows)).offset(max(0, offset - dated)))
    return rows, total


async def _wants(conn: AsyncConnection, user_id: UserId, asked: Select[int, str | None]) -> list[ListedRelease]:
    """The wants that ``asked`` finds, which are all dated or all undated."""
    page = asked.subquery("page")
    found = (
        select(want.c.release_id, *_WANT)
        .select_from(page)
        .join(want, and_(want.c.user_id == user_id, want.c.release_id == page.c.release_id))
        .order_by(page.c.date_added.desc(), page.c.release_id)
    )
    return [_listed(row[:-2], *row[-2:]) for row in (await conn.execute(found)).all()]


def _wanted(user_id: UserId) -> tuple[ColumnElement[bool], ...]:
    return want.c.user_id == user_id, want.c.removed_at.is_(None)


async def figures(conn: AsyncConnection, user_id: UserId) -> CollectionFigures:
    """How the collection is made up; spellings are counted as they are, ties go by name."""
    whole = select(
        func.coalesce(func.sum(record.c.copies), 0),
        func.count(record.c.artist_name.distinct()),
        func.count(record.c.label_name.distinct()),
    )
    total, artists, labels = (await conn.execute(whole.where(*_has_copies(user_id)))).one()
    rated = select(func.avg(copy.c.rating)).where(*_owned(user_id), copy.c.rating > 0)
    average = (await conn.execute(rated)).scalar_one()
    return CollectionFigures(
        total=int(total),
        by_genre=tuple(await _by_element(conn, user_id, record.c.genres)),
        by_decade=tuple(await _by_decade(conn, user_id)),
        by_label=tuple(await _by_label(conn, user_id)),
        by_style=tuple(await _by_element(conn, user_id, record.c.styles)),
        by_format=tuple(await _by_format(conn, user_id)),
        drift=tuple(await drift.of_copies(conn, user_id)),
        unique_artists=artists,
        unique_labels=labels,
        average_rating=None if average is None else float(average),
    )


def _has_copies(user_id: UserId) -> tuple[ColumnElement[bool], ...]:
    """Records that have a copy; how many they have is kept beside them (storage.summaries)."""
    return record.c.user_id == user_id, record.c.copies > 0


def _copies_with(user_id: UserId, fact: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Every value of ``fact`` and how many copies have it."""
    return select(fact, func.sum(record.c.copies).label("n")).where(*_has_copies(user_id)).group_by(fact)


async def _by_element(conn: AsyncConnection, user_id: UserId, listed: ColumnElement[str]) -> list[Count]:
    """A collection has few different lists of genres or styles, so those are counted first and taken apart then."""
    lists = _copies_with(user_id, listed.label("list")).cte("lists")
    name = literal_column("element.value", String).label("name")
    each = select(lists.c.list, lists.c.n, name).distinct()
    each = each.select_from(lists, text(elements(conn.dialect, "lists.list"))).subquery("each")
    counted = select(each.c.name, func.sum(each.c.n).label("n")).group_by(each.c.name)
    return await _largest(conn, counted, each.c.name)


async def _by_format(conn: AsyncConnection, user_id: UserId) -> list[Count]:
    """Formats and sizes together, which answer the same question: on what? A box of two formats counts in both."""
    by_both = _copies_with(user_id, record.c.formats).add_columns(record.c.record_size.label("size"))
    lists = by_both.group_by(record.c.record_size).cte("lists")
    key = (lists.c.formats, lists.c.size, lists.c.n)
    name = literal_column(member(conn.dialect, "name"), String).label("name")
    formats = select(*key, name).select_from(lists, text(elements(conn.dialect, "lists.formats")))
    each = union(formats, select(*key, lists.c.size)).subquery("each")  # which counts none twice
    counted = select(each.c.name, func.sum(each.c.n).label("n")).where(each.c.name.is_not(None)).group_by(each.c.name)
    return await _largest(conn, counted, each.c.name)


async def _by_label(conn: AsyncConnection, user_id: UserId) -> list[Count]:
    label = record.c.label_name
    return await _largest(conn, _copies_with(user_id, label).where(label.is_not(None)), label)


async def _largest(conn: AsyncConnection, counted: Select[*tuple[Any, ...]], name: ColumnElement[Any]) -> list[Count]:
    ranked = counted.order_by(literal_column("n", Integer).desc(), by_bytes(conn.dialect, name)).limit(_CHART)
    return [Count(row[0], int(row[1])) for row in (await conn.execute(ranked)).all()]


async def _by_decade(conn: AsyncConnection, user_id: UserId) -> list[tuple[int, int]]:
    year = record.c.year_released
    counted = _copies_with(user_id, (year - year % 10).label("decade")).where(year > 0)
    rows = (await conn.execute(counted.order_by(literal_column("decade")))).all()
    return [(row[0], int(row[1])) for row in rows]


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
