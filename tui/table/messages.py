"""What a table tells its screen. Reached as ``RecordTable.Highlighted`` and so on, handled as
``on_record_table_highlighted``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

from tui.table.marks import Key

if TYPE_CHECKING:
    from tui.table.window import TableWindow


@dataclass
class TableMessage(Message, namespace="record_table"):
    table: TableWindow[Any]

    @property
    def control(self) -> TableWindow[Any]:
        return self.table


@dataclass
class Highlighted(TableMessage, namespace="record_table"):
    """The cursor is on another row. Sent when that row is known; ``row`` and ``key`` are None in an empty list."""

    position: int
    key: Key | None
    row: Any


@dataclass
class Selected(TableMessage, namespace="record_table"):
    """Enter or a double click on a row."""

    position: int
    key: Key
    row: Any


@dataclass
class SortRequested(TableMessage, namespace="record_table"):
    """A header was clicked; ``sort`` is that column's ``sort``. Asking the source is the screen's business."""

    sort: str


@dataclass
class MarksChanged(TableMessage, namespace="record_table"):
    """``count`` rows are marked, those of a range in the making included."""

    count: int


@dataclass
class Changed(TableMessage, namespace="record_table"):
    """The list or its alphabet changed: ``count`` rows now."""

    count: int


@dataclass
class Troubled(TableMessage, namespace="record_table"):
    """The source could not read its rows; what was read before stays on the screen."""

    error: Exception


class Arrived(Message, namespace="record_table"):
    """The source has answers to take."""

    bubble = False

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, type(self))
