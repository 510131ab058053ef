"""A list to read: the windowed table without marks, with tones for what went well and what did not."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from tui.table.view import RecordTable

Row = TypeVar("Row")

MARKING = frozenset({"mark", "range", "extend", "mark_all", "clear_marks", "letter"})
"""The actions of a table that have to do with marks, and with letters that such a list does not have."""


class PlainList(RecordTable[Row]):
    """Rows are read, not chosen: the keys for marks do nothing and are not listed."""

    DEFAULT_CSS = """
    PlainList {
        background: $background;
        & > .record-table--good { color: $foreground; }
        & > .record-table--warning { color: $warning; }
        & > .record-table--bad { color: $error; }
        & > .record-table--heading { color: $accent; text-style: bold; }
        & > .record-table--faint { color: $faint; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-table--good",
        "record-table--warning",
        "record-table--bad",
        "record-table--heading",
        "record-table--faint",
    }

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action not in MARKING and super().check_action(action, parameters)
