"""What both engines' shelf readers share: what makes a table row, and the groups of the jump bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from storage import record_places
from storage.values import RecordQuery, ShelfRow, SortBy

_OF_RECORD = [field.name for field in fields(ShelfRow) if field.name not in record_places.COLUMNS]
ROWS = (
    f"SELECT {', '.join('record.id' if name == 'pk' else f'record.{name}' for name in _OF_RECORD)}, {record_places.SHOWN}"
    f" FROM record{record_places.JOINED}"
)
"""What makes a :class:`ShelfRow` of each record, in the order of its fields."""
INITIALS: dict[SortBy, str] = {
    SortBy.ARTIST: "substr(artist_key, 1, 1)",
    SortBy.TITLE: "substr(title_key, 1, 1)",
    SortBy.LABEL: "substr(label_key, 1, 1)",
    SortBy.CATALOG: "substr(catalog_key, 1, 1)",
    SortBy.SIZE: "size_key",
    SortBy.COLOR: "substr(color_key, 1, 1)",
    SortBy.FOLDER: "substr(folder_key, 1, 1)",
    SortBy.YEAR: "year_released / 10",
    SortBy.RATING: "rating",
    SortBy.ADDED: "substr(date_added, 1, 4)",
    SortBy.CREATED: "substr(created_at, 1, 4)",
}
"""What the jump bar groups by for each sort; rises with the sort itself."""


class NotReady(Exception):
    """There is no library that could be read."""


def shelf_row(row: Sequence[Any]) -> ShelfRow:
    """The table row in a row of :data:`ROWS`."""
    made = ShelfRow(*row)
    if type(made.is_shaped) is bool:
        return made
    values = list(row)
    for place in _BOOLEANS:
        values[place] = bool(values[place])
    return ShelfRow(*values)


_BOOLEANS = [place for place, field in enumerate(fields(ShelfRow)) if field.type == "bool"]


def in_order(pks: Sequence[int], found: Iterable[Sequence[Any]]) -> list[ShelfRow]:
    """``found`` in the order of ``pks``."""
    by_key = {row[0]: row for row in found}
    return [shelf_row(by_key[pk]) for pk in pks if pk in by_key]


def jumps(query: RecordQuery, groups: Iterable[tuple[Any, int]]) -> list[tuple[str, int]]:
    """The jump bar from ``(group, rows in it)`` in any order: neighbours with the same initial become one."""
    counted = list(groups)
    ordered = sorted((group for group in counted if group[0] is not None), reverse=query.descending)
    ordered += [group for group in counted if group[0] is None]
    found: list[tuple[str, int]] = []
    position = 0
    for group, rows in ordered:
        initial = _initial(query.sort_by, group)
        if not found or found[-1][0] != initial:
            found.append((initial, position))
        position += rows
    return found


def _initial(sort_by: SortBy, group: Any) -> str:
    if group is None:
        return "–"
    if sort_by is SortBy.YEAR:
        return f"{group}0s"
    if sort_by in (SortBy.RATING, SortBy.ADDED, SortBy.CREATED, SortBy.SIZE):
        return str(group).lstrip("0") or "0"
    if group < "a":
        return "#"
    return group.upper() if group <= "z" else "…"
