"""Lines of text that are repainted one by one: only what changed goes over the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.geometry import Region, Size
from textual.widget import Widget

Draw = Callable[[int], Sequence[Content]]
"""Draws lines for a width in cells. Called again when the width changes."""


class Sheet(Widget):
    """A block of lines. :meth:`show` compares with what stands there, so a live figure costs its own line only."""

    DEFAULT_CSS = "Sheet { width: 1fr; height: auto; }"

    def __init__(self, draw: Draw | None = None, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._draw: Draw = draw or (lambda _: ())
        self._lines: tuple[int, list[Content]] | None = None

    def show(self, draw: Draw) -> None:
        """Draw anew with ``draw``; unchanged lines are left alone."""
        before = self._lines
        self._draw, self._lines = draw, None
        if before is None or not self.is_mounted or not self.size.width:
            self.refresh(layout=True)
            return
        after = self._at(before[0])
        if len(after) != len(before[1]):
            self.refresh(layout=True)
            return
        changed = [y for y, (old, new) in enumerate(zip(before[1], after, strict=True)) if not old.is_same(new)]
        if changed:
            self.refresh(*(Region(0, y, before[0], 1) for y in changed))

    def _at(self, width: int) -> list[Content]:
        if self._lines is None or self._lines[0] != width:
            self._lines = width, [line.truncate(width, ellipsis=True) for line in self._draw(width)]
        return self._lines[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._at(width))

    def render(self) -> Content:
        return Content("\n").join(self._at(self.size.width))
