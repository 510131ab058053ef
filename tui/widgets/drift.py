"""How a taste drifted: a line for each year in which something was added, with the genres that led it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from storage.values import YearAdded
from tui.text import fit
from tui.widgets.bars import bar, heading
from tui.words import number

YEAR = 4
"""Cells of a year."""
GENRE, SHARE = 14, 4
"""Cells of a genre and its share at least, and of the share in them."""


def drift_lines(years: Sequence[YearAdded], width: int, rows: int) -> list[Content]:
    """The last ``rows`` of ``years``, the newest one last: how many were added, and which part of them each leading genre
    had. Shares may add up to more than everything, since a record can have several genres.
    """
    shown = years[-rows:]
    left = f"the last {len(shown)} of {len(years)} years" if len(shown) < len(years) else "with the genres that led"
    lines = [heading("Added by year", left)]
    if not shown:
        lines.append(Content.styled("nothing known yet", "$muted"))
    top = max((year.added for year in shown), default=0)
    figures = max((len(number(year.added)) for year in shown), default=1)
    bars = max(4, min(24, width // 8))
    room = width - YEAR - bars - figures - 4
    columns = max(1, min(5, (room + 2) // (GENRE + 2)))
    cells = (room - 2 * (columns - 1)) // columns
    for year in shown:
        lines.append(
            Content.assemble(
                (fit(str(year.year), YEAR), "$foreground"),
                " ",
                (fit(bar(year.added, top, bars), bars), "$primary"),
                " ",
                (fit(number(year.added), figures, "right"), "$muted"),
                *(_genre(year, place, cells) for place in range(columns)),
            )
        )
    return lines


def _genre(year: YearAdded, place: int, cells: int) -> Content:
    """The genre at ``place`` in ``cells`` and the two blanks before it; blanks where the year has fewer."""
    if place >= len(year.genres):
        return Content(" " * (cells + 2))
    genre = year.genres[place]
    part = fit(f"{round(100 * genre.count / year.added)}%", SHARE, "right")
    name = fit(genre.value, max(0, cells - SHARE - 1))
    return Content.assemble("  ", (name, "$muted" if place else "$foreground"), " ", (part, "$faint"))
