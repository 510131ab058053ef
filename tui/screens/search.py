"""Search: your records, the catalogue, Discogs, Spotify, Plex and Soulseek side by side, one key for what each hit is good for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual import on, work

from storage.errors import LockgrooveError
from storage.values import ShelfRow
from tui.actions import bindings
from tui.screens.search_lists import SearchLists
from tui.screens.search_words import Where
from tui.table.hits import Hit
from tui.table.outside import OutsideHit
from tui.table.soulseek import FoundRow
from tui.table.view import RecordTable
from tui.text import clean
from tui.tokens import STYLES
from tui.words import number

_OF_RELEASES = ("want", "explore")


class SearchPage(SearchLists):
    """What is done with what was found."""

    MODE = "search"
    CSS_PATH = STYLES / "search.tcss"
    BINDINGS = bindings("search")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or not self.query("#soulseek-hits"):
            return True
        if action == "more":
            return True if self.has_more else None
        if action == "add":
            return True if self._hit() is not None else None
        if action in _OF_RELEASES:
            return True if self._release_id() is not None else None
        if action in ("browse", "copy_link"):
            return True if self._address() else None
        if action == "on_discogs":
            return True if self.shown is not Where.DISCOGS and self._sought() else None
        if action == "export":
            return True if self.shown in (Where.RECORDS, Where.CATALOGUE, Where.DISCOGS) and self._row() else None
        return True

    def _row(self) -> Any:
        """The line under the cursor of the list that is shown."""
        return self.table_in_use.cursor_row

    def _hit(self) -> Hit | None:
        """The release under the cursor, of the catalogue or of Discogs."""
        row = self._row()
        return row if isinstance(row, Hit) else None

    def _release_id(self) -> int | None:
        """The Discogs release under the cursor."""
        row = self._row()
        if isinstance(row, ShelfRow):
            return row.discogs_id
        return row.release_id if isinstance(row, Hit) else None

    def _address(self) -> str:
        """The page of what is under the cursor."""
        row = self._row()
        if isinstance(row, OutsideHit):
            return row.address
        release_id = self._release_id()
        return "" if release_id is None else f"/release/{release_id}"

    def _sought(self) -> str:
        """What is under the cursor, in the words under which it is searched for elsewhere."""
        row = self._row()
        if isinstance(row, ShelfRow):
            return clean(f"{row.artist_name} - {row.album_title}")
        if isinstance(row, Hit):
            return clean(row.title.replace(" – ", " - ", 1))
        if isinstance(row, OutsideHit):
            return clean(row.sought)
        if isinstance(row, FoundRow):
            from services.matching.sources.soulseek import album

            read = album(row.found.folder.directory)
            return clean(" - ".join((*read.artists, read.title)))
        return ""

    @property
    def _is_typing(self) -> bool:
        return self.focused is self.line

    def action_focus_input(self) -> None:
        """Go to the line to type in; a page that is only being built begins there anyway."""
        for line in self.query("#search-line"):
            line.focus()

    def action_back(self) -> None:
        if not self._is_typing and self.line.value:
            self.line.focus()
        elif not self.line.value:
            self.to_results()
        else:
            self.line.value = ""
            self.forget()

    def action_view(self, by: int) -> None:
        self.turn(by)

    def on_key(self, event: Any) -> None:
        if event.key == "down" and self._is_typing:
            event.stop()
            self.to_results()

    def show_list(self, where: Where) -> None:
        super().show_list(where)
        self._moved()

    @on(RecordTable.Highlighted)
    @on(RecordTable.Changed)
    @on(RecordTable.MarksChanged)
    def _moved(self) -> None:
        found, table = self._hit(), self.table_in_use
        count, marked = table.source.count(), table.marked_count
        said = (
            "● in your collection" if found and found.owned else "",
            "w on your wantlist" if found and found.wanted else "",
            f"{number(marked)} marked" if marked else "",
            f"{number(table.cursor + 1)} of {number(count)}" if count else "",
        )
        self.say_position(" · ".join(filter(None, said)))
        self.refresh_bindings()

    @on(RecordTable.Selected)
    def _chosen(self, event: RecordTable.Selected) -> None:
        """Enter does what a hit is looked for: shows a record, explores a release, adds one of Discogs, opens the rest."""
        if self.shown is Where.RECORDS:
            self.app.show_record(event.row.pk)
        elif self.shown is Where.CATALOGUE:
            self.action_explore()
        elif self.shown is Where.DISCOGS:
            self.action_add()
        elif self.shown is Where.SPOTIFY:
            self.action_browse()
        elif self.shown is Where.PLEX:
            self.action_on_discogs()
        else:
            self.app.search_soulseek(self.line.value.strip())

    def action_explore(self) -> None:
        """See in the catalogue whom and what the release leads to."""
        from storage.values import NodeName
        from tui.screens.explore import ExplorePage

        release_id = self._release_id()
        if release_id is None:
            return
        self.app.go("explore")
        if isinstance(self.app.page, ExplorePage):
            self.app.page.open_node(NodeName("release", str(release_id), str(release_id)))

    def action_soulseek(self) -> None:
        """Look on Soulseek for the hit under the cursor, or for what is typed; where nothing is yet, type it there."""
        hit = "" if self._is_typing or self.shown is Where.SOULSEEK else self._sought()
        self.app.search_soulseek(hit.replace(" - ", " ") or self.line.value.strip())

    def action_on_discogs(self) -> None:
        """Look for the hit under the cursor on Discogs, and nowhere else."""
        if not (sought := self._sought()):
            return
        with self.prevent(self.line.Changed):
            self.line.value = sought
        self.show_list(Where.DISCOGS)
        self.ask_network(sought, (Where.DISCOGS,))

    def action_more(self) -> None:
        self.ask_for_more()

    @work(exclusive=True, group="add", exit_on_error=False)
    async def action_add(self) -> None:
        found = self._hit()
        if found is None:
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
        """The marked ones of the list that is shown, or the one under the cursor."""
        from tui.screens import export

        table = self.table_in_use
        keys = set(table.chosen())
        if not keys:
            return
        if self.shown is Where.RECORDS:
            rows = [row for row in self.local.rows() if row.pk in keys]
            selection = export.of_records(rows, self._row())
        else:
            listed = (self.known if self.shown is Where.CATALOGUE else self.hits).rows()
            hits = [(row.release_id, row.title) for row in listed if row.release_id in keys]
            selection = export.of_releases(hits, self._release_id())
        if isinstance(selection, str):
            self.app.notify(selection, severity="warning", markup=False)
        elif await export.run(self.app, selection):
            table.unmark(list(keys))

    def _mark(self, release_id: int, **signs: bool) -> None:
        """Show a hit as it is now, ``owned`` or ``wanted``."""
        for source in (self.known, self.hits):
            source.replace([replace(row, **signs) if row.release_id == release_id else row for row in source.rows()])

    def action_browse(self) -> None:
        if address := self._address():
            self.app.browse(address)

    def action_copy_link(self) -> None:
        if address := self._address():
            self.app.copy_link(address)
