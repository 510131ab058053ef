"""The first step of an export: where to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from storage.values import ExportTarget
from tui.screens.dialog import Dialog
from tui.screens.export_words import TARGETS
from tui.tokens import STYLES
from tui.words import number

if TYPE_CHECKING:
    from tui.screens.export import Selection


class TargetDialog(Dialog[ExportTarget]):
    """Returns the target, None to leave everything as it is."""

    HINT = "Enter or the letter chooses · Esc leave it · nothing is sent yet"
    CSS_PATH: ClassVar[Any] = [STYLES / "dialog.tcss", STYLES / "export.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"choose('{target}')", title, show=False) for target, key, title, _ in TARGETS),
        Binding("j", "move('down')", "Down", show=False),
        Binding("k", "move('up')", "Up", show=False),
    ]

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self.title = f"Export {selection.name or f'{number(len(selection))} items'}"

    def body(self) -> Iterator[Widget]:
        yield OptionList(*(Option(_line(key, title, does)) for _, key, title, does in TARGETS), markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def action_move(self, where: str) -> None:
        targets = self.query_one(OptionList)
        (targets.action_cursor_down if where == "down" else targets.action_cursor_up)()

    def action_choose(self, target: str) -> None:
        self.dismiss(ExportTarget(target))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(TARGETS[event.option_index][0])


def _line(key: str, title: str, does: str) -> Content:
    return Content.assemble((f"{key} ", "bold $accent"), f"{title:<12} ", (does, "$muted"))
