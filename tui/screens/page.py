"""The frame of every top-level screen: navigation above, the page, the job strip and the hints below."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from tui.bridge import Bridge, Snapshot
from tui.widgets.hintbar import HintBar
from tui.widgets.jobstrip import JobStrip
from tui.widgets.navbar import NavBar

if TYPE_CHECKING:
    from storage.shelf import Shelf
    from tui.app import LockgrooveApp


class Page(Screen[None]):
    """A top-level screen. Subclasses yield their content from :meth:`content` and may follow :meth:`snapshot_changed`."""

    MODE: ClassVar[str]
    AUTO_FOCUS = ""
    """None by itself: Textual would give the keys to the first line of input, shown or not."""

    if TYPE_CHECKING:
        app = getters.app(LockgrooveApp)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge

    def compose(self) -> ComposeResult:
        yield NavBar(self.MODE)
        yield from self.content()
        yield JobStrip()
        yield HintBar()

    def content(self) -> Iterator[Widget]:
        """The page itself, between navigation and job strip."""
        raise NotImplementedError

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.app.worker_failed(event)

    @on(NavBar.Chosen)
    def _page_chosen(self, event: NavBar.Chosen) -> None:
        self.app.go(event.mode)

    def on_screen_resume(self) -> None:
        self.show_snapshot(self.bridge.snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show what the services last said; called for the active screen only, at most a few times a second."""
        if not self.is_mounted:
            return
        self.query_one(JobStrip).snapshot = snapshot
        self.query_one(NavBar).state = _connection(snapshot)
        self.snapshot_changed(snapshot)

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        """A new snapshot lies ready; for subclasses."""

    def may_leave(self, go: Callable[[], object]) -> bool:
        """Whether another page may be shown at once; else the page asks first, and calls ``go`` if it may."""
        return True

    def shelf_opened(self, shelf: Shelf) -> None:
        """The hot reads of the library are open; for subclasses."""

    def tick(self) -> None:
        """A second passed while a job runs: waits and time left move."""
        self.query_one(JobStrip).refresh()

    def say_position(self, text: str) -> None:
        """Show ``text`` at the right of the job strip: where the cursor is, how many are marked."""
        self.query_one(JobStrip).position = text


def _connection(snapshot: Snapshot) -> str:
    if not snapshot.ready:
        return ""
    if snapshot.username and not snapshot.connected:
        return "! c connects Discogs anew"
    if snapshot.username and snapshot.warning:
        return f"! {snapshot.warning}"
    if not snapshot.connected:
        return "Discogs: not connected"
    return " · ".join(part for part in (f"Discogs: {snapshot.username or 'connected'}", snapshot.way) if part)
