"""Search: your own records and Discogs at once, each list filling as its answer arrives, one key to add."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from services.errors import NotConnected
from storage.errors import LockgrooveError
from storage.values import RecordQuery, ShelfRow
from tui.actions import bindings, key_of
from tui.bridge import Bridge, Snapshot
from tui.screens.page import Page
from tui.table.hits import HIT_COLUMNS, Hit, hit
from tui.table.records import RECORD_COLUMNS, tone
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.tokens import STYLES
from tui.words import number

if TYPE_CHECKING:
    from services.discogs import models
    from services.runtime import Runtime
    from storage.shelf import ShelfReader

LOCAL_PAUSE, DISCOGS_PAUSE = 0.1, 0.6
"""Seconds without a key before the library, and then Discogs, are asked."""
LOCAL_LIMIT = 50
INVITATION = "type to search here and on Discogs"
LEAVING = f"Esc, then {key_of('app.dashboard')} to {key_of('app.settings')} change the page"
UNDERSTOOD = {
    "upc": "as a barcode",
    "catalog_number": "as a catalogue number",
    "artist": "as artist and title",
    "release_id": "as a release",
    "text": "as words",
}


class SearchPage(Page):
    """One line to type in, two lists below it."""

    MODE = "search"
    CSS_PATH = STYLES / "search.tcss"
    BINDINGS = bindings("search")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._local = ListSource[ShelfRow](lambda row: row.pk)
        self._hits = ListSource[Hit](lambda row: row.release_id)
        self._pauses: list[Timer] = []
        self._page = 0
        self._pages = 0
        self._asked = ""

    def content(self) -> Iterator[Widget]:
        line = Input(
            id="search-line",
            placeholder="Artist – title, catalogue number, barcode, or the link of a release",
            select_on_focus=False,
        )
        line.cursor_blink = False
        yield line
        with Vertical(id="search-local"):
            yield Static(Content(""), id="local-title", classes="list-title")
            yield RecordTable(self._local, RECORD_COLUMNS, tone=tone, empty="", id="local-hits")
        with Vertical(id="search-discogs"):
            yield Static(Content(""), id="discogs-title", classes="list-title")
            yield RecordTable(self._hits, HIT_COLUMNS, empty="", id="discogs-hits")

    def on_mount(self) -> None:
        self._titles(INVITATION, LEAVING)
        self.action_focus_input()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.ready and not snapshot.connected and not self._asked:
            self._title(
                "#discogs-title",
                "On Discogs",
                f"not connected; {key_of('app.settings')} opens the settings, c connects",
            )

    # -- asking ---------------------------------------------------------------------------------------------------

    @on(Input.Changed, "#search-line")
    def _typed(self, event: Input.Changed) -> None:
        for timer in self._pauses:
            timer.stop()
        typed = event.value.strip()
        if len(typed) < 2:
            self._pauses = []
            return
        self._pauses = [
            self.set_timer(LOCAL_PAUSE, lambda: self._ask_library(typed)),
            self.set_timer(DISCOGS_PAUSE, lambda: self._ask_discogs(typed, 1)),
        ]

    @on(Input.Submitted, "#search-line")
    def _submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        for timer in self._pauses:
            timer.stop()
        if typed:
            self._ask_library(typed)
            if typed != self._asked:
                self._ask_discogs(typed, 1)
            self._to_results()

    @work(exclusive=True, group="library", exit_on_error=False)
    async def _ask_library(self, typed: str) -> None:
        shelf = self.app.shelf
        if shelf is None:
            self._title("#local-title", "In your library", "empty")
            return
        query = RecordQuery(text=typed)

        def ask(reader: ShelfReader) -> tuple[list[ShelfRow], int]:
            user = reader.user()
            return (reader.first(user, query, LOCAL_LIMIT), reader.count(user, query)) if user else ([], 0)

        rows, count = await asyncio.wrap_future(shelf.submit(ask))
        self._local.replace(rows, anew=True)
        self._title("#local-title", "In your library", f"{number(count)} found" if count else "nothing found")

    @work(exclusive=True, group="discogs", exit_on_error=False)
    async def _ask_discogs(self, typed: str, page: int) -> None:
        self._asked = typed
        self._title("#discogs-title", "On Discogs", "asking…")
        self._hits_table.empty = ""

        async def ask(runtime: Runtime) -> tuple[models.SearchPage, set[int], set[int], str]:
            from services.discogs.query import recognise

            terms = recognise(typed)
            found = await runtime.discogs.search(runtime.user.id, typed, page=page)
            ids = [result.id for result in found.results]
            owned = await runtime.records.owned(runtime.user.id, ids)
            wanted = await runtime.wants.wanted(runtime.user.id, ids)
            kind = next(name for name in UNDERSTOOD if getattr(terms, name) is not None)
            return found, owned, wanted, UNDERSTOOD[kind]

        try:
            found, owned, wanted, understood = await self.bridge.call(ask)
        except LockgrooveError as error:
            self._no_answer(error, page)
            return
        hits = [
            hit(result, owned=result.id in owned, wanted=result.id in wanted)
            for result in found.results
            if result.type == "release"
        ]
        known = {row.release_id for row in self._hits.rows()} if page > 1 else set[int]()
        kept = list(self._hits.rows()) if page > 1 else []
        self._hits.replace([*kept, *(row for row in hits if row.release_id not in known)], anew=page == 1)
        self._page, self._pages = page, found.pagination.pages
        shown, items = self._hits.count(), found.pagination.items
        more = f", {number(shown)} shown, n for more" if shown < items else ""
        said = f"{number(items)} found {understood}{more}" if items else f"nothing found {understood}"
        self._title("#discogs-title", "On Discogs", said)
        self.refresh_bindings()

    def _no_answer(self, error: LockgrooveError, page: int) -> None:
        """Say why in the list itself, where there is room for a whole sentence; hits that are there stay."""
        self._title("#discogs-title", "On Discogs", "no answer")
        if page > 1:
            self.app.say(error)
            return
        hint = (
            f"Esc, then {key_of('app.settings')} and c connect it." if isinstance(error, NotConnected) else error.hint
        )
        said = Content(f"{error.message} {hint}").wrap(max(20, self._hits_table.size.width - 8))
        self._hits_table.empty = "\n".join(line.plain.strip() for line in said)
        self._hits.replace([], anew=True)

    def _titles(self, local: str, discogs: str) -> None:
        self._hits_table.empty = ""
        self._title("#local-title", "In your library", local)
        self._title("#discogs-title", "On Discogs", discogs)

    def _title(self, which: str, name: str, said: str) -> None:
        self.query_one(which, Static).update(Content.assemble((f" {name} ", "bold $primary"), (f"· {said}", "$muted")))

    # -- acting ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "more":
            return True if self._page < self._pages else None
        if action in ("add", "want", "browse", "copy_link"):
            return True if self._release_id() is not None else None
        if action == "export":
            return True if self._table_in_use.count else None
        return True

    @property
    def _hits_table(self) -> RecordTable[Hit]:
        return cast(RecordTable[Hit], self.query_one("#discogs-hits", RecordTable))

    @property
    def _local_table(self) -> RecordTable[ShelfRow]:
        return cast(RecordTable[ShelfRow], self.query_one("#local-hits", RecordTable))

    @property
    def _table_in_use(self) -> RecordTable[Any]:
        return self._local_table if self.focused is self._local_table else self._hits_table

    def _release_id(self) -> int | None:
        """The release under the cursor of the list in use."""
        if self.focused is self._local_table:
            row = self._local_table.cursor_row
            return None if row is None else row.discogs_id
        found = self._hits_table.cursor_row
        return None if found is None else found.release_id

    def action_focus_input(self) -> None:
        """Go to the line to type in; a page that is only being built begins there anyway."""
        for line in self.query("#search-line"):
            line.focus()

    def action_back(self) -> None:
        line = self.query_one("#search-line", Input)
        if self.focused is not line and line.value:
            line.focus()
        elif not line.value:
            self._to_results()
        else:
            line.value = ""
            self._local.replace([], anew=True)
            self._hits.replace([], anew=True)
            self._asked, self._page, self._pages = "", 0, 0
            self._titles(INVITATION, LEAVING)

    def _to_results(self) -> None:
        table = self._local_table if self._local.count() and not self._hits.count() else self._hits_table
        table.focus()

    def on_key(self, event: Any) -> None:
        if event.key == "down" and self.focused is self.query_one("#search-line"):
            event.stop()
            self._to_results()

    @on(RecordTable.Highlighted)
    @on(RecordTable.MarksChanged)
    def _moved(self) -> None:
        found = self._hits_table.cursor_row if self.focused is self._hits_table else None
        marked = self._table_in_use.marked_count
        said = (
            "● in your collection" if found and found.owned else "",
            "w on your wantlist" if found and found.wanted else "",
            f"{number(marked)} marked" if marked else "",
        )
        self.say_position(" · ".join(filter(None, said)))
        self.refresh_bindings()

    @on(RecordTable.Selected, "#local-hits")
    def _open_record(self, event: RecordTable.Selected) -> None:
        self.app.show_record(event.row.pk)

    @on(RecordTable.Selected, "#discogs-hits")
    def _chosen(self) -> None:
        self.action_add()

    def action_more(self) -> None:
        if self._page < self._pages:
            self._ask_discogs(self._asked, self._page + 1)

    @work(exclusive=True, group="add", exit_on_error=False)
    async def action_add(self) -> None:
        found = self._hits_table.cursor_row
        if found is None or self.focused is self._local_table:
            return
        if found.owned:
            self.app.notify("This release is in your collection already.", markup=False)
            return
        self.say_position("adding…")
        try:
            release_id = found.release_id
            record = await self.bridge.call(lambda runtime: runtime.records.fetch(runtime.user.id, release_id))
        except LockgrooveError as error:
            self.app.say(error)
            return
        finally:
            self.say_position("")
        self._mark(release_id, owned=True)
        where = "here and in your Discogs collection" if record.is_synced else "here; the next sync sends it to Discogs"
        self.app.notify(f"{record.artist_name} – {record.album_title}: added {where}.", markup=False)

    @work(exclusive=True, group="want", exit_on_error=False)
    async def action_want(self) -> None:
        release_id = self._release_id()
        if release_id is None:
            return
        self.say_position("putting it on your wantlist…")
        try:
            want = await self.bridge.call(lambda runtime: runtime.wants.add(runtime.user.id, release_id))
        except LockgrooveError as error:
            self.app.say(error)
            return
        finally:
            self.say_position("")
        self._mark(release_id, wanted=True)
        self.app.notify(f"{want.artist_name} – {want.album_title}: on your wantlist.", markup=False)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_export(self) -> None:
        """The marked ones of the list in use, or the one under the cursor."""
        from tui.screens import export

        table = self._table_in_use
        keys = set(table.chosen())
        if not keys:
            return
        if table is self._local_table:
            rows = [row for row in self._local.rows() if row.pk in keys]
            selection = export.of_records(rows, self._local_table.cursor_row)
        else:
            hits = [(row.release_id, row.title) for row in self._hits.rows() if row.release_id in keys]
            selection = export.of_releases(hits, self._release_id())
        if isinstance(selection, str):
            self.app.notify(selection, severity="warning", markup=False)
        elif await export.run(self.app, selection):
            table.unmark(list(keys))

    def _mark(self, release_id: int, **signs: bool) -> None:
        """Show a hit as it is now, ``owned`` or ``wanted``."""
        self._hits.replace(
            [replace(row, **signs) if row.release_id == release_id else row for row in self._hits.rows()]
        )

    def action_browse(self) -> None:
        if (release_id := self._release_id()) is not None:
            self.app.browse(f"/release/{release_id}")

    def action_copy_link(self) -> None:
        if (release_id := self._release_id()) is not None:
            self.app.copy_link(f"/release/{release_id}")
