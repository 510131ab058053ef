"""The app: modes, theme, keys, the bell of the bridge. Screens own behaviour, widgets own looks.

What is imported here is paid before the first paint; everything heavier is imported where it is used.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from contextvars import copy_context
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.theme import Theme
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from services.places import Places, QuickSettings, locate, quick_settings
from storage.errors import LockgrooveError
from tui.actions import bindings
from tui.bridge import Bridge, Snapshot
from tui.browser import is_at_hand
from tui.onscreen import OnScreen
from tui.screens.page import Page
from tui.themes import OURS, effective, is_colourless
from tui.tokens import STYLES, tokens

if TYPE_CHECKING:
    from textual.widget import Widget

    from storage.shelf import Shelf
    from storage.values import RecordPk

SERVICES_AFTER = 0.1
"""Seconds that the first records get to themselves before the heavy imports begin in the services' thread."""
TICK = 1.0
"""Seconds between two looks at the clock while a job runs (time left, waits)."""


class LockgrooveApp(App[int]):
    """One terminal cockpit for a person's music."""

    TITLE = "Lockgroove"
    CSS_PATH: ClassVar[Any] = [STYLES / "base.tcss", STYLES / "list.tcss"]
    """What the first screen needs, read at once; every other screen brings its own file when it is first shown."""
    BINDINGS = bindings("app")
    DEFAULT_MODE = "collection"
    HORIZONTAL_BREAKPOINTS: ClassVar[Any] = [(0, "-narrow"), (100, "-normal"), (150, "-wide")]

    def __init__(self, data_dir: Path | None = None) -> None:
        self.places: Places = locate(data_dir)
        self.quick: QuickSettings = quick_settings(self.places)
        self.bridge = Bridge(data_dir)
        self.shelf: Shelf | None = None
        self.graphics: type[Widget] | None = None
        """The widget for covers as real graphics, where the terminal was found to have them."""
        self.next_door = ""
        self._theme_in_use: Theme | None = None
        self._ticking: Timer | None = None
        self.came_from = self.DEFAULT_MODE
        self._on_screen = OnScreen()
        # Without this Textual turns the terminal's own colours into black on black.
        super().__init__(ansi_color=True if is_colourless() else None)
        self.animation_level = "full" if self.quick.animations else "none"
        for theme in OURS:
            self.register_theme(theme)
        chosen = effective(self.quick.theme or OURS[0].name)
        if chosen in (theme.name for theme in OURS):
            # Assigning it would read every style a second time before the first paint.
            self.set_reactive(App.theme, chosen)
            self.stylesheet.set_variables(self.get_css_variables())
        else:
            self.theme = chosen
        if self.quick.keys:
            self.set_keymap(dict(self.quick.keys))
        self._modes.update({mode: partial(self._page, mode) for mode in PAGES if mode != self.DEFAULT_MODE})

    def get_default_screen(self) -> Screen[None]:
        """The first page. As a mode of its own it would be styled twice before the first paint."""
        return self._page(self.DEFAULT_MODE)

    def _page(self, mode: str) -> Screen[None]:
        """Build a top-level screen, importing it on first use."""
        module, name = PAGES[mode]
        return getattr(import_module(f"tui.screens.{module}"), name)(self.bridge)

    @property
    def current_theme(self) -> Theme:
        """The theme in use. Textual looks it up in a copy of all themes for every line that it draws; kept instead."""
        if self._theme_in_use is None or self._theme_in_use.name != self.theme:
            self._theme_in_use = super().current_theme
        return self._theme_in_use

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Write what is new of an update. Covers as real graphics reach over lines that are not theirs, so with them all is."""
        if (
            isinstance(renderable, LayoutUpdate | ChopsUpdate)
            and self.graphics is None
            and self._running
            and not (self._closed or self._batch_count or self.is_headless or self.is_inline)
        ):
            renderable = self._on_screen.changed(screen, self.size, renderable, self.console)
        super()._display(screen, renderable)

    def action_redraw(self) -> None:
        """Write the whole screen anew, over what somebody else wrote on the terminal."""
        self._on_screen.forget()
        self.screen.refresh()

    def get_css_variables(self) -> dict[str, str]:
        variables = super().get_css_variables()
        return {**tokens(variables), **variables}

    def on_mount(self) -> None:
        self.add_mode(self.DEFAULT_MODE, partial(self._page, self.DEFAULT_MODE))
        self.set_class(self.quick.compact, "-compact")
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.exit, 0)
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        """After the first paint: the records; once they stand, the services in their own thread."""
        self.open_shelf()
        self.set_timer(SERVICES_AFTER, self._start_services)

    def _start_services(self) -> None:
        loop, context = asyncio.get_running_loop(), copy_context()

        def ring() -> None:
            loop.call_soon_threadsafe(self._ring, context=context)

        self.bridge.start(ring)

    def open_shelf(self) -> None:
        """Open the hot reads of the library, if there is one yet, and let the active screen show it."""
        if self.shelf is None:
            from storage.shelf import Shelf

            self.shelf = Shelf.open(self.quick.database_url, self.quick.user)
        if self.shelf is not None and self.page is not None:
            self.page.shelf_opened(self.shelf)

    def _ring(self) -> None:
        snapshot = self.bridge.answer_ring()
        if not gc.isenabled() and (snapshot.ready or snapshot.failure):
            gc.freeze()  # all that is here now stays to the end: to look through it for garbage would stop everything
            gc.enable()
        if snapshot.ready and self.shelf is None:
            self.open_shelf()
        self._tick_while(bool(snapshot.jobs))
        self._show(snapshot)

    @property
    def page(self) -> Page | None:
        """The top-level screen in use, below any dialog; None while the app starts or ends."""
        stack = self.screen_stack
        return stack[0] if stack and isinstance(stack[0], Page) else None

    def _tick(self) -> None:
        if self.page is not None and self.page.is_active:
            self.page.tick()

    def _show(self, snapshot: Snapshot) -> None:
        # Below a dialog every change repaints the whole screen; the page catches up when it is shown again.
        if self.page is not None and self.page.is_active:
            self.page.show_snapshot(snapshot)

    def _tick_while(self, running: bool) -> None:
        """The clock moves only while there is something to time and somebody to see it."""
        if running and self._ticking is None:
            self._ticking = self.set_interval(TICK, self._tick)
        elif not running and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def on_app_blur(self) -> None:
        self._tick_while(False)

    def on_app_focus(self) -> None:
        self._tick_while(bool(self.bridge.snapshot.jobs))

    def action_go(self, mode: str) -> None:
        """Show a top-level screen as it was left."""
        self.go(mode)

    def go(self, mode: str) -> None:
        """Show a top-level screen; dialogs above the present one are closed. A page with something unsaved asks first."""
        if self.page is not None and mode != self.current_mode and not self.page.may_leave(partial(self.go, mode)):
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_mode(mode)

    def show_record(self, pk: RecordPk) -> None:
        """Go to a record in the collection."""
        from tui.screens.collection import CollectionPage

        self.go("collection")
        if isinstance(self.screen, CollectionPage):
            self.screen.show_record(pk)

    async def look_for(self, text: str) -> None:
        """Look for ``text`` in Search, in the library, the catalogue and on Discogs."""
        from textual.widgets import Input

        await self.switch_mode("search")
        for line in self.screen.query("#search-line").results(Input):
            line.value = text
            line.cursor_position = len(text)
            line.focus()

    def search_soulseek(self, text: str = "", tracks: int | None = None) -> None:
        """Show the search of Soulseek; ``text`` is looked for at once, an album of so many ``tracks``. Closing it leads back."""
        from tui.screens.soulseek import SoulseekPage

        self._visit("soulseek")
        if text and isinstance(self.page, SoulseekPage):
            self.page.look_for(text, tracks)

    def action_soulseek(self) -> None:
        self.search_soulseek()

    def action_wishes(self) -> None:
        """Show what is wanted by its name, and new releases; closing it leads back."""
        self._visit("wishes")

    def browse_share(self, username: str) -> None:
        """Show everything that a user of Soulseek shares; closing leads back to the present page."""
        from tui.screens.soulseek_share import SharePage

        back = self.current_mode
        self._visit("share")
        if isinstance(self.page, SharePage):
            self.page.show_share(username, back)

    def connect_spotify(self) -> None:
        """Let the person connect Spotify."""
        from tui.screens.connect_spotify import open_connect_spotify

        open_connect_spotify(self)

    def action_sync(self) -> None:
        from tui.screens import sync

        sync.begin(self)

    def action_job(self) -> None:
        """Show the running or last job; closing it leads back."""
        self._visit("job")

    def _visit(self, mode: str) -> None:
        """Show a screen that is closed again; closing leads back to the page before the first of them."""
        if self.current_mode not in VISITED:
            self.came_from = self.current_mode
        if self.current_mode != mode:
            self.go(mode)

    def show_export(self, export_id: str) -> None:
        """Show what becomes of each item of an export."""
        from tui.screens.export_report import ExportPage

        self._visit("export")
        if isinstance(self.page, ExportPage):
            self.page.show_export(export_id)

    def action_last_export(self) -> None:
        from tui.screens import export

        export.show_last(self)

    def action_recommendations(self) -> None:
        """Show what to look for next; closing it leads back."""
        self._visit("recommendations")

    def action_help(self) -> None:
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen.of(self.screen))

    def action_theme(self) -> None:
        from tui.screens.themes import ThemeScreen

        self.push_screen(ThemeScreen())

    def action_command_palette(self) -> None:
        from tui.palette import open_palette

        open_palette(self)

    def worker_failed(self, event: Worker.StateChanged) -> None:
        """Something nobody foresaw: in the log with its trace, on the screen in a sentence, never a crash."""
        if event.state is WorkerState.ERROR:
            import structlog

            error = event.worker.error
            structlog.stdlib.get_logger(__name__).error("worker failed", worker=event.worker.name, exc_info=error)
            self.say(LockgrooveError(f"That did not work: {type(error).__name__}.", "The log has the details."))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.worker_failed(event)

    def say(self, error: LockgrooveError) -> None:
        """Show an error in words; it stays until it is dismissed or read."""
        self.notify(f"{error.message} {error.hint}".strip(), severity="error", timeout=20, markup=False)

    def web_address(self, path: str) -> str:
        """The address of a page on the Discogs web site; a whole address stays as it is."""
        return path if "://" in path else f"{self.quick.discogs_web_base}{path}"

    def browse(self, path: str) -> None:
        """Open a page of Discogs, or any by its address: in a browser where there is a screen, as a link to copy over SSH."""
        if is_at_hand():
            self.open_url(self.web_address(path))
        else:
            self.copy_link(path)

    def copy_link(self, path: str) -> None:
        """Send the address of such a page to the terminal's clipboard (OSC 52) and show it, for where that is off."""
        address = self.web_address(path)
        self.copy_to_clipboard(address)
        self.notify(f"Sent to the terminal's clipboard: {address}", timeout=10, markup=False)

    def open_demo(self) -> None:
        """Leave this library as it is and open the demo instead."""
        self.next_door = "demo"
        self.exit(0)

    def action_leave(self) -> None:
        """Leave the program; what runs keeps its checkpoint and goes on with a daemon or at the next start."""
        if self.page is None or self.page.may_leave(partial(self.exit, 0)):
            self.exit(0)


PAGES: dict[str, tuple[str, str]] = {
    "dashboard": ("dashboard", "DashboardPage"),
    "collection": ("collection", "CollectionPage"),
    "wantlist": ("wantlist", "WantlistPage"),
    "sales": ("sales", "SalesPage"),
    "search": ("search", "SearchPage"),
    "explore": ("explore", "ExplorePage"),
    "activity": ("activity", "ActivityPage"),
    "settings": ("settings", "SettingsPage"),
    "plays": ("plays", "PlaysPage"),
    "artists": ("artists", "ArtistsPage"),
    "playlists": ("playlists", "PlaylistsPage"),
    "downloads": ("downloads", "DownloadsPage"),
    "shelf": ("albums", "AlbumsPage"),
    "plex": ("plex", "PlexPage"),
    "beets": ("beets", "BeetsPage"),
    "job": ("sync", "JobScreen"),
    "export": ("export_report", "ExportPage"),
    "recommendations": ("recommendations", "RecommendationsPage"),
    "soulseek": ("soulseek", "SoulseekPage"),
    "share": ("soulseek_share", "SharePage"),
    "wishes": ("wishes", "WishesPage"),
}
"""The top-level screens: in which module of :mod:`tui.screens` each is, imported when it is first shown."""
VISITED = ("job", "export", "recommendations", "soulseek", "share", "wishes")
"""The screens that are not pages of their own: they lie over the one they were opened from."""


def _graphics(setting: str) -> type[Widget] | None:
    if setting in ("off", "half"):
        return None
    from tui.widgets.cover import graphics_widget

    return graphics_widget(setting)


def run(data_dir: Path | None = None) -> int:
    """Open the app in this terminal and return the exit code. The services are closed in order before it returns."""
    app = LockgrooveApp(data_dir)
    app.graphics = _graphics(app.quick.covers)
    try:
        status = app.run() or 0
    finally:
        if app.shelf is not None:
            app.shelf.close()
        app.bridge.stop()
    if app.next_door != "demo":
        return status
    from tui.cli.stage import play_in_app

    return play_in_app((), None)
