"""How a taste drifts: what was added in each year, and which genres led it. Years are those of UTC."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, cast, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import by_bytes, elements
from storage.tables import copy, record
from storage.values import Count, UserId, YearAdded

LEADING = 5
"""Genres told of a year."""


async def of_copies(conn: AsyncConnection, user_id: UserId) -> list[YearAdded]:
    """The years in which copies were added, the first one first; what their upstream does not list is left out."""
    # Led by the records: to look up the record of every copy, newest first, would read all over the table.
    added = _grouped(copy.c.date_added).join_from(record, copy, record.c.id == copy.c.record_pk)
    held = record.c.user_id == user_id, record.c.copies > 0, copy.c.removed_at.is_(None)
    return await _drift(conn, added.where(*held))


async def of_records(conn: AsyncConnection, user_id: UserId) -> list[YearAdded]:
    """The same for records, each in the year of its newest copy, or in which it was made where it has none."""
    held = record.c.user_id == user_id, record.c.removed_at.is_(None)
    return await _drift(conn, _grouped(record.c.date_added).where(*held))


def _grouped(added: ColumnElement[str]) -> Select[*tuple[Any, ...]]:
    """How many were added in a year with a list of genres: far fewer rows than there are records."""
    year = func.substr(added, 1, 4).label("year")
    return select(year, record.c.genres, func.count().label("n")).group_by(year, record.c.genres)


async def _drift(conn: AsyncConnection, grouped: Select[*tuple[Any, ...]]) -> list[YearAdded]:
    lists = grouped.cte("lists")
    totals = select(lists.c.year, func.sum(lists.c.n).label("added")).group_by(lists.c.year).subquery("totals")
    name = literal_column("element.value", String).label("genre")
    each = select(lists.c.year, lists.c.genres, lists.c.n, name).distinct()  # a genre that is named twice counts once
    each = each.select_from(lists, text(elements(conn.dialect, "lists.genres"))).subquery("each")
    genre, n = by_bytes(conn.dialect, each.c.genre), func.sum(each.c.n)
    place = func.row_number().over(partition_by=each.c.year, order_by=(n.desc(), genre)).label("place")
    counted = select(each.c.year, each.c.genre, n.label("n"), place).group_by(each.c.year, each.c.genre)
    ranked = counted.subquery("ranked")
    leads = (ranked.c.year == totals.c.year) & (ranked.c.place <= LEADING)
    found = (
        select(cast(totals.c.year, Integer), totals.c.added, ranked.c.genre, ranked.c.n)
        .select_from(totals.outerjoin(ranked, leads))
        .order_by(totals.c.year, ranked.c.place)
    )
    rows = (await conn.execute(found)).all()
    return [
        YearAdded(year, int(added), tuple(Count(genre, int(n)) for *_, genre, n in leading if genre is not None))
        for (year, added), leading in groupby(rows, key=lambda row: (row[0], row[1]))
    ]
