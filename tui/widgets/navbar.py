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
    ("search", "Search", "Find"),
    ("explore", "Explore", "Expl"),
    ("activity", "Activity", "Feed"),
    ("settings", "Settings", "Setup"),
    ("plays", "Plays", "Plays"),
    ("artists", "Artists", "Arts"),
    ("playlists", "Playlists", "Lists"),
    ("downloads", "Downloads", "Down"),
    ("shelf", "Shelf", "Shelf"),
    ("plex", "Plex", "Plex"),
    ("beets", "beets", "beets"),
)
"""(mode, title, short title) of every top-level screen, in reading order."""
BRAND = " lockgroove "
STATE_CELLS = 12
"""Cells of the state for which the titles make way; a longer one is cut first."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One page in the line: ``title`` empty where only its key has room, ``tight`` where there is none for a second blank
    behind it."""

    mode: str
    key: str
    title: str
    tight: bool = False

    @property
    def cells(self) -> int:
        return len(self.key) + len(self.title) + (2 if self.title else 1) + (0 if self.tight or not self.title else 1)


def spots(current: str, cells: int) -> list[Spot]:
    """The pages as they have room in ``cells``: whole titles, else short ones, else those closer together, cut to three letters
    where that helps, else keys. The current one is always named in full; where even the keys have no room, the last
    pages are left out."""
    whole = [(mode, title) for mode, title, _ in PAGES]
    short = [(mode, title if mode == current else brief) for mode, title, brief in PAGES]
    keys = [(mode, title if mode == current else "") for mode, title, _ in PAGES]
    three = [(mode, title if mode == current else title[:3]) for mode, title in short]
    for named, is_tight in ((whole, False), (short, False), (short, True), (three, True), (keys, False)):
        found = [Spot(mode, _key(mode), title, is_tight and mode != current) for mode, title in named]
        if width_of(found) <= cells:
            return found
    found = [Spot(mode, _key(mode), title) for mode, title in keys]
    while width_of(found) > cells and any(spot.mode != current for spot in found):
        found.remove(next(spot for spot in reversed(found) if spot.mode != current))
    return found


def _key(mode: str) -> str:
    """The key of a page as it stands on the keyboard."""
    key = key_of(f"app.{mode}")
    return {"minus": "-", "equals_sign": "=", "backslash": "\\", "f7": "F7", "f8": "F8"}.get(key, key)


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
        room = width - width_of(found) - 2
        state = next((said for said in (self.state, plain) if len(said) <= room), brief)
        line = Content(BRAND if len(state) + len(BRAND) <= room else "")
        self._spots = []
        for spot in found:
            part = self._part(spot)
            self._spots.append((range(line.cell_length, line.cell_length + part.cell_length), spot.mode))
            line = line + part
        room = width - line.cell_length - 2
        if state and room > 4:
            shown = Content(state).truncate(room, ellipsis=True)
            line = line + Content(" " * (room + 1 - shown.cell_length)) + shown.stylize("$muted")
        return line.truncate(width)

    def _part(self, spot: Spot) -> Content:
        if spot.mode == self.current:
            style = "bold $block-cursor-foreground on $block-cursor-background"
            return Content.styled(f"▌{spot.key} {spot.title}▐", style)
        title = f" {spot.title}{'' if spot.tight else ' '}" if spot.title else ""
        return Content.assemble((f" {spot.key}", "$accent"), (title, "$muted"))

    def on_click(self, event: Click) -> None:
        for cells, mode in self._spots:
            if event.x in cells:
                self.post_message(self.Chosen(mode))
