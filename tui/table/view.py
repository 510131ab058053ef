"""The table that screens use: keys, marks and mouse on top of the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType

from tui.actions import bindings
from tui.table import messages
from tui.table.columns import slot_at
from tui.table.marks import Key
from tui.table.window import LEAD, TableWindow

Row = TypeVar("Row")


class RecordTable(TableWindow[Row], Generic[Row]):
    """A list of any length with a cursor, marks and a header that stays. See the package for how it is used."""

    Highlighted = messages.Highlighted
    Selected = messages.Selected
    SortRequested = messages.SortRequested
    MarksChanged = messages.MarksChanged
    Changed = messages.Changed
    Troubled = messages.Troubled

    DEFAULT_CSS = """
    RecordTable {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        background: $surface;
        color: $foreground;
        & > .record-table--header { text-style: bold; color: $primary; background: $panel; }
        & > .record-table--cursor { background: $block-cursor-blurred-background; text-style: bold; }
        & > .record-table--marked { color: $accent; text-style: bold; }
        & > .record-table--muted { color: $text-muted; }
        & > .record-table--message { color: $text-muted; }
        & > .record-table--filed { color: $success; }
        & > .record-table--streamed { color: $secondary; }
        & > .record-table--coming { color: $accent; text-style: bold; }
        & > .record-table--wanted { color: $warning; }
        &:focus > .record-table--cursor {
            color: $block-cursor-foreground; background: $block-cursor-background; text-style: $block-cursor-text-style;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-table--row",
        "record-table--header",
        "record-table--cursor",
        "record-table--marked",
        "record-table--muted",
        "record-table--message",
        "record-table--filed",
        "record-table--streamed",
        "record-table--coming",
        "record-table--wanted",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="table.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="table.up"),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False, id="table.page_down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="table.page_up"),
        Binding("home,g", "first", "First", show=False, id="table.first"),
        Binding("end,G", "last", "Last", show=False, id="table.last"),
        Binding("right,l", "letter(1)", "Next letter", show=False, id="table.next_letter"),
        Binding("left,h", "letter(-1)", "Previous letter", show=False, id="table.previous_letter"),
        *bindings("table"),
        Binding("shift+down", "extend(1)", "Extend down", show=False, id="table.extend_down"),
        Binding("shift+up", "extend(-1)", "Extend up", show=False, id="table.extend_up"),
        Binding("escape", "clear_marks", "Clear marks", show=False, id="table.clear_marks"),
        Binding("enter", "select", "Open", show=False, id="table.select"),
    ]

    def chosen(self) -> list[Key]:
        """What a bulk action acts on: the marked rows, else the row under the cursor."""
        self.marks.keep_range(self.cursor, self._source.key_at)
        if len(self.marks):
            return list(self.marks)
        key = self.cursor_key
        return [] if key is None else [key]

    def unmark(self, keys: Sequence[Key]) -> None:
        """Take marks away, for rows that were dealt with."""
        self.marks.discard(keys)
        self._marks_changed()

    # Keys

    def action_move(self, by: int) -> None:
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        self._page(by * max(1, self._page_rows - 1))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(self.count - 1)

    def action_letter(self, by: int) -> None:
        """To the first row of the next letter, or back to that of this one, then of the one before."""
        starts = [position for _, position in self._source.letters()]
        if by > 0:
            target = next((start for start in starts if start > self.cursor), None)
        else:
            target = next((start for start in reversed(starts) if start < self.cursor), None)
        if target is not None:
            self._go(target, at_top=True)

    def action_mark(self) -> None:
        """Keep the range in the making; without one, mark the row and go on to the next."""
        if self.marks.range_from is not None:
            self.marks.keep_range(self.cursor, self._source.key_at)
            self._marks_changed()
            return
        key = self.cursor_key
        if key is not None:
            self.marks.toggle(key)
            self._go(self.cursor + 1)
            self._marks_changed()

    def action_range(self) -> None:
        """Begin a range at the cursor, or keep the one in the making."""
        if self.marks.range_from is not None:
            self.marks.keep_range(self.cursor, self._source.key_at)
        elif self.count:
            self.marks.begin_range(self.cursor)
        self._marks_changed()

    def action_extend(self, by: int) -> None:
        if self.count:
            self.marks.begin_range(self.cursor)
            self._go(self.cursor + by)
            self._marks_changed()

    def action_mark_all(self) -> None:
        """Mark every row of the list as it is filtered now."""
        self.marks.range_from = None
        self.marks.add(self._source.keys())
        self._marks_changed()

    def action_clear_marks(self) -> None:
        self.marks.clear()
        self._marks_changed()

    def action_select(self) -> None:
        row, key = self.cursor_row, self.cursor_key
        if row is not None and key is not None:
            self.post_message(messages.Selected(self, self.cursor, key, row))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is left to the screen when there is nothing to clear here."""
        del parameters
        return action != "clear_marks" or bool(len(self.marks)) or self.marks.range_from is not None

    # The mouse

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is None:
            return
        if at.y == 0:
            slot = slot_at(self._slots, at.x - LEAD)
            if slot is not None and slot.column.sort is not None:
                self.post_message(messages.SortRequested(self, slot.column.sort))
            return
        position = self.top + at.y - 1
        if position >= self.count:
            return
        self._go(position)
        if at.x < LEAD:
            key = self.cursor_key
            if key is not None:
                self.marks.toggle(key)
                self._marks_changed()
        elif event.chain == 2:
            self.action_select()
