"""Wishes: what is wanted by its name, what watched artists released since, and whom one watches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from storage.errors import LockgrooveError
from storage.values.wishes import WatchedArtist, WatchedRelease, Wish, WishQuery
from tui.actions import bindings, key_of
from tui.bridge import Bridge, Snapshot
from tui.browser import SPOTIFY
from tui.screens.list_page import FILTER_PAUSE
from tui.screens.page import Page
from tui.screens.wishes_reading import ARTISTS, FILTERS, NEW, NOTHING, WISHED, read_lists
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.table.wished import NEW_COLUMNS, STATES, WATCHED_COLUMNS, WISH_COLUMNS, wish_tone
from tui.text import clean
from tui.tokens import STYLES
from tui.widgets.tonedlist import TonedList
from tui.widgets.viewbar import ViewBar
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime

EMPTY = {
    WISHED: f"Nothing is wished for. {key_of('wishes.paste')} takes a list of artists and titles: pasted, exported or a playlist.",
    NEW: f"No new release. Watch artists with {key_of('explore.watch')} in Explore or Artists; what comes out is told here.",
    ARTISTS: f"No artist is watched. {key_of('explore.watch')} on an artist in Explore or Artists does so.",
}


class WishesPage(Page):
    """Three lists; what a key does depends on what stands under the cursor. Nothing is sent anywhere without a key."""

    MODE = "wantlist"  # it is part of what is wanted, and shown as such
    CSS_PATH: ClassVar[Any] = [STYLES / "wishes.tcss"]
    BINDINGS: ClassVar[Any] = bindings("wishes")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._view = WISHED
        self._query = WishQuery()
        self._lists = NOTHING
        self._wishes = ListSource[Wish](lambda row: row.pk)
        self._releases = ListSource[WatchedRelease](lambda row: row.pk)
        self._artists = ListSource[WatchedArtist](lambda row: row.pk)
        self._changes = -1
        self._had_jobs = False
        self._pause: Timer | None = None

    def content(self) -> Iterator[Widget]:
        yield ViewBar(id="wishes-views")
        line = Input(id="wishes-filter", placeholder="Filter: artist, title, album", select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield TonedList(self._wishes, WISH_COLUMNS, tone=wish_tone, empty="", id="wishes-list")
        yield TonedList(self._releases, NEW_COLUMNS, empty="", id="new-list")
        yield TonedList(self._artists, WATCHED_COLUMNS, empty="", id="artists-list")

    def on_mount(self) -> None:
        self._show_view()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        has_ended, self._had_jobs = self._had_jobs and not snapshot.jobs, bool(snapshot.jobs)
        if snapshot.ready and (snapshot.changes != self._changes or has_ended):
            self._changes = snapshot.changes
            self._read()

    # -- lists --------------------------------------------------------------------------------------------------------

    @property
    def table(self) -> RecordTable[Any]:
        """The list that is shown."""
        return cast("RecordTable[Any]", self.query_one(f"#{self._view}-list", RecordTable))

    @property
    def row(self) -> Any:
        """The line under the cursor."""
        return self.table.cursor_row if self.is_mounted and self.query("#artists-list") else None

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self) -> None:
        query = self._query
        try:
            self._lists = await self.bridge.call(lambda runtime: read_lists(runtime, query))
        except LockgrooveError as error:
            self.table.empty = clean(f"{error.message} {error.hint}")
            return
        self._wishes.replace(self._lists.wishes)
        self._releases.replace(self._lists.releases)
        self._artists.replace(self._lists.artists)
        self._say()

    def _show_view(self) -> None:
        for view in (WISHED, NEW, ARTISTS):
            self.query_one(f"#{view}-list").display = view == self._view
        self.table.focus()
        self._say()

    def _say(self) -> None:
        self.query_one(ViewBar).show(self._lists.views, self._view)
        for view, said in EMPTY.items():
            narrowed = view == WISHED and self._query.is_filtered
            table = cast("RecordTable[Any]", self.query_one(f"#{view}-list", RecordTable))
            if narrowed:
                said = f"No wish is like that. {key_of('wishes.close')} shows all."
            table.empty = said if self.bridge.snapshot.ready else ""
        self._moved()

    @on(RecordTable.Highlighted)
    @on(RecordTable.Changed)
    @on(RecordTable.MarksChanged)
    def _moved(self) -> None:
        table, count = self.table, self.table.source.count()
        state = self._query.states[0] if self._view == WISHED and self._query.states else None
        parts = (
            STATES[state] if state else "",
            f"{number(table.marked_count)} marked" if table.marked_count else "",
            f"{number(table.cursor + 1)} of {number(count)}" if count else "",
        )
        self.say_position(" · ".join(filter(None, parts)))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        row = self.row
        match action:
            case "filter" | "state":
                return self._view == WISHED
            case "choose":
                return (True if row is not None else None) if self._view == WISHED else False
            case "want":
                return (True if row is not None else None) if self._view != ARTISTS else False
            case "soulseek" | "search" | "remove":
                return True if row is not None else None
            case "browse":
                return True if self._address() else None
            case _:
                return True

    # -- moving about -------------------------------------------------------------------------------------------------

    def action_view(self, by: int) -> None:
        order = [WISHED, NEW, ARTISTS]
        self._view = order[(order.index(self._view) + by) % len(order)]
        self._show_view()

    @on(ViewBar.Chosen)
    def _view_clicked(self, event: ViewBar.Chosen) -> None:
        self._view = event.key
        self._show_view()

    def action_filter(self) -> None:
        line = self.query_one("#wishes-filter", Input)
        line.add_class("-shown")
        line.focus()

    @on(Input.Changed, "#wishes-filter")
    def _typed(self, event: Input.Changed) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(FILTER_PAUSE, lambda: self._ask(replace(self._query, text=event.value)))

    @on(Input.Submitted, "#wishes-filter")
    def _to_list(self) -> None:
        self.table.focus()

    def action_state(self) -> None:
        now = self._query.states[0] if self._query.states else None
        state = FILTERS[(FILTERS.index(now) + 1) % len(FILTERS)]
        self._ask(replace(self._query, states=(state,) if state else ()))

    def _ask(self, query: WishQuery) -> None:
        if query != self._query:
            self._query = query
            self._read()

    def action_close(self) -> None:
        """Show everything again; then return to the page before."""
        line = self.query_one("#wishes-filter", Input)
        if self._query.is_filtered or line.has_class("-shown"):
            line.value = ""
            line.remove_class("-shown")
            self._ask(WishQuery())
            self.table.focus()
        else:
            self.app.go(self.app.came_from)

    # -- acting -------------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_paste(self) -> None:
        """Take a list, show what each line becomes, and keep it if the person says so."""
        from tui.screens.wish_dialogs import PasteDialog, PreviewDialog

        preview = await self.app.push_screen_wait(PasteDialog(self.bridge))
        if preview is None or not await self.app.push_screen_wait(PreviewDialog(preview)):
            return
        try:
            kept = await self.bridge.call(lambda runtime: runtime.wishes.add(runtime.user, preview.reading, "pasted"))
        except LockgrooveError as error:
            self.app.say(error)
            return
        self._view = WISHED
        self._show_view()
        self._read()
        self.app.notify(f"{number(kept.added)} new, {number(kept.known)} were there already.", markup=False)

    @on(RecordTable.Selected, "#wishes-list")
    def _opened(self) -> None:
        self.action_choose()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_choose(self) -> None:
        """Let the person pick what the wish under the cursor means."""
        from tui.screens.wish_dialogs import CandidatesDialog

        wish = self.row
        if not isinstance(wish, Wish):
            return
        name = await self.app.push_screen_wait(CandidatesDialog(self.bridge, wish))
        if name is not None:
            await self._do(lambda runtime: runtime.wishes.choose(runtime.user.id, wish.pk, name or None), "")

    def action_want(self) -> None:
        row = self.row
        if isinstance(row, Wish):
            self._act(lambda runtime: runtime.wishes.want(runtime.user.id, row.pk), f"{row.text}: on your wantlist.")
        elif isinstance(row, WatchedRelease):
            said = f"{row.artist} – {row.title}: on your wantlist."
            self._act(lambda runtime: runtime.watched.want(runtime.user.id, row.pk), said)

    def action_remove(self) -> None:
        row = self.row
        if isinstance(row, Wish):
            keys = [int(key) for key in self.table.chosen()]
            said = f"{number(len(keys))} wishes forgotten." if len(keys) > 1 else f"{row.text}: forgotten."
            self._act(lambda runtime: runtime.wishes.remove(runtime.user.id, keys), said)
        elif isinstance(row, WatchedRelease):
            said = f"{row.artist} – {row.title}: ignored."
            self._act(lambda runtime: runtime.watched.ignore(runtime.user.id, row.pk), said)
        elif isinstance(row, WatchedArtist):
            self._act(lambda runtime: runtime.watched.remove(runtime.user.id, row.pk), f"{row.name}: not watched.")

    def action_again(self) -> None:
        """Look anew what the wishes mean; ask for new releases of whom nobody was asked for today."""
        if self._view == WISHED:
            self._act(lambda runtime: runtime.wishes.look_again(runtime.user), "Looking at every wish again.")
        else:
            self._act(lambda runtime: runtime.watched.look(runtime.user.id), "Asking for whom nobody was asked today.")

    def _sought(self) -> str:
        row = self.row
        if isinstance(row, WatchedArtist):
            return clean(row.name)
        if isinstance(row, WatchedRelease):
            return clean(f"{row.artist} - {row.title}")
        return clean(f"{row.artist} - {row.title}") if isinstance(row, Wish) else ""

    def action_soulseek(self) -> None:
        if sought := self._sought():
            self.app.search_soulseek(sought.replace(" - ", " "))

    async def action_search(self) -> None:
        if sought := self._sought():
            await self.app.look_for(sought)

    def _address(self) -> str:
        row = self.row
        best = row.best if isinstance(row, Wish) else None
        release_id = best.release_id if best else row.release_id if isinstance(row, WatchedRelease) else None
        if release_id is not None:
            return f"/release/{release_id}"
        if isinstance(row, WatchedRelease) and row.spotify_id:
            return f"{SPOTIFY}/album/{row.spotify_id}"
        if isinstance(row, WatchedArtist):
            return f"/artist/{row.discogs_id}" if row.discogs_id else f"{SPOTIFY}/artist/{row.spotify_id}"
        return ""

    def action_browse(self) -> None:
        if address := self._address():
            self.app.browse(address)

    def _act(self, do: Callable[[Runtime], Awaitable[object]], said: str) -> None:
        self.run_worker(self._do(do, said), group="act", exit_on_error=False)

    async def _do(self, do: Callable[[Runtime], Awaitable[object]], said: str) -> None:
        """Do something and show what became of it."""
        try:
            await self.bridge.call(do)
        except LockgrooveError as error:
            self.app.say(error)
            return
        if said:
            self.app.notify(clean(said), markup=False)
        self.table.marks.clear()
        self._read()
