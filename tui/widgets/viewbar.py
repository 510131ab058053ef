"""The line of lists that a node has, each with how many lines it holds; the one that is shown stands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from tui.text import width
from tui.words import number

MORE = " …"
"""What stands for the lists that have no room, at either end."""


@dataclass(frozen=True, slots=True)
class View:
    """One of several lists that are shown in turn. ``count`` is how many lines it has, None where that is
    known only once it is asked for.
    """

    key: str
    title: str
    count: int | None = None


def said(view: View) -> str:
    """A list in the line: its title, with its count where that is known."""
    return view.title if view.count is None else f"{view.title} {number(view.count)}"


def fitting(views: Sequence[View], shown: str, cells: int) -> list[View]:
    """The lists that have room in ``cells``, those around the one that is shown first; all of them where they fit."""
    kept = list(views)
    while len(kept) > 1 and sum(_cells(view) for view in kept) + 2 * (len(kept) < len(views)) * len(MORE) > cells:
        place = next((n for n, view in enumerate(kept) if view.key == shown), 0)
        # The further end goes: what is next to the shown list is what the keys lead to.
        kept.pop(-1 if len(kept) - 1 - place >= place else 0)
    return kept


def _cells(view: View) -> int:
    return width(said(view)) + 2


class ViewBar(Widget):
    """One line; a click shows a list."""

    DEFAULT_CSS = "ViewBar { height: 1; }"

    class Chosen(Message):
        """A list was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._views: Sequence[View] = ()
        self._shown = ""
        self._spots: list[tuple[range, str]] = []

    def show(self, views: Sequence[View], shown: str) -> None:
        """Show these lists, the one with the key ``shown`` as the present one."""
        if (views, shown) != (self._views, self._shown):
            self._views, self._shown = views, shown
            self.refresh()

    def render(self) -> Content:
        kept = fitting(self._views, self._shown, self.size.width - 1)
        line = Content.styled(MORE if kept and kept[0] != self._views[0] else "", "$faint")
        self._spots = []
        for view in kept:
            before = line.cell_length
            line = line + self._part(view)
            self._spots.append((range(before, line.cell_length), view.key))
        if kept and kept[-1] != self._views[-1]:
            line = line + Content.styled(MORE, "$faint")
        return line

    def _part(self, view: View) -> Content:
        is_shown = view.key == self._shown
        title = Content.styled(view.title, "bold $accent underline" if is_shown else "$foreground")
        count = "" if view.count is None else f" {number(view.count)}"
        return Content.assemble("▸" if is_shown else " ", title, (count, "bold $accent" if is_shown else "$muted"), " ")

    def on_click(self, event: Click) -> None:
        for cells, key in self._spots:
            if event.x in cells:
                self.post_message(self.Chosen(key))
