"""What is asked about a playlist: which tracks to add to it, and to which place something is moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from tui.bridge import Bridge
from tui.screens.dialog import Dialog
from tui.screens.form import Form
from tui.table.columns import Column
from tui.table.kept import length
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.field import Field
from tui.widgets.plainlist import PlainList
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime

PAUSE = 0.5
"""Seconds without a key before Spotify is asked: its budget is small."""
HITS = 10
_ADDRESSES = ("spotify:", "http://", "https://", "open.spotify.com/")


@dataclass(frozen=True, slots=True)
class Hit:
    """A track that Spotify found."""

    uri: str
    title: str
    artist: str
    album: str
    time: str


HIT_COLUMNS: tuple[Column[Hit], ...] = (
    Column("title", "Title", lambda hit: hit.title, 18, grow=5, limit=50),
    Column("artist", "Artist", lambda hit: hit.artist, 14, grow=4, limit=40),
    Column("album", "Album", lambda hit: hit.album, 12, grow=4, limit=40, priority=1),
    Column("time", "Time", lambda hit: hit.time, 6, priority=2, align="right"),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to add; ``here`` is whether before the row under the cursor, else at the end."""

    uris: tuple[str, ...]
    here: bool = False


def addresses(typed: str) -> tuple[str, ...]:
    """The addresses that were pasted, one or many; none where words were typed to look for."""
    parts = typed.replace(",", " ").split()
    return tuple(parts) if parts and all(part.startswith(_ADDRESSES) for part in parts) else ()


class AddTracks(Dialog[Chosen]):
    """A line to type in: words are looked for on Spotify, addresses are taken as they are."""

    TITLE = "Add to the playlist"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f3", "here", "Before the cursor", show=False, priority=True)]
    HINT = "Enter adds at the end · F3 before the cursor · Esc leaves it as it is"

    def __init__(self, bridge: Bridge, name: str) -> None:
        super().__init__()
        self.title = f"Add to “{clean(name)}”"
        self._bridge = bridge
        self._hits = ListSource[Hit](lambda hit: hit.uri)
        self._pause: Timer | None = None
        self._answered = ""
        """What the hits were looked for with."""

    def body(self) -> Iterator[Widget]:
        yield Static(Content.styled("Words to look for on Spotify, or links and URIs of tracks and episodes", "$muted"))
        line = Input(id="add-line", select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield PlainList(self._hits, HIT_COLUMNS, empty="", id="add-hits")

    @property
    def _list(self) -> PlainList[Hit]:
        return cast("PlainList[Hit]", self.query_one("#add-hits", PlainList))

    def on_mount(self) -> None:
        self.query_one("#add-line", Input).focus()

    @on(Input.Changed, "#add-line")
    def _typed(self, event: Input.Changed) -> None:
        self._end_pause()
        typed = event.value.strip()
        if found := addresses(typed):
            self.say(f"{number(len(found))} to add: Enter.")
        elif typed:
            self._pause = self.set_timer(PAUSE, lambda: self._look(typed))

    def _end_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None

    def _look(self, typed: str) -> None:
        self.run_worker(self._search(typed), group="search", exclusive=True, exit_on_error=False)

    async def _search(self, typed: str) -> None:
        self.say("Asking Spotify…")
        try:
            found = await self._bridge.call(lambda runtime: _found(runtime, typed))
        except LockgrooveError as error:
            self.say(clean(f"{error.message} {error.hint}"), trouble=True)
            return
        self._answered = typed
        self.say("" if found else f"Spotify knows nothing called “{clean(typed)[:40]}”.")
        self._hits.replace(found, anew=True)

    @on(Input.Submitted, "#add-line")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._end_pause()
        self._take(here=False)

    @on(RecordTable.Selected, "#add-hits")
    def _picked(self) -> None:
        self._take(here=False)

    def action_here(self) -> None:
        self._take(here=True)

    def _take(self, *, here: bool) -> None:
        uris = addresses(self.query_one("#add-line", Input).value)
        typed = self.query_one("#add-line", Input).value.strip()
        if not uris and typed and typed != self._answered:
            self._look(typed)  # the hits are of a letter before
            return
        hit = self._list.cursor_row
        if not uris and hit is not None:
            uris = (hit.uri,)
        if uris:
            self.dismiss(Chosen(uris, here))

    def on_key(self, event: Key) -> None:
        """From the line into the list and back."""
        line = self.query_one("#add-line", Input)
        if event.key == "down" and line.has_focus and self._hits.count():
            event.stop()
            self._list.focus()
        elif event.key == "up" and self._list.has_focus and self._list.cursor == 0:
            event.stop()
            line.focus()


class MoveTo(Form[int]):
    """Returns the place (from 1) that something is moved to."""

    TITLE = "Move to which place?"
    HINT = "Enter moves it · Esc leaves it where it is"

    def __init__(self, about: str, total: int) -> None:
        super().__init__()
        self._about = about
        self._total = total

    def body(self) -> Iterator[Widget]:
        yield Static(Content(self._about))
        yield Field("place", f"Place, 1 to {number(self._total)}", check=self._check)

    def _check(self, typed: str) -> str | None:
        is_place = typed.isascii() and typed.isdigit() and 1 <= int(typed) <= self._total
        return None if is_place else f"A number from 1 to {number(self._total)}."

    def save(self, typed: dict[str, str]) -> None:
        self.dismiss(int(typed["place"]))


async def _found(runtime: Runtime, typed: str) -> Sequence[Hit]:
    client = (await runtime.spotify.client(runtime.user.id)).interactive
    found = await client.search(typed, ["track"], limit=HITS)
    tracks = found.tracks.items if found.tracks else ()
    return [
        Hit(
            track.uri,
            track.name,
            ", ".join(artist.name for artist in track.artists),
            track.album.name if track.album else "",
            length(track.duration_ms),
        )
        for track in tracks
        if track is not None and track.uri
    ]
