"""What stands on the terminal already is not sent again.

Textual repaints a whole screen whenever its layout is looked at anew, often twice or three times with the same content:
opening help over 80x24 cells wrote 33 KB, half of it for nothing. Over a slow line that is a second of waiting, and a
terminal without synchronized output shows it as flicker. So what was written is remembered by piece of line, and a piece
that is the same in the same place is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile

from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

Piece = tuple[int, int, Strip]
"""Where a piece of a line is, x and y, and what it shows."""


class Changed(CompositorUpdate):
    """An update of which only these pieces are new."""

    def __init__(self, pieces: list[tuple[int, int, str]]) -> None:
        self._pieces = pieces

    def render_segments(self, console: Console) -> str:
        return "".join(f"{Control.move_to(x, y).segment.text}{shown}" for x, y, shown in self._pieces)


class OnScreen:
    """What the terminal shows, as far as it was written from here and for the same screen at the same size."""

    def __init__(self) -> None:
        self._of: tuple[object, Size] | None = None
        self._lines: dict[int, dict[int, tuple[int, str, Strip]]] = {}

    def forget(self) -> None:
        """Somebody else may have written on the terminal: the next update is sent whole."""
        self._of = None

    def changed(self, screen: object, size: Size, update: CompositorUpdate, console: Console) -> Changed | None:
        """What of an update of this screen is not on the terminal yet; None where all of it is.

        Another screen or another size is sent whole, so that whatever a terminal was spoilt by goes with the next page.
        """
        if self._of != (screen, size):
            self._of = (screen, size)
            self._lines.clear()
        new = list[tuple[int, int, str]]()
        for x, y, strip in _pieces(update):
            shown = strip.render(console)
            line, width = self._lines.setdefault(y, {}), strip.cell_length
            known = line.get(x)
            if not width or (known is not None and known[:2] == (width, shown)):
                continue
            for start in [start for start, (cells, *_) in line.items() if start < x + width and x < start + cells]:
                del line[start]
            line[x] = width, shown, strip
            first, last = _differing(known[2], strip) if known is not None and known[0] == width else (0, width)
            new.append(
                (x + first, y, strip.crop(first, last).render(console) if (first, last) != (0, width) else shown)
            )
        return Changed(new) if new else None


def _differing(before: Strip, after: Strip) -> tuple[int, int]:
    """The first cell in which a piece differs from the one of the same width that stands there, and the end of the last."""
    first = _alike(list(before), list(after), lambda text: text)
    last = after.cell_length - _alike(list(before)[::-1], list(after)[::-1], lambda text: text[::-1])
    return (first, last) if first < last else (0, after.cell_length)


def _alike(before: list[Segment], after: list[Segment], turned: Callable[[str], str]) -> int:
    """How many cells are the same from the beginning of both; within a segment only where a character is a cell."""
    cells = 0
    for one, other in zip(before, after, strict=False):
        if one == other:
            cells += one.cell_length
            continue
        if one.style == other.style and one.text.isascii() and other.text.isascii():
            both = zip(turned(one.text), turned(other.text), strict=False)
            cells += sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
        break
    return cells


def _pieces(update: CompositorUpdate) -> Iterator[Piece]:
    """The pieces of lines that an update writes, as Textual would write them."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, first, last in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is None or x > last or end <= first:
                    continue
                whole = last > x >= first and end <= last
                yield x, y, strip if whole else strip.crop(0, min(end, last) - x)
