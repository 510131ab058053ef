"""The list as a window: a cursor on a source of any length, a header that stays, the states a list can be in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from time import monotonic
from typing import Generic, TypeVar

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from tui.table import messages
from tui.table.canvas import Canvas
from tui.table.columns import Column, Slot, Sorting, header_text, lay_out, row_text
from tui.table.marks import Key, Marks
from tui.table.rows import Change, RowSource
from tui.text import clean, fit

Row = TypeVar("Row")

CURSOR, MARK = "▸", "✓"
LEAD = 2
"""Cells before the first column: the cursor's glyph and the mark's."""
JUMP = 3
"""At the edge the list moves by a third of the page: an eighth of the bytes of a line at a time over a slow link."""
TEXTS = 500
"""How many lines are kept as text."""
LOADING_AFTER = 0.2
"""Seconds before an unanswered list says that it is loading."""


class TableWindow(Canvas, Generic[Row]):
    """What :class:`tui.table.view.RecordTable` shows and where its cursor is; keys and mouse are added there."""

    LOOKS = "record-table"

    cursor: reactive[int] = reactive(0, repaint=False)
    """Position of the cursor; setting it scrolls there and tells (``Highlighted``)."""

    def __init__(
        self,
        source: RowSource[Row],
        columns: Sequence[Column[Row]],
        *,
        empty: str = "Nothing here.",
        loading: str = "Loading ...",
        sorting: Sorting | None = None,
        tone: Callable[[Row], str | None] | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """``empty`` and ``loading`` are drawn in the middle of an empty list (lines separated by ``\\n``); ``tone``
        names the component class (``muted``) of a whole line, None for the ordinary look."""
        super().__init__(id=id, classes=classes)
        self.marks = Marks()
        self._source = source
        self._columns = tuple(columns)
        self._empty, self._loading = empty, loading
        self._sorting = sorting
        self._tone = tone
        self._slots: tuple[Slot[Row], ...] = ()
        self._texts: dict[int, tuple[Row, str]] = {}
        self._cursor_key: Key | None = None
        self._wanted: Key | None = None
        self._told: tuple[int, Key | None] | None = None
        self._told_marks = 0
        self._loading_since = monotonic()

    @property
    def source(self) -> RowSource[Row]:
        return self._source

    @source.setter
    def source(self, source: RowSource[Row]) -> None:
        """Show another source from its top; marks go."""
        self._source.connect(None)
        self._source = source
        self.marks = Marks()
        if self.is_mounted:
            self._connect()
            self._marks_changed()

    @property
    def columns(self) -> Sequence[Column[Row]]:
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column[Row]]) -> None:
        self._columns = tuple(columns)
        self._arrange()

    @property
    def sorting(self) -> Sorting | None:
        """What the header shows as the sorted column."""
        return self._sorting

    @sorting.setter
    def sorting(self, sorting: Sorting | None) -> None:
        self._sorting = sorting
        self.repaint()

    @property
    def empty(self) -> str:
        """What an empty list says; may hold foreign text."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        self._empty = text
        self.repaint()

    @property
    def count(self) -> int:
        return self._source.count()

    @property
    def cursor_key(self) -> Key | None:
        """The identity of the row under the cursor."""
        return self._source.key_at(self.cursor)

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor, None while it is on its way or the list is empty."""
        return self._source.row(self.cursor)

    @property
    def marked_count(self) -> int:
        """How many rows are marked, those of a range in the making included."""
        keys = map(self._source.key_at, self.marks.span(self.cursor))
        return len(self.marks) + sum(key is not None and key not in self.marks for key in keys)

    def place_on(self, key: Key) -> None:
        """Put the cursor on this row, now or as soon as the list holds it."""
        self._wanted = key
        if self._source.is_loading:
            self._source.kept = key
        self._follow_wanted()

    @property
    def letter(self) -> str | None:
        """The initial the cursor is under, where the order has an alphabet."""
        current = None
        for letter, position in self._source.letters():
            if position > self.cursor:
                break
            current = letter
        return current

    def jump_to_letter(self, letter: str) -> None:
        """Go to the first row of ``letter``, or of the next letter there is."""
        letters = self._source.letters()
        wanted = letter.casefold()
        is_descending = len(letters) > 1 and letters[0][0].casefold() > letters[-1][0].casefold()
        for found, position in letters:
            initial = found.casefold()
            if (initial <= wanted) if is_descending else (initial >= wanted):
                return self._go(position, at_top=True)
        if letters:
            self._go(letters[-1][1], at_top=True)
        return None

    # The cursor and where the list stands

    @property
    def _page_rows(self) -> int:
        return max(1, self.size.height - 1)

    def _go(self, position: int, *, at_top: bool = False) -> None:
        """The person moves the cursor."""
        self._wanted = None
        with self.one_repaint():
            if at_top:
                self.scroll_line(position)
            self.cursor = position

    def _page(self, by: int) -> None:
        """List and cursor move together, so that the cursor keeps its line."""
        with self.one_repaint():
            if 0 <= self.cursor - self.top < self._page_rows:
                self.scroll_line(self.top + by)
            self._go(self.cursor + by)

    def validate_cursor(self, position: int) -> int:
        return max(0, min(position, self.count - 1))

    def watch_cursor(self) -> None:
        self._cursor_key = self.cursor_key
        with self.one_repaint():
            self._show_cursor()
        self._tell()
        if self.marks.range_from is not None:
            self._marks_changed()

    def _show_cursor(self) -> None:
        """Scroll just as far as the cursor needs, and a third of a page on, so that the next keys are cheap."""
        rows, top = self._page_rows, self.top
        ahead = rows // JUMP
        if self.cursor < top:
            top = self.cursor - (ahead if top - self.cursor == 1 else 0)
        elif self.cursor >= top + rows:
            top = self.cursor - rows + 1 + (ahead if self.cursor == top + rows else 0)
        else:
            return
        self.scroll_line(top)

    def _tell(self) -> None:
        """Say what is under the cursor, once per row and only when it is known."""
        key, row = self.cursor_key, self.cursor_row
        if (row is None) != (key is None) or self._told == (self.cursor, key):
            return
        self._told = (self.cursor, key)
        self.post_message(messages.Highlighted(self, self.cursor, key, row))

    def _marks_changed(self) -> None:
        self.repaint()
        count = self.marked_count
        if count != self._told_marks:
            self._told_marks = count
            self.post_message(messages.MarksChanged(self, count))

    # What arrives from the source

    def on_mount(self) -> None:
        super().on_mount()
        self.call_after_refresh(self.set_interval, 1.0, self._poll)
        self._connect()

    def on_unmount(self) -> None:
        self._source.connect(None)

    def _connect(self) -> None:
        self._told = None
        self._loading_since = monotonic()
        self.set_timer(LOADING_AFTER, self.repaint)
        source = self._source
        source.connect(lambda: self.post_message(messages.Arrived()))
        self._settle(source.settle() | Change.ORDER | Change.ANEW)

    def _poll(self) -> None:
        if self.screen.is_active:
            self._settle(self._source.settle())
            self._source.poll()

    def on_record_table_arrived(self, message: messages.Arrived) -> None:
        message.stop()
        # Below a dialog each line repaints the whole screen; the next poll catches up.
        if self.screen.is_active:
            self._settle(self._source.settle())

    def _settle(self, change: Change) -> None:
        if not change:
            return
        with self.one_repaint():
            if Change.ORDER in change:
                self._reorder(anew=Change.ANEW in change)
        self._tell()
        if change & (Change.ORDER | Change.LETTERS):
            self.post_message(messages.Changed(self, self.count))
        problem = self._source.problem
        if Change.PROBLEM in change and problem is not None:
            self.post_message(messages.Troubled(self, problem))

    def _reorder(self, *, anew: bool) -> None:
        """Another list: the cursor stays on its record and its line where that record is still there."""
        self.marks.range_from = None
        line = self.cursor - self.top
        self.virtual_size = Size(self.size.width, self.count + 1)
        if anew:
            self._wanted = self._source.kept
            self._move_to(0, line=0)
        elif self._cursor_key is not None and self._cursor_key != self.cursor_key:
            position = self._source.position_of(self._cursor_key)
            self._move_to(self.cursor if position is None else position, line=line)
        else:
            self._move_to(self.cursor, line=line)
        self._follow_wanted()

    def _move_to(self, position: int, *, line: int) -> None:
        """Put the cursor on ``position`` and that on the ``line``-th line of the viewport."""
        self.set_reactive(TableWindow.cursor, self.validate_cursor(position))
        self.scroll_line(self.cursor - line)
        self._cursor_key = self.cursor_key
        self._show_cursor()

    def _follow_wanted(self) -> None:
        if self._wanted is None:
            return
        position = self._source.position_of(self._wanted)
        if position is not None:
            self._wanted = None
            with self.one_repaint():
                self._move_to(position, line=self._page_rows // 2)
            self._tell()

    # Drawing

    def on_resize(self) -> None:
        self._arrange()
        self._show_cursor()

    def _arrange(self) -> None:
        """Lay the columns out for the width there is beside the scrollbar."""
        self._slots = lay_out(self._columns, self.scrollable_content_region.width - LEAD)
        self._texts.clear()
        self.virtual_size = Size(self.size.width, self.count + 1)
        self.redraw()

    def line(self, y: int, width: int) -> tuple[str, str]:
        if y == 0:
            return fit(" " * LEAD + header_text(self._slots, self._sorting), width), "header"
        position = self.top + y - 1
        if position < self.count and self._slots:
            return self._row_line(position, width)
        if self.count == 0:
            return self._message_line(y, width)
        return " " * width, "row"

    def _row_line(self, position: int, width: int) -> tuple[str, str]:
        row, key = self._source.row(position), self._source.key_at(position)
        is_marked = (key is not None and key in self.marks) or position in self.marks.span(self.cursor)
        is_cursor = position == self.cursor
        lead = (CURSOR if is_cursor else " ") + (MARK if is_marked else " ")
        text = lead + (self._row_text(position, row) if row is not None else fit("…", width - LEAD))
        tone = self._tone(row) if self._tone is not None and row is not None else None
        return text, "cursor" if is_cursor else "marked" if is_marked else tone or "row"

    def _strip(self, y: int) -> Strip:
        strip = super()._strip(y)
        if y == 0 or self._drawn[y][1] != "row" or self.top + y > self.count:
            return strip
        for slot in self._slots:
            start = LEAD + slot.x
            # A terminal that became narrower is drawn once before the columns follow.
            if slot.column.tints is not None and start + slot.width <= strip.cell_length:
                before, signs, after = strip.divide([start, start + slot.width, strip.cell_length])
                strip = Strip.join([before, Strip(self._tinted(signs, slot.column.tints), slot.width), after])
        return strip

    def _tinted(self, signs: Strip, tints: Mapping[str, str]) -> Iterator[Segment]:
        """Signs of one cell each in their looks, neighbours of one look together."""
        plain = next((segment.style for segment in signs), None)
        for look, some in groupby(signs.text, lambda sign: tints.get(sign)):
            style = plain if look is None else self.get_component_rich_style(f"{self.LOOKS}--{look}")
            yield Segment("".join(some), style)

    def _row_text(self, position: int, row: Row) -> str:
        """The row in its columns; a row that is drawn again costs nothing."""
        known = self._texts.get(position)
        if known is not None and known[0] is row:
            return known[1]
        if len(self._texts) > TEXTS:
            self._texts.clear()
        below_bar = self.size.width - self.scrollable_content_region.width
        text = row_text(self._slots, row) + " " * below_bar
        self._texts[position] = (row, text)
        return text

    def _message_line(self, y: int, width: int) -> tuple[str, str]:
        text = self._empty
        if self._source.is_loading:
            text = self._loading if monotonic() - self._loading_since >= LOADING_AFTER else ""
        lines = [
            part.plain.strip() for line in text.split("\n") for part in Content(clean(line)).wrap(max(20, width - 8))
        ]
        first = max(1, (self.size.height - len(lines)) // 2)
        shown = lines[y - first] if 0 <= y - first < len(lines) else ""
        return fit(shown, width, "center"), "message"
