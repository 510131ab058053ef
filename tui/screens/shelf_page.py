"""A shelf of records as a page: the list of them, its facets, and the doors that stand where there is none yet."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from textual import work

from storage.values import RecordPk, RecordQuery, ShelfRow, SortBy
from tui.bridge import Bridge, Snapshot
from tui.screens.list_page import ListPage
from tui.table.records import RECORD_COLUMNS, tone
from tui.table.shelf import ShelfSource

if TYPE_CHECKING:
    from storage.shelf import Shelf
    from tui.widgets.detail import DetailPane


REST_WHILE_WORKING = 10.0
"""Seconds between two readings of the list while a job fills it: each moves most of the rows that are in sight."""


class ShelfPage(ListPage[RecordQuery, ShelfRow]):
    """Shows records and moves among them; what is done to records is up to the page that is one."""

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
    PLACEHOLDER = "Filter: artist, title, label, number, year"

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge, RECORD_COLUMNS, RecordQuery(), tone)
        self.shows_doors = False
        self._changes = 0
        self._reloaded_at = 0.0

    def emptiness(self) -> str:
        return "No record matches. Escape clears the filter." if self.question.is_filtered else ""

    def described(self) -> str:
        from tui.screens.facets import described

        said = described(self.question)
        return f"Only {said}" if said else ""

    def on_mount(self) -> None:  # beside that of the list page: Textual calls both
        if self.app.shelf is not None:
            self.shelf_opened(self.app.shelf)

    async def furnish(self) -> None:
        from tui.widgets.welcome import Welcome

        await super().furnish()
        await self.query_one("#shelf").mount(Welcome())
        self.list_changed()

    def shelf_opened(self, shelf: Shelf) -> None:
        """The library can be read: show its records, before the services are up."""
        user = shelf.submit(lambda reader: reader.user()).result(0.5)
        if user is not None:
            self.show_source(ShelfSource(shelf, user, self.question))

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if self.source is None and snapshot.ready and self.app.shelf is not None:
            self.shelf_opened(self.app.shelf)
        rest = REST_WHILE_WORKING if snapshot.jobs and self.fills_the_screen else 0.0
        if self.source is not None:
            self.source.rest = rest
        if snapshot.changes != self._changes and monotonic() >= self._reloaded_at + rest:
            self._changes, self._reloaded_at = snapshot.changes, monotonic()
            if self.source is not None:
                self.source.reload()
        self.list_changed()

    @property
    def fills_the_screen(self) -> bool:
        """Whether there are more rows than can be seen: those that arrive then are not waited for."""
        return self.source is not None and self.source.count() > self.size.height

    def list_changed(self) -> None:
        """The three doors where there is nothing, the plain table where there is."""
        from tui.widgets.welcome import Welcome

        if not self.query(Welcome):
            return
        known = self.source is not None and self.source.is_whole and not self.source.is_loading
        nothing = self.source is None or (known and self.source.count() == 0)
        empty = self.bridge.snapshot.ready and nothing and not self.question.is_filtered
        if empty:
            self.query_one(Welcome).show(connected=self.bridge.snapshot.connected)
        if empty == self.shows_doors:
            return
        self.shows_doors = empty
        self.set_class(empty, "-empty")
        self.refresh_bindings()
        self.say_list()
        if not empty:
            self.call_after_refresh(self._take_up)

    def _take_up(self) -> None:
        """Records are here: the keys go to the list, the pane shows the first."""
        if self.focused is None:
            self.table.focus()
        self.show_row(self.table.cursor_row)

    def say_list(self) -> None:
        if self.shows_doors:
            self.say_position("")
        else:
            super().say_list()

    def show_kept(self, pane: DetailPane, row: ShelfRow) -> None:
        from tui.screens.record_reading import read_detail

        read_detail(self, pane, row)

    def show_release(self, pane: DetailPane, row: ShelfRow) -> None:
        from tui.screens.record_reading import read_release

        read_release(self, pane, row)

    def show_record(self, pk: RecordPk) -> None:
        """Put the cursor on a record, clearing the filter if that hides it."""
        if self.source is not None and self.question.is_filtered and self.source.position_of(pk) is None:
            self.ask_plainly()
        self.table.place_on(pk)

    @work(exclusive=True, group="facets", exit_on_error=False)
    async def action_facets(self) -> None:
        from tui.screens.facets import FacetDialog

        chosen = await self.app.push_screen_wait(FacetDialog(self.bridge, self.question))
        if chosen is not None:
            self.ask(chosen)
