"""The downloads of the moment on another page: up to five lines that follow the queue, and what can be done about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from storage.errors import LockgrooveError
from storage.values.downloads import Download, DownloadCounts, DownloadOrder, DownloadQuery, DownloadState
from tui.actions import bindings, key_of
from tui.bridge import Bridge
from tui.table.columns import Column
from tui.table.downloads import DOWNLOAD_COLUMNS, DownloadRow, amount, tone
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.widgets.bars import heading
from tui.widgets.plainlist import MARKING
from tui.widgets.tonedlist import TonedList
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.app import LockgrooveApp

SHOWN = 5
"""Lines at most; "show all" leads to the rest."""
LOOK_AGAIN = 1.5
"""Seconds between two looks at the queue while the page is shown."""
_ACTIVE = DownloadQuery(states=(DownloadState.QUEUED, DownloadState.RUNNING), order_by=DownloadOrder.QUEUE)
_STUCK = DownloadQuery(stuck=True)
_COLUMNS: tuple[Column[DownloadRow], ...] = tuple(
    column for column in DOWNLOAD_COLUMNS if column.key not in ("size", "folder")
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What moves now, else what stays failed, and how many there are of each."""

    downloads: tuple[Download, ...]
    counts: DownloadCounts


class ShortList(TonedList[DownloadRow]):
    """Five lines are dealt with one by one: the keys for marks do nothing and are not listed."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action not in MARKING and super().check_action(action, parameters)


class ActiveDownloads(Vertical):
    """Nothing at all while nothing moves and nothing failed. Takes the keys when it is reached with Tab."""

    DEFAULT_CSS = """
    ActiveDownloads { height: auto; display: none; margin-bottom: 1; }
    ActiveDownloads.-shown { display: block; }
    ActiveDownloads #active-title { height: 1; }
    ActiveDownloads ShortList { height: 2; scrollbar-size-vertical: 0; }
    """
    BINDINGS: ClassVar[Any] = bindings("active")

    def __init__(self, bridge: Bridge, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._bridge = bridge
        self._source = ListSource[DownloadRow](lambda row: row.pk)
        self._said = ""

    def compose(self) -> ComposeResult:
        yield Static(Content(""), id="active-title")
        yield ShortList(self._source, _COLUMNS, tone=tone, empty="", id="active-list")

    @property
    def _list(self) -> ShortList:
        return self.query_one(ShortList)

    @property
    def _app(self) -> LockgrooveApp:
        return cast("LockgrooveApp", self.app)

    @property
    def _download(self) -> Download | None:
        row = self._list.cursor_row if self.is_mounted and self.query("#active-list") else None
        return None if row is None else row.download

    def on_mount(self) -> None:
        self.set_interval(LOOK_AGAIN, self.look)

    def look(self) -> None:
        """Read the queue anew, if anybody sees it."""
        if self.screen.is_active and self._bridge.snapshot.ready:
            self.run_worker(self._read, group="active", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        try:
            moment = await self._bridge.call(_now)
        except LockgrooveError:
            return  # the page of downloads says why
        counts, rows = moment.counts, [DownloadRow(each.id, each) for each in moment.downloads]
        if self.has_class("-shown") != bool(rows):
            self.set_class(bool(rows), "-shown")
        if len(rows) != self._source.count():
            self._list.styles.height = len(rows) + 1
        self._source.replace(rows)
        self._title(counts, len(rows))

    def _title(self, counts: DownloadCounts, shown: int) -> None:
        told = (
            f"{number(counts.active)} active" if counts.active else "",
            f"{amount(counts.speed)}/s" if counts.speed else "",
            f"{number(counts.stuck)} failed" if counts.stuck else "",
        )
        key = {"equals_sign": "="}.get(key_of("app.downloads"), key_of("app.downloads"))
        more = f"{key} shows {'all' if counts.active + counts.stuck > shown else 'them'}, Tab goes into them"
        said = " · ".join(filter(None, (*told, more)))
        if said != self._said:
            self._said = said
            self.query_one("#active-title", Static).update(heading("Downloads", said), layout=False)

    # -- acting -------------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        download = self._download
        if action == "cancel":
            return True if download is not None and download.state.is_active else None
        if action == "retry":
            return True if download is not None and download.state is DownloadState.FAILED else None
        return True

    @on(RecordTable.Highlighted)
    def _moved(self) -> None:
        self.screen.refresh_bindings()

    @on(RecordTable.Selected)
    def action_show_all(self) -> None:
        """Show the whole queue."""
        self._app.go("downloads")

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_cancel(self) -> None:
        """Cancel; the line goes once slskd confirmed it."""
        await self._act(lambda runtime, key: runtime.downloads.cancel(runtime.user.id, key))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_retry(self) -> None:
        """Ask for it again at once."""
        await self._act(lambda runtime, key: runtime.downloads.retry(runtime.user.id, key))

    async def _act(self, ask: Callable[[Runtime, int], Awaitable[object]]) -> None:
        download = self._download
        if download is None:
            return
        try:
            await self._bridge.call(lambda runtime: ask(runtime, download.id))
        except LockgrooveError as error:
            self._app.say(error)
        self.look()


async def _now(runtime: Runtime) -> Moment:
    """What moves now, then what stays failed, :data:`SHOWN` in all; on the services' loop."""
    counts = await runtime.downloads.counts(runtime.user.id)
    found = await runtime.downloads.page(runtime.user.id, _ACTIVE, limit=SHOWN) if counts.active else []
    if len(found) < SHOWN and counts.stuck:
        found += await runtime.downloads.page(runtime.user.id, _STUCK, limit=SHOWN - len(found))
    return Moment(tuple(found), counts)
