"""What is asked and shown beside the page of beets: which folder to import, what a change would do, what beets says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from services.beets.grounds import folders
from storage.errors import LockgrooveError
from storage.values.arrivals import Arrival
from tui.bridge import Bridge
from tui.screens.beets_reading import owned
from tui.screens.beets_words import about, shortened
from tui.screens.dialog import Dialog
from tui.table.columns import Column
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.plainlist import PlainList

if TYPE_CHECKING:
    from services.runtime import Runtime

PAUSE = 0.15
"""Seconds without a key before a folder is looked into."""
LOOK = 0.5
"""Seconds between two looks at what beets says."""


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """What to import, and whether beets looks it up on the net."""

    path: str
    autotag: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that may be gone into."""

    path: str
    files: int

    @property
    def name(self) -> str:
        return self.path.rstrip("/").rpartition("/")[2] or "/"


FOLDER_COLUMNS: tuple[Column[Folder], ...] = (
    Column("name", "Folder", lambda row: row.name, 30, grow=5, limit=80),
    Column("files", "Music files in it", lambda row: str(row.files or ""), 17, align="right"),
)
LINE_COLUMNS: tuple[Column[tuple[int, str]], ...] = (Column("line", "", lambda row: row[1], 40, grow=1, limit=400),)


class ImportFolder(Dialog[ImportChoice]):
    """A path, and the folders in it to go into."""

    TITLE = "Import into beets"
    HINT = "Enter imports the path · ↓ chooses a folder · F3 looks it up on the net or not · Esc leaves"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f3", "autotag", "Look up", show=False, priority=True)]

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._folders = ListSource[Folder](lambda row: row.path)
        self._autotag = False
        self._pause: Timer | None = None

    def body(self) -> Iterator[Widget]:
        yield Static(Content.styled("A folder or file on this machine, below the folders you import from", "$muted"))
        line = Input(id="import-path", select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield PlainList(self._folders, FOLDER_COLUMNS, empty="No folder in it.", id="import-folders")
        yield Static(Content(""), id="import-how")

    @property
    def _line(self) -> Input:
        return self.query_one("#import-path", Input)

    @property
    def _list(self) -> PlainList[Folder]:
        return cast("PlainList[Folder]", self.query_one("#import-folders", PlainList))

    def on_mount(self) -> None:
        self._line.focus()
        self._say_how()
        self._look("")

    def _say_how(self) -> None:
        how = (
            "Look up: yes. beets asks MusicBrainz and changes tags; what it is not sure of it leaves out, as nobody is asked."
            if self._autotag
            else "Look up: no. Files go in with the tags they have: nothing is left out, no network is needed."
        )
        self.query_one("#import-how", Static).update(Content.styled(how, "$muted"))

    def action_autotag(self) -> None:
        self._autotag = not self._autotag
        self._say_how()

    @on(Input.Changed, "#import-path")
    def _typed(self, event: Input.Changed) -> None:
        if self._pause is not None:
            self._pause.stop()
        typed = event.value
        self._pause = self.set_timer(PAUSE, lambda: self._look(typed))

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self, typed: str) -> None:
        """List the folders that what was typed leads to; of nothing typed, those that may be imported from."""

        async def ask(runtime: Runtime) -> list[tuple[Path, int]]:
            return await folders(typed.strip(), await owned(runtime).arrivals.landing.roots())

        try:
            found = await self._bridge.call(ask)
        except LockgrooveError as error:
            self.say(clean(f"{error.message} {error.hint}"), trouble=True)
            return
        self.say("")
        self._folders.replace([Folder(str(path), files) for path, files in found], anew=True)

    @on(Input.Submitted, "#import-path")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if typed := self._line.value.strip():
            self.dismiss(ImportChoice(typed, self._autotag))
        elif self._folders.count():
            self._list.focus()

    @on(RecordTable.Selected, "#import-folders")
    def _picked(self) -> None:
        row = self._list.cursor_row
        if row is not None:
            self._line.value = row.path
            self._line.cursor_position = len(row.path)
            self._line.focus()

    def on_key(self, event: Key) -> None:
        """From the line into the list and back."""
        if event.key == "down" and self._line.has_focus and self._folders.count():
            event.stop()
            self._list.focus()
        elif event.key == "up" and self._list.has_focus and self._list.cursor == 0:
            event.stop()
            self._line.focus()


class Preview(Dialog[bool]):
    """What a change would do, line by line; True when the person wants it."""

    def __init__(self, title: str, line: str, lines: Sequence[str], verb: str, key: str) -> None:
        super().__init__()
        self.title = title
        self._line = line
        self._lines = ListSource[tuple[int, str]](lambda row: row[0], enumerate(shortened(lines)))
        self._key = key
        self.HINT = f"{key} or y {verb} · Esc leaves everything as it is"

    def body(self) -> Iterator[Widget]:
        yield Static(Content(clean(self._line)))
        if self._lines.count():
            yield PlainList(self._lines, LINE_COLUMNS, empty="", id="preview-lines", classes="beets-lines")

    def on_mount(self) -> None:
        for shown in self.query("#preview-lines"):
            shown.focus()

    def on_key(self, event: Key) -> None:
        if event.key in (self._key, "y"):
            event.stop()
            self.dismiss(True)

    def action_close(self) -> None:
        self.dismiss(False)


class ArrivalDetail(Dialog[None]):
    """An arrival: how it stands and what beets says, live while it is at work."""

    HINT = "Esc closes; an import goes on"

    def __init__(self, bridge: Bridge, arrival: Arrival) -> None:
        super().__init__()
        self.title = clean(arrival.name)
        self._bridge = bridge
        self._arrival = arrival
        self._lines = ListSource[tuple[int, str]](lambda row: row[0])

    def body(self) -> Iterator[Widget]:
        yield Static(Content(""), id="arrival-about")
        yield PlainList(
            self._lines, LINE_COLUMNS, empty="beets has said nothing.", id="arrival-output", classes="beets-lines"
        )

    def on_mount(self) -> None:
        self.query_one("#arrival-output").focus()
        self._show(self._arrival)
        self._look()
        self.set_interval(LOOK, self._look_on)

    def _look_on(self) -> None:
        if self._arrival.state.is_open:
            self._look()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        id = self._arrival.id

        async def ask(runtime: Runtime) -> tuple[Arrival, list[str]]:
            arrivals, user_id = owned(runtime).arrivals, runtime.user.id
            return await arrivals.get(user_id, id), await arrivals.output(user_id, id)

        try:
            arrival, lines = await self._bridge.call(ask)
        except LockgrooveError as error:
            self.say(clean(f"{error.message} {error.hint}"), trouble=True)
            return
        said = list(enumerate(shortened(lines)))
        if said != self._lines.rows():
            self._lines.replace(said)
        self._show(arrival)

    def _show(self, arrival: Arrival) -> None:
        self._arrival = arrival
        self.query_one("#arrival-about", Static).update(
            Content("\n").join(Content(line) for line in about(arrival)), layout=True
        )
