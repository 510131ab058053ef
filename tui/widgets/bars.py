"""Horizontal bars of text: a chart in any terminal, without colour and in a quarter of a line's bytes."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from storage.values import Count
from tui.text import fit
from tui.words import number

BAR, HALF = "━", "╸"
LABEL_LIMIT = 18
"""Cells of a label at most; longer ones are cut."""


def heading(text: str, note: str = "") -> Content:
    """The title of a block; ``note`` follows in a quieter voice."""
    return Content.assemble((text, "bold $accent"), (f"  {note}" if note else "", "$muted"))


def bar_lines(title: str, counts: Sequence[Count], width: int, rows: int) -> list[Content]:
    """A titled chart of at most ``rows`` bars in ``width`` cells, always ``rows + 1`` lines so that nothing moves."""
    lines = [heading(title)]
    shown = counts[:rows]
    if not shown:
        lines.append(Content.styled("nothing known yet", "$muted"))
    top = max((count.count for count in shown), default=0)
    figures = max((len(number(count.count)) for count in shown), default=1)
    label = min(LABEL_LIMIT, max(6, (width - figures - 2) // 2))
    room = max(1, width - label - figures - 2)
    for count in shown:
        lines.append(
            Content.assemble(
                (fit(count.value, label), "$foreground"),
                " ",
                (fit(bar(count.count, top, room), room), "$primary"),
                " ",
                (fit(number(count.count), figures, "right"), "$muted"),
            )
        )
    lines += [Content("")] * (rows + 1 - len(lines))
    return lines


def bar(value: int, top: int, cells: int) -> str:
    """A bar of ``cells`` where ``value`` is ``top``, in half cells; anything above zero shows."""
    if value <= 0 or top <= 0:
        return ""
    halves = max(1, round(2 * cells * min(value, top) / top))
    return BAR * (halves // 2) + HALF * (halves % 2)


def progress_bar(done: int, total: int, cells: int) -> Content:
    """How far, drawn in exactly ``cells``: the part that is done in one colour and weight, the rest faint."""
    full = bar(min(done, total), total, cells)
    return Content.assemble((full, "$primary"), ("─" * (cells - len(full)), "$faint"))


def beside(columns: Sequence[Sequence[Content]], width: int, gap: int) -> list[Content]:
    """Blocks of lines side by side, each in ``width`` cells with ``gap`` blanks between them."""
    lines: list[Content] = []
    for y in range(max((len(column) for column in columns), default=0)):
        parts: list[Content] = []
        for column in columns:
            cell = column[y] if y < len(column) else Content("")
            cell = cell.truncate(width, ellipsis=True)
            is_last = len(parts) == len(columns) - 1
            parts.append(cell if is_last else cell.pad_right(width + gap - cell.cell_length))
        lines.append(Content("").join(parts))
    return lines
