"""A list to act on, with marks, in which tones say what went well and what did not."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from tui.table.view import RecordTable

Row = TypeVar("Row")


class TonedList(RecordTable[Row]):
    """Rows have tones (``good``, ``live``, ``warning``, ``bad``, ``faint``); a sign in a column says the same. Left and right
    are left to the page, as these lists have no letters to jump to."""

    DEFAULT_CSS = """
    TonedList {
        background: $background;
        & > .record-table--good { color: $success; }
        & > .record-table--live { color: $accent; }
        & > .record-table--warning { color: $warning; }
        & > .record-table--bad { color: $error; }
        & > .record-table--faint { color: $faint; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-table--good",
        "record-table--live",
        "record-table--warning",
        "record-table--bad",
        "record-table--faint",
    }

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "letter" and super().check_action(action, parameters)
