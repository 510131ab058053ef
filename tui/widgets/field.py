"""A labelled line of input that says below itself what is wrong with what is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Paste
from textual.message import Message
from textual.widgets import Input, Static


class JoinedInput(Input):
    """A line into which an address that a terminal broke into several can be pasted whole."""

    def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor("".join(event.text.split()))


class Field(Vertical):
    """``check`` returns what is wrong with a value, or None. The verdict shows while typing, without a submit. ``joined``:
    what is pasted in several lines is one word.
    """

    DEFAULT_CSS = """
    Field { height: auto; }
    Field > .field-label { height: 1; color: $muted; }
    Field > Input { height: 1; border: none; padding: 0 1; background: $panel; }
    Field > Input:focus { border: none; background: $block-cursor-background; color: $block-cursor-foreground; }
    Field > .field-verdict { height: 1; color: $error; }
    """

    @dataclass
    class Changed(Message):
        """Something else is typed now."""

        field: Field

        @property
        def control(self) -> Field:
            return self.field

    def __init__(
        self,
        name: str,
        label: str,
        *,
        value: str = "",
        placeholder: str = "",
        password: bool = False,
        check: Callable[[str], str | None] = lambda _: None,
        joined: bool = False,
    ) -> None:
        super().__init__(id=f"field-{name}")
        self.field_name = name
        self._label = label
        self._check = check
        kind = JoinedInput if joined else Input
        self._input = kind(value, placeholder=placeholder, password=password, select_on_focus=False)
        self._input.cursor_blink = False

    def compose(self) -> ComposeResult:
        yield Static(Content(self._label), classes="field-label")
        yield self._input
        yield Static(Content(""), classes="field-verdict")

    @property
    def value(self) -> str:
        """What is typed, blanks at the ends dropped."""
        return self._input.value.strip()

    @property
    def trouble(self) -> str | None:
        """What is wrong with the present value, or None."""
        return self._check(self.value)

    def say(self, verdict: str | None) -> None:
        """Show ``verdict`` below the line (for verdicts that come from elsewhere)."""
        self.query_one(".field-verdict", Static).update(Content(f"✗ {verdict}" if verdict else ""))

    def fill(self, value: str) -> None:
        """Put ``value`` into the line, as if it had been typed."""
        self._input.value = value

    def clear(self) -> None:
        """Take away what is typed."""
        self._input.value = ""

    def take_focus(self) -> None:
        self._input.focus()

    @on(Input.Changed)
    def _judge(self, event: Input.Changed) -> None:
        event.stop()
        self.say(self.trouble if self.value else None)
        self.post_message(self.Changed(self))
