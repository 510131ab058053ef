"""What a table shows of a row: columns, which of them have room, and how wide each is.

A column is chosen by priority (0 is always shown) and sized between ``width`` and ``limit``; what remains goes to the
last column shown, so that text which a terminal measures differently cannot push other columns about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from tui.text import Align, fit

Row = TypeVar("Row")

UP, DOWN = "▴", "▾"
GAP = 1
"""Blank cells between two columns."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column. ``text`` may return foreign text as it is: it is cleaned and cut here.

    ``width`` is the least number of cells, ``grow`` the share of spare room (0: none) up to ``limit`` cells, lower
    ``priority`` stays longer when room is short. ``sort`` is what :class:`RecordTable.SortRequested` carries when the
    header is clicked; None for a column nobody can sort by. ``tints`` gives single signs of one cell a look of their own, by the
    name of a component class of the table; only in lines that have no other look.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    width: int
    grow: int = 0
    limit: int = 1000
    priority: int = 0
    align: Align = "left"
    sort: str | None = None
    tints: Mapping[str, str] | None = None


class Sorting(NamedTuple):
    """What the list is sorted by; shown in the header of the column whose ``sort`` it names."""

    key: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Slot(Generic[Row]):
    """A column where it is shown: from cell ``x``, ``width`` cells wide."""

    column: Column[Row]
    x: int
    width: int


def lay_out(columns: Sequence[Column[Row]], cells: int) -> tuple[Slot[Row], ...]:
    """The columns that have room in ``cells``, in their given order, filling it exactly."""
    shown = _with_room(columns, cells)
    if not shown or cells <= 0:
        return ()
    spare = cells - sum(column.width for column in shown) - GAP * (len(shown) - 1)
    widths = _share(shown, spare)
    widths[-1] += cells - sum(widths) - GAP * (len(shown) - 1)
    slots: list[Slot[Row]] = []
    x = 0
    for column, width in zip(shown, widths, strict=True):
        slots.append(Slot(column, x, width))
        x += width + GAP
    return tuple(slots)


def _with_room(columns: Sequence[Column[Row]], cells: int) -> list[Column[Row]]:
    """The most important columns whose least widths fit; the first of them even where nothing fits."""
    chosen: set[str] = set()
    used = -GAP
    for column in sorted(columns, key=lambda column: column.priority):
        used += column.width + GAP
        if chosen and used > cells:
            break
        chosen.add(column.key)
    return [column for column in columns if column.key in chosen]


def _share(columns: Sequence[Column[Row]], spare: int) -> list[int]:
    """Widths after ``spare`` cells were handed out by ``grow``, nobody above their ``limit``."""
    widths = [column.width for column in columns]
    hungry: list[int] = [n for n, column in enumerate(columns) if column.grow and column.width < column.limit]
    while spare > 0 and hungry:
        shares = sum(columns[n].grow for n in hungry)
        handed = 0
        for n in hungry:
            extra = min(max(1, spare * columns[n].grow // shares), columns[n].limit - widths[n], spare - handed)
            widths[n] += extra
            handed += extra
        spare -= handed
        hungry = [n for n in hungry if widths[n] < columns[n].limit]
    return widths


def row_text(slots: Sequence[Slot[Row]], row: Row) -> str:
    """One line of the table: every column in exactly its cells."""
    blank = " " * GAP
    return blank.join([fit(slot.column.text(row), slot.width, slot.column.align) for slot in slots])


def header_text(slots: Sequence[Slot[Row]], sorting: Sorting | None) -> str:
    """The header line; the sorted column carries an arrow in the direction the values grow."""
    parts: list[str] = []
    for slot in slots:
        column = slot.column
        if sorting is not None and column.sort == sorting.key:
            arrow = DOWN if sorting.descending else UP
            title = fit(column.title, min(slot.width - 1, len(column.title))) + arrow
        else:
            title = column.title
        parts.append(fit(title, slot.width, column.align))
    return (" " * GAP).join(parts)


def slot_at(slots: Sequence[Slot[Row]], x: int) -> Slot[Row] | None:
    """The column under cell ``x``; the blank after a column belongs to it."""
    for slot in slots:
        if slot.x <= x < slot.x + slot.width + GAP:
            return slot
    return None
