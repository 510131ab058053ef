"""What a collection is made up of, as blocks of bars: which charts there are, and how many stand beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from textual.content import Content

from storage.values import Count, Statistics
from tui.widgets.bars import bar_lines, beside
from tui.widgets.drift import drift_lines

CHART, GAP = 24, 2
"""Cells of a chart at least, and between two of them."""
YEARS = 20
"""Years that are told where the page scrolls anyway."""


def first_lines(statistics: Statistics, width: int, rows: int) -> list[Content]:
    """As many charts as stand beside each other in ``width``, or what to do while there is nothing to chart."""
    if not statistics.records:
        return [
            Content("No records yet."),
            Content.styled("Press s to fetch your Discogs collection, or 2 then a to add a single record.", "$muted"),
            Content.styled("Decades, formats, genres, styles, labels and the years they came in follow.", "$faint"),
            *([Content("")] * (rows - 2)),
        ]
    return _rows(statistics, width, rows)[0]


def further_lines(statistics: Statistics, width: int, rows: int) -> list[Content]:
    """The charts that :func:`first_lines` has no room for, and what was added year by year; nothing without records."""
    if not statistics.records:
        return []
    lines: list[Content] = []
    for block in _rows(statistics, width, rows)[1:]:
        lines += [*block, Content("")]
    return lines + drift_lines(statistics.drift, width, YEARS)


def square_lines(statistics: Statistics, width: int, rows: int) -> list[Content]:
    """The charts but the one of decades in rows of two, for the side of a page that is drawn beside that one."""
    first, second = _grid(_charts(statistics, rows, with_decades=False), width, rows, 2)
    return [*first, Content(""), *second]


def in_decades(statistics: Statistics) -> tuple[Count, ...]:
    """The decades with their names, oldest first."""
    return tuple(Count(f"{count.value}s", count.count) for count in statistics.by_decade)


def _charts(statistics: Statistics, rows: int, *, with_decades: bool) -> list[tuple[str, Sequence[Count]]]:
    decades: list[tuple[str, Sequence[Count]]] = [("By decade", in_decades(statistics)[-rows:])] * with_decades
    return [
        *decades,
        ("By format", statistics.by_format),
        ("By genre", statistics.by_genre),
        ("By style", statistics.by_style),
        ("By label", statistics.by_label),
    ]


def _rows(statistics: Statistics, width: int, rows: int) -> list[list[Content]]:
    """All charts in as few rows as have room, and no row much longer than the next."""
    charts = _charts(statistics, rows, with_decades=True)
    most = max(1, (width + GAP) // (CHART + GAP))
    return _grid(charts, width, rows, ceil(len(charts) / ceil(len(charts) / most)))


def _grid(charts: Sequence[tuple[str, Sequence[Count]]], width: int, rows: int, columns: int) -> list[list[Content]]:
    """The charts in rows of ``columns``, those of all rows under each other."""
    cells = (width - GAP * (columns - 1)) // columns
    blocks = [bar_lines(title, counts, cells, rows) for title, counts in charts]
    return [beside(blocks[start : start + columns], cells, GAP) for start in range(0, len(blocks), columns)]
