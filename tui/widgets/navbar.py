"""The top line: every screen with its key, the connection on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.actions import key_of

PAGES: tuple[tuple[str, str, str], ...] = (
    ("dashboard", "Dashboard", "Dash"),
    ("collection", "Collection", "Coll"),
    ("wantlist", "Wantlist", "Wants"),
    ("sales", "For sale", "Sale"),
    ("search", "Search", "Search"),
    ("activity", "Activity", "Feed"),
    ("settings", "Settings", "Setup"),
)
"""(mode, title, short title) of every top-level screen, in reading order."""
BRAND = " lockgroove "
STATE_CELLS = 12
"""Cells of the state for which the titles make way; a longer one is cut first."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One page in the line: ``title`` empty where only its key has room."""

    mode: str
    key: str
    title: str

    @property
    def cells(self) -> int:
        return len(self.key) + len(self.title) + (3 if self.title else 1)


def spots(current: str, cells: int) -> list[Spot]:
    """The pages as they have room in ``cells``: whole titles, else short ones, else keys. The current one is always
    named in full; where even the keys have no room, the last pages are left out."""
    whole = [(mode, title) for mode, title, _ in PAGES]
    short = [(mode, title if mode == current else brief) for mode, title, brief in PAGES]
    keys = [(mode, title if mode == current else "") for mode, title, _ in PAGES]
    for named in (whole, short, keys):
        found = [Spot(mode, key_of(f"app.{mode}"), title) for mode, title in named]
        if width_of(found) <= cells:
            return found
    found = [Spot(mode, key_of(f"app.{mode}"), title) for mode, title in keys]
    while width_of(found) > cells and any(spot.mode != current for spot in found):
        found.remove(next(spot for spot in reversed(found) if spot.mode != current))
    return found


def width_of(found: Sequence[Spot]) -> int:
    """The cells of these pages side by side."""
    return sum(spot.cells for spot in found)


class NavBar(Widget):
    """One line of navigation. The current page stands out in weight and between bars, not in hue alone."""

    state: reactive[str] = reactive("", layout=False)
    """What stands on the right: who is connected (and, after “ · ”, how), or what is wrong."""

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
        plain = self.state.partition(" · ")[0]
        brief = plain.removeprefix("Discogs: ")
        found = spots(self.current, width - min(len(brief), STATE_CELLS) - 2)
        room = width - width_of(found) - 1
        state = next((said for said in (self.state, plain) if len(said) <= room), brief)
        line = Content(BRAND if len(state) + len(BRAND) <= room else "")
        self._spots = []
        for spot in found:
            part = self._part(spot)
            self._spots.append((range(line.cell_length, line.cell_length + part.cell_length), spot.mode))
            line = line + part
        room = width - line.cell_length - 1
        if state and room > 4:
            shown = Content(state).truncate(room, ellipsis=True)
            line = line + Content(" " * (room - shown.cell_length)) + shown.stylize("$muted")
        return line.truncate(width)

    def _part(self, spot: Spot) -> Content:
        if spot.mode == self.current:
            style = "bold $block-cursor-foreground on $block-cursor-background"
            return Content.styled(f"▌{spot.key} {spot.title}▐", style)
        return Content.assemble((f" {spot.key}", "$accent"), (f" {spot.title} " if spot.title else "", "$muted"))

    def on_click(self, event: Click) -> None:
        for cells, mode in self._spots:
            if event.x in cells:
                self.post_message(self.Chosen(mode))
