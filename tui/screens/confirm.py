"""Asking once before something that is not undone by itself: names the thing and the count, default is not to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Static

from tui.screens.dialog import Dialog


class Confirm(Dialog[bool]):
    """True when the person pressed ``key`` (the one that brought them here) or y."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree", "Yes", show=False),
        Binding("n,enter", "close", "No", show=False),
    ]

    def __init__(self, title: str, lines: list[str], verb: str, *, key: str = "d") -> None:
        super().__init__()
        self.title = title
        self._lines = lines
        self._key = key
        self.HINT = f"{key} or y {verb} · Enter or Esc leave everything as it is"

    def body(self) -> Iterator[Widget]:
        yield Static(Content("\n").join(Content(line) for line in self._lines))

    def on_key(self, event: Key) -> None:
        if event.key == self._key:
            event.stop()
            self.action_agree()

    def action_agree(self) -> None:
        self.dismiss(True)

    def action_close(self) -> None:
        self.dismiss(False)
