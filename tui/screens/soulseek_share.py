"""Everything that one user of Soulseek shares, as a list of folders that is narrowed by what is typed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from tui.actions import bindings
from tui.bridge import Bridge
from tui.screens.page import Page
from tui.screens.soulseek_reading import Shelved, fetch, narrowed, share_wishes, shelve
from tui.screens.soulseek_words import counted
from tui.table.downloads import amount
from tui.table.soulseek import SHARE_COLUMNS, FolderList, ShareRow
from tui.table.view import RecordTable
from tui.text import clean
from tui.tokens import STYLES
from tui.widgets.tonedlist import TonedList
from tui.words import number, span

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.soulseek.models import Share
    from services.soulseek.users import BrowseStatus

TYPING_PAUSE = 0.3
"""Seconds without a key before a share is looked through: it may have half a million files."""
TICK = 1.0


class SharePage(Page):
    """The share is fetched and read on the services' loop, looked through in a thread; the page only shows lines."""

    MODE = "search"
    CSS_PATH: ClassVar[Any] = [STYLES / "soulseek.tcss"]
    BINDINGS: ClassVar[Any] = bindings("share")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._source = FolderList[ShareRow](lambda row: row.key)
        self._username = ""
        self._back = "soulseek"
        self._share: Share | None = None
        self._shelved: Shelved | None = None
        self._pause: Timer | None = None
        self._clock: Timer | None = None
        self._began = 0.0
        self._status: BrowseStatus | None = None

    def content(self) -> Iterator[Widget]:
        line = Input(id="share-line", placeholder="Filter: words of a folder or a file", select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield Static(Content(""), id="share-state")
        yield TonedList(self._source, SHARE_COLUMNS, empty="", id="share-list")

    @property
    def table(self) -> TonedList[ShareRow]:
        return cast("TonedList[ShareRow]", self.query_one("#share-list", TonedList))

    @property
    def row(self) -> ShareRow | None:
        return self.table.cursor_row if self.is_mounted and self.query("#share-list") else None

    def on_mount(self) -> None:
        self.table.focus()
        if self._username:
            self._read_anew()

    def show_share(self, username: str, back: str) -> None:
        """Show what ``username`` shares; closing leads to the page ``back``."""
        self._back = back
        if username != self._username or self._share is None:
            self._username = username
            if self.query("#share-list"):
                self._read_anew()

    # -- fetching -----------------------------------------------------------------------------------------------------

    def _read_anew(self) -> None:
        self._share, self._shelved, self._status, self._began = None, None, None, time.monotonic()
        self.query_one("#share-line", Input).value = ""
        self.table.empty = (
            "The whole list comes from the user's own program: up to a minute, and many megabytes.\nEscape leaves it."
        )
        self._source.replace([], anew=True)
        self._draw_clock()
        if self._clock is None:
            self._clock = self.set_interval(TICK, self._draw_clock)
        self._fetch()

    @work(exclusive=True, group="share", exit_on_error=False)
    async def _fetch(self) -> None:
        username = self._username
        try:
            share = await self.bridge.call(lambda runtime: _browse(runtime, username))
        except LockgrooveError as error:
            self._stop_clock()
            self._say_state("no answer", trouble=True)
            self.table.empty = f"{clean(error.message)}\n{clean(error.hint)}\nr asks again."
            return
        self._stop_clock()
        self._shelved = await asyncio.to_thread(shelve, share)
        self._share = share
        await self._show()

    def _draw_clock(self) -> None:
        if not self.is_active or self._share is not None:
            return
        self._ask_status()
        status = self._status
        so_far = (
            f"{amount(status.transferred)} of {amount(status.size)} · " if status is not None and status.size else ""
        )
        self._say_state(f"Fetching what {self._username} shares · {so_far}{span(time.monotonic() - self._began)}")

    @work(exclusive=True, group="share-status", exit_on_error=False)
    async def _ask_status(self) -> None:
        """How much has come; a user's program need not say so."""
        username = self._username
        try:
            self._status = await self.bridge.call(lambda runtime: _browse_status(runtime, username))
        except LockgrooveError:
            self._status = None

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        self.workers.cancel_group(self, "share-status")

    # -- showing ------------------------------------------------------------------------------------------------------

    async def _show(self) -> None:
        share, shelved, text = self._share, self._shelved, self.query_one("#share-line", Input).value
        if share is None or shelved is None:
            return
        rows, keys = await asyncio.to_thread(narrowed, shelved, text)
        self.table.empty = (
            "No folder holds these words.\nEscape shows all again." if text.strip() else "This user shares nothing."
        )
        self._source.take(rows, keys)
        cut = ", cut: it is larger than is read" if share.is_cut else ""
        of_all = f" of {number(len(shelved.rows))}" if text.strip() else ""
        files = counted(share.file_count, "file")
        self._say_state(f"{self._username} · {number(len(rows))}{of_all} folders · {files}{cut}")

    def _say_state(self, text: str, *, trouble: bool = False) -> None:
        line = Content.styled(f" {clean(text)}", "$warning" if trouble else "$muted")
        self.query_one("#share-state", Static).update(line.truncate(max(20, self.size.width), ellipsis=True))

    @on(RecordTable.Highlighted)
    @on(RecordTable.Changed)
    @on(RecordTable.MarksChanged)
    def _moved(self) -> None:
        table, row = self.table, self.row
        marked = f" · {number(table.marked_count)} marked" if table.marked_count else ""
        place = f"{number(table.cursor + 1)} of {number(table.count)}{marked}" if table.count else ""
        path = "" if row is None else clean(row.directory.name)
        self.say_position(" · ".join(filter(None, (path if self.size.width < 120 else "", place))))
        self.refresh_bindings()

    # -- acting -------------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("fetch", "fold"):
            return True if self.row is not None else None
        return True

    @on(Input.Changed, "#share-line")
    def _typed(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(TYPING_PAUSE, self._narrow)

    @work(exclusive=True, group="narrow", exit_on_error=False)
    async def _narrow(self) -> None:
        await self._show()

    @on(Input.Submitted, "#share-line")
    def _to_list(self) -> None:
        self.table.focus()

    def on_key(self, event: Any) -> None:
        if event.key == "down" and self.focused is self.query_one("#share-line"):
            event.stop()
            self.table.focus()

    def action_filter(self) -> None:
        self.query_one("#share-line").focus()

    @on(RecordTable.Selected)
    def _chosen(self) -> None:
        row = self.row
        if row is not None and row.file is not None:
            self.action_fetch()
        else:
            self.action_fold(0)

    def action_fold(self, way: int) -> None:
        """Show the files of a folder (1), hide them (-1), or whichever is not so now (0)."""
        row = self.row
        at = self._source.position_of(row.directory.name) if row is not None else None
        folder = self._source.row(at) if at is not None else None
        if at is None or folder is None or way == (1 if folder.is_open else -1):
            return
        files = [ShareRow(folder.directory, file) for file in folder.directory.files]
        if folder.is_open:
            self._source.splice(at, 1 + len(files), [replace(folder, is_open=False)])
            self.table.place_on(folder.key)
        else:
            self._source.splice(at, 1, [replace(folder, is_open=True), *files])

    @work(exclusive=True, group="fetch", exit_on_error=False)
    async def action_fetch(self) -> None:
        """Queue the marked folders and files, else the one under the cursor."""
        keys = set(self.table.chosen())
        wanted = share_wishes([row for row in self._source.rows() if row.key in keys], self._username)
        if not wanted:
            self.app.notify("This user shares it with friends only.", severity="warning", markup=False)
            return
        try:
            count = await self.bridge.call(lambda runtime: fetch(runtime, wanted))
        except LockgrooveError as error:
            self.app.say(error)
            return
        self.table.unmark(list(keys))
        self.app.notify(
            f"{counted(count, 'file')} queued from {clean(self._username)}. = shows how far they are.", markup=False
        )

    def action_again(self) -> None:
        self._read_anew()

    def action_close(self) -> None:
        """Show everything again, then return."""
        line = self.query_one("#share-line", Input)
        if line.value:
            line.value = ""
            self.table.focus()
            return
        if self._share is None:
            self.workers.cancel_group(self, "share")
            self._stop_clock()
        self.app.go(self._back)


async def _browse(runtime: Runtime, username: str) -> Share:
    return await (await runtime.soulseek.client()).browse(username)


async def _browse_status(runtime: Runtime, username: str) -> BrowseStatus:
    return await (await runtime.soulseek.client()).browse_status(username)
