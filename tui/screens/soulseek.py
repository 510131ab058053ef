"""Searching Soulseek: one line to type in, the album folders that were found, judged by rules, one key to fetch."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual import on, work
from textual.widgets import Input

from storage.errors import LockgrooveError
from tui.actions import bindings
from tui.screens.soulseek_reading import fetch, wishes
from tui.screens.soulseek_search import SoulseekSearch
from tui.screens.soulseek_words import SORTS, counted
from tui.table.view import RecordTable
from tui.text import clean
from tui.tokens import STYLES


class SoulseekPage(SoulseekSearch):
    """What is done with what was found."""

    MODE = "search"  # it is part of Search, and shown as such
    CSS_PATH: ClassVar[Any] = [STYLES / "soulseek.tcss"]
    BINDINGS: ClassVar[Any] = bindings("soulseek")

    # -- acting -------------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        row = self.row
        match action:
            case "stop":
                return self.is_searching
            case "fetch" | "share" | "fold" | "copy":
                return True if row is not None else None
            case "sort" | "only_accepted":
                return True if self._found else None
            case "connect":
                return self._is_unset
            case _:
                return True

    def action_focus_input(self) -> None:
        self.begin_typing()

    def on_key(self, event: Any) -> None:
        if event.key == "down" and self.focused is self.query_one("#soulseek-line"):
            event.stop()
            self.table.focus()

    @on(RecordTable.Selected)
    def _chosen(self) -> None:
        row = self.row
        if row is not None and row.file is not None:
            self.action_fetch()
        else:
            self.run_worker(self.action_fold(0), group="fold", exit_on_error=False)

    async def action_fold(self, way: int) -> None:
        """Show the files of a folder (1), hide them (-1), or whichever is not so now (0)."""
        row = self.row
        if row is None:
            return
        key, is_open = row.found.key, row.found.key in self._opened
        if way > 0 or (way == 0 and not is_open):
            self._opened.add(key)
        else:
            self._opened.discard(key)
            if row.file is not None:
                self.table.place_on(key)
        await self._show()
        if way < 0:
            self.table.place_on(key)

    async def action_sort(self) -> None:
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
        await self._show(anew=True)

    async def action_only_accepted(self) -> None:
        """Show only what the rules take, then everything again."""
        self._only_accepted = not self._only_accepted
        await self._show(anew=True)

    @work(exclusive=True, group="fetch", exit_on_error=False)
    async def action_fetch(self) -> None:
        """Queue the marked folders and files, else the one under the cursor."""
        keys = set(self.table.chosen())
        rows, found = [row for row in self._source.rows() if row.key in keys], self._found
        wanted = await asyncio.to_thread(wishes, rows, found)
        if not wanted:
            self.app.notify(
                "This user shares it with friends only; take another one.", severity="warning", markup=False
            )
            return
        try:
            count = await self.bridge.call(lambda runtime: fetch(runtime, wanted))
        except LockgrooveError as error:
            self.app.say(error)
            return
        self.table.unmark(list(keys))
        users = ", ".join(dict.fromkeys(clean(wish.username) for wish in wanted))
        self.app.notify(f"{counted(count, 'file')} queued from {users}. = shows how far they are.", markup=False)

    def action_share(self) -> None:
        """Look through everything that the user shares."""
        if self.row is not None:
            self.app.browse_share(self.row.found.folder.username)

    def action_copy(self) -> None:
        if (row := self.row) is not None:
            path = row.file.filename if row.file is not None else row.found.folder.directory
            said = f"{row.found.folder.username}: {path}"
            self.app.copy_to_clipboard(said)
            self.app.notify(f"Sent to the terminal's clipboard: {said}", timeout=10, markup=False)

    def action_connect(self) -> None:
        self.app.go("settings")

    def action_close(self) -> None:
        """From the list to the line, from the line to where the person came from."""
        line = self.query_one("#soulseek-line", Input)
        if self.focused is not line and line.value and not self._found:
            line.focus()
        else:
            self.app.go(self.app.came_from)
