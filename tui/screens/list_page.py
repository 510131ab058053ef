"""A list of any length as a page: the table, the line that filters it, its order, and one row's details beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, cast

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.bridge import Bridge
from tui.screens.page import Page
from tui.table.columns import Column, Sorting
from tui.table.letters import LetterBar
from tui.table.rows import ListSource
from tui.table.source import Keyed, WindowSource
from tui.table.view import RecordTable
from tui.words import number

if TYPE_CHECKING:
    from tui.widgets.detail import DetailPane

FURNISH_AFTER = 0.08
"""Seconds that the first rows get to themselves before the filter line and the pane are made."""
FILTER_PAUSE = 0.1
"""Seconds without a key before what is typed is looked up."""
DETAIL_PAUSE = 0.25
"""Seconds the cursor rests before a row's detail and cover are read."""
RELEASE_PAUSE = 1.2
"""Seconds the cursor rests before Discogs is asked for what the library does not hold yet."""


class ListQuery(Protocol):
    """What a list is asked for: a frozen dataclass with at least these fields."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def text(self) -> str: ...
    @property
    def sort_by(self) -> str: ...
    @property
    def descending(self) -> bool: ...
    @property
    def is_filtered(self) -> bool: ...


Query = TypeVar("Query", bound=ListQuery)
Row = TypeVar("Row", bound=Keyed)


class ListPage(Page, Generic[Query, Row]):
    """Shows rows and moves among them; what they are, where they come from and what is done to them is up to the page
    that is one. It sets :attr:`source` through :meth:`show_source` once there is something to read."""

    SORTS: ClassVar[tuple[str, ...]]
    """The orders one key goes through."""
    DESCENDING_FIRST: ClassVar[frozenset[str]] = frozenset()
    """The orders that begin with the highest."""
    LOADING: ClassVar[str] = "Reading the list…"
    PLACEHOLDER: ClassVar[str] = "Filter"

    def __init__(
        self,
        bridge: Bridge,
        columns: Sequence[Column[Row]],
        question: Query,
        tone: Callable[[Row], str | None] | None = None,
    ) -> None:
        """``question`` is what the page asks for before anybody narrows it."""
        super().__init__(bridge)
        self.question: Query = question
        self.source: WindowSource[Query, Row] | None = None
        self._plain = question
        self._columns = columns
        self._tone = tone
        self._pause: Timer | None = None
        self._rest: list[Timer] = []
        self._shown_row: Row | None = None
        self._awaiting_letter = False

    # -- for the page that is one ---------------------------------------------------------------------------------

    def emptiness(self) -> str:
        """What an empty list says, and which key leads on."""
        raise NotImplementedError

    def described(self) -> str:
        """What is shown other than the text that was typed says, in words; empty for everything."""
        return ""

    def show_kept(self, pane: DetailPane, row: Row) -> None:
        """The cursor rests: show in ``pane`` what the library holds of ``row``."""
        raise NotImplementedError

    def show_release(self, pane: DetailPane, row: Row) -> None:
        """The cursor rests longer: ask Discogs for what the library does not hold yet."""

    def list_changed(self) -> None:
        """Another list is shown, or the first one."""

    # -- layout ---------------------------------------------------------------------------------------------------

    def content(self) -> Iterator[Widget]:
        with Horizontal(id="shelf"), Vertical(id="list"):
            yield RecordTable(
                ListSource[Row](lambda row: row.pk),
                self._columns,
                tone=self._tone,
                empty="",
                loading=self.LOADING,
                sorting=Sorting(self.question.sort_by, self.question.descending),
                id="records",
            )
            yield LetterBar(id="letters")

    @property
    def table(self) -> RecordTable[Row]:
        return cast(RecordTable[Row], self.query_one("#records", RecordTable))

    def on_mount(self) -> None:
        self.table.focus()
        # A watcher runs within the key that moves the cursor: one frame shows all, where a message would draw a second.
        self.watch(self.table, "cursor", self._follow_cursor, init=False)
        self.call_after_refresh(self.set_timer, FURNISH_AFTER, self.furnish)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit_pane)

    def _fit_pane(self) -> None:
        """What the pane shows is folded, and the cover drawn, for the room that there was; it may have had none at all."""
        if self.is_mounted:
            self.show_row(self.table.cursor_row)

    async def furnish(self) -> None:
        """What the first paint does not need: the filter line and the pane."""
        from tui.widgets.detail import DetailPane

        line = Input(id="filter", placeholder=self.PLACEHOLDER, select_on_focus=False)
        line.cursor_blink = False
        await self.mount(Static(Content(""), id="facet-line"), line, before="#shelf")
        await self.query_one("#shelf").mount(DetailPane(id="detail"))
        self._describe()
        self.show_row(self.table.cursor_row)

    def show_source(self, source: WindowSource[Query, Row]) -> None:
        """Show these rows."""
        self.source = source
        self.table.source = source
        self.say_list()

    # -- what is shown --------------------------------------------------------------------------------------------

    @on(RecordTable.Highlighted)
    def _moved(self, event: RecordTable.Highlighted) -> None:
        self.show_row(event.row)

    def _follow_cursor(self) -> None:
        self._show_letters()
        self.say_list()

    @on(RecordTable.Changed)
    def _list_changed(self) -> None:
        self.table.empty = self.emptiness()
        self._show_letters()
        self.list_changed()
        if self.table.cursor_row != self._shown_row:
            self.show_row(self.table.cursor_row)
        self.say_list()

    @on(RecordTable.Troubled)
    def _troubled(self, event: RecordTable.Troubled) -> None:
        self.say_position(f"the list cannot be read: {event.error}")

    @on(RecordTable.Selected)
    def _selected(self) -> None:
        self.action_read()

    @on(LetterBar.Picked)
    def _letter_clicked(self, event: LetterBar.Picked) -> None:
        self.table.jump_to_letter(event.letter)

    def _show_letters(self) -> None:
        if self.source is not None:
            self.query_one(LetterBar).show([letter for letter, _ in self.source.letters()], self.table.letter)

    @on(RecordTable.MarksChanged)
    def _marked(self) -> None:
        self.say_list()
        self.refresh_bindings()

    def say_list(self) -> None:
        """Where the cursor is, how many there are, how many are marked."""
        if self.source is None:
            return
        count, marked = self.source.count(), self.table.marked_count
        parts = [
            f"{number(self.table.cursor + 1 if count else 0)} of {number(count)}"
            + ("" if self.source.is_whole else "+")
        ]
        if marked:
            parts.append(f"{number(marked)} marked")
        self.say_position(" · ".join(parts))

    def show_row(self, row: Row | None) -> None:
        """What the library knows once the cursor rests, the release from Discogs once it rests longer. Moving on costs
        nothing: a pane that follows every key would write more than the list does."""
        for timer in self._rest:
            timer.stop()
        self._rest.clear()
        if not self.query("#detail"):
            return
        from tui.widgets.detail import DetailPane

        pane = self.query_one("#detail", DetailPane)
        if not pane.display:
            return
        self._shown_row = row
        if row is None:
            pane.clear()
        else:
            self._rest = [
                self.set_timer(DETAIL_PAUSE, lambda: self.show_kept(pane, row)),
                self.set_timer(RELEASE_PAUSE, lambda: self.show_release(pane, row)),
            ]

    # -- filter and sort ------------------------------------------------------------------------------------------

    def ask(self, question: Query, *, keep: bool = True) -> None:
        """Show what ``question`` finds, the cursor on the row it was on (``keep``) or on the first."""
        self.question = question
        if self.source is not None:
            row = self.table.cursor_row
            self.source.ask(question, keep=row.pk if keep and row is not None else None)
        self.table.sorting = Sorting(question.sort_by, question.descending)
        self._describe()
        self.refresh_bindings()

    def _describe(self) -> None:
        """Say what narrows the list, once there is a line to say it in."""
        said = self.described()
        for line in self.query("#facet-line").results(Static):
            line.set_class(bool(said), "-shown")
            line.update(Content.assemble(f" {said}", ("   Esc clears", "$faint")))

    def show_only(self, question: Query) -> None:
        """Narrow the list to ``question`` from outside, in the order it is in; Escape shows everything again."""
        for line in self.query("#filter").results(Input):
            line.value = question.text
            line.set_class(bool(question.text), "-shown")
        now = self.question
        self.ask(replace(question, sort_by=now.sort_by, descending=now.descending), keep=False)
        self.table.focus()

    def ask_plainly(self) -> None:
        """Show everything, in the order it is in."""
        now = self.question
        self.ask(replace(self._plain, sort_by=now.sort_by, descending=now.descending))

    def action_filter(self) -> None:
        for line in self.query("#filter"):
            line.add_class("-shown")
            line.focus()

    @property
    def is_narrowed(self) -> bool:
        """Whether the list is another than the one the page began with."""
        return self.question.is_filtered

    @property
    def is_filtering(self) -> bool:
        """Whether the list is narrowed, or about to be."""
        return self.is_narrowed or (self.focused is not None and self.focused.id == "filter")

    @on(Input.Changed, "#filter")
    def _typed(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(FILTER_PAUSE, self._look_up)

    def _look_up(self) -> None:
        typed = self.query_one("#filter", Input).value
        if typed.strip() != self.question.text.strip():
            self.ask(replace(self.question, text=typed), keep=False)

    @on(Input.Submitted, "#filter")
    def _to_list(self) -> None:
        self._look_up()
        self.table.focus()

    def on_key(self, event: Key) -> None:
        if self._awaiting_letter:
            self._awaiting_letter = False
            event.stop()
            event.prevent_default()
            if event.character:
                self.table.jump_to_letter(event.character)
            self.say_list()
        elif event.key == "down" and self.focused is not None and self.focused.id == "filter":
            event.stop()
            self._to_list()

    def action_clear(self) -> None:
        """One step back: reading, marks, the filter, in that order."""
        if self.has_class("-reading"):
            self.remove_class("-reading")
            self.table.focus()
            self.refresh_bindings()
        elif self.focused is not None and self.focused.id == "filter" and not self.query_one("#filter", Input).value:
            self.query_one("#filter").remove_class("-shown")
            self.table.focus()
        elif self.is_narrowed:
            line = self.query_one("#filter", Input)
            line.value = ""
            line.remove_class("-shown")
            self.table.focus()
            self.ask_plainly()

    def action_sort(self) -> None:
        now = self.SORTS.index(self.question.sort_by) if self.question.sort_by in self.SORTS else -1
        self._sort(self.SORTS[(now + 1) % len(self.SORTS)])

    def action_reverse(self) -> None:
        self.ask(replace(self.question, descending=not self.question.descending))

    @on(RecordTable.SortRequested)
    def _header_clicked(self, event: RecordTable.SortRequested) -> None:
        if event.sort == self.question.sort_by:
            self.action_reverse()
        else:
            self._sort(event.sort)

    def _sort(self, by: str) -> None:
        self.ask(replace(self.question, sort_by=by, descending=by in self.DESCENDING_FIRST))

    def action_letter(self) -> None:
        self._awaiting_letter = True
        self.say_position("jump to which letter?")

    def action_pane(self) -> None:
        self.toggle_class("-pane-hidden")
        self.show_row(self.table.cursor_row)

    def action_read(self) -> None:
        for pane in self.query("#detail"):
            self.add_class("-reading")
            pane.focus()
            self.refresh_bindings()
            self.show_row(self.table.cursor_row)
