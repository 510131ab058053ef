"""The two questions of the Explore screen: to whom the path shall lead, and which snapshot is to be opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from storage.values.graph import NodeName
from tui.bridge import Bridge
from tui.screens.dialog import Dialog
from tui.screens.explore_walk import Step
from tui.screens.form import Form
from tui.text import clean, cut
from tui.tokens import STYLES
from tui.widgets.field import Field
from tui.widgets.picker import Picker

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.table.graph import Line

Restored = tuple[list[Step], int]
"""The steps of a snapshot, and how many of its nodes are not in this catalogue."""


class PathDialog(Dialog[NodeName]):
    """The artist that the path from ``start`` is to lead to."""

    HINT = "type a name · Enter first one · ↓ into the list · Esc close"
    CSS_PATH: ClassVar[Any] = [STYLES / "dialog.tcss", STYLES / "explore.tcss"]

    def __init__(self, bridge: Bridge, start: NodeName) -> None:
        super().__init__()
        self.bridge = bridge
        self.title = f"From {cut(start.name, 40)} to whom?"

    def body(self) -> Iterator[Widget]:
        yield Picker(self.bridge, _artists, "An artist")

    def on_mount(self) -> None:
        self.query_one(Picker).take_focus()

    @on(Picker.Picked)
    def _picked(self, event: Picker.Picked) -> None:
        self.dismiss(event.node)


async def _artists(runtime: Runtime, typed: str) -> list[Line]:
    from tui.screens.explore_reading import suggest

    return await suggest(runtime, typed, ("artist",))


class LinkDialog(Form[Restored]):
    """The way that a snapshot leads along, opened by its link or token."""

    TITLE = "Open a snapshot"
    HINT = "Enter open · Esc close"

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge

    def body(self) -> Iterator[Widget]:
        about = "Paste the link that somebody passed on, or the 16 characters at its end."
        yield Static(Content.styled(about, "$muted"))
        yield Field("link", "Link or token", placeholder="https://…/snapshot/…")

    @work(exclusive=True, group="snapshot", exit_on_error=False)
    async def save(self, typed: dict[str, str]) -> None:
        async def ask(runtime: Runtime) -> Restored:
            from services.catalogue.snapshots import token_of
            from tui.screens.explore_reading import steps_of

            return await steps_of(runtime, token_of(typed["link"]))

        self.say("Opening…")
        try:
            opened = await self.bridge.call(ask)
        except LockgrooveError as error:
            self.say(clean(f"{error.message} {error.hint}"), trouble=True)
            return
        self.dismiss(opened)
