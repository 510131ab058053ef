"""Plex: libraries, artists and albums, what plays and what was played, playlists."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.timer import Timer

from storage.errors import LockgrooveError
from tui.actions import bindings
from tui.bridge import Bridge
from tui.screens.plex_page import PlexLists
from tui.screens.plex_reading import LIVE, PLAYING, SORTED, client, playing
from tui.table.plex import PlexLine
from tui.text import clean
from tui.tokens import STYLES

if TYPE_CHECKING:
    from services.plex.client import PlexClient
    from services.runtime import Runtime

TICK = 1.0
"""Seconds between two steps of what plays: it is known how fast it goes, so Plex is not asked for each."""
TRY_AGAIN = 15.0
"""Seconds after which Plex is asked again that did not answer."""


class PlexPage(PlexLists):
    """What is done with Plex: follow what plays, rate, mark as played, let it scan."""

    MODE = "plex"
    CSS_PATH: ClassVar[Any] = [STYLES / "plex.tcss"]
    BINDINGS: ClassVar[Any] = bindings("plex")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._seen = 0.0
        """When what plays was last told."""
        self._told: list[PlexLine] = []
        self._ticking: Timer | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or not self.query("#plex-list"):
            return True
        if action == "settings":
            return self.state is not None and (not self.state.is_configured or bool(self.state.problem))
        if action == "back":
            return bool(self.way) or self.has_class("-reading") or self.query_one("#plex-filter").has_class("-shown")
        if not self.can_ask:
            return action == "again"
        line = self.line
        if action in ("sort", "reverse", "filter"):
            return True if self.place.list in SORTED else None
        if action == "open":
            return True if line is not None and line.kind else None
        if action in ("rate", "played", "unplayed"):
            return True if line is not None and line.kind in ("artist", "album", "track") else None
        return True

    # -- what plays -----------------------------------------------------------------------------------------------

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.state is not None and not self.can_ask:
            self.look()  # it may have been set up meanwhile
        else:
            self.place_changed()

    def on_screen_suspend(self) -> None:
        self._stop_following()

    def place_changed(self) -> None:
        """What plays is followed while it is shown, and only then."""
        self._stop_following()
        if self.place.list == PLAYING and self.can_ask and self.is_current:
            self._follow()

    def _stop_following(self) -> None:
        self.workers.cancel_group(self, "follow")
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    @work(exclusive=True, group="follow", exit_on_error=False)
    async def _follow(self) -> None:
        self._ticking = self.set_interval(TICK, self._step)
        while True:
            problem = ""
            try:
                self._told, self._seen = await self.bridge.call(playing), monotonic()
            except LockgrooveError as error:
                problem, self._told = f"{error.message} {error.hint}".strip(), []
            self._say_problem(problem)
            self._step()
            if problem:
                await asyncio.sleep(TRY_AGAIN)
            else:
                await self.bridge.call(lambda runtime: runtime.plex.follower.change(LIVE))

    def _say_problem(self, problem: str) -> None:
        """Say why nothing is told any more, or that something is again."""
        if self.state is not None and problem != self.state.problem:
            self.state = replace(self.state, problem=problem)
            self.table.empty = self.emptiness()
            self.say_where()

    def _step(self) -> None:
        """Show what plays as far as it must be by now."""
        passed = round((monotonic() - self._seen) * 1000)
        lines = [
            replace(line, offset=min(line.offset + passed, line.duration or line.offset))
            if line.state == "playing" and line.offset is not None
            else line
            for line in self._told
        ]
        if lines != list(self.live.rows()):
            self.live.replace(lines)

    # -- changing -------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_rate(self) -> None:
        """Ask for a rating, then tell Plex."""
        from tui.screens.plex_dialogs import NO_RATING, Rate

        line = self.line
        if line is None:
            return
        rating = await self.app.push_screen_wait(Rate(line.title, line.rating))
        if rating is not None:
            said = "has no rating any more" if rating == NO_RATING else f"is rated {rating:g} of 10"
            await self._change(line, lambda plex: plex.rate(line.key, rating), said)

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_played(self) -> None:
        """Mark as played, once more."""
        if (line := self.line) is not None:
            await self._change(line, lambda plex: plex.scrobble(line.key), "is marked as played")

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_unplayed(self) -> None:
        if (line := self.line) is not None:
            await self._change(line, lambda plex: plex.unscrobble(line.key), "is marked as not played")

    async def _change(self, line: PlexLine, do: Callable[[PlexClient], Awaitable[object]], said: str) -> None:
        async def change(runtime: Runtime) -> None:
            await do(await client(runtime))

        try:
            await self.bridge.call(change)
        except LockgrooveError as error:
            self.app.say(error)
            return
        self.app.notify(clean(f"“{line.title}” {said}."), markup=False)
        self.reload()
        self.show_details()

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_scan(self) -> None:
        """Let Plex scan its folders; it goes on there by itself."""

        async def scan(runtime: Runtime) -> tuple[str, ...]:
            await client(runtime)
            return await runtime.plex.scan()

        try:
            asked = await self.bridge.call(scan)
        except LockgrooveError as error:
            self.app.say(error)
            return
        names = ", ".join(map(clean, asked)) or "nothing: there is no library of music"
        self.app.notify(f"Plex scans {names}. r shows what was found.", markup=False)

    def action_again(self) -> None:
        """Look at Plex anew, and read the list."""
        self.look()

    def action_settings(self) -> None:
        self.app.go("settings")
