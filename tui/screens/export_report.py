"""One export, live or ended: how far it is, what became of each item, and what can be done about the rest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from tui.actions import bindings, key_of
from tui.bridge import Bridge, Snapshot
from tui.screens.page import Page
from tui.table.results import (
    GROUPS,
    RESULT_COLUMNS,
    ResultQuery,
    ResultRow,
    ResultSource,
    how_many,
    outcome,
    tone,
)
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.tokens import STYLES
from tui.widgets.exportsheet import export_lines
from tui.widgets.plainlist import PlainList
from tui.widgets.sheet import Sheet
from tui.words import number

if TYPE_CHECKING:
    from services.discogs.export import Export
    from storage.values import Job

REDRAW = 0.9
"""Seconds between two drawings of a running export at least; the clock ticks once a second."""
SETTLED = 0.2
"""Seconds after which the rows of a list that changed are there."""


class ExportPage(Page):
    """Follows one export; :meth:`show_export` says which. Closing it leads back, and the export goes on."""

    MODE = "export"
    CSS_PATH: ClassVar[Any] = [STYLES / "export.tcss"]
    BINDINGS: ClassVar[Any] = bindings("export")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._export_id: str | None = None
        self._export: Export | None = None
        self._job: Job | None = None
        self._group = 0
        self._seen: object = None
        self._drawn_at = 0.0

    def content(self) -> Iterator[Widget]:
        yield Sheet(id="export-sheet")
        yield Static(Content(""), id="export-title", classes="list-title")
        nothing = ListSource[ResultRow](lambda row: row.pk)
        yield PlainList(nothing, RESULT_COLUMNS, tone=tone, empty="", id="export-items")
        yield Static(Content(""), id="export-about")

    @property
    def _list(self) -> PlainList[ResultRow]:
        return cast("PlainList[ResultRow]", self.query_one("#export-items", PlainList))

    def on_mount(self) -> None:
        self._list.focus()
        self._show_items()

    def show_export(self, export_id: str) -> None:
        """Show this export; a page that is only being built shows it as soon as it stands."""
        self._export_id, self._export, self._job, self._group, self._seen = export_id, None, None, 0, None
        if self.is_mounted:
            self._show_items()
            self._read()

    # -- what is shown --------------------------------------------------------------------------------------------

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        running = next((job for job in snapshot.jobs if job.id == self._export_id), None)
        if running is not None:
            self._job = running
        last = snapshot.last_job
        moved = (
            snapshot.ready,
            snapshot.connected,
            running and (running.state, running.cancel_requested),
            last and (last.id, last.state),
        )
        if moved != self._seen:
            self._seen = moved
            self._read()
        elif running is not None and time.monotonic() - self._drawn_at >= REDRAW:
            self._redraw()

    def tick(self) -> None:
        super().tick()
        if self._job is not None and self._job.state.is_active and time.monotonic() - self._drawn_at >= REDRAW:
            self._redraw()

    def _read(self) -> None:
        if self._export_id is not None and self.bridge.snapshot.ready:
            self._fetch(self._export_id)

    @work(exclusive=True, group="fetch", exit_on_error=False)
    async def _fetch(self, export_id: str) -> None:
        try:
            export = await self.bridge.call(lambda runtime: runtime.exports.get(runtime.user.id, export_id, limit=0))
        except LockgrooveError as error:
            said = f"{error.message} {error.hint}".strip()
            self.query_one("#export-sheet", Sheet).show(lambda width: Content(said).wrap(width))
            return
        self._export, self._job = export, export.job
        self._redraw()
        self._say()
        self.refresh_bindings()

    def _redraw(self) -> None:
        self._drawn_at = time.monotonic()
        export, job, now = self._export, self._job, time.time()
        connected = self.bridge.snapshot.connected
        if export is not None and job is not None:
            sheet = self.query_one("#export-sheet", Sheet)
            sheet.show(lambda width: export_lines(export, job, now, width, connected=connected))

    def _show_items(self) -> None:
        """Show the items of the chosen states from the first one."""
        if self._export_id is not None:
            self._list.source = ResultSource(self.bridge, ResultQuery(self._export_id, GROUPS[self._group][1]))
        self._say()

    def _say(self) -> None:
        shown, _ = GROUPS[self._group]
        count = self._list.count
        said = f"· {shown}, {number(count)}" if self._group else f"· {number(count)}"
        more = f"   {key_of('export.show')} shows the next kind" if self._group else ""
        self.query_one("#export-title", Static).update(
            Content.assemble((" Items ", "bold $primary"), (said, "$muted"), (more, "$faint"))
        )
        self.say_position(f"{number(self._list.cursor + 1)} of {number(count)}" if count else "")

    @on(RecordTable.Changed)
    def _items_changed(self) -> None:
        self._list.empty = "Nothing of this kind." if self._group else "There is nothing in this export."
        self._moved()
        self.set_timer(SETTLED, self._about)

    @on(RecordTable.Highlighted)
    def _moved(self) -> None:
        self._about()
        self._say()
        self.refresh_bindings()

    def _about(self) -> None:
        """The item under the cursor in full."""
        row = self._list.cursor_row
        about = [row.result.title, outcome(row)] if row is not None else []
        self.query_one("#export-about", Static).update(Content("\n").join(Content(clean(line)) for line in about))

    # -- acting ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        export, job = self._export, self._job
        if action == "connect":
            return not self.bridge.snapshot.connected
        if action == "other":
            return self._other() is not None
        if action == "stop":
            return True if job is not None and job.state.is_active and not job.cancel_requested else None
        if action == "retry":
            return True if export is not None and export.can_be_retried else None
        if action == "undo":
            return True if export is not None and export.undoable and not export.state.is_active else None
        if action in ("browse", "copy_link"):
            return True if self._release_id() is not None else None
        return True

    def _release_id(self) -> int | None:
        row = self._list.cursor_row if self.query("#export-items") else None
        return None if row is None else row.result.release_id

    def _other(self) -> str | None:
        """The export that this one belongs together with: the later one first."""
        export = self._export
        return None if export is None else export.retried_as or export.undo_of or export.retry_of

    def action_show(self) -> None:
        """The next kind of items of which there are any; after the last one everything again."""
        if self._export is None:
            return
        behind = range(self._group + 1, len(GROUPS))
        self._group = next((n for n in behind if how_many(self._export, GROUPS[n][1])), 0)
        self._show_items()

    def action_connect(self) -> None:
        from tui.screens.connect import open_connect

        open_connect(self.app)

    @work(exclusive=True, group="stop", exit_on_error=False)
    async def action_stop(self) -> None:
        """Nothing is asked first: what was sent stays sent, and the rest can be sent later."""
        if (export_id := self._export_id) is None:
            return
        try:
            await self.bridge.call(lambda runtime: runtime.exports.cancel(runtime.user.id, export_id))
        except LockgrooveError as error:
            self.app.say(error)

    @work(exclusive=True, group="start", exit_on_error=False)
    async def action_retry(self) -> None:
        from tui.screens.export import started

        if (export_id := self._export_id) is not None:
            await started(self.app, lambda runtime: runtime.exports.retry(runtime.user.id, export_id))

    @work(exclusive=True, group="start", exit_on_error=False)
    async def action_undo(self) -> None:
        from tui.screens.confirm import Confirm
        from tui.screens.export import started
        from tui.screens.export_words import about_undo

        export = self._export
        if export is None:
            return
        title = f"Take back the {number(export.undoable)} that this export sent?"
        if export.undoable == 1:
            title = "Take back what this export sent?"
        if await self.app.push_screen_wait(Confirm(title, about_undo(export), "takes back", key="z")):
            await started(self.app, lambda runtime: runtime.exports.undo(runtime.user.id, export.id))

    def action_other(self) -> None:
        if (other := self._other()) is not None:
            self.show_export(other)

    def action_browse(self) -> None:
        if (release_id := self._release_id()) is not None:
            self.app.browse(f"/release/{release_id}")

    def action_copy_link(self) -> None:
        if (release_id := self._release_id()) is not None:
            self.app.copy_link(f"/release/{release_id}")

    def action_close(self) -> None:
        self.app.go(self.app.came_from)
