"""Changing one setting: what it means, a line to type in, what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from services.settings import Origin
from storage.errors import LockgrooveError
from tui.preferences import apply, keep
from tui.screens.dialog import Dialog
from tui.text import clean
from tui.widgets.field import Field


class SettingForm(Dialog[str]):
    """Returns the name of the setting once it is kept. The file is only written with a value that can be used."""

    HINT = "Enter keep · empty brings back the default · Esc leave it as it is"

    def __init__(self, origin: Origin, title: str = "") -> None:
        super().__init__()
        self.title = title or origin.name
        self._origin = origin

    def body(self) -> Iterator[Widget]:
        origin = self._origin
        yield Static(Content(clean(origin.description)))
        if origin.choices:
            yield Static(Content.styled(f"One of: {', '.join(origin.choices)}", "$muted"))
        value = origin.value if origin.source == "file" else ""
        yield Field(
            origin.name.lower(), "Value", value=value, placeholder=origin.value or "not set", password=origin.secret
        )

    def on_mount(self) -> None:
        self.query_one(Field).take_focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.run_worker(
            partial(self._keep, self.query_one(Field).value), group="keep", exclusive=True, exit_on_error=False
        )

    async def _keep(self, value: str) -> None:
        name = self._origin.name
        try:
            settings = await keep(self.app, name, value or None)
        except LockgrooveError as error:
            self.query_one(Field).say(error.message)
            self.say(error.hint)
            return
        apply(self.app, name, settings.origin(name).value)
        self.dismiss(name)
