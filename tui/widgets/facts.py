"""Names and values under each other, the values aligned and wrapped beside their names."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.text import clean, fit, width

NAME_LIMIT = 22
"""Cells of a name at most."""


def fact_lines(facts: Sequence[tuple[str, str]], cells: int) -> list[Content]:
    """``facts`` as lines in ``cells``: names muted in a column of their own, long values on several lines."""
    names = min(NAME_LIMIT, max((width(name) for name, _ in facts), default=0))
    room = max(8, cells - names - 2)
    lines: list[Content] = []
    for name, value in facts:
        for n, part in enumerate(Content(clean(value)).wrap(room) or [Content("")]):
            shown = fit(name if n == 0 else "", names)
            lines.append(Content.assemble((shown, "$muted"), "  ", part.rstrip()))
    return lines
