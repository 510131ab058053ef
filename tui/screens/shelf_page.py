"""A shelf of records as a page: the table, the line that filters it, its order, and one record's details beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.values import RecordPk, RecordQuery, ShelfRow, SortBy
from tui.bridge import Bridge, Snapshot
from tui.screens.page import Page
from tui.table.columns import Sorting
from tui.table.letters import LetterBar
from tui.table.records import RECORD_COLUMNS, tone
from tui.table.rows import ListSource
from tui.table.shelf import ShelfSource
from tui.table.view import RecordTable
from tui.words import number

if TYPE_CHECKING:
    from storage.shelf import Shelf

FURNISH_AFTER = 0.08
"""Seconds that the first records get to themselves before the filter line and the pane are made."""
FILTER_PAUSE = 0.1
"""Seconds without a key before what is typed is looked up."""
DETAIL_PAUSE = 0.25
"""Seconds the cursor rests before a record's detail and cover are read."""
RELEASE_PAUSE = 1.2
"""Seconds the cursor rests before Discogs is asked for what the library does not hold yet."""
SORTS = (
    SortBy.ARTIST,
    SortBy.TITLE,
    SortBy.YEAR,
    SortBy.LABEL,
    SortBy.ADDED,
    SortBy.RATING,
    SortBy.SIZE,
    SortBy.FOLDER,
)
DESCENDING_FIRST = frozenset({SortBy.YEAR, SortBy.ADDED, SortBy.RATING, SortBy.CREATED})
LOADING = "Reading the shelf…"
NO_MATCH = "No record matches. Escape clears the filter."


class ShelfPage(Page):
    """Shows records and moves among them; what is done to records is up to the page that is one."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.record_query = RecordQuery()
        self.source: ShelfSource | None = None
        self.shows_doors = False
        self._pause: Timer | None = None
        self._rest: list[Timer] = []
        self._changes = 0
        self._shown_row: ShelfRow | None = None
        self._awaiting_letter = False

    # -- layout ---------------------------------------------------------------------------------------------------

    def content(self) -> Iterator[Widget]:
        with Horizontal(id="shelf"), Vertical(id="list"):
            nothing = ListSource[ShelfRow](lambda row: row.pk)
            by = Sorting(self.record_query.sort_by)
            yield RecordTable(nothing, RECORD_COLUMNS, tone=tone, empty="", loading=LOADING, sorting=by, id="records")
            yield LetterBar(id="letters")

    @property
    def table(self) -> RecordTable[ShelfRow]:
        return cast(RecordTable[ShelfRow], self.query_one("#records", RecordTable))

    def on_mount(self) -> None:
        self.table.focus()
        if self.app.shelf is not None:
            self.shelf_opened(self.app.shelf)
        # A watcher runs within the key that moves the cursor: one frame shows all, where a message would draw a second.
        self.watch(self.table, "cursor", self._follow_cursor, init=False)
        self.call_after_refresh(self.set_timer, FURNISH_AFTER, self._furnish)

    async def _furnish(self) -> None:
        """What the first paint does not need: the filter line and the pane."""
        from tui.widgets.detail import DetailPane
        from tui.widgets.welcome import Welcome

        line = Input(id="filter", placeholder="Filter: artist, title, label, number, year", select_on_focus=False)
        line.cursor_blink = False
        await self.mount(Static(Content(""), id="facet-line"), line, before="#shelf")
        await self.query_one("#shelf").mount(DetailPane(id="detail"), Welcome())
        self._show_row(self.table.cursor_row)
        self._show_emptiness()

    def shelf_opened(self, shelf: Shelf) -> None:
        """The library can be read: show its records, before the services are up."""
        owner = shelf.submit(lambda reader: reader.owner()).result(0.5)
        if owner is None:
            return
        self.source = ShelfSource(shelf, owner, self.record_query)
        self.table.source = self.source
        self._say()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if self.source is None and snapshot.ready and self.app.shelf is not None:
            self.shelf_opened(self.app.shelf)
        if snapshot.changes != self._changes:
            self._changes = snapshot.changes
            if self.source is not None:
                self.source.reload()
        self._show_emptiness()

    def _show_emptiness(self) -> None:
        """The three doors where there is nothing, the plain table where there is."""
        from tui.widgets.welcome import Welcome

        if not self.query(Welcome):
            return
        known = self.source is not None and self.source.is_whole and not self.source.is_loading
        nothing = self.source is None or (known and self.source.count() == 0)
        empty = self.bridge.snapshot.ready and nothing and not self.record_query.is_filtered
        if empty:
            self.query_one(Welcome).show(connected=self.bridge.snapshot.connected)
        if empty == self.shows_doors:
            return
        self.shows_doors = empty
        self.set_class(empty, "-empty")
        self.refresh_bindings()
        self._say()
        if not empty:
            self.call_after_refresh(self._take_up)

    def _take_up(self) -> None:
        """Records are here: the keys go to the list, the pane shows the first."""
        if self.focused is None:
            self.table.focus()
        self._show_row(self.table.cursor_row)

    # -- what is shown --------------------------------------------------------------------------------------------

    @on(RecordTable.Highlighted)
    def _moved(self, event: RecordTable.Highlighted) -> None:
        self._show_row(event.row)

    def _follow_cursor(self) -> None:
        self._show_letters()
        self._say()

    @on(RecordTable.Changed)
    def _list_changed(self) -> None:
        self.table.empty = NO_MATCH if self.record_query.is_filtered else ""
        self._show_letters()
        self._show_emptiness()
        if self.table.cursor_row != self._shown_row:
            self._show_row(self.table.cursor_row)
        self._say()

    @on(RecordTable.Troubled)
    def _troubled(self, event: RecordTable.Troubled) -> None:
        self.say_position(f"the list cannot be read: {event.error}")

    @on(RecordTable.Selected)
    def _selected(self) -> None:
        self.action_read()

    @on(LetterBar.Picked)
    def _letter_clicked(self, event: LetterBar.Picked) -> None:
        self.table.jump_to_letter(event.letter)

    def _show_letters(self) -> None:
        if self.source is not None:
            self.query_one(LetterBar).show([letter for letter, _ in self.source.letters()], self.table.letter)

    @on(RecordTable.MarksChanged)
    def _marked(self) -> None:
        self._say()
        self.refresh_bindings()

    def _say(self) -> None:
        """Where the cursor is, how many there are, how many are marked."""
        if self.source is None:
            return
        if self.shows_doors:
            self.say_position("")
            return
        count, marked = self.source.count(), self.table.marked_count
        parts = [
            f"{number(self.table.cursor + 1 if count else 0)} of {number(count)}"
            + ("" if self.source.is_whole else "+")
        ]
        if marked:
            parts.append(f"{number(marked)} marked")
        self.say_position(" · ".join(parts))

    def _show_row(self, row: ShelfRow | None) -> None:
        """What the library knows once the cursor rests, the release from Discogs once it rests longer. Moving on costs
        nothing: a pane that follows every key would write more than the list does."""
        from tui.screens.record_reading import read_detail, read_release

        for timer in self._rest:
            timer.stop()
        self._rest.clear()
        if not self.query("#detail"):
            return
        from tui.widgets.detail import DetailPane

        pane = self.query_one("#detail", DetailPane)
        if not pane.display:
            return
        self._shown_row = row
        if row is None:
            pane.show_row(None)
        else:
            self._rest = [
                self.set_timer(DETAIL_PAUSE, lambda: read_detail(self, pane, row)),
                self.set_timer(RELEASE_PAUSE, lambda: read_release(self, pane, row)),
            ]

    def show_record(self, pk: RecordPk) -> None:
        """Put the cursor on a record, clearing the filter if that hides it."""
        if self.source is not None and self.record_query.is_filtered and self.source.position_of(pk) is None:
            self._ask(RecordQuery(sort_by=self.record_query.sort_by, descending=self.record_query.descending))
        self.table.place_on(pk)

    # -- filter and sort ------------------------------------------------------------------------------------------

    def _ask(self, query: RecordQuery, *, keep: bool = True) -> None:
        """Show what ``query`` finds, the cursor on the record it was on (``keep``) or on the first."""
        self.record_query = query
        if self.source is not None:
            row = self.table.cursor_row
            self.source.ask(query, keep=row.pk if keep and row is not None else None)
        self.table.sorting = Sorting(query.sort_by, query.descending)
        self._show_facets()
        self.refresh_bindings()

    def action_filter(self) -> None:
        self.query_one("#filter").add_class("-shown")
        self.query_one("#filter").focus()

    @property
    def is_filtering(self) -> bool:
        """Whether the list is narrowed, or about to be."""
        return self.record_query.is_filtered or (self.focused is not None and self.focused.id == "filter")

    @on(Input.Changed, "#filter")
    def _typed(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(FILTER_PAUSE, self._look_up)

    def _look_up(self) -> None:
        typed = self.query_one("#filter", Input).value
        if typed.strip() != self.record_query.text.strip():
            self._ask(replace(self.record_query, text=typed), keep=False)

    @on(Input.Submitted, "#filter")
    def _to_list(self) -> None:
        self._look_up()
        self.table.focus()

    def on_key(self, event: Key) -> None:
        if self._awaiting_letter:
            self._awaiting_letter = False
            event.stop()
            event.prevent_default()
            if event.character:
                self.table.jump_to_letter(event.character)
            self._say()
        elif event.key == "down" and self.focused is not None and self.focused.id == "filter":
            event.stop()
            self._to_list()

    def action_clear(self) -> None:
        """One step back: reading, marks, the filter, in that order."""
        if self.has_class("-reading"):
            self.remove_class("-reading")
            self.table.focus()
            self.refresh_bindings()
        elif self.focused is not None and self.focused.id == "filter" and not self.query_one("#filter", Input).value:
            self.query_one("#filter").remove_class("-shown")
            self.table.focus()
        elif self.record_query.is_filtered:
            line = self.query_one("#filter", Input)
            line.value = ""
            line.remove_class("-shown")
            self.table.focus()
            self._ask(RecordQuery(sort_by=self.record_query.sort_by, descending=self.record_query.descending))

    @work(exclusive=True, group="facets", exit_on_error=False)
    async def action_facets(self) -> None:
        from tui.screens.facets import FacetDialog

        chosen = await self.app.push_screen_wait(FacetDialog(self.bridge, self.record_query))
        if chosen is not None:
            self._ask(chosen)

    def _show_facets(self) -> None:
        from tui.screens.facets import described

        said = described(self.record_query)
        line = self.query_one("#facet-line", Static)
        line.set_class(bool(said), "-shown")
        line.update(Content.assemble((" Only ", "$muted"), said, ("   Esc clears", "$faint")))

    def action_sort(self) -> None:
        now = SORTS.index(self.record_query.sort_by) if self.record_query.sort_by in SORTS else -1
        self._sort(SORTS[(now + 1) % len(SORTS)])

    def action_reverse(self) -> None:
        self._ask(replace(self.record_query, descending=not self.record_query.descending))

    @on(RecordTable.SortRequested)
    def _header_clicked(self, event: RecordTable.SortRequested) -> None:
        by = SortBy(event.sort)
        if by is self.record_query.sort_by:
            self.action_reverse()
        else:
            self._sort(by)

    def _sort(self, by: SortBy) -> None:
        self._ask(replace(self.record_query, sort_by=by, descending=by in DESCENDING_FIRST))

    def action_letter(self) -> None:
        self._awaiting_letter = True
        self.say_position("jump to which letter?")

    def action_pane(self) -> None:
        self.toggle_class("-pane-hidden")
        self._show_row(self.table.cursor_row)

    def action_read(self) -> None:
        self.add_class("-reading")
        self.query_one("#detail").focus()
        self.refresh_bindings()
        self._show_row(self.table.cursor_row)
