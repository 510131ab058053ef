"""The settings: connections, schedules, appearance, every setting with its origin, and the keys, in one list."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from storage.values import ConnectMethod
from tui.actions import bindings
from tui.bridge import Bridge, Snapshot
from tui.daemons import DAEMONS, ask
from tui.preferences import apply, keep
from tui.screens.page import Page
from tui.screens.settings_lines import SPOTIFY, Facts, Kind, Line, daemon_of, is_foreign, keys_of, lines, next_choice
from tui.table import Column, ListSource
from tui.text import clean
from tui.tokens import STYLES
from tui.widgets.plainlist import PlainList
from tui.words import WAYS

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.spotify.connect import SpotifyStatus

COLUMNS: tuple[Column[Line], ...] = (
    Column("name", "Setting", lambda line: line.name, 26, grow=1, limit=34),
    Column("value", "Value", lambda line: line.value, 25, grow=3, limit=90),
    Column("note", "Where it comes from", lambda line: line.note, 21, grow=1, limit=34, priority=1),
)


class SettingsList(PlainList[Line]):
    """A list whose cursor passes over headings."""

    def action_move(self, by: int) -> None:
        position = self.cursor + by
        while 0 <= position < self.count:
            line = self.source.row(position)
            if line is None or line.is_reachable:
                break
            position += by
        if 0 <= position < self.count:
            super().action_move(position - self.cursor)
        elif by < 0:
            self.scroll_home(animate=False)


LEAST = 3
"""Lines below the list that are always there; it gives way to more only where a text needs them."""


class SettingsPage(Page):
    """Shows what is in force and changes it in place; what is wrong is said below the list."""

    MODE = "settings"
    CSS_PATH: ClassVar[Any] = [STYLES / "settings.tcss"]
    BINDINGS: ClassVar[Any] = bindings("settings")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._source = ListSource[Line](key=lambda line: line.key)
        self._seen: object = None
        self._verdict: tuple[str, str] = ("", "")
        self._spotify_state = ""
        self._about_lines = LEAST

    def content(self) -> Iterator[Widget]:
        yield SettingsList(self._source, COLUMNS, empty="Reading the settings…", tone=tone, id="settings")
        yield Static(Content(""), id="about")

    @property
    def _list(self) -> SettingsList:
        return self.query_one(SettingsList)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._list.focus()
        self._read()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        moved = (
            snapshot.ready,
            snapshot.failure,
            snapshot.connected,
            snapshot.username,
            snapshot.way,
            snapshot.warning,
        )
        if moved != self._seen:
            self._seen = moved
            self._read()

    @property
    def _is_on_spotify(self) -> bool:
        """Whether what is done to a connection is done to Spotify: the cursor says which is meant."""
        return self._list.cursor_key == SPOTIFY

    @property
    def _daemon(self) -> str | None:
        """Which of the programs on one's own machines the cursor is on."""
        return daemon_of(self._list.cursor_key)

    def action_connect(self) -> None:
        if (name := self._daemon) is not None:
            self._set_up(name)
            return
        if self._is_on_spotify:
            self.app.connect_spotify()
            return
        from tui.screens.connect import open_connect

        open_connect(self.app)

    def action_test(self) -> None:
        """Ask whether the access is good."""
        if (name := self._daemon) is not None:
            self._say(f"Asking {DAEMONS[name].title}…")
            self.run_worker(partial(self._test_daemon, name), group="connection", exclusive=True, exit_on_error=False)
            return
        self._say("Asking Spotify…" if self._is_on_spotify else "Asking Discogs…")
        test = self._test_spotify if self._is_on_spotify else self._test
        self.run_worker(test, group="connection", exclusive=True, exit_on_error=False)

    def action_disconnect(self) -> None:
        if self._is_on_spotify:
            self._disconnect_spotify()
            return
        from services.discogs.connect import WITHDRAWAL
        from tui.screens.confirm import Confirm

        def confirmed(agreed: bool | None) -> None:
            if agreed:
                self.run_worker(self._disconnect, group="connection", exclusive=True, exit_on_error=False)

        said = ["The access is forgotten on this machine. The records stay, nothing changes on Discogs."]
        if self.bridge.snapshot.way.startswith(WAYS[ConnectMethod.OAUTH]):
            said += ["", "To withdraw it on Discogs as well, open there:", self.app.web_address(WITHDRAWAL)]
        self.app.push_screen(Confirm("Disconnect Discogs", said, "disconnect"), confirmed)

    def action_edit(self) -> None:
        line = self._list.cursor_row
        if line is not None:
            self._change(line)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("test", "disconnect", "connect") and self.is_mounted and (name := self._daemon) is not None:
            if action == "disconnect" or (action == "connect" and not DAEMONS[name].needs):
                return False
            return True if self.bridge.snapshot.ready else None
        if action in ("test", "disconnect") and self.is_mounted and self._is_on_spotify:
            return True if self._spotify_state in ("connected", "reauth_required") else None
        if action in ("test", "disconnect"):
            snapshot = self.bridge.snapshot
            return True if snapshot.ready and (snapshot.connected or snapshot.warning) else None
        return True

    @on(SettingsList.Selected)
    def _selected(self, event: SettingsList.Selected) -> None:
        self._change(event.row)

    @on(SettingsList.Highlighted)
    def _highlighted(self, event: SettingsList.Highlighted) -> None:
        if event.key != self._verdict[0]:
            self._verdict = (str(event.key), "")
        self.refresh_bindings()
        self._show_about()

    def _change(self, line: Line) -> None:
        """What Enter does on a line: whatever changes it, or the reason why nothing does."""
        origin = line.setting
        if line.kind is Kind.CONNECTION:
            self.action_connect()
        elif origin is None:
            return
        elif origin.source == "environment" or is_foreign(origin):
            self._say(line.about, trouble=True)
        elif origin.name == "THEME":
            self.app.action_theme()
        elif origin.choices and len(origin.choices) <= 5:
            value = next_choice(origin.choices, origin.value)
            self.run_worker(partial(self._keep, origin.name, value), group="keep", exclusive=True, exit_on_error=False)
        else:
            from tui.screens.setting_form import SettingForm

            self.app.push_screen(SettingForm(origin))

    async def _keep(self, name: str, value: str) -> None:
        try:
            await keep(self.app, name, value)
        except LockgrooveError as error:
            self._say(f"{error.message} {error.hint}", trouble=True)
            return
        apply(self.app, name, value)
        self._read()

    async def _test(self) -> None:
        async def ask(runtime: Runtime) -> str | None:
            return (await runtime.discogs.test(runtime.user.id)).warning

        try:
            warning = await self.bridge.call(ask)
        except LockgrooveError as error:
            warning = f"{error.message} {error.hint}"
        self._say(warning or "Discogs answers and accepts the access.", trouble=bool(warning))
        self._read()

    async def _test_spotify(self) -> None:
        async def ask(runtime: Runtime) -> SpotifyStatus:
            return await runtime.spotify.probe(runtime.user.id)

        said = trouble = ""
        try:
            status = await self.bridge.call(ask)
        except LockgrooveError as error:
            trouble = f"{error.message} {error.hint}"
        else:
            from tui.screens.spotify_words import details

            trouble = status.warning or ""
            said = f"Spotify answers and accepts the access. {details(status)}"
        self._say(trouble or said, trouble=bool(trouble))
        self._read()

    async def _test_daemon(self, name: str) -> None:
        try:
            verdict = await self.bridge.call(lambda runtime: ask(runtime, name))
        except LockgrooveError as error:
            self._say(f"{error.message} {error.hint}", trouble=True)
            return
        said = f"{DAEMONS[name].title}: {verdict.said} {verdict.hint}"
        self._say(clean(said.strip()), trouble=not verdict.well)

    def _set_up(self, name: str) -> None:
        """Ask for what it needs, one setting after the other: what is missing first."""
        origins = {line.setting.name: line.setting for line in self._source.rows() if line.setting is not None}
        needed = [origins[each] for each in DAEMONS[name].needs if each in origins]
        missing = [each for each in needed if not each.value] or needed

        def ask_for(place: int, kept: str | None = "") -> None:
            if kept is not None and place < len(missing):
                origin = missing[place]
                if origin.source == "environment":
                    ask_for(place + 1)
                else:
                    self.app.push_screen(SettingForm(origin), partial(ask_for, place + 1))

        from tui.screens.setting_form import SettingForm

        self._verdict = ("", "")
        ask_for(0)

    def _disconnect_spotify(self) -> None:
        from services.spotify.connect import WITHDRAWAL
        from tui.screens.confirm import Confirm

        def confirmed(agreed: bool | None) -> None:
            if agreed:
                work = partial(self._disconnect, "spotify")
                self.run_worker(work, group="connection", exclusive=True, exit_on_error=False)

        said = [
            "The access is forgotten on this machine. Plays and playlists that are here stay.",
            "",
            "To withdraw it on Spotify as well, open there:",
            WITHDRAWAL,
        ]
        self.app.push_screen(Confirm("Disconnect Spotify", said, "disconnect"), confirmed)

    async def _disconnect(self, service: str = "discogs") -> None:
        async def ask(runtime: Runtime) -> None:
            of = runtime.spotify if service == "spotify" else runtime.discogs
            await of.disconnect(runtime.user.id)

        try:
            await self.bridge.call(ask)
        except LockgrooveError as error:
            self._say(f"{error.message} {error.hint}", trouble=True)
        self._read()

    def _read(self) -> None:
        self.run_worker(self._fetch, group="read", exclusive=True, exit_on_error=False)

    async def _fetch(self) -> None:
        snapshot = self.bridge.snapshot
        try:
            facts = await asyncio.to_thread(self._from_file)
            if snapshot.ready:
                facts = await self.bridge.call(lambda runtime: ask_services(runtime, facts))
            elif snapshot.failure is not None:
                facts = Facts(facts.origins, is_closed=True)
        except LockgrooveError as error:
            self._list.empty = f"{error.message}\n{error.hint}"
            return
        self._spotify_state = facts.spotify.state if facts.spotify else ""
        shown = keys_of(dict(self.app.quick.keys), self.app.get_key_display)
        is_first = not self._source.count()
        found = lines(facts, shown)
        if found != self._source.rows():
            self._source.replace(found)
        if is_first:
            self._list.cursor = 1
        self.refresh_bindings()
        self._show_about()

    def _from_file(self) -> Facts:
        from services.settings import load_settings

        return Facts(tuple(load_settings(self.app.places).origins()))

    def _say(self, text: str, *, trouble: bool = False) -> None:
        """Say something about the line under the cursor; it stays until the cursor leaves."""
        self._verdict = (str(self._list.cursor_key), text)
        self.query_one("#about", Static).set_class(trouble, "-trouble")
        self._show_about()

    def _show_about(self) -> None:
        line, about = self._list.cursor_row, self.query_one("#about", Static)
        key, said = self._verdict
        if not said or line is None or key != line.key:
            about.remove_class("-trouble")
            said = line.about if line is not None else ""
        shown = Content(said)
        lines = max(LEAST, len(shown.wrap(max(20, self.size.width - 4))))
        about.update(shown, layout=lines != self._about_lines)
        self._about_lines = lines


def tone(line: Line) -> str | None:
    """The look of a line: headings stand out, what is not set steps back."""
    if line.kind is Kind.HEADING:
        return "heading"
    return "faint" if line.value == "not set" else None


async def ask_services(runtime: Runtime, facts: Facts) -> Facts:
    """The connection and the schedule; on the services' loop."""
    status = await runtime.discogs.status(runtime.user.id)
    upcoming = await runtime.jobs.upcoming(runtime.user.id)
    spotify = await runtime.spotify.status(runtime.user.id)
    return Facts(facts.origins, status, tuple(upcoming), spotify=spotify)
