"""A scrolling widget of lines that sends only the lines which differ from what is on the screen."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip


class Canvas(ScrollView, inherit_bindings=False, can_focus=True):
    """Draws whatever :meth:`line` says for each visible line, one style per line.

    Textual repaints what it is told to, whether or not it changed; over a slow link every line costs. So each change
    is followed by :meth:`repaint`, which compares and refreshes only what differs. Styles are resolved once and
    dropped when the theme or the focus changes.
    """

    LOOKS = ""
    """What the component classes begin with: the look ``cursor`` is the class ``<LOOKS>--cursor``."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._looks: dict[str, Style] = {}
        self._drawn: dict[int, tuple[str, str]] = {}
        self._strips: dict[int, Strip] = {}
        self._held = 0

    def line(self, y: int, width: int) -> tuple[str, str]:
        """The text of line ``y`` of the viewport, exactly ``width`` cells, and its look."""
        raise NotImplementedError

    @property
    def top(self) -> int:
        """How many lines the list is scrolled by."""
        return round(self.scroll_y)

    def scroll_line(self, y: int) -> None:
        """Scroll so that line ``y`` of the list is the first, at once."""
        self.scroll_to(y=y, animate=False, force=True)

    def repaint(self) -> None:
        """Repaint the lines that differ from what is on the screen."""
        if self._held or not self.is_mounted:
            return
        width, changed = self.size.width, list[Region]()
        for y in range(self.size.height):
            if self._drawn.get(y) == self.line(y, width):
                continue
            self._strips.pop(y, None)
            last = changed[-1] if changed else None
            if last is not None and last.bottom == y:
                changed[-1] = Region(0, last.y, width, last.height + 1)
            else:
                changed.append(Region(0, y, width, 1))
        if changed:
            self.refresh(*changed)

    @contextmanager
    def one_repaint(self) -> Generator[None]:
        """Repaint once after several changes."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        self.repaint()

    def redraw(self) -> None:
        """Draw everything anew, after the size or the columns changed."""
        self._strips.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._strip(y)
        return strip

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        bar = self.vertical_scrollbar
        # A new position repaints the whole bar: two kilobytes, mostly for a thumb that stands where it stood.
        if self.show_vertical_scrollbar and self._thumb(new_value) != self._thumb(bar.position):
            bar.position = new_value
        if round(old_value) != round(new_value):
            self.repaint()

    def _thumb(self, position: float) -> int:
        """Where the scrollbar's thumb begins at ``position``, in the eighths of a cell it is drawn in."""
        lines, height = self.virtual_size.height, self.size.height
        if lines <= height:
            return 0
        return int((height - max(1, height * height / lines)) * position / (lines - height) * 8)

    def notify_style_update(self) -> None:
        self._looks.clear()
        self._strips.clear()
        super().notify_style_update()

    def _strip(self, y: int) -> Strip:
        width = self.size.width
        text, look = self._drawn[y] = self.line(y, width)
        style = self._looks.get(look)
        if style is None:
            style = self._looks[look] = self.get_component_rich_style(f"{self.LOOKS}--{look}")
        return Strip([Segment(text, style)], width)
