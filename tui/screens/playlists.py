"""Playlists: those of the listener and those they follow, what is in each, and what is done to it on Spotify."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from textual import work

from storage.errors import LockgrooveError
from storage.values.playlists import ItemQuery, Playlist, PlaylistItem
from tui.bridge import Bridge
from tui.browser import SPOTIFY
from tui.screens.playlist_page import PlaylistPage
from tui.screens.playlists_words import name, removal, unremovable
from tui.table.source import PAGE
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.spotify.editing import Edited

T = TypeVar("T")


class PlaylistsPage(PlaylistPage):
    """Changes go to Spotify at once, and what is kept follows."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._is_busy = False

    @work(group="edit", exit_on_error=False)
    async def action_read_anew(self) -> None:
        row = self.shown or self.row
        if row is None:
            return
        held = await self._done(
            "reading it anew…", lambda runtime: runtime.playlists.refresh(runtime.user.id, row.playlist_id)
        )
        if held is not None:
            self._take(held)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_add(self) -> None:
        from tui.screens.playlist_dialogs import AddTracks

        shown, item = self.shown, self.item
        if shown is None:
            return
        chosen = await self.app.push_screen_wait(AddTracks(self.bridge, shown.name))
        if chosen is None:
            return
        place = item.position if chosen.here and item is not None else None
        self._change(
            f"{number(len(chosen.uris))} added to “{shown.name}”",
            lambda runtime, seen: runtime.editing.add(runtime.user.id, shown.playlist_id, chosen.uris, place, seen),
        )

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_remove(self) -> None:
        from tui.screens.confirm import Confirm

        shown = self.shown
        if shown is None:
            return
        keys = [int(key) for key in self.items.chosen()]
        try:
            items = await self.bridge.call(lambda runtime: _items(runtime, shown, keys))
            if why := next((why for item in items if (why := unremovable(item))), ""):
                self.app.notify(why, severity="warning", markup=False)
            items = [item for item in items if not unremovable(item)]
            uris = list(dict.fromkeys(item.playable.uri or "" for item in items))
            counts = await self.bridge.call(
                lambda runtime: runtime.editing.occurrences(runtime.user.id, shown.playlist_id, uris)
            )
        except LockgrooveError as error:
            self.app.say(error)
            return
        if not uris:
            return
        title, lines = removal(shown, items, counts)
        if await self.app.push_screen_wait(Confirm(title, lines, "removes them")):
            self.items.unmark(keys)
            self._change(
                f"removed from “{shown.name}”",
                lambda runtime, seen: runtime.editing.remove(runtime.user.id, shown.playlist_id, uris, seen),
                counted=True,
            )

    def action_move_by(self, by: int) -> None:
        item = self.item
        if item is not None and 0 <= item.position + by < self.count_shown:
            self._move(item, item.position + by)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_move_to(self) -> None:
        from tui.screens.playlist_dialogs import MoveTo

        item = self.item
        if item is None or self.shown is None:
            return
        place = await self.app.push_screen_wait(MoveTo(name(item), self.shown.track_count))
        if place is not None:
            self._move(item, place - 1)

    def _move(self, item: PlaylistItem, place: int) -> None:
        """Move an item to a place (from 0), as it is counted once it is there."""
        shown = self.shown
        if shown is None or place == item.position:
            return
        before = place if place < item.position else place + 1
        self._change(
            "",
            lambda runtime, seen: runtime.editing.move(
                runtime.user.id, shown.playlist_id, item.position, before, seen=seen
            ),
        )

    def _change(self, said: str, change: Callable[[Runtime, str], Awaitable[Edited]], *, counted: bool = False) -> None:
        """Tell Spotify of a change to the playlist as it is shown; then say what was done."""
        if self.shown is not None:
            telling = self._tell(self.shown, said, change, counted=counted)
            self.run_worker(telling, group="edit", exit_on_error=False)

    async def _tell(
        self, shown: Playlist, said: str, change: Callable[[Runtime, str], Awaitable[Edited]], *, counted: bool
    ) -> None:
        done = await self._done("telling Spotify…", lambda runtime: change(runtime, shown.items_snapshot))
        held = await self.bridge.call(lambda runtime: runtime.playlists.get(runtime.user.id, shown.playlist_id))
        if held is not None:
            self._take(held)
        if done is not None and said:
            self.app.notify(f"{number(done.count)} {said}." if counted else f"{said}.", markup=False)

    async def _done(self, saying: str, ask: Callable[[Runtime], Awaitable[T]]) -> T | None:
        """What ``ask`` answers; None where it failed, which is said, or where something else is under way."""
        if self._is_busy:
            self.say_position("still telling Spotify; a moment")
            return None
        self._is_busy = True
        self.say_position(saying)
        try:
            return await self.bridge.call(ask)
        except LockgrooveError as error:
            self.app.say(error)
            return None
        finally:
            self._is_busy = False

    def _take(self, held: Playlist) -> None:
        """Show a playlist as it is kept now."""
        if self.shown is not None and self.shown.pk == held.pk:
            self.shown = held
            if self.items_source is not None:
                self.items_source.reload()
        if self.source is not None:
            self.source.reload()
        self.say_beside()

    def action_browse(self) -> None:
        item, row = self.item, self.shown or self.row
        if item is not None and item.playable.uri and item.playable.track_id:
            self.app.browse(f"{SPOTIFY}/{item.kind}/{item.playable.track_id}")
        elif row is not None:
            self.app.browse(f"{SPOTIFY}/playlist/{row.playlist_id}")

    def action_copy_link(self) -> None:
        row = self.shown or self.row
        if row is not None:
            self.app.copy_link(f"{SPOTIFY}/playlist/{row.playlist_id}")


async def _items(runtime: Runtime, held: Playlist, keys: list[int]) -> list[PlaylistItem]:
    found: list[PlaylistItem] = []
    for start in range(0, len(keys), PAGE):
        part = keys[start : start + PAGE]
        found += await runtime.playlists.some_items(runtime.user.id, ItemQuery(held.pk), part)
    return found
