"""The top line: every screen with its key, the connection on the right."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

PAGES: tuple[tuple[str, str, str], ...] = (
    ("dashboard", "1", "Dashboard"),
    ("collection", "2", "Collection"),
    ("search", "3", "Search"),
    ("activity", "4", "Activity"),
    ("settings", "5", "Settings"),
)
"""(mode, key, title) of every top-level screen, in reading order."""


class NavBar(Widget):
    """One line of navigation. The current page stands out in weight and between bars, not in hue alone."""

    state: reactive[str] = reactive("", layout=False)
    """What stands on the right: who is connected, or what is wrong."""

    class Chosen(Message):
        """A page was clicked."""

        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    def __init__(self, current: str) -> None:
        super().__init__()
        self.current = current
        self._spots: list[tuple[range, str]] = []

    def render(self) -> Content:
        width = self.size.width
        line = Content("" if width < 90 else " lockgroove ")
        self._spots = []
        for mode, key, title in PAGES:
            if mode == self.current:
                style = "bold $block-cursor-foreground on $block-cursor-background"
                part = Content.styled(f"▌{key} {title}▐", style)
            else:
                part = Content.assemble((f" {key}", "$accent"), (f" {title} ", "$muted"))
            self._spots.append((range(line.cell_length, line.cell_length + part.cell_length), mode))
            line = line + part
        room = width - line.cell_length - 1
        if self.state and room > 4:
            state = self.state if len(self.state) <= room else self.state.removeprefix("Discogs: ")
            shown = Content(state).truncate(room, ellipsis=True)
            line = line + Content(" " * (room - shown.cell_length)) + shown.stylize("$muted")
        return line.truncate(width)

    def on_click(self, event: Click) -> None:
        for cells, mode in self._spots:
            if event.x in cells:
                self.post_message(self.Chosen(mode))
