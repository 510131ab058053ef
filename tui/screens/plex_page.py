"""The lists of Plex as a page: which one is shown, how one goes into it and out again, and what is said around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from textual import on, work
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from tui.bridge import Bridge, Snapshot
from tui.screens.list_page import DETAIL_PAUSE, FILTER_PAUSE
from tui.screens.page import Page
from tui.screens.plex_reading import (
    DESCENDING_FIRST,
    ORDERS,
    PLAYING,
    SORTED,
    TOPS,
    Place,
    PlexState,
    ask_for,
    details,
    inside,
    look,
    views,
)
from tui.screens.plex_words import emptiness, item_lines, row_lines, trouble
from tui.table.columns import Sorting
from tui.table.paged import PagedSource
from tui.table.plex import COLUMNS, PlexLine, tone
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.detail import DetailPane
from tui.widgets.plainlist import PlainList
from tui.widgets.viewbar import ViewBar
from tui.words import number


class PlexLists(Page):
    """A list at a time, read by windows; what is done to its rows is up to the page that is one."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.state: PlexState | None = None
        self.section = ""
        """The music library that is looked at."""
        self.place = Place(PLAYING)
        self.way: list[tuple[Place, int]] = []
        """The lists that were gone through, each with the row the cursor was on."""
        self.live: ListSource[PlexLine] = ListSource(lambda line: line.pk)
        self._rest: Timer | None = None
        self._pause: Timer | None = None

    def content(self) -> Iterator[Widget]:
        yield ViewBar(id="plex-views")
        yield Static(Content(""), id="plex-way")
        line = Input(id="plex-filter", placeholder="Filter: part of a title", select_on_focus=False)
        line.cursor_blink = False
        yield line
        with Horizontal(id="plex-body"):
            yield PlainList(
                self.live,
                COLUMNS[PLAYING],
                tone=tone,
                empty="",
                loading="Asking Plex…",
                id="plex-list",
            )
            yield DetailPane(id="plex-pane")

    @property
    def table(self) -> PlainList[PlexLine]:
        """The list that is shown."""
        return cast("PlainList[PlexLine]", self.query_one("#plex-list", PlainList))

    @property
    def line(self) -> PlexLine | None:
        """The row under the cursor."""
        return self.table.cursor_row if self.query("#plex-list") else None

    @property
    def can_ask(self) -> bool:
        """Whether Plex answered when it was last looked at."""
        return self.state is not None and self.state.is_configured and not self.state.problem

    def on_mount(self) -> None:
        self.show_place()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if self.state is None and snapshot.ready:
            self.look()

    # -- asking ---------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="look", exit_on_error=False)
    async def look(self) -> None:
        """Whether Plex is set up and answers, and what it holds; then the list is read anew."""
        if self.state is None:
            self.table.empty = "Asking Plex…"
        try:
            self.state = await self.bridge.call(look)
        except LockgrooveError as error:
            self.state = PlexState(is_configured=True, problem=f"{error.message} {error.hint}".strip())
        keys = [each.key for each in self.state.sections]
        if self.section not in keys:
            self.section = keys[0] if keys else ""
        self.show_place()

    def show_place(self, row: int | None = None) -> None:
        """Show the list that is chosen, from ``row`` on."""
        table, place = self.table, self.place
        self.query_one(ViewBar).show(views(self.state.totals if self.state else None), self.top)
        with table.one_repaint():
            table.columns = COLUMNS[place.list]
            table.sorting = Sorting(place.sort, place.descending) if place.list in SORTED else None
            if place.list == PLAYING or not self.can_ask:
                self.live.replace([], anew=True)
                table.source = self.live
            else:
                table.source = PagedSource(self.bridge, ask_for(place, self.section))
            table.empty = self.emptiness()
            if row is not None:
                table.place_on(row)
        self.place_changed()
        self.say_where()
        if not self.is_typing:
            table.focus()

    def place_changed(self) -> None:
        """Another list is shown; for the page that is one."""

    @property
    def top(self) -> str:
        """Which of the views one is in, however deep."""
        return self.way[0][0].list if self.way else self.place.list

    def emptiness(self) -> str:
        """What the list says where it has no rows."""
        return clean_lines(emptiness(self.state, self.place.list, narrowed=bool(self.place.text)))

    def reload(self) -> None:
        """Read the rows anew, the cursor staying where it is."""
        if isinstance(source := self.table.source, PagedSource):
            source.reload()

    # -- what is said around it -----------------------------------------------------------------------------------

    @on(RecordTable.Changed, "#plex-list")
    def _list_changed(self) -> None:
        self.table.empty = self.emptiness()
        self.say_where()
        self._rest_on()

    @on(RecordTable.Troubled, "#plex-list")
    def _troubled(self, event: RecordTable.Troubled) -> None:
        self.table.empty = clean_lines(trouble(event.error))
        self.say_where()

    @on(RecordTable.Highlighted, "#plex-list")
    def _moved(self) -> None:
        self.say_where()
        self._rest_on()

    def say_where(self) -> None:
        """The way that led here, where the cursor is, and of how many."""
        way = self.query_one("#plex-way", Static)
        steps = [each.title for each, _ in self.way[1:]] + ([self.place.title] if self.way else [])
        way.set_class(bool(steps), "-shown")
        way.update(Content.assemble(" ", " › ".join(map(clean, steps)), ("   Esc goes back", "$faint")))
        count = self.table.source.count()
        libraries = self.state.sections if self.state else ()
        where = next((each.title for each in libraries if each.key == self.section), "") if len(libraries) > 1 else ""
        parts = (f"{number(self.table.cursor + 1)} of {number(count)}" if count else "", clean(where))
        self.say_position(" · ".join(part for part in parts if part))
        self.refresh_bindings()

    # -- the pane -------------------------------------------------------------------------------------------------

    def _rest_on(self) -> None:
        """Ask for the details once the cursor rests: moving on costs nothing."""
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(DETAIL_PAUSE, self.show_details)

    def on_resize(self) -> None:
        """Details are folded at the width of the pane, which may not have been there before."""
        if self.is_mounted and self.query("#plex-pane"):
            self._rest_on()

    def show_details(self) -> None:
        """Show what is known of the row under the cursor, where there is a pane."""
        pane, line = self.query_one("#plex-pane", DetailPane), self.line
        if not pane.display:
            return
        if line is None or line.kind not in ("artist", "album", "track"):
            pane.show([] if line is None else row_lines(line))
        else:
            self._read_details(line)

    @work(exclusive=True, group="details", exit_on_error=False)
    async def _read_details(self, line: PlexLine) -> None:
        pane = self.query_one("#plex-pane", DetailPane)
        try:
            item, tracks = await self.bridge.call(lambda runtime: details(runtime, line))
        except LockgrooveError as error:
            pane.show([*row_lines(line), Content(""), Content.styled(clean(error.message), "$warning")])
            return
        if self.line is not None and self.line.key == line.key:
            pane.show(item_lines(item, tracks))

    def action_pane(self) -> None:
        self.toggle_class("-pane-hidden")
        self.call_after_refresh(self.show_details)

    def action_read(self) -> None:
        """Move into the details; Escape returns."""
        self.add_class("-reading")
        self.query_one("#plex-pane").focus()
        self.call_after_refresh(self.show_details)
        self.refresh_bindings()

    # -- going about ----------------------------------------------------------------------------------------------

    @property
    def is_typing(self) -> bool:
        """Whether the line of the filter has the keys."""
        return self.focused is not None and self.focused.id == "plex-filter"

    def action_view(self, step: int) -> None:
        self._go(TOPS[(TOPS.index(self.top) + step) % len(TOPS)])

    @on(ViewBar.Chosen)
    def _view_clicked(self, event: ViewBar.Chosen) -> None:
        self._go(event.key)

    def _go(self, view: str) -> None:
        self.remove_class("-reading")
        self.query_one("#plex-filter", Input).remove_class("-shown")
        self.way.clear()
        self.place = Place(view)
        self.show_place()

    @on(RecordTable.Selected, "#plex-list")
    def action_open(self) -> None:
        """Into an artist, an album or a playlist; of a track the details are read; a library is the one to look at."""
        line = self.line
        if line is None:
            return
        if line.kind == "section":
            self.section = line.key
            self._go("artists")
        elif (into := inside(line)) is not None:
            self.way.append((self.place, line.pk))
            self.place = into
            self.show_place()
        elif line.kind == "track":
            self.action_read()

    def action_back(self) -> None:
        """Out of the details, the filter, the album, the artist: one step at a time."""
        line = self.query_one("#plex-filter", Input)
        if self.has_class("-reading"):
            self.remove_class("-reading")
            self.table.focus()
            self.refresh_bindings()
        elif line.has_class("-shown"):
            line.remove_class("-shown")
            line.value = ""
            self.table.focus()
            self._narrow("")
        elif self.way:
            self.place, row = self.way.pop()
            self.show_place(row)

    def action_filter(self) -> None:
        line = self.query_one("#plex-filter", Input)
        line.add_class("-shown")
        line.focus()

    @on(Input.Changed, "#plex-filter")
    def _typed(self, event: Input.Changed) -> None:
        if self._pause is not None:
            self._pause.stop()
        text = event.value.strip()
        self._pause = self.set_timer(FILTER_PAUSE, lambda: self._narrow(text))

    @on(Input.Submitted, "#plex-filter")
    def _to_list(self) -> None:
        self.table.focus()

    def _narrow(self, text: str) -> None:
        if self.place.list in SORTED and text != self.place.text:
            self.place = replace(self.place, text=text)
            self.show_place()

    def action_sort(self) -> None:
        orders = ORDERS[self.place.list]
        self._sort(orders[(orders.index(self.place.sort) + 1) % len(orders)])

    def action_reverse(self) -> None:
        self.place = replace(self.place, descending=not self.place.descending)
        self.show_place()

    @on(RecordTable.SortRequested, "#plex-list")
    def _header_clicked(self, event: RecordTable.SortRequested) -> None:
        if event.sort == self.place.sort:
            self.action_reverse()
        elif event.sort in ORDERS.get(self.place.list, ()):
            self._sort(event.sort)

    def _sort(self, by: str) -> None:
        self.place = replace(self.place, sort=by, descending=by in DESCENDING_FIRST)
        self.show_place()


def clean_lines(text: str) -> str:
    """Text of several lines that may hold foreign words."""
    return "\n".join(clean(line) for line in text.splitlines())
