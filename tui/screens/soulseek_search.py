"""A search of Soulseek: the line to type in, how far it is, the album folders that were found, judged by rules."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import Worker

from storage.errors import LockgrooveError
from tui.actions import key_of
from tui.bridge import Bridge, Snapshot
from tui.screens.page import Page
from tui.screens.soulseek_reading import found_rows, in_order, rank, search
from tui.screens.soulseek_words import (
    INVITATION,
    LEAST,
    SHORT,
    SORTS,
    about,
    ended,
    nothing,
    rules_line,
    searching,
    trouble,
)
from tui.table.rows import ListSource
from tui.table.soulseek import FOUND_COLUMNS, Found, FoundRow, found_tone
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.sheet import Sheet
from tui.widgets.tonedlist import TonedList
from tui.words import number

if TYPE_CHECKING:
    from services.downloads.choice import Rules
    from services.runtime import Runtime
    from services.soulseek.models import SearchProgress, SearchResult

TICK = 0.5
"""Seconds between two drawings of how far a search is."""


class SoulseekSearch(Page):
    """Asks on Enter only, never while somebody types: searches are counted against the account."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._source = ListSource[FoundRow](lambda row: row.key)
        self._result: SearchResult | None = None
        self._found: list[Found] = []
        self._opened: set[str] = set()
        self._rules: Rules | None = None
        self._sort = SORTS[0]
        self._only_accepted = False
        self._progress: SearchProgress | None = None
        self._began = 0.0
        self._clock: Timer | None = None
        self._searching: Worker[None] | None = None
        self._is_enough = False
        self._awaited: tuple[str, int | None] | None = None
        self._album: tuple[str, int | None] = ("", None)
        """What was last looked for from elsewhere, and how many tracks it has."""
        self._is_unset = False

    def content(self) -> Iterator[Widget]:
        line = Input(id="soulseek-line", placeholder="Artist and album, or a title; Enter asks", select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield Static(Content(""), id="soulseek-state")
        yield TonedList(self._source, FOUND_COLUMNS, empty=INVITATION, tone=found_tone, id="soulseek-list")
        yield Sheet(lambda width: about(None, width), id="soulseek-about")
        yield Static(Content(""), id="soulseek-rules")

    @property
    def table(self) -> TonedList[FoundRow]:
        return cast("TonedList[FoundRow]", self.query_one("#soulseek-list", TonedList))

    @property
    def row(self) -> FoundRow | None:
        """The line under the cursor."""
        return self.table.cursor_row if self.is_mounted and self.query("#soulseek-list") else None

    def on_mount(self) -> None:
        self.begin_typing()
        if self._awaited is not None:
            awaited, self._awaited = self._awaited, None
            self.look_for(*awaited)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._look_at_rules()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        self._look_at_rules()

    def begin_typing(self) -> None:
        """Go to the line to type in."""
        for line in self.query("#soulseek-line"):
            line.focus()

    def look_for(self, text: str, tracks: int | None = None) -> None:
        """Search for ``text`` now; of an album whose number of ``tracks`` is known, folders are judged by how whole they are."""
        self._album = (text, tracks)
        lines = self.query("#soulseek-line").results(Input)
        for line in lines:
            line.value = text
            line.cursor_position = len(text)
            if self._result is None or self._result.text != text:
                self._ask(text)
            return
        self._awaited = (text, tracks)

    # -- searching ----------------------------------------------------------------------------------------------------

    @on(Input.Submitted, "#soulseek-line")
    def _submitted(self, event: Input.Submitted) -> None:
        self._ask(event.value)

    def _ask(self, typed: str) -> None:
        text = " ".join(typed.split())
        if len(text) < LEAST:
            self._say_state(SHORT, trouble=True)
            return
        self.table.focus()
        self._progress, self._began, self._is_enough = None, time.monotonic(), False
        self._draw_clock(text)
        if self._clock is not None:
            self._clock.stop()
        self._clock = self.set_interval(TICK, lambda: self._draw_clock(text))
        self._searching = self.run_worker(
            partial(self._search, text), group="search", exclusive=True, exit_on_error=False
        )
        self.refresh_bindings()

    async def _search(self, text: str) -> None:
        def came(progress: SearchProgress) -> None:
            self._progress = progress  # in the services' thread; the clock draws it

        try:
            result = await self.bridge.call(lambda runtime: search(runtime, text, came, lambda: self._is_enough))
        except LockgrooveError as error:
            self._stop_clock()
            self._say_state("no answer", trouble=True)
            self._is_unset = isinstance(error, _not_connected())
            connect = f"\n{key_of('soulseek.connect')} opens the settings." if self._is_unset else ""
            self._show_nothing(trouble(error) + connect)
            self.refresh_bindings()
            return
        self._stop_clock()
        self._result, self._is_unset = result, False
        self._opened.clear()
        await self._judge()

    def _draw_clock(self, text: str) -> None:
        if self.is_active:
            seconds = time.monotonic() - self._began
            self._say_state(searching(text, self._progress, seconds, is_enough=self._is_enough))

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        self._searching = None
        self.refresh_bindings()

    @property
    def is_searching(self) -> bool:
        return self._searching is not None and not self._searching.is_finished

    def action_stop(self) -> None:
        """Let what has come be enough, and read that; where nothing has come, or a second time, give the search up."""
        if self._searching is None:
            return
        if self._progress is not None and self._progress.responses and not self._is_enough:
            self._is_enough = True
        else:
            self._searching.cancel()
            self._stop_clock()
            self._say_state("stopped")

    # -- judging ------------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="rules", exit_on_error=False)
    async def _look_at_rules(self) -> None:
        """The rules of the settings, until somebody changes them here."""
        if self._rules is None and self.bridge.snapshot.ready:
            self._rules = await self.bridge.call(_rules_of)
            self._say_rules()

    async def _judge(self) -> None:
        """Put what was found in order by the rules."""
        result = self._result
        if result is None:
            return
        if self._rules is None:
            self._rules = await self.bridge.call(_rules_of)
        rules = self._rules
        tracks = self._tracks(result.text)
        self._found = await self.bridge.call(lambda runtime: rank(runtime, result, rules, tracks))
        self._say_rules()
        if self._found:
            await self._show(anew=True)
        else:
            self._show_nothing(nothing(result))
        self._say_result()

    def _tracks(self, text: str) -> int | None:
        """How many tracks the album has that is looked for by ``text``, where that is known."""
        return self._album[1] if text == self._album[0] else None

    def action_rules(self) -> None:
        """Change the rules, for this session, and judge again."""
        self.run_worker(self._change_rules, group="rules-dialog", exclusive=True, exit_on_error=False)

    async def _change_rules(self) -> None:
        from tui.screens.soulseek_rules import RulesDialog

        if self._rules is None:
            return
        rules = await self.app.push_screen_wait(RulesDialog(self._rules))
        if rules is not None:
            self._rules = rules
            self._say_rules()
            await self._judge()

    # -- showing ------------------------------------------------------------------------------------------------------

    async def _show(self, *, anew: bool = False) -> None:
        found, sort, only, opened = self._found, self._sort, self._only_accepted, frozenset(self._opened)
        rows = await asyncio.to_thread(lambda: found_rows(in_order(found, sort, only_accepted=only), opened))
        self.table.empty = "Nothing fits the rules.\nf shows everything that was found, e changes the rules."
        self._source.replace(rows, anew=anew)
        self._say_result()

    def _show_nothing(self, why: str) -> None:
        self._found = []
        self.table.empty = why
        self._source.replace([], anew=True)
        self._moved()

    def _say_result(self) -> None:
        if self._result is not None and not self.is_searching:
            accepted = sum(each.accepted for each in self._found)
            self._say_state(
                ended(self._result, len(self._found), accepted, self._sort, self._tracks(self._result.text))
            )

    def _say_state(self, text: str, *, trouble: bool = False) -> None:
        style = "$warning" if trouble else "$muted"
        line = Content.styled(f" {clean(text)}", style).truncate(max(20, self.size.width), ellipsis=True)
        self.query_one("#soulseek-state", Static).update(line)

    def _say_rules(self) -> None:
        line = Content.styled(f" {clean(rules_line(self._rules))}", "$muted")
        self.query_one("#soulseek-rules", Static).update(line.truncate(max(20, self.size.width), ellipsis=True))

    @on(RecordTable.Highlighted)
    @on(RecordTable.Changed)
    @on(RecordTable.MarksChanged)
    def _moved(self) -> None:
        row, table = self.row, self.table
        self.query_one("#soulseek-about", Sheet).show(lambda width: about(row, width))
        marked = f" · {number(table.marked_count)} marked" if table.marked_count else ""
        self.say_position(f"{number(table.cursor + 1)} of {number(table.count)}{marked}" if table.count else "")
        self.refresh_bindings()


def _not_connected() -> type[LockgrooveError]:
    from services.errors import NotConnected

    return NotConnected


async def _rules_of(runtime: Runtime) -> Rules:
    return runtime.downloads.rules()
