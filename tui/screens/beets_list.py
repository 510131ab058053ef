"""The lists of the page of beets: what a query finds, tracks or albums, and what arrived to be filed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from services.beets.models import BeetsEntry, Shelf
from storage.errors import LockgrooveError
from storage.values.arrivals import Arrival
from tui.bridge import Bridge, Snapshot
from tui.screens.beets_reading import (
    ALBUM_COLUMNS,
    ARRIVAL_COLUMNS,
    ARRIVALS,
    TONES,
    TRACK_COLUMNS,
    Arrived,
    BeetsQuery,
    BeetsSource,
    BeetsState,
    arrived,
    ask_state,
    owned,
    views,
)
from tui.screens.beets_words import emptiness, figures, no_arrivals
from tui.screens.page import Page
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.plainlist import PlainList
from tui.widgets.tonedlist import TonedList
from tui.widgets.viewbar import ViewBar
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime

T = TypeVar("T")
LOOK = 2.0
"""Seconds between two looks at what arrived: another process may have noticed it."""


class BeetsList(Page):
    """Tracks first; one key leads to albums, the next to what arrived."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.view: str = Shelf.TRACKS
        self.text = ""
        self._sources: dict[str, BeetsSource] = {}
        self._arrivals = ListSource[Arrival](lambda row: row.id)
        self.state: BeetsState | None = None
        self._arrived: Arrived | None = None
        self._is_busy = False

    def content(self) -> Iterator[Widget]:
        yield ViewBar(id="beets-views")
        yield Static(Content("Asking beets…"), id="beets-figures")
        line = Input(id="beets-query", placeholder='Query: words, artist:low, year:1990..1999, "album:two words"')
        line.cursor_blink = False
        line.select_on_focus = False
        yield line
        nothing = ListSource[BeetsEntry](lambda row: row.pk)
        yield PlainList(nothing, TRACK_COLUMNS, empty="", loading="Asking beets…", id="beets-tracks")
        yield PlainList(nothing, ALBUM_COLUMNS, empty="", loading="Asking beets…", id="beets-albums")
        yield TonedList(
            self._arrivals, ARRIVAL_COLUMNS, tone=lambda row: TONES.get(row.state), empty="", id="beets-arrivals"
        )

    @property
    def _list(self) -> RecordTable[Any]:
        return cast("RecordTable[Any]", self.query_one(f"#beets-{self.view}", RecordTable))

    @property
    def arrival(self) -> Arrival | None:
        return cast("Arrival | None", self._list.cursor_row) if self.view == ARRIVALS else None

    def chosen_arrivals(self) -> list[int]:
        """The arrivals that are marked, else the one under the cursor; the marks are gone then."""
        ids = [key for key in self._list.chosen() if isinstance(key, int)]
        self._list.unmark(ids)
        return ids

    def on_mount(self) -> None:
        self._show_view()
        self.set_interval(LOOK, self.look)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.look()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.failure is not None:
            self._say()
        if not snapshot.ready:
            return
        if self.state is None and not self._is_busy:
            self._ask_state()
            self.look()

    # -- asking ---------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="state", exit_on_error=False)
    async def _ask_state(self) -> None:
        """How beets is and what it holds; then what is listed."""
        try:
            self.state = await self.bridge.call(ask_state)
        except LockgrooveError as error:
            self.state = BeetsState({}, f"{error.message} {error.hint}".strip())
        if not self.state.trouble:
            self._begin()
        self._say()

    @work(exclusive=True, group="arrivals", exit_on_error=False)
    async def look(self) -> None:
        """What arrived; shown anew only where it is not the same."""
        if not self.is_current or not self.bridge.snapshot.ready:
            return
        try:
            found = await self.bridge.call(arrived)
        except LockgrooveError:
            return  # the line of figures says it
        before, self._arrived = self._arrived, found
        if found == before:
            return
        self._arrivals.replace(found.rows)
        self._say()
        if before is not None and found.imported != before.imported:
            self.library_changed()

    def _begin(self) -> None:
        """Read what the present view shows, if it was not read yet."""
        if self.view == ARRIVALS or self.view in self._sources or self.state is None or self.state.trouble:
            return
        self._sources[self.view] = source = BeetsSource(self.bridge, BeetsQuery(self.text, Shelf(self.view)))
        self._list.source = source

    def library_changed(self) -> None:
        for source in self._sources.values():
            source.changed()
        self._ask_state()

    # -- what is shown --------------------------------------------------------------------------------------------

    def _show_view(self) -> None:
        for view in (*Shelf, ARRIVALS):
            self.query_one(f"#beets-{view}").display = view == self.view
        self._begin()
        self._list.focus()
        self._say()

    def _say(self) -> None:
        asked = self._arrived.asked if self._arrived is not None else 0
        self.query_one(ViewBar).show(views(asked), self.view)
        source = self._sources.get(self.view)
        problem = str(source.problem) if source is not None and source.problem is not None else ""
        # Where the services do not open, nobody is asked, and the reason stands below.
        is_closed = self.state is None and self.bridge.snapshot.failure is not None
        is_trouble = bool(problem) or (self.state is not None and bool(self.state.trouble))
        # Why there is no track or album stands whole in their place.
        is_said_below = is_trouble and self.view != ARRIVALS and not self._list.source.count()
        said = "" if is_closed or is_said_below else problem or figures(self.state)
        if asked and not problem and self.view != ARRIVALS:
            said += f"{' · ' if said else ''}{number(asked)} arrived and {'waits' if asked == 1 else 'wait'} for you: v"
        line = Content.styled(f" {clean(said)}", "$warning" if is_trouble or asked else "$muted")
        self.query_one("#beets-figures", Static).update(line.truncate(max(20, self.size.width), ellipsis=True))
        self.query_one("#beets-arrivals", TonedList).empty = "" if is_closed else no_arrivals(self._arrived)
        for shelf in Shelf:
            source = self._sources.get(shelf)
            problem = str(source.problem) if source is not None and source.problem is not None else ""
            self.query_one(f"#beets-{shelf}", PlainList).empty = (
                "" if is_closed else emptiness(self.state, self.text, problem)
            )
        self._say_where()

    def _say_where(self) -> None:
        shown = self._list
        count = shown.source.count()
        self.say_position(f"{number(shown.cursor + 1)} of {number(count)}" if count else "")
        self.refresh_bindings()

    def on_resize(self) -> None:
        if self.is_mounted and self.query("#beets-arrivals"):
            self._say()

    @on(RecordTable.Highlighted)
    def _moved(self) -> None:
        self._say_where()

    @on(RecordTable.Changed)
    def _changed(self) -> None:
        self._say()

    @on(RecordTable.Troubled)
    def _troubled(self) -> None:
        self._say()

    # -- looking --------------------------------------------------------------------------------------------------

    @property
    def is_typing(self) -> bool:
        return self.focused is not None and self.focused.id == "beets-query"

    def action_view(self, step: int) -> None:
        keys = [view.key for view in views(0)]
        self.view = keys[(keys.index(self.view) + step) % len(keys)]
        self._show_view()

    def action_show(self, view: str) -> None:
        self.view = view
        self._show_view()

    @on(ViewBar.Chosen)
    def _view_clicked(self, event: ViewBar.Chosen) -> None:
        self.action_show(event.key)

    def action_filter(self) -> None:
        self.query_one("#beets-query", Input).focus()

    @on(Input.Submitted, "#beets-query")
    def _asked(self, event: Input.Submitted) -> None:
        self._ask(event.value.strip())

    def action_clear(self) -> None:
        """Leave the box, then show everything."""
        self.query_one("#beets-query", Input).value = ""
        self._ask("")

    def _ask(self, text: str) -> None:
        is_new, self.text = text != self.text, text
        if is_new:
            # Only what is shown is asked for: each question is a process.
            kept = self._sources.pop(self.view, None)
            self._sources = {self.view: kept} if kept is not None else {}
            if kept is not None:
                kept.ask(BeetsQuery(text, Shelf(self.view)))
        self._show_view()

    def action_refresh(self) -> None:
        """Ask beets again: somebody may have used it beside this program."""

        async def forget(runtime: Runtime) -> None:
            owned(runtime).beets.forget_answers()

        self.bridge.submit(forget)
        self.library_changed()

    # -- asking on behalf of a key --------------------------------------------------------------------------------

    async def done(self, saying: str, ask: Callable[[Runtime], Awaitable[T]]) -> T | None:
        """What ``ask`` answers; None where it failed, which is said."""
        if self._is_busy:
            self.say_position("beets is still at work; a moment")
            return None
        self._is_busy = True
        if saying:
            self.say_position(saying)
        try:
            return await self.bridge.call(ask)
        except LockgrooveError as error:
            self.app.say(error)
            return None
        finally:
            self._is_busy = False
            self._say_where()
