"""Years as upright bars of text: a chart in any terminal, without colour and without anything to import."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.text import fit
from tui.words import number

STEPS = " ▁▂▃▄▅▆▇█"
Years = Sequence[tuple[int, int]]
"""Years with their numbers of releases, oldest first; years without any are left out."""


def spans(years: Years, columns: int) -> list[int]:
    """The releases of each of at most ``columns`` equal spans of years, from the first year to the last."""
    if not years or columns <= 0:
        return []
    first, last = years[0][0], years[-1][0]
    each = -(-(last - first + 1) // columns)
    counts = [0] * -(-(last - first + 1) // each)
    for year, count in years:
        counts[(year - first) // each] += count
    return counts


def spark(years: Years, cells: int) -> str:
    """The years in one line of at most ``cells``; what is not nothing shows."""
    counts = spans(years, cells)
    top = max(counts, default=0)
    return "".join(_step(count, top, len(STEPS) - 1) for count in counts)


def year_lines(years: Years, width: int, height: int) -> list[Content]:
    """The years as bars ``height`` lines high in ``width`` cells, with the largest number, the first and the last year."""
    if not years:
        return [Content.styled("No year is known.", "$muted")]
    counts = spans(years, width)
    cells = max(1, min(4, width // len(counts)))
    top = max(counts)
    steps = len(STEPS) - 1
    lines: list[Content] = []
    for line in range(height, 0, -1):
        # What stands above the lines below this one, in eighths of a cell.
        drawn = (max(0, min(steps, _eighths(count, top, height) - steps * (line - 1))) for count in counts)
        lines.append(Content.styled("".join(_bar(STEPS[part], cells) for part in drawn), "$primary"))
    room = len(counts) * cells
    first, last = str(years[0][0]), str(years[-1][0])
    if len(years) == 1 or room < len(first) + len(last) + 1:
        named = first if len(years) == 1 else f"{first}–{last}"
    else:
        named = fit(first, room - len(last)) + last
    lines.append(Content.styled(named, "$muted"))
    return lines


def peak(years: Years) -> str:
    """The year with most releases in words: ``most in 1957: 11``; empty where no year is known."""
    if not years:
        return ""
    year, count = max(years, key=lambda each: (each[1], -each[0]))
    return f"most in {year}: {number(count)}"


def _eighths(count: int, top: int, height: int) -> int:
    """The height of a bar in eighths of a cell; anything above zero shows."""
    if count <= 0:
        return 0
    return max(1, round((len(STEPS) - 1) * height * count / top))


def _step(count: int, top: int, steps: int) -> str:
    return STEPS[max(1, round(steps * count / top))] if count > 0 else " "


def _bar(glyph: str, cells: int) -> str:
    """A bar with a blank beside it, where there is room for one."""
    return glyph * cells if cells < 3 else glyph * (cells - 1) + " "
