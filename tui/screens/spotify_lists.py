"""A list that is kept of Spotify as a page, and beside it what is opened of one row; narrow terminals show one of the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from tui.bridge import Bridge, Snapshot
from tui.screens.list_page import FILTER_PAUSE, ListQuery
from tui.screens.page import Page
from tui.screens.spotify_lists_words import emptiness, notice_of
from tui.table.columns import Column, Sorting
from tui.table.rows import ListSource
from tui.table.source import Keyed, Reading, WindowSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.plainlist import PlainList
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.spotify.connect import SpotifyStatus
    from storage.shelf import Shelf

Query = TypeVar("Query", bound=ListQuery)
Row = TypeVar("Row", bound=Keyed)
REST = 0.15
"""Seconds the cursor rests before what is kept of a row is shown beside it."""
LIBRARY = "spotify_library"
JOBS = (LIBRARY, "sync")
"""The jobs that read the library from Spotify."""


class SpotifyPage(Page, Generic[Query, Row]):
    """Shows rows, sorted and narrowed; what stands beside them is up to the page that is one."""

    SORTS: ClassVar[tuple[str, ...]]
    DESCENDING_FIRST: ClassVar[frozenset[str]] = frozenset()
    WHAT: ClassVar[str]
    """What the list has, in the plural: ``playlists``."""

    def __init__(
        self,
        bridge: Bridge,
        columns: Sequence[Column[Row]],
        question: Query,
        reading: Callable[[Bridge, Shelf], Reading[Query, Row]],
        tone: Callable[[Row], str | None] | None = None,
    ) -> None:
        super().__init__(bridge)
        self.question: Query = question
        self.source: WindowSource[Query, Row] | None = None
        self.status: SpotifyStatus | None = None
        self._columns = columns
        self._tone = tone
        self._reading = reading
        self._pause: Timer | None = None
        self._rest: Timer | None = None
        self._jobs: tuple[str, ...] | None = None

    # -- for the page that is one -------------------------------------------------------------------------------------

    def beside(self) -> Iterator[Widget]:
        """What stands beside the list."""
        raise NotImplementedError

    def show_beside(self, row: Row | None) -> None:
        """The cursor rests on a row: show what is kept of it."""
        raise NotImplementedError

    def say_beside(self) -> None:
        """What is said around what stands beside the list."""
        raise NotImplementedError

    def say_where(self) -> None:
        """Where the cursor is."""
        count = self.source.count() if self.source is not None else 0
        self.say_position(f"{number(self.table.cursor + 1)} of {number(count)} {self.WHAT}" if count else "")
        self.refresh_bindings()

    # -- layout -------------------------------------------------------------------------------------------------------

    def content(self) -> Iterator[Widget]:
        yield Static(Content(""), id="spotify-notice")
        line = Input(id="spotify-filter", placeholder=f"Filter {self.WHAT}", select_on_focus=False)
        line.cursor_blink = False
        yield line
        with Horizontal(id="spotify-body"):
            yield PlainList(
                ListSource[Row](lambda row: row.pk),
                self._columns,
                tone=self._tone,
                empty="",
                loading=f"Reading your {self.WHAT}…",
                sorting=Sorting(self.question.sort_by, self.question.descending),
                id="spotify-list",
            )
            with Vertical(id="spotify-beside"):
                yield from self.beside()

    @property
    def table(self) -> PlainList[Row]:
        """The list of the page."""
        return cast("PlainList[Row]", self.query_one("#spotify-list", PlainList))

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.table.cursor_row if self.is_mounted and self.query("#spotify-list") else None

    @property
    def is_open(self) -> bool:
        """Whether the keys go to what stands beside the list."""
        return self.has_class("-open")

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing at all, so that keys for rows would only hide the one that leads on."""
        is_empty = self.source is not None and self.source.is_whole and not self.source.count()
        return is_empty and not self.question.is_filtered

    def on_mount(self) -> None:
        self.table.focus()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if self.source is None and snapshot.ready and self.app.shelf is not None:
            self.source = WindowSource(self._reading(self.bridge, self.app.shelf), self.question)
            self.table.source = self.source
        jobs = tuple(job.id for job in snapshot.jobs if job.kind in JOBS)
        if snapshot.ready and jobs != self._jobs:
            self._jobs = jobs
            self._look()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.bridge.snapshot.ready:
            self._look()

    @work(exclusive=True, group="status", exit_on_error=False)
    async def _look(self) -> None:
        """How Spotify is connected; asks only the library."""
        try:
            self.status = await self.bridge.call(lambda runtime: runtime.spotify.status(runtime.user.id))
        except LockgrooveError as error:
            self.app.say(error)
        self.say()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def say(self) -> None:
        """What is said around the list."""
        notice = notice_of(self.status) if self.bridge.snapshot.ready else ""
        line = self.query_one("#spotify-notice", Static)
        line.set_class(bool(notice), "-shown")
        line.update(Content.styled(clean(f" {notice}"), "$warning").truncate(max(20, self.size.width), ellipsis=True))
        self.table.empty = self.emptiness()
        self.say_where()

    def emptiness(self) -> str:
        """What an empty list says, and which key leads on."""
        if not self.bridge.snapshot.ready or self.status is None:
            return ""
        return emptiness(self.WHAT, self.status, narrowed=self.question.is_filtered, reading=bool(self._jobs))

    @on(RecordTable.Highlighted, "#spotify-list")
    @on(RecordTable.Changed, "#spotify-list")
    def _moved(self) -> None:
        self.say()
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST, lambda: self.show_beside(self.row))

    @on(RecordTable.Troubled, "#spotify-list")
    def _troubled(self, event: RecordTable.Troubled) -> None:
        self.say_position(f"the list cannot be read: {event.error}")

    def on_resize(self) -> None:
        self.call_after_refresh(self._say_again)

    def _say_again(self) -> None:
        """Texts are folded at the width that lists have after the layout."""
        if self.is_mounted and self.query("#spotify-beside"):
            self.say()
            self.say_beside()

    # -- narrowing and sorting ----------------------------------------------------------------------------------------

    def ask(self, question: Query, *, keep: bool = True) -> None:
        """Show what ``question`` finds, the cursor on its row (``keep``) or on the first."""
        self.question = question
        if self.source is not None:
            row = self.row
            self.source.ask(question, keep=row.pk if keep and row is not None else None)
        self.table.sorting = Sorting(question.sort_by, question.descending)
        self.say()

    @property
    def is_typing(self) -> bool:
        """Whether the keys go to the line of the filter."""
        return self.focused is not None and self.focused.id == "spotify-filter"

    def action_filter(self) -> None:
        line = self.query_one("#spotify-filter", Input)
        line.add_class("-shown")
        line.focus()

    @on(Input.Changed, "#spotify-filter")
    def _typed(self, event: Input.Changed) -> None:
        if self._pause is not None:
            self._pause.stop()
        text = event.value
        self._pause = self.set_timer(FILTER_PAUSE, lambda: self._look_up(text))

    def _look_up(self, text: str) -> None:
        if text.strip() != self.narrowed.strip():
            self.narrow(text)

    @property
    def narrowed(self) -> str:
        """What the list with the keys is narrowed to."""
        return self.question.text

    def narrow(self, text: str) -> None:
        """Show only what ``text`` finds, of the list that has the keys."""
        self.ask(cast("Query", replace(cast(Any, self.question), text=text)), keep=not text)

    def take_focus(self) -> None:
        """Give the keys to the list that had them before somebody typed."""
        self.table.focus()

    @on(Input.Submitted, "#spotify-filter")
    def _to_list(self) -> None:
        self._look_up(self.query_one("#spotify-filter", Input).value)
        self.take_focus()

    def on_key(self, event: Key) -> None:
        if event.key == "down" and self.is_typing:
            event.stop()
            self._to_list()

    def clear(self) -> bool:
        """One step back out of the filter; False where there was none."""
        if not self.narrowed.strip() and not self.is_typing:
            return False
        self.close_filter()
        self.narrow("")
        self.take_focus()
        return True

    def close_filter(self) -> None:
        """Put the line of the filter away."""
        line = self.query_one("#spotify-filter", Input)
        line.value = ""
        line.remove_class("-shown")

    def action_sort(self) -> None:
        now = self.SORTS.index(self.question.sort_by) if self.question.sort_by in self.SORTS else -1
        self._sort(self.SORTS[(now + 1) % len(self.SORTS)])

    def action_reverse(self) -> None:
        question = replace(cast(Any, self.question), descending=not self.question.descending)
        self.ask(cast("Query", question))

    @on(RecordTable.SortRequested, "#spotify-list")
    def _header_clicked(self, event: RecordTable.SortRequested) -> None:
        if event.sort == self.question.sort_by:
            self.action_reverse()
        else:
            self._sort(event.sort)

    def _sort(self, by: str) -> None:
        kind = type(self.question.sort_by)
        question = replace(cast(Any, self.question), sort_by=kind(by), descending=by in self.DESCENDING_FIRST)
        self.ask(cast("Query", question))

    # -- Spotify ------------------------------------------------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """Whether Spotify can be asked."""
        return self.status is not None and self.status.ready and self.status.paused_until is None

    def action_connect(self) -> None:
        self.app.connect_spotify()

    @work(exclusive=True, group="sync", exit_on_error=False)
    async def action_read_library(self) -> None:
        """Read playlists, followed artists and saved tracks; the job strip shows it."""

        async def start(runtime: Runtime) -> object:
            await runtime.spotify.client(runtime.user.id)  # raises NotConnected, with what to do
            return await runtime.jobs.start(LIBRARY, runtime.user.id)

        try:
            await self.bridge.call(start)
        except LockgrooveError as error:
            self.app.say(error)
