"""The figures of a collection: what the dashboard shows and what the filters offer. Removed records do not count."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, case, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import drift
from storage.dialect import elements, member
from storage.tables import copy, record
from storage.values import Count, Statistics, UserId

_CHART = 10
_PLAIN: dict[str, ColumnElement[Any]] = {
    "size": record.c.record_size,
    "color": record.c.vinyl_color,
    "folder": record.c.folder_name,
    "label": record.c.label_name,
    "rating": record.c.rating,
    "decade": record.c.year_released - record.c.year_released % 10,
}
_LISTED = {"genre": "genres", "style": "styles"}


async def statistics(conn: AsyncConnection, user_id: UserId) -> Statistics:
    """The dashboard's figures. ``removed`` counts what vanished from Discogs, all others what did not."""
    held = record.c.removed_at.is_(None)
    figures = select(
        func.count().filter(held),
        func.count().filter(held, record.c.is_synced.is_(False)),
        func.count().filter(record.c.removed_at.is_not(None)),
        func.count().filter(held, record.c.rating > 0),
        func.avg(case((held & (record.c.rating > 0), record.c.rating))),
    ).where(record.c.user_id == user_id)
    records, unsynced, removed, rated, average = (await conn.execute(figures)).one()
    copies = select(func.count()).select_from(copy).where(copy.c.user_id == user_id, copy.c.removed_at.is_(None))
    return Statistics(
        records=records,
        copies=(await conn.execute(copies)).scalar_one(),
        unsynced=unsynced,
        removed=removed,
        rated=rated,
        average_rating=None if average is None else float(average),
        by_decade=tuple(sorted(await facet_counts(conn, user_id, "decade", 100), key=lambda each: int(each.value))),
        by_format=tuple(await _formats(conn, user_id, _CHART)),
        by_genre=tuple(await facet_counts(conn, user_id, "genre", _CHART)),
        by_style=tuple(await facet_counts(conn, user_id, "style", _CHART)),
        by_label=tuple(await facet_counts(conn, user_id, "label", _CHART)),
        drift=tuple(await drift.of_records(conn, user_id)),
    )


async def facet_counts(conn: AsyncConnection, user_id: UserId, facet: str, limit: int) -> list[Count]:
    """The values of a facet with the most records: ``size color folder genre style decade label rating``.

    Spellings that differ in case only are one value, as they are one filter. Raises :class:`KeyError` for any other.
    """
    if facet in _LISTED:
        return await _elements(conn, user_id, _LISTED[facet], "value", limit)
    value = _PLAIN[facet]
    counted = (
        select(value, func.count().label("n"))
        .where(record.c.user_id == user_id, record.c.removed_at.is_(None), value.is_not(None))
        .group_by(value)
    )
    return _ranked([(str(found), n) for found, n in (await conn.execute(counted)).all()], limit)


async def _formats(conn: AsyncConnection, user_id: UserId, limit: int) -> list[Count]:
    return await _elements(conn, user_id, "formats", member(conn.dialect, "name"), limit)


async def _elements(conn: AsyncConnection, user_id: UserId, stored: str, expression: str, limit: int) -> list[Count]:
    value = literal_column(expression, String)
    counted = (
        select(value, func.count(record.c.id.distinct()).label("n"))
        .select_from(record, text(elements(conn.dialect, f"record.{stored}")))
        .where(record.c.user_id == user_id, record.c.removed_at.is_(None))
        .group_by(value)
    )
    return _ranked([(str(found), n) for found, n in (await conn.execute(counted)).all()], limit)


def _ranked(found: list[tuple[str, int]], limit: int) -> list[Count]:
    spellings: dict[str, tuple[str, int]] = {}
    totals: dict[str, int] = {}
    for value, count in found:
        key = value.casefold()
        totals[key] = totals.get(key, 0) + count
        spellings[key] = max(spellings.get(key, ("", 0)), (value, count), key=lambda each: (each[1], each[0]))
    ranked = sorted(totals, key=lambda key: (-totals[key], key))
    return [Count(spellings[key][0], totals[key]) for key in ranked[:limit]]
