"""The sources of Search, how each stands, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textual.content import Content

from services.errors import NotConnected, OwnersOnly
from storage.errors import LockgrooveError
from tui.actions import key_of
from tui.text import clean, fit
from tui.widgets.viewbar import View
from tui.words import number

if TYPE_CHECKING:
    from storage.values.found import CatalogueHits


class Where(StrEnum):
    """The sources, in the order in which they stand: those on this machine first."""

    RECORDS = "records"
    CATALOGUE = "catalogue"
    DISCOGS = "discogs"
    SPOTIFY = "spotify"
    PLEX = "plex"
    SOULSEEK = "soulseek"

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, and asked at every key."""
        return self in (Where.RECORDS, Where.CATALOGUE)


TITLES = {
    Where.RECORDS: "Records",
    Where.CATALOGUE: "Catalogue",
    Where.DISCOGS: "Discogs",
    Where.SPOTIFY: "Spotify",
    Where.PLEX: "Plex",
    Where.SOULSEEK: "Soulseek",
}
NETWORK = tuple(where for where in Where if not where.is_here)
UNDERSTOOD = {
    "upc": "as a barcode",
    "catalog_number": "as a catalogue number",
    "artist": "as artist and title",
    "release_id": "as a release",
    "text": "as words",
}
"""What Discogs was asked for."""


class Phase(StrEnum):
    IDLE = "idle"
    SEARCHING = "searching"
    FOUND = "found"
    FAILED = "failed"
    UNSET = "unset"
    """It is not set up, or not this user's."""


SIGNS = {Phase.SEARCHING: "…", Phase.FAILED: "!", Phase.UNSET: "–"}
"""Behind the title of a source that has no figure."""


@dataclass(frozen=True, slots=True)
class State:
    """How a source stands: ``said`` in words, ``count`` of its hits where it has answered."""

    phase: Phase = Phase.IDLE
    said: str = ""
    count: int | None = None


def views(states: Mapping[Where, State]) -> list[View]:
    """The line of sources, each with its figure or its sign."""
    return [View(where, TITLES[where] + SIGNS.get(state.phase, ""), state.count) for where, state in states.items()]


def idle(where: Where) -> State:
    """Before anything is asked."""
    return State(said="as you type, from this machine" if where.is_here else "Enter asks it")


def failed(error: LockgrooveError, where: Where) -> State:
    """Why there is no answer, and what to do."""
    if isinstance(error, NotConnected):
        settings = key_of("app.settings")
        ways = {
            Where.DISCOGS: f"Esc, then {settings} and c connect it.",
            Where.SPOTIFY: f"Esc, then {key_of('app.plays')} and c connect it.",
        }
        return State(Phase.UNSET, clean(f"{error.message} {ways.get(where, error.hint)}"))
    if isinstance(error, OwnersOnly):
        return State(Phase.UNSET, clean(f"{error.message} {error.hint}"))
    return State(Phase.FAILED, clean(f"{error.message} {error.hint}"))


def counted(count: int, more: str = "") -> State:
    """An answer."""
    return State(Phase.FOUND, f"{number(count)} found{more}" if count else f"nothing found{more}", count)


def known(found: CatalogueHits) -> State:
    """How a search of the catalogue ended, in words."""
    if not found.hits:
        return State(Phase.FOUND, "nothing found", 0)
    count = f"the first {number(len(found.hits))}" if found.more else f"{number(len(found.hits))} found"
    if found.corrected:
        said = f"{count} for “{found.corrected}”"
    else:
        said = f"{count} as a {found.understood}" if found.understood != "words" else f"{count} as words"
    return State(Phase.FOUND, said, len(found.hits))


def state_line(where: Where, state: State) -> Content:
    """The source that is shown, and how it stands."""
    style = "$warning" if state.phase in (Phase.FAILED, Phase.UNSET) else "$muted"
    return Content.assemble((f" {TITLES[where]} ", "bold $primary"), (f"· {clean(state.said)}", style))


def overview(states: Mapping[Where, State], shown: Where, cells: int) -> list[Content]:
    """All sources side by side, one a line, where there is room."""
    lines: list[Content] = []
    for where, state in states.items():
        sign = "▸" if where is shown else " "
        style = "$warning" if state.phase in (Phase.FAILED, Phase.UNSET) else "$muted"
        name = Content.styled(f"{sign}{fit(TITLES[where], 10)} ", "bold $accent" if where is shown else "$foreground")
        lines.append((name + Content.styled(clean(state.said), style)).truncate(max(20, cells), ellipsis=True))
    return lines
