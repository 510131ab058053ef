"""Choosing a theme: every one is shown while the cursor is on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from storage.errors import LockgrooveError
from tui.preferences import keep
from tui.screens.dialog import Dialog
from tui.themes import OURS
from tui.tokens import STYLES

NOTES = {
    "lockgroove": "calm, dark",
    "lockgroove-light": "calm, light",
    "lockgroove-contrast": "black and white, strong",
    "ansi-dark": "your terminal's colours, fewest bytes",
    "ansi-light": "your terminal's colours on light",
}


def in_order(available: Iterator[str]) -> list[str]:
    """Ours first, then the terminal's own palette, then the rest by name."""
    first = [theme.name for theme in OURS] + ["ansi-dark", "ansi-light"]
    known = set(available)
    return [name for name in first if name in known] + sorted(known - set(first))


class ThemeScreen(Dialog[None]):
    """Moving the cursor shows a theme, Enter keeps it, Escape brings back the one that was."""

    TITLE = "Theme"
    HINT = "↑ ↓ try · Enter keep · Esc back to what it was"
    CSS_PATH: ClassVar[Any] = [STYLES / "dialog.tcss", STYLES / "themes.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move('down')", "Down", show=False),
        Binding("k", "move('up')", "Up", show=False),
    ]

    def body(self) -> Iterator[Widget]:
        self._before = self.app.theme
        self._names = in_order(iter(self.app.available_themes))
        options = [Option(_line(name, name == self._before)) for name in self._names]
        themes = OptionList(*options, markup=False)
        themes.highlighted = self._names.index(self._before) if self._before in self._names else 0
        yield themes

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def action_move(self, where: str) -> None:
        themes = self.query_one(OptionList)
        (themes.action_cursor_down if where == "down" else themes.action_cursor_up)()

    def action_close(self) -> None:
        self.app.theme = self._before
        self.dismiss(None)

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.app.theme = self._names[event.option_index]

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.app.run_worker(
            self._keep(self._names[event.option_index]), group="theme", exclusive=True, exit_on_error=False
        )
        self.dismiss(None)

    async def _keep(self, name: str) -> None:
        app = self.app
        try:
            await keep(app, "THEME", name)
        except LockgrooveError as error:
            said = f"{error.message} The theme stays until you leave. {error.hint}"
            app.notify(said, title="Theme not kept", severity="warning", markup=False)


def _line(name: str, is_current: bool) -> Content:
    return Content.assemble(
        ("● " if is_current else "  ", "$accent"),
        f"{name:<22}",
        (NOTES.get(name, ""), "$muted"),
    )
