"""The frame of every dialog: a title, a body, a line that says which keys do what. Escape always closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from tui.tokens import STYLES

if TYPE_CHECKING:
    from tui.app import LockgrooveApp

Result = TypeVar("Result")

BORDERS = 2
"""Lines that the frame of a dialog takes."""


class Dialog(ModalScreen[Result | None], Generic[Result]):
    """A modal that returns a value through ``dismiss``. Subclasses give ``TITLE``, ``HINT`` and :meth:`body`."""

    CSS_PATH: ClassVar[Any] = [STYLES / "dialog.tcss"]
    HINT: str = "Esc close"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close", "Close", show=False)]

    if TYPE_CHECKING:
        app = getters.app(LockgrooveApp)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self.title or ""), classes="dialog-title")
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield from self.body()
            yield Static(Content(""), classes="dialog-message")
            yield Static(Content(self.HINT), classes="dialog-hint")

    def body(self) -> Iterator[Widget]:
        """What stands between title and hint."""
        raise NotImplementedError

    def say(self, message: str, *, trouble: bool = False) -> None:
        """Show above the hint what is being done, or what is wrong and how to mend it."""
        line = self.query_one(".dialog-message", Static)
        line.set_class(trouble, "-trouble")
        line.update(Content(message))
        self.call_after_refresh(self._leave_room)

    def on_resize(self) -> None:
        self._leave_room()
        self.call_after_refresh(self._leave_room)

    def _leave_room(self) -> None:
        """Let the body scroll in what title, message and hint leave of the screen, so that they always show."""
        others = [part for part in self.query_one(".dialog").children if not part.has_class("dialog-body")]
        taken = sum(part.outer_size.height + part.styles.margin.height for part in others)
        self.query_one(".dialog-body").styles.max_height = max(3, self.size.height - BORDERS - taken)

    def action_close(self) -> None:
        self.dismiss(None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.app.worker_failed(event)
