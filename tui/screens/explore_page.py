"""The graph as a page: a prompt to pick from it, or what stands in the middle with its lists, its facts and its years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.values.graph import NodeName
from tui.bridge import Bridge
from tui.screens.explore_lists import ask_for, columns_of
from tui.screens.explore_walk import Walk
from tui.screens.explore_words import emptiness, facts_lines, position, trail, trouble, web_path
from tui.screens.page import Page
from tui.table.graph import RELEASES, Line, tone
from tui.table.paged import PagedSource
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.detail import DetailPane
from tui.widgets.picker import Picker
from tui.widgets.plainlist import PlainList
from tui.widgets.viewbar import ViewBar

if TYPE_CHECKING:
    from services.runtime import Runtime

SETTLED = 0.3
"""Seconds after which the rows of a list that changed are there, with what is owned and wanted of them."""
PROMPT = "An artist, a label, a genre or a style"


class GraphPage(Page):
    """Shows the step in the middle as it was left; how one gets from one to the next is up to the page that is one."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.walk = Walk()
        self._told = ""

    def content(self) -> Iterator[Widget]:
        yield Static(Content(""), id="explore-trail")
        yield Picker(self.bridge, _suggest, PROMPT)
        yield ViewBar(id="explore-views")
        yield Static(Content(""), id="explore-note")
        with Horizontal(id="explore-body"):
            nothing = ListSource[Line](lambda line: line.pk)
            yield PlainList(nothing, RELEASES, tone=tone, empty="", loading="Looking…", id="explore-list")
            yield DetailPane(id="explore-pane")

    @property
    def picker(self) -> Picker:
        return self.query_one(Picker)

    @property
    def table(self) -> PlainList[Line]:
        """The list that is shown of what stands in the middle."""
        return cast("PlainList[Line]", self.query_one("#explore-list", PlainList))

    @property
    def line(self) -> Line | None:
        """The line under the cursor; None while somebody picks."""
        return None if self.is_picking or not self.query("#explore-list") else self.table.cursor_row

    @property
    def is_picking(self) -> bool:
        """Whether the prompt has the place of the lists."""
        return self.has_class("-picking")

    # -- what is shown --------------------------------------------------------------------------------------------

    def remember(self) -> None:
        """Keep where the cursor is, for coming back."""
        here = self.walk.here
        if here is not None and not self.is_picking and isinstance(key := self.table.cursor_key, int):
            here.cursors[here.shown.key] = key

    def show_step(self) -> None:
        """Show what stands in the middle as it was left."""
        here = self.walk.here
        if here is None:
            return
        self.remove_class("-picking", "-reading")
        self._draw_trail()
        self.show_list()
        self.call_after_refresh(self._draw_pane)
        self.table.focus()

    def show_list(self) -> None:
        """Show the list that is chosen, from the line it was left at."""
        here = self.walk.here
        if here is None:
            return
        self._told = ""
        self.query_one(ViewBar).show(here.views, here.shown.key)
        table = self.table
        with table.one_repaint():
            table.empty = ""
            table.columns = columns_of(here)
            table.source = PagedSource(self.bridge, ask_for(here))
            if (line := here.cursors.get(here.shown.key)) is not None:
                table.place_on(line)
        self.say_where()

    def _draw_trail(self) -> None:
        line = trail(self.walk, self.size.width)
        self.query_one("#explore-trail", Static).update(line, layout=False)

    def _draw_pane(self) -> None:
        here = self.walk.here
        pane = self.query_one("#explore-pane", DetailPane)
        if here is not None and pane.display:
            path = web_path(here.node.kind, here.node.id)
            address = self.app.web_address(path) if path else ""
            pane.show(facts_lines(here, address, max(20, pane.scrollable_content_region.width)))

    def on_resize(self) -> None:
        self._draw_trail()
        self.call_after_refresh(self._draw_pane)

    @on(RecordTable.Changed, "#explore-list")
    def _list_changed(self) -> None:
        here = self.walk.here
        if here is not None:
            self.table.empty = emptiness(here)
        self.say_where()
        self.set_timer(SETTLED, self.say_where)

    @on(RecordTable.Troubled, "#explore-list")
    def _troubled(self, event: RecordTable.Troubled) -> None:
        self.table.empty = trouble(event.error)

    @on(RecordTable.Highlighted, "#explore-list")
    def _moved(self) -> None:
        self.say_where()

    def say_where(self) -> None:
        """Where the cursor is, what is so of its line, and what there is to say of the list."""
        source, line = self.table.source, self.line
        note = self._told or (source.note if isinstance(source, PagedSource) else "")
        about = self.query_one("#explore-note", Static)
        about.set_class(bool(note), "-shown")
        about.update(Content(clean(note)), layout=False)
        whole = source.is_whole if isinstance(source, PagedSource) else True
        place = 0 if self.is_picking else self.table.cursor + 1
        self.say_position(position(line, place, source.count(), whole=whole))
        self.refresh_bindings()

    def tell(self, text: str) -> None:
        """Say something above the list until another one is shown."""
        self._told = text
        self.say_where()

    def visible_nodes(self) -> Sequence[NodeName]:
        """The nodes of the lines on the screen."""
        table = self.table
        rows = (table.source.row(place) for place in range(table.top, table.top + table.size.height - 1))
        return [row.node for row in rows if row is not None and row.node is not None]


async def _suggest(runtime: Runtime, typed: str) -> list[Line]:
    from tui.screens.explore_reading import KINDS, suggest

    return await suggest(runtime, typed, KINDS)
