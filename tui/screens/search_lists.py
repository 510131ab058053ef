"""The lists of Search, one a source, and how each is filled: what is on this machine at every key, the rest when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from storage.values import RecordQuery, ReleaseId, ShelfRow
from tui.bridge import Bridge, Snapshot
from tui.screens.page import Page
from tui.screens.search_reading import in_catalogue, network, on_discogs
from tui.screens.search_words import (
    NETWORK,
    UNDERSTOOD,
    Phase,
    State,
    Where,
    counted,
    failed,
    idle,
    known,
    overview,
    state_line,
    views,
)
from tui.table.hits import HIT_COLUMNS, Hit
from tui.table.outside import OUTSIDE_COLUMNS, OutsideHit
from tui.table.records import RECORD_COLUMNS, tone
from tui.table.rows import ListSource
from tui.table.soulseek import FOUND_COLUMNS, FoundRow, found_tone
from tui.table.view import RecordTable
from tui.widgets.sheet import Sheet
from tui.widgets.tonedlist import TonedList
from tui.widgets.viewbar import ViewBar
from tui.words import number

if TYPE_CHECKING:
    from storage.shelf import ShelfReader

LIMIT = 50
"""Rows of each list on this machine."""
LEAST = 2
"""Letters from which on is searched."""
PLACEHOLDER = "Artist – title, catalogue number, barcode, link; Enter asks the network"
LEAVING = "Esc, then the key of another page leads there"


class SearchLists(Page):
    """One line to type in, the sources below it, the list of one of them. Each has a state of its own: what one cannot answer
    takes nothing away from the others, and an answer moves nothing in the list that is read. Only an empty list gives way, to
    the first source that finds something.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.local = ListSource[ShelfRow](lambda row: row.pk)
        self.known = ListSource[Hit](lambda row: row.release_id)
        self.hits = ListSource[Hit](lambda row: row.release_id)
        self.spotify = ListSource[OutsideHit](lambda row: row.key)
        self.plex = ListSource[OutsideHit](lambda row: row.key)
        self.folders = ListSource[FoundRow](lambda row: row.key)
        self.shown = Where.RECORDS
        self.states: dict[Where, State] = {}
        self._has_catalogue = False
        self._is_picked = False
        self._page = 0
        self._pages = 0
        self._asked = ""
        self._networked = ""
        """What the network was asked for last; empty once that is said beside its answers."""
        self._has_looked = False

    def content(self) -> Iterator[Widget]:
        line = Input(id="search-line", placeholder=PLACEHOLDER, select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield ViewBar(id="search-sources")
        yield Static(Content(""), id="search-state")
        yield Sheet(id="search-overview")
        yield TonedList(self.local, RECORD_COLUMNS, tone=tone, empty="", id="records-hits")
        yield TonedList(self.known, HIT_COLUMNS, empty="", id="catalogue-hits")
        yield TonedList(self.hits, HIT_COLUMNS, empty="", id="discogs-hits")
        yield TonedList(self.spotify, OUTSIDE_COLUMNS, empty="", id="spotify-hits")
        yield TonedList(self.plex, OUTSIDE_COLUMNS, empty="", id="plex-hits")
        yield TonedList(self.folders, FOUND_COLUMNS, tone=found_tone, empty="", id="soulseek-hits")

    def on_mount(self) -> None:
        self._forget_states()
        self.show_list(self.shown)
        for line in self.query("#search-line"):
            line.focus()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.ready and not self._has_looked:
            self._has_looked = True
            self._look_for_catalogue()

    def on_screen_resume(self) -> None:
        self._has_looked = self._has_catalogue
        super().on_screen_resume()

    # -- lists --------------------------------------------------------------------------------------------------------

    def source_of(self, where: Where) -> ListSource[Any]:
        """The rows of a source."""
        return {
            Where.RECORDS: self.local,
            Where.CATALOGUE: self.known,
            Where.DISCOGS: self.hits,
            Where.SPOTIFY: self.spotify,
            Where.PLEX: self.plex,
            Where.SOULSEEK: self.folders,
        }[where]

    def table_of(self, where: Where) -> RecordTable[Any]:
        """The list of a source."""
        return cast("RecordTable[Any]", self.query_one(f"#{where}-hits", RecordTable))

    @property
    def table_in_use(self) -> RecordTable[Any]:
        return self.table_of(self.shown)

    @property
    def line(self) -> Input:
        """The line to type in."""
        return self.query_one("#search-line", Input)

    def show_list(self, where: Where) -> None:
        """Show the list of a source; the keys go to it if they went to the one before."""
        is_read = isinstance(self.focused, RecordTable)
        self.shown = where
        for each in Where:
            self.table_of(each).display = each is where
        if is_read:
            self.table_in_use.focus()
        self.say_sources()

    def turn(self, by: int) -> None:
        """Show the next source, or the one before."""
        order = list(self.states)
        self._is_picked = True
        self.show_list(order[(order.index(self.shown) + by) % len(order)])

    @on(ViewBar.Chosen)
    def _source_clicked(self, event: ViewBar.Chosen) -> None:
        self._is_picked = True
        self.show_list(Where(event.key))

    def to_results(self) -> None:
        """Leave the line for the list that is shown."""
        self.table_in_use.focus()

    def forget(self) -> None:
        """Nothing is asked any more, nothing was found."""
        for group in ("here", *NETWORK):
            self.workers.cancel_group(self, group)
        for where in Where:
            self.source_of(where).replace([], anew=True)
        self._asked, self._page, self._pages, self._is_picked = "", 0, 0, False
        self._networked = ""
        self._forget_states()
        self.show_list(Where.RECORDS)

    # -- what is typed ------------------------------------------------------------------------------------------------

    @on(Input.Changed, "#search-line")
    def _typed(self, event: Input.Changed) -> None:
        typed = event.value.strip()
        self._is_picked = False
        if len(typed) < LEAST:
            self.forget()
        else:
            self._date_answers(typed)
            self._ask_here(typed)

    @on(Input.Submitted, "#search-line")
    def _submitted(self, event: Input.Submitted) -> None:
        if typed := event.value.strip():
            self._ask_here(typed)
            self.ask_network(typed)
            self.to_results()

    def ask_network(self, typed: str, sources: Sequence[Where] = NETWORK) -> None:
        """Ask these sources outside, side by side; what one of them was asked for already is not asked again."""
        self._networked = typed
        for where in sources:
            if where is Where.DISCOGS:
                if typed != self._asked or self.states[where].phase is Phase.FAILED:
                    self._ask_discogs(typed, 1)
            else:
                self.run_worker(self._ask(where, typed), group=where, exclusive=True, exit_on_error=False)

    # -- this machine -------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="here", exit_on_error=False)
    async def _ask_here(self, typed: str) -> None:
        """The library, then the catalogue, in which what the library has comes first."""
        mine = await self._ask_library(typed)
        try:
            found, rows = await self.bridge.call(lambda runtime: in_catalogue(runtime, typed, mine, LIMIT))
        except LockgrooveError as error:
            self._has_catalogue = True
            self._take(Where.CATALOGUE, [], failed(error, Where.CATALOGUE))
            return
        self._has_catalogue = self._has_catalogue or bool(rows)
        self._take(Where.CATALOGUE, rows, known(found))

    async def _ask_library(self, typed: str) -> list[ReleaseId]:
        """Show what the library has; the releases of it."""
        shelf = self.app.shelf
        if shelf is None:
            self._take(Where.RECORDS, [], State(Phase.FOUND, "empty", 0))
            return []
        query = RecordQuery(text=typed)

        def ask(reader: ShelfReader) -> tuple[list[ShelfRow], int]:
            user = reader.user()
            return (reader.first(user, query, LIMIT), reader.count(user, query)) if user else ([], 0)

        rows, count = await asyncio.wrap_future(shelf.submit(ask))
        self._take(Where.RECORDS, rows, counted(count))
        return [ReleaseId(row.discogs_id) for row in rows if row.discogs_id]

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look_for_catalogue(self) -> None:
        """Show the list of the catalogue if there is one: an empty list would promise what no key can bring."""
        try:
            is_empty = await self.bridge.call(lambda runtime: runtime.search.is_empty())
        except LockgrooveError:
            return  # the first question will say it
        self._has_catalogue = self._has_catalogue or not is_empty
        self._order_states()
        self.say_sources()

    # -- the network --------------------------------------------------------------------------------------------------

    @property
    def has_more(self) -> bool:
        """Whether Discogs has another page."""
        return self.shown is Where.DISCOGS and self._page < self._pages

    def ask_for_more(self) -> None:
        """Fetch the next page from Discogs."""
        if self.has_more:
            self._ask_discogs(self._asked, self._page + 1)

    async def _ask(self, where: Where, typed: str) -> None:
        self._begin(where)
        try:
            rows = await self.bridge.call(lambda runtime: network(runtime, where, typed))
        except LockgrooveError as error:
            self._take(where, [], failed(error, where))
            return
        self._take(where, rows, counted(len(rows)))

    @work(exclusive=True, group=Where.DISCOGS, exit_on_error=False)
    async def _ask_discogs(self, typed: str, page: int) -> None:
        self._asked = typed
        before = self.states[Where.DISCOGS]
        self._begin(Where.DISCOGS, keep=page > 1)
        try:
            found, hits, kind = await self.bridge.call(lambda runtime: on_discogs(runtime, typed, page))
        except LockgrooveError as error:
            if page > 1:
                self._say(Where.DISCOGS, before)
                self.app.say(error)
            else:
                self._take(Where.DISCOGS, [], failed(error, Where.DISCOGS))
            return
        kept = list(self.hits.rows()) if page > 1 else []
        there = {row.release_id for row in kept}
        rows = [*kept, *(row for row in hits if row.release_id not in there)]
        self._page, self._pages = page, found.pagination.pages
        items = found.pagination.items
        more = f", {number(len(rows))} shown, n for more" if len(rows) < items else ""
        self._take(Where.DISCOGS, rows, counted(items, f" {UNDERSTOOD[kind]}{more}"), anew=page == 1)

    def _date_answers(self, typed: str) -> None:
        """Say of answers of the network that they are to something else than what is typed now."""
        if self._networked and typed != self._networked:
            for where in NETWORK:
                state = self.states[where]
                if state.phase is Phase.FOUND:
                    self.states[where] = replace(state, said=f"{state.said}, for “{self._networked}”")
            self._networked = ""

    # -- saying -------------------------------------------------------------------------------------------------------

    def _begin(self, where: Where, *, keep: bool = False) -> None:
        """A source is being asked; what it found before is gone unless it goes on."""
        self.table_of(where).empty = ""
        if not keep:
            self.source_of(where).replace([], anew=True)
        self._say(where, State(Phase.SEARCHING, "searching…", self.source_of(where).count() or None))

    def _take(self, where: Where, rows: Sequence[Any], state: State, *, anew: bool = True) -> None:
        """An answer is there, or the reason why there is none."""
        is_trouble = state.phase in (Phase.FAILED, Phase.UNSET)
        self.table_of(where).empty = state.said if is_trouble else ""
        self.source_of(where).replace(rows, anew=anew)
        self._say(where, state)
        if rows and not self._is_picked and not self.source_of(self.shown).count():
            self.show_list(where)

    def _say(self, where: Where, state: State) -> None:
        self.states[where] = state
        self._order_states()
        self.say_sources()

    def _forget_states(self) -> None:
        self.states = {where: idle(where) for where in Where}
        self._order_states()
        self.states[Where.RECORDS] = State(said=f"type to search; {LEAVING}")
        for where in Where:
            self.table_of(where).empty = ""

    def _order_states(self) -> None:
        """The sources in their order; the catalogue once it knows anything."""
        there = [where for where in Where if where is not Where.CATALOGUE or self._has_catalogue]
        self.states = {where: self.states.get(where, idle(where)) for where in there}

    def say_sources(self) -> None:
        """The line of sources, what is said of the one that is shown, and where there is room of all."""
        if not self.is_mounted or not self.query("#search-overview"):
            return
        shown, states = self.shown, dict(self.states)
        self.query_one(ViewBar).show(views(states), shown)
        line = state_line(shown, states.get(shown, idle(shown))).truncate(max(20, self.size.width), ellipsis=True)
        self.query_one("#search-state", Static).update(line)
        self.query_one("#search-overview", Sheet).show(lambda cells: overview(states, shown, cells))
        self.refresh_bindings()
