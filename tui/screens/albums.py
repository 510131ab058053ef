"""The shelf: one row per album a person cares about, with every place where it lives.

Two of its views are the lists people ask for: owned on vinyl without files, from which one key leads to a search on Soulseek; and
played or filed but not owned, from which one key leads to the search for a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from storage.values.shelf_albums import ShelfAlbum, ShelfQuery, ShelfSort, ShelfSource
from tui.actions import bindings, key_of
from tui.bridge import Bridge, Snapshot
from tui.screens.albums_reading import search_files, standing, whole
from tui.screens.albums_words import (
    ABOUT,
    ALL,
    ASKED,
    ShelfStanding,
    cleared,
    emptiness,
    narrowing,
    notice,
    sought,
    views,
)
from tui.screens.list_page import ListPage
from tui.table.albums import ALBUM_COLUMNS, SIGNS, AlbumSource
from tui.table.badges import legend
from tui.table.columns import Sorting
from tui.table.letters import LetterBar
from tui.table.rows import ListSource
from tui.text import clean, cut
from tui.tokens import STYLES
from tui.widgets.place_facts import album_lines
from tui.widgets.plainlist import PlainList
from tui.widgets.viewbar import ViewBar

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.widgets.detail import DetailPane

NEEDS_ROW = frozenset({"soulseek", "search", "match", "join", "read"})
_TITLE = 20
"""Cells of a title in the line below a list of 80."""


class AlbumsPage(ListPage[ShelfQuery, ShelfAlbum]):
    """A view at a time, read by windows."""

    MODE = "shelf"
    CSS_PATH: ClassVar[Any] = [STYLES / "albums.tcss"]
    BINDINGS: ClassVar[Any] = bindings("shelf")
    SORTS: ClassVar[Any] = (ShelfSort.ARTIST, ShelfSort.TITLE, ShelfSort.YEAR, ShelfSort.PLAYS, ShelfSort.ADDED)
    DESCENDING_FIRST: ClassVar[Any] = frozenset({ShelfSort.YEAR, ShelfSort.PLAYS, ShelfSort.ADDED})
    LOADING: ClassVar[str] = "Reading the shelf…"
    PLACEHOLDER: ClassVar[str] = "Filter: artist, album, year (1979, 1970-1979, 1970s)"

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge, ALBUM_COLUMNS, ASKED[ALL])
        self.view = ALL
        self.standing: ShelfStanding | None = None
        self._seen: object = None
        self._joining: ShelfAlbum | None = None
        """What is to become a part of the album on which the key is pressed next."""

    def content(self) -> Iterator[Widget]:
        yield ViewBar(id="albums-views")
        yield Static(Content(""), id="albums-about")
        with Horizontal(id="shelf"), Vertical(id="list"):
            yield PlainList(
                ListSource[ShelfAlbum](lambda album: album.pk),
                self._columns,
                empty="",
                loading=self.LOADING,
                sorting=Sorting(self.question.sort_by, self.question.descending),
                id="records",
            )
            yield LetterBar(id="letters")

    def on_mount(self) -> None:  # beside that of the list page: Textual calls both
        self._say_view()

    def on_resize(self) -> None:
        self._say_view()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if not snapshot.ready or self.app.shelf is None:
            return
        if self.source is None:
            self.show_source(AlbumSource(self.bridge, self.app.shelf, self.question))
        last = snapshot.last_job
        seen = (snapshot.changes, last and (last.id, last.state), self._is_running)
        if seen != self._seen:
            if self._seen is not None and self.source is not None:
                self.source.reload()
            self._seen = seen
            self._look()

    @property
    def _is_running(self) -> bool:
        return any(job.kind == "shelf" for job in self.bridge.snapshot.jobs)

    # -- what is said ---------------------------------------------------------------------------------------------

    @work(exclusive=True, group="standing", exit_on_error=False)
    async def _look(self) -> None:
        """How many albums are where, and what the sources say."""
        try:
            self.standing = await self.bridge.call(standing)
        except LockgrooveError as error:
            self.app.say(error)
            return
        self._say_view()
        self.table.empty = self.emptiness()

    def _say_view(self) -> None:
        """The line of views, and below it what the present one means or what is wrong with it."""
        counts = self.standing.counts if self.standing is not None and self.standing.was_read else None
        self.query_one(ViewBar).show(views(counts), self.view)
        wrong = notice(self.standing, self.view)
        about, signs = ABOUT[self.view], legend(SIGNS)
        if self.view != ALL and len(about) + len(signs) + 6 <= self.size.width:
            about = f"{about}   {signs}"
        line = Content.styled(clean(f" {wrong or about}"), "$warning" if wrong else "$muted")
        self.query_one("#albums-about", Static).update(line.truncate(max(20, self.size.width), ellipsis=True))

    def emptiness(self) -> str:
        ready = self.bridge.snapshot.ready
        return emptiness(self.standing, self.view, ready=ready, running=self._is_running, narrowed=self.is_narrowed)

    def say_list(self) -> None:
        if self._joining is None:
            super().say_list()
        else:
            title = cut(clean(self._joining.title), _TITLE)
            self.say_position(
                f"“{title}” is the same as … · {key_of('shelf.join')} on it joins them · Escape leaves it"
            )

    def described(self) -> str:
        said = narrowing(self.question, self.view)
        return f"Only {said}" if said else ""

    @property
    def is_narrowed(self) -> bool:
        return self.question != cleared(self.question, self.view)

    def list_changed(self) -> None:
        self.refresh_bindings()

    def show_kept(self, pane: DetailPane, row: ShelfAlbum) -> None:
        self.run_worker(self._read_places(pane, row), group="detail", exclusive=True, exit_on_error=False)

    async def _read_places(self, pane: DetailPane, row: ShelfAlbum) -> None:
        from tui.screens.record_reading import of_discogs, of_spotify, show_cover

        try:
            album = await self.bridge.call(lambda runtime: whole(runtime, row.pk))
        except LockgrooveError:
            return  # it became part of another meanwhile; the list is read anew
        pane.show(album_lines(album))
        asked = dict.fromkeys((ShelfSource.RECORDS, ShelfSource.WANTS), of_discogs)
        asked |= dict.fromkeys((ShelfSource.SPOTIFY, ShelfSource.PLAYS), of_spotify)
        for place in album.places:
            url = place.detail.get("image")
            if isinstance(url, str) and place.source in asked:
                await show_cover(self, pane, url, asked[place.source])
                return
        await show_cover(self, pane, None)

    # -- going about ----------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        has_rows = self.source is not None and self.source.count() > 0
        if action in NEEDS_ROW:
            return True if has_rows else None
        if action == "record":
            row = self.table.cursor_row
            return True if row is not None and row.records else None
        if action == "clear":
            return self._joining is not None or self.has_class("-reading") or self.is_filtering or self.view != ALL
        if action in ("filter", "narrow", "sort", "reverse"):
            return True if has_rows or self.is_narrowed else None
        return True

    def action_view(self, step: int) -> None:
        keys = list(ASKED)
        self.action_show(keys[(keys.index(self.view) + step) % len(keys)])

    @on(ViewBar.Chosen)
    def _view_clicked(self, event: ViewBar.Chosen) -> None:
        self.action_show(event.key)

    def action_show(self, view: str) -> None:
        """Show a view from its top, in the order that suits it; what was typed stays."""
        text = self.question.text
        self.remove_class("-reading")
        self.view, self._plain = view, ASKED[view]
        self._say_view()
        self.ask(replace(ASKED[view], text=text), keep=False)
        self.table.focus()

    def ask_plainly(self) -> None:
        self.ask(cleared(self.question, self.view))

    def action_clear(self) -> None:
        """One step back: the details, the filter, the view."""
        if self._joining is not None:
            self._join(None)
        elif not self.has_class("-reading") and not self.is_filtering and self.view != ALL:
            self.action_show(ALL)
        else:
            super().action_clear()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_narrow(self) -> None:
        from tui.screens.albums_dialogs import NarrowDialog

        chosen = await self.app.push_screen_wait(NarrowDialog(self.question, self.view))
        if chosen is not None:
            for line in self.query("#filter").results(Input):
                line.value = chosen.text
            self.ask(chosen)

    # -- what is done ---------------------------------------------------------------------------------------------

    @work(exclusive=True, group="refresh", exit_on_error=False)
    async def action_refresh(self) -> None:
        """Bring the shelf together anew; the job strip shows how far it is."""
        try:
            await self.bridge.call(lambda runtime: runtime.shelf.refresh(runtime.user.id))
        except LockgrooveError as error:
            self.app.say(error)

    @work(exclusive=True, group="search", exit_on_error=False)
    async def action_soulseek(self) -> None:
        """Look for the album on Soulseek, where folders are judged by how many of its tracks they have."""
        if (row := self.table.cursor_row) is not None:
            await search_files(self.app, row.pk)

    async def action_search(self) -> None:
        """Look for it in Search: from there w puts a record on the wantlist."""
        if (row := self.table.cursor_row) is not None:
            await self.app.look_for(clean(sought(row.artist, row.title)))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_match(self) -> None:
        from tui.screens.albums_dialogs import PlacesDialog

        row = self.table.cursor_row
        if row is not None and await self.app.push_screen_wait(PlacesDialog(self.bridge, row.pk)):
            self.decided()

    def action_join(self) -> None:
        """Twice: on an album, then on the one that it is the same as."""
        row, joining = self.table.cursor_row, self._joining
        if row is None or (joining is not None and joining.pk == row.pk):
            self._join(None)
        elif joining is None:
            self._join(row)
        else:
            self._join(None)
            self._joined(joining, row)

    def _join(self, album: ShelfAlbum | None) -> None:
        self._joining = album
        self.say_list()
        self.refresh_bindings()

    @work(group="join", exit_on_error=False)
    async def _joined(self, album: ShelfAlbum, to: ShelfAlbum) -> None:
        try:
            await self.bridge.call(lambda runtime: runtime.shelf.join(runtime.user.id, album.pk, to.pk))
        except LockgrooveError as error:
            self.app.say(error)
            return
        match = key_of("shelf.match")
        self.app.notify(f"“{clean(album.title)}” is a part of it now; {match} takes it out again.", markup=False)
        self.decided()

    def decided(self) -> None:
        """Something was decided about a match: the list and its figures are others."""
        if self.source is not None:
            self.source.reload()
        self._look()
        self.show_row(self.table.cursor_row)

    @work(exclusive=True, group="record", exit_on_error=False)
    async def action_record(self) -> None:
        """Go to the record in the collection."""
        row = self.table.cursor_row
        if row is None:
            return

        async def ask(runtime: Runtime) -> Any:
            album = await whole(runtime, row.pk)
            key = next(each.key for each in album.places if each.source is ShelfSource.RECORDS)
            return await runtime.records.get(runtime.user.id, key)

        try:
            record = await self.bridge.call(ask)
        except (LockgrooveError, StopIteration, RuntimeError):
            self.app.notify("This record is not in the collection any more.", markup=False)
            return
        self.app.show_record(record.pk)
