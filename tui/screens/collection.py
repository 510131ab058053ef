"""The collection: every record a person owns, and everything done to records.

Actions go to the services through the bridge; each acts on the marked records, or on the one under the cursor.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work

from storage.errors import LockgrooveError
from storage.values import RecordPk, ShelfRow
from tui.actions import bindings, key_of
from tui.bridge import Bridge
from tui.screens.shelf_page import ShelfPage
from tui.words import number

if TYPE_CHECKING:
    from storage.shelf import ShelfReader
    from storage.values import Record

UNSEEN = (
    "The shelf has not looked at this record yet. "
    f"{key_of('app.shelf', shown=True)} shows the shelf; there, {key_of('shelf.refresh')} does so."
)


class CollectionPage(ShelfPage):
    """Every record a person owns."""

    MODE = "collection"
    BINDINGS = bindings("collection")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._removed: list[Record] = []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in (
            "edit",
            "edit_copy",
            "remove",
            "export",
            "refresh_record",
            "browse",
            "copy_link",
            "sort",
            "letter",
            "read",
            "pane",
            "reverse",
            "filter",
            "facets",
            "soulseek",
            "match",
        ):
            return not self.shows_doors
        if action in ("connect_discogs", "demo"):
            snapshot = self.bridge.snapshot
            is_refused = action == "connect_discogs" and bool(snapshot.username)
            return not snapshot.connected and (self.shows_doors or is_refused)
        if action == "undo":
            return bool(self._removed)
        if action == "clear":
            return self.has_class("-reading") or self.is_filtering
        return True

    async def targets(self) -> list[ShelfRow]:
        """The marked records, or the one under the cursor."""
        keys = [RecordPk(int(key)) for key in self.table.chosen()]
        if self.app.shelf is None or not keys:
            return []
        return await asyncio.wrap_future(self.app.shelf.submit(lambda reader: reader.rows(keys)))

    def action_add(self) -> None:
        from tui.screens.search import SearchPage

        self.app.go("search")
        if isinstance(self.app.screen, SearchPage):
            self.app.screen.action_focus_input()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_manual(self) -> None:
        from tui.screens.record_form import RecordForm

        saved = await self.app.push_screen_wait(RecordForm(self.bridge))
        if saved is not None:
            self._arrived(saved)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_edit(self) -> None:
        from tui.screens.record_form import RecordForm

        row = self.table.cursor_row
        if row is None:
            return
        try:
            record = await self.bridge.call(lambda runtime: runtime.records.get(runtime.user.id, row.record_id))
        except LockgrooveError as error:
            self.app.say(error)
            return
        saved = await self.app.push_screen_wait(RecordForm(self.bridge, record))
        if saved is not None:
            self._arrived(saved)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_edit_copy(self) -> None:
        from tui.screens.copy_form import CopyForm

        row = self.table.cursor_row
        if row is None:
            return
        try:
            detail = await self.bridge.call(lambda runtime: runtime.records.detail(runtime.user.id, row.record_id))
        except LockgrooveError as error:
            self.app.say(error)
            return
        if not any(copy.removed_at is None for copy in detail.copies):
            self.app.notify("This record has no copy on Discogs; e edits the record itself.", markup=False)
            return
        saved = await self.app.push_screen_wait(CopyForm(self.bridge, detail))
        if saved is not None:
            self._arrived(saved)

    def _arrived(self, record: Record) -> None:
        """A record was written: read the list again and stand on it."""
        if self.source is None and self.app.shelf is None:
            self.app.open_shelf()
        if self.source is not None:
            self.source.reload()
        self.table.place_on(record.pk)
        self.show_row(self.table.cursor_row)

    @work(exclusive=True, group="refresh", exit_on_error=False)
    async def action_refresh_record(self) -> None:
        from tui.screens.record_actions import refresh

        done, failed = await refresh(self.bridge, await self.targets(), self.say_position)
        self._finished(done, failed, "read anew from Discogs")

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_remove(self) -> None:
        from tui.screens.confirm import Confirm
        from tui.screens.record_actions import named, remove

        rows = await self.targets()
        if not rows:
            return
        about = [*named(rows), "", "Removed from this library only; Discogs is not touched. U brings it back."]
        title = "Remove this record?" if len(rows) == 1 else f"Remove {number(len(rows))} records?"
        if not await self.app.push_screen_wait(Confirm(title, about, "removes")):
            return
        self._removed, failed = await remove(self.bridge, rows)
        self.table.unmark([row.pk for row in rows])
        back = "it" if len(self._removed) == 1 else "them"
        self._finished(len(self._removed), failed, f"removed; U brings {back} back")

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_undo(self) -> None:
        from tui.screens.record_actions import restore

        done, failed = await restore(self.bridge, self._removed)
        self._removed = []
        self._finished(done, failed, "brought back")

    def _finished(self, done: int, failed: list[str], what: str) -> None:
        if self.source is not None:
            self.source.reload()
        self.refresh_bindings()
        self.say_list()
        if failed:
            self.app.notify(
                f"{number(done)} {what}; {number(len(failed))} failed: {failed[0]}",
                severity="error",
                timeout=15,
                markup=False,
            )
        elif done:
            self.app.notify(f"{number(done)} {what}.", markup=False)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_export(self) -> None:
        from tui.screens import export

        keys, shelf = self.table.chosen(), self.app.shelf
        if not keys or shelf is None or self.source is None or export.is_too_much(self.app, len(keys)):
            return
        cursor, listed = self.table.cursor_row, self.source.keys()

        def read(reader: ShelfReader) -> export.Selection | str:
            return export.of_records(reader.rows(export.in_list_order(keys, listed)), cursor)

        selection = await asyncio.wrap_future(shelf.submit(read))
        if isinstance(selection, str):
            self.app.notify(selection, severity="warning", markup=False)
        elif await export.run(self.app, selection):
            self.table.unmark(keys)

    @work(exclusive=True, group="search", exit_on_error=False)
    async def action_soulseek(self) -> None:
        """Look for files of the record on Soulseek."""
        from tui.screens.albums_reading import search_files, words_for
        from tui.screens.albums_words import sought

        row = self.table.cursor_row
        if row is not None and row.album_pk is not None:
            await search_files(self.app, row.album_pk)
        elif row is not None:
            self.app.search_soulseek(words_for(sought(row.artist_name, row.album_title)))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_match(self) -> None:
        """Show where else the record lives, and let matches be confirmed or rejected."""
        from tui.screens.albums_dialogs import PlacesDialog

        row = self.table.cursor_row
        if row is None:
            return
        if row.album_pk is None:
            self.app.notify(UNSEEN, markup=False)
        elif await self.app.push_screen_wait(PlacesDialog(self.bridge, row.album_pk)):
            self._finished(0, [], "")
            self.show_row(self.table.cursor_row)

    def action_browse(self) -> None:
        if (row := self.table.cursor_row) is not None and row.discogs_id is not None:
            self.app.browse(f"/release/{row.discogs_id}")

    def action_copy_link(self) -> None:
        if (row := self.table.cursor_row) is not None and row.discogs_id is not None:
            self.app.copy_link(f"/release/{row.discogs_id}")

    # -- the three doors ------------------------------------------------------------------------------------------

    def action_connect_discogs(self) -> None:
        from tui.screens import sync

        sync.begin(self.app)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_import_file(self) -> None:
        from tui.screens.import_file import ImportDialog

        if await self.app.push_screen_wait(ImportDialog(self.bridge)):
            self._finished(0, [], "")

    def action_demo(self) -> None:
        self.app.open_demo()
