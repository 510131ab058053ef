"""The wantlist: every release a person wants on Discogs, and what is done to it there.

A want is changed on Discogs first and here once that is done, so nothing is shown that is not so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from storage.errors import LockgrooveError
from storage.values import WantQuery, WantSort
from tui.actions import bindings, key_of
from tui.bridge import Bridge, Snapshot
from tui.screens.list_page import ListPage
from tui.table.source import PAGE
from tui.table.wants import WANT_COLUMNS, WantRow, WantSource, tone
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values import Want
    from tui.widgets.detail import DetailPane

NEEDS_ROWS = frozenset(
    {"edit", "remove", "export", "browse", "copy_link", "sort", "reverse", "letter", "read", "pane", "filter", "show"}
)


class WantlistPage(ListPage[WantQuery, WantRow]):
    """What is wanted, newest first."""

    MODE = "wantlist"
    BINDINGS = bindings("wantlist")
    SORTS = (
        WantSort.ADDED,
        WantSort.ARTIST,
        WantSort.TITLE,
        WantSort.YEAR,
        WantSort.LABEL,
        WantSort.RATING,
    )
    DESCENDING_FIRST = frozenset({WantSort.ADDED, WantSort.YEAR, WantSort.RATING})
    LOADING = "Reading the wantlist…"
    PLACEHOLDER = "Filter: artist, title, label, number, year, notes"

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge, WANT_COLUMNS, WantQuery(), tone)
        self._removed: list[Want] = []
        self._changes = 0

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if self.source is None and snapshot.ready and self.app.shelf is not None:
            self.show_source(WantSource(self.bridge, self.app.shelf, self.question))
        elif self.source is not None and snapshot.changes != self._changes:
            self.source.reload()
        self._changes = snapshot.changes
        self.table.empty = self.emptiness()
        self.refresh_bindings()

    # -- what is shown --------------------------------------------------------------------------------------------

    def emptiness(self) -> str:
        snapshot = self.bridge.snapshot
        if not snapshot.ready:
            return ""
        if self.question.text.strip():
            return "No want matches. Escape clears the filter."
        if self.question.fulfilled:
            return "You own nothing of what you want yet. Escape shows all wants."
        if self.question.fulfilled is False:
            return "You own everything you want. Escape shows all wants."
        if not snapshot.connected:
            return "Your Discogs wantlist is shown here once Discogs is connected.\nc connects it."
        if snapshot.jobs:
            return "Your wantlist comes with the sync that is running.\nJ shows how far it is."
        if snapshot.last_job is None:
            return "Your wantlist was not fetched yet.\ns fetches it with your collection."
        return "Nothing wanted yet.\na searches Discogs; there, w puts a release on the wantlist."

    def described(self) -> str:
        if self.question.fulfilled:
            return f"Only what you own already; {key_of('wantlist.remove_owned')} takes all of it off the wantlist"
        if self.question.fulfilled is False:
            return "Only what you do not own yet"
        return "With what you wanted once, marked ✗" if self.question.removed else ""

    @property
    def is_narrowed(self) -> bool:
        return self.question.is_filtered or self.question.removed

    def show_kept(self, pane: DetailPane, row: WantRow) -> None:
        from tui.screens.want_reading import read_want

        read_want(self, pane, row)

    def show_release(self, pane: DetailPane, row: WantRow) -> None:
        from tui.screens.want_reading import read_release

        read_release(self, pane, row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        has_rows = self.source is not None and self.source.count() > 0
        if action == "connect":
            return not self.bridge.snapshot.connected
        if action == "undo":
            return bool(self._removed)
        if action == "remove_owned":
            return bool(self.question.fulfilled) and has_rows
        if action == "clear":
            return self.has_class("-reading") or self.is_filtering
        if action in NEEDS_ROWS:
            return has_rows or self.is_narrowed or None
        return True

    def list_changed(self) -> None:
        self.refresh_bindings()

    # -- narrowing ------------------------------------------------------------------------------------------------

    def action_show(self) -> None:
        """All that is wanted, what is not owned yet, with what was wanted once."""
        now = self.question
        if now.removed:
            self.ask(replace(now, fulfilled=None, removed=False))
        elif now.fulfilled is False:
            self.ask(replace(now, fulfilled=None, removed=True))
        else:
            self.ask(replace(now, fulfilled=False))

    def action_fulfilled(self) -> None:
        now = self.question
        self.ask(replace(now, fulfilled=None if now.fulfilled else True, removed=False))

    # -- what is done to wants ------------------------------------------------------------------------------------

    async def _wants(self, keys: Sequence[int]) -> list[Want]:
        """The wants with these keys, those that are not wanted any more left out."""

        async def ask(runtime: Runtime) -> list[Want]:
            found: list[Want] = []
            for start in range(0, len(keys), PAGE):
                found += await runtime.wants.some(runtime.user.id, keys[start : start + PAGE])
            return [want for want in found if want.removed_at is None]

        return await self.bridge.call(ask)

    def action_connect(self) -> None:
        from tui.screens import sync

        sync.begin(self.app)

    def action_add(self) -> None:
        from tui.screens.search import SearchPage

        self.app.go("search")
        if isinstance(self.app.screen, SearchPage):
            self.app.screen.action_focus_input()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_edit(self) -> None:
        from tui.screens.want_form import WantForm

        row = self.table.cursor_row
        if row is None:
            return
        if row.is_removed:
            self.app.notify("It is not on your wantlist any more; Search (w) puts it there again.", markup=False)
            return
        saved = await self.app.push_screen_wait(WantForm(self.bridge, row.want))
        if saved is not None and self.source is not None:
            self.source.reload()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_remove(self) -> None:
        await self._remove([int(key) for key in self.table.chosen()])

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_remove_owned(self) -> None:
        if self.source is not None and self.question.fulfilled:
            await self._remove([int(key) for key in self.source.keys()])  # noqa: SIM118

    async def _remove(self, keys: Sequence[int]) -> None:
        from tui.screens.confirm import Confirm
        from tui.screens.want_actions import named

        try:
            wants = await self._wants(keys)
        except LockgrooveError as error:
            self.app.say(error)
            return
        if not wants:
            return
        title = "Take this off your wantlist?" if len(wants) == 1 else f"Take {number(len(wants))} off your wantlist?"
        they, them = ("It is", "it") if len(wants) == 1 else ("They are", "them")
        about = [*named(wants), "", f"{they} removed on Discogs at once; U puts {them} back with notes and rating."]
        if not await self.app.push_screen_wait(Confirm(title, about, f"takes {them} off")):
            return
        self.table.unmark([want.pk for want in wants])
        self._take_off(wants)

    # What runs on Discogs for a while is in a group of its own: a dialog opened meanwhile must not end it halfway.
    @work(group="change", exit_on_error=False)
    async def _take_off(self, wants: Sequence[Want]) -> None:
        from tui.screens.want_actions import remove

        self._removed, failed = await remove(self.bridge, wants, self.say_position)
        back = "it" if len(self._removed) == 1 else "them"
        self._finished(len(self._removed), failed, f"taken off your wantlist; U puts {back} back")

    @work(group="change", exit_on_error=False)
    async def action_undo(self) -> None:
        from tui.screens.want_actions import restore

        wants, self._removed = self._removed, []
        done, self._removed, failed = await restore(self.bridge, wants, self.say_position)
        self._finished(done, failed, "put back on your wantlist")

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_export(self) -> None:
        from tui.screens import export
        from tui.screens.want_actions import name

        keys = self.table.chosen()
        if not keys or self.source is None or export.is_too_much(self.app, len(keys)):
            return
        row, listed = self.table.cursor_row, self.source.keys()
        try:
            wants = await self._wants(await asyncio.to_thread(export.in_list_order, keys, listed))
        except LockgrooveError as error:
            self.app.say(error)
            return
        if not wants:
            self.app.notify("It is not on your wantlist any more; Search (X) exports it as well.", markup=False)
            return
        chosen = [(want.release_id, name(want)) for want in wants]
        if await export.run(self.app, export.of_releases(chosen, row.want.release_id if row is not None else None)):
            self.table.unmark(keys)

    def _finished(self, done: int, failed: Sequence[str], what: str) -> None:
        if self.source is not None:
            self.source.reload()
        self.refresh_bindings()
        self.say_list()
        if failed:
            said = (f"{number(done)} {what}; " if done else "") + f"{number(len(failed))} failed: {failed[0]}"
            self.app.notify(said, severity="error", timeout=15, markup=False)
        elif done:
            self.app.notify(f"{number(done)} {what}.", markup=False)

    def action_browse(self) -> None:
        if (row := self.table.cursor_row) is not None:
            self.app.browse(f"/release/{row.want.release_id}")

    def action_copy_link(self) -> None:
        if (row := self.table.cursor_row) is not None:
            self.app.copy_link(f"/release/{row.want.release_id}")
