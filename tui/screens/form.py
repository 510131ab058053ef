"""A dialog that is a form: lines of input judged while they are filled in, and saved once none is wrong."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.screens.dialog import Dialog
from tui.widgets.field import Field

Result = TypeVar("Result")


class Form(Dialog[Result]):
    """Enter goes to the next line and saves on the last; the first line that is wrong gets the cursor instead."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "save", "Save", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def on_mount(self) -> None:
        self.query(Field).first().take_focus()

    @on(Input.Submitted)
    def _next_line(self) -> None:
        if self.focused is not None and self.focused.parent is self.query(Field).last():
            self.action_save()
        else:
            self.focus_next()

    def action_save(self) -> None:
        for field in self.query(Field):
            if trouble := field.trouble:
                field.say(trouble)
                field.take_focus()
                return
        self.save({field.field_name: field.value for field in self.query(Field)})

    def save(self, typed: dict[str, str]) -> object:
        """Keep what was typed (field name to text); called only when no line is wrong."""
        raise NotImplementedError
