"""Asking before choices that were not saved are left behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.screens.dialog import Dialog


class Unsaved(Dialog[bool]):
    """True to save, False to forget what was not saved, None to stay."""

    HINT = "S or Enter saves and goes · d forgets them and goes · Esc stays here"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("S,s,enter,f2", "save", "Save", show=False),
        Binding("d", "forget", "Forget", show=False),
    ]

    def __init__(self, title: str, line: str) -> None:
        super().__init__()
        self.title = title
        self._line = line

    def body(self) -> Iterator[Widget]:
        yield Static(Content(self._line))

    def action_save(self) -> None:
        self.dismiss(True)

    def action_forget(self) -> None:
        self.dismiss(False)
