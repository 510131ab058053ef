"""Picking a node by name: a line to type in, and below it whom or what it may mean."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from storage.errors import LockgrooveError
from storage.values.graph import NodeName
from tui.table.columns import Column
from tui.table.graph import Line
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.plainlist import PlainList
from tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.bridge import Bridge

PAUSE = 0.08
"""Seconds without a key before the catalogue is asked."""
SUGGESTED: tuple[Column[Line], ...] = (
    Column("kind", "", lambda line: line.format, 7),
    Column("title", "Name", lambda line: line.title, 28, grow=5, limit=60),
    Column("note", "", lambda line: line.note, 10, grow=2, priority=1),
)

Suggest = Callable[["Runtime", str], Awaitable[list[Line]]]
"""Answers what may be meant by what is typed; on the services' loop."""


class Picker(Vertical):
    """Asks for suggestions as somebody types. Enter takes the first one, or the one under the cursor of the list."""

    DEFAULT_CSS = """
    Picker { height: 1fr; }
    Picker Input { height: 1; border: none; padding: 0 1; background: $panel; }
    Picker Input:focus { border: none; background: $block-cursor-background; color: $block-cursor-foreground; }
    Picker Sheet { height: auto; }
    Picker PlainList { height: 1fr; }
    """

    class Picked(Message):
        """Somebody chose a node."""

        def __init__(self, node: NodeName) -> None:
            super().__init__()
            self.node = node

    def __init__(self, bridge: Bridge, suggest: Suggest, placeholder: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._bridge = bridge
        self._suggest = suggest
        self._placeholder = placeholder
        self._source = ListSource[Line](lambda line: line.pk)
        self._places: Sequence[Line] = ()
        self._about: Sequence[Content] = ()
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        line = Input(placeholder=self._placeholder, select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield Sheet()
        yield PlainList(self._source, SUGGESTED, empty="")

    @property
    def line(self) -> Input:
        """The line to type in."""
        return self.query_one(Input)

    @property
    def table(self) -> PlainList[Line]:
        """What may be meant."""
        return cast("PlainList[Line]", self.query_one(PlainList))

    def offer(self, about: Sequence[Content], places: Sequence[Line]) -> None:
        """What stands here while nothing is typed."""
        self._about, self._places = about, places
        if not self.line.value.strip():
            self._show_places()

    def take_focus(self) -> None:
        """Begin to type."""
        self.line.focus()

    def clear(self) -> None:
        """Forget what was typed."""
        self.line.value = ""

    def _show_places(self) -> None:
        self._say(self._about)
        self.table.empty = ""
        self._source.replace(self._places, anew=True)
        self.table.display = bool(self._places)

    def _say(self, lines: Sequence[Content]) -> None:
        self.query_one(Sheet).show(lambda width: [part for line in lines for part in line.wrap(max(20, width - 1))])

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._end_pause()
        if event.value.strip():
            self._pause = self.set_timer(PAUSE, self._look)
        else:
            self.workers.cancel_group(self.screen, "suggest")
            self._show_places()

    def _end_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None

    def _look(self) -> None:
        if self._pause is None:
            return  # it ended just before enter was pressed, which asks already
        # A worker of the screen: what fails in it is told there.
        self.screen.run_worker(self._ask(self.line.value.strip()), group="suggest", exclusive=True, exit_on_error=False)

    async def _ask(self, typed: str) -> bool:
        """Show what ``typed`` may mean; whether that is anything."""
        try:
            found = await self._bridge.call(lambda runtime: self._suggest(runtime, typed))
        except LockgrooveError as error:
            self._say([Content.styled(clean(f" {error.message} {error.hint}"), "$error")])
            return False
        self._say(())
        self.table.empty = f"Nobody and nothing is called “{clean(typed)[:40]}” here."
        self._source.replace(found, anew=True)
        self.table.display = True
        return bool(found)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Enter means what was typed, not the list of a letter before."""
        event.stop()
        self._end_pause()
        typed = event.value.strip()
        if typed:
            self.screen.run_worker(self._take_first(typed), group="suggest", exclusive=True, exit_on_error=False)
        elif self._source.count():
            self.table.focus()

    async def _take_first(self, typed: str) -> None:
        if await self._ask(typed):
            self._pick(self._source.rows()[0])

    @on(RecordTable.Selected)
    def _chosen(self, event: RecordTable.Selected) -> None:
        event.stop()
        self._pick(event.row)

    def _pick(self, line: Line) -> None:
        if line.node is not None:
            self.post_message(self.Picked(line.node))

    def on_key(self, event: Key) -> None:
        """From the line into the list and back."""
        if event.key == "down" and self.line.has_focus and self._source.count():
            event.stop()
            self.table.focus()
        elif event.key == "up" and self.table.has_focus and self.table.cursor == 0:
            event.stop()
            self.line.focus()
