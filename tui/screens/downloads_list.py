"""The list of downloads, one download in full beside it, and how both follow what happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from storage.values.downloads import Download, DownloadOrder
from tui.bridge import Bridge, Snapshot
from tui.screens.downloads_words import (
    ACTIVE,
    ORDERS,
    Condition,
    columns_of,
    detail_lines,
    emptiness,
    notice,
    query_of,
    views,
    where,
)
from tui.screens.list_page import FILTER_PAUSE
from tui.screens.page import Page
from tui.table.columns import Sorting
from tui.table.downloads import DOWNLOAD_COLUMNS, DownloadRow, DownloadSource, tone
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.sheet import Sheet
from tui.widgets.tonedlist import TonedList
from tui.widgets.viewbar import ViewBar

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.soulseek.connect import SoulseekStatus

LOOK_AGAIN = 1.5
"""Seconds between two looks at the figures and at the download beside the list."""
ASK_AGAIN = 20
"""Looks after which slskd itself is asked how it is."""


class DownloadsList(Page):
    """Views of the queue, narrowed and sorted; what is done to downloads is up to the page that is one."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.view = ACTIVE
        self.question = query_of(ACTIVE)
        self.source: DownloadSource | None = None
        self.condition: Condition | None = None
        self._soulseek: SoulseekStatus | None = None
        self._looks = 0
        self._pause: Timer | None = None
        self.doing = ""
        """What is being done and takes a while, in words."""
        self._drawn: DownloadRow | None = None
        self._noticed: tuple[str, bool] = ("", False)
        self._keyed: object = None

    def content(self) -> Iterator[Widget]:
        yield ViewBar(id="downloads-views")
        yield Static(Content(""), id="downloads-notice")
        line = Input(id="downloads-filter", placeholder="Filter: words of the path or the user", select_on_focus=False)
        line.cursor_blink = False
        yield line
        with Horizontal(id="downloads-body"):
            yield TonedList(
                ListSource[DownloadRow](lambda row: row.pk),
                DOWNLOAD_COLUMNS,
                empty="",
                loading="Reading the queue…",
                tone=tone,
                id="downloads-list",
            )
            with VerticalScroll(id="downloads-detail"):
                yield Sheet(id="downloads-sheet")

    @property
    def table(self) -> TonedList[DownloadRow]:
        return cast("TonedList[DownloadRow]", self.query_one("#downloads-list", TonedList))

    @property
    def download(self) -> Download | None:
        """The download under the cursor."""
        row = self.table.cursor_row if self.is_mounted and self.query("#downloads-list") else None
        return None if row is None else row.download

    def on_mount(self) -> None:
        self.table.focus()
        # Within the key that moves the cursor: one frame shows all, where a message would draw a second.
        self.watch(self.table, "cursor", self._moved, init=False)
        self.set_interval(LOOK_AGAIN, self._follow)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._looks = 0
        self._follow()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if self.source is None and snapshot.ready and self.app.shelf is not None:
            self.source = DownloadSource(self.bridge, self.app.shelf, self.question)
            self.table.source = self.source
            self._follow()

    # -- what happens -------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Look at the figures, and draw the download beside the list as it is now."""
        if not self.is_active or not self.bridge.snapshot.ready:
            return
        self.draw_detail()
        self.run_worker(self._look, group="look", exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        asks_slskd = self._looks % ASK_AGAIN == 0
        self._looks += 1
        try:
            self.condition = await self.bridge.call(lambda runtime: look(runtime, self._soulseek))
        except LockgrooveError as error:
            self.table.empty = clean(f"{error.message} {error.hint}")
            return
        self.say()
        if asks_slskd and self.condition.is_configured:
            self._soulseek = await self.bridge.call(lambda runtime: runtime.soulseek.status())
            self.condition = replace(self.condition, soulseek=self._soulseek)
            self.say()

    def look_soon(self) -> None:
        """Something was done: read the list and the figures anew."""
        if self.source is not None:
            self.source.reload()
        self._follow()

    # -- what is shown ------------------------------------------------------------------------------------------------

    @property
    def is_narrowed(self) -> bool:
        return bool(self.question.text.strip())

    def say(self) -> None:
        """Everything that is said around the list."""
        condition = self.condition
        if condition is not None:
            self.query_one(ViewBar).show(views(condition.counts), self.view)
        said = notice(condition)
        if said != self._noticed:
            self._noticed = said
            self._show_notice(*said)
        empty = emptiness(condition, self.view, narrowed=self.is_narrowed)
        if empty != self.table.empty:
            self.table.empty = empty
        self.say_where()
        self._show_keys()

    def _show_notice(self, said: str, is_warning: bool) -> None:
        line = self.query_one("#downloads-notice", Static)
        line.set_class(bool(said), "-shown")
        sign = ("! ", "bold $warning") if is_warning else ("● ", "$success")
        style = "$warning" if is_warning else "$foreground"
        line.update(Content.assemble(sign, (clean(said), style)))

    def say_where(self) -> None:
        table, order = self.table, str(self.question.order_by)
        place = where(self.condition, table.cursor, table.count, table.marked_count, order)
        self.say_position(self.doing or place)

    def draw_detail(self) -> None:
        """The download under the cursor in full; lines that did not change are not sent again."""
        row = self.table.cursor_row
        if row is not None and row is self._drawn:
            return
        self._drawn = row
        download = None if row is None else row.download
        self.query_one("#downloads-sheet", Sheet).show(
            lambda width: [] if download is None else detail_lines(download, width)
        )

    @on(RecordTable.Highlighted)
    @on(RecordTable.Changed)
    @on(RecordTable.MarksChanged)
    def _moved(self) -> None:
        self.draw_detail()
        self.say_where()
        self._show_keys()

    def _show_keys(self) -> None:
        """Which keys do something may be another matter now; drawn only then, as the line of hints is a long one."""
        download = self.download
        stuck = self.condition is not None and self.condition.counts.stuck > 0
        now = (download and download.state, bool(self.table.marked_count), stuck, self.is_narrowed, self.view)
        if now != self._keyed:
            self._keyed = now
            self.refresh_bindings()

    @on(RecordTable.Troubled)
    def _troubled(self, event: RecordTable.Troubled) -> None:
        self.say_position(clean(f"the list cannot be read: {event.error}"))

    # -- narrowing and sorting ----------------------------------------------------------------------------------------

    def ask(self, **changes: object) -> None:
        """Ask for another list, the cursor on the row it was on where that is still there."""
        self.question = replace(self.question, **changes)  # pyright: ignore[reportArgumentType]
        order = self.question.order_by
        self.table.sorting = Sorting(str(order), descending=order is DownloadOrder.SIZE)
        if self.source is not None:
            row = self.table.cursor_row
            self.source.ask(self.question, keep=row.pk if row is not None else None)
        self.say()

    def show_view(self, view: str) -> None:
        """Show one of the views; what was marked in another stays marked nowhere."""
        self.view = view
        self.table.unmark(list(self.table.marks))
        self.table.columns = columns_of(view)
        asked = query_of(view)
        self.ask(states=asked.states, stuck=asked.stuck, order_by=asked.order_by)
        self.refresh_bindings()

    def action_view(self, step: int) -> None:
        keys = [view.key for view in views((self.condition or Condition()).counts)]
        self.show_view(keys[(keys.index(self.view) + step) % len(keys)])

    @on(ViewBar.Chosen)
    def _view_clicked(self, event: ViewBar.Chosen) -> None:
        self.show_view(event.key)

    def action_sort(self) -> None:
        orders = list(ORDERS)
        self.ask(order_by=orders[(orders.index(self.question.order_by) + 1) % len(orders)])

    @on(RecordTable.SortRequested)
    def _header_clicked(self, event: RecordTable.SortRequested) -> None:
        self.ask(order_by=DownloadOrder(event.sort))

    def action_filter(self) -> None:
        line = self.query_one("#downloads-filter", Input)
        line.add_class("-shown")
        line.focus()

    @property
    def is_typing(self) -> bool:
        return self.focused is not None and self.focused.id == "downloads-filter"

    @on(Input.Changed, "#downloads-filter")
    def _typed(self, event: Input.Changed) -> None:
        if self._pause is not None:
            self._pause.stop()
        text = event.value
        self._pause = self.set_timer(FILTER_PAUSE, lambda: self._narrow(text))

    def _narrow(self, text: str) -> None:
        if text.strip() != self.question.text.strip():
            self.ask(text=text)

    @on(Input.Submitted, "#downloads-filter")
    def _to_list(self) -> None:
        self.table.focus()

    def on_key(self, event: Key) -> None:
        if event.key == "down" and self.is_typing:
            event.stop()
            self.table.focus()

    def action_clear(self) -> None:
        """One step back: reading, the filter, the view."""
        if self.has_class("-reading"):
            self.remove_class("-reading")
        elif self.is_typing or self.is_narrowed:
            line = self.query_one("#downloads-filter", Input)
            line.value = ""
            line.remove_class("-shown")
            self.ask(text="")
        else:
            self.show_view(ACTIVE)
        self.table.focus()
        self.refresh_bindings()

    def action_pane(self) -> None:
        self.toggle_class("-pane-hidden")

    @on(RecordTable.Selected)
    def action_read(self) -> None:
        """Move into the details; Escape returns."""
        self.add_class("-reading")
        self.query_one("#downloads-detail").focus()
        self.draw_detail()
        self.refresh_bindings()


async def look(runtime: Runtime, soulseek: SoulseekStatus | None) -> Condition:
    """How the queue stands, without asking slskd; on the services' loop."""
    from storage import arrivals
    from storage.values.arrivals import ArrivalState

    user_id = runtime.user.id
    counts, keeper = await runtime.downloads.counts(user_id), await runtime.downloads.condition()
    async with runtime.storage.read() as connection:
        arrived = (await arrivals.counts(connection, user_id)).get(ArrivalState.ASKED, 0)
    is_configured = runtime.soulseek.is_configured
    if not is_configured:
        soulseek = await runtime.soulseek.status()  # asks nobody, says what is missing
    return Condition(counts, keeper, is_configured, soulseek, arrived)
