"""The activity feed: what happened, newest first, filtered by kind, each entry readable in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.widget import Widget

from storage.errors import LockgrooveError
from storage.values import Activity
from tui.actions import bindings
from tui.bridge import Bridge, Snapshot
from tui.feed import GLYPHS, TYPES, Tone, saying, sentence, type_name
from tui.screens.page import Page
from tui.table import Column, ListSource
from tui.tokens import STYLES
from tui.widgets.plainlist import PlainList
from tui.words import moment, number

if TYPE_CHECKING:
    from services.runtime import Runtime

WINDOW = 100
"""Entries fetched at once."""
EMPTY = "Nothing has happened yet.\nA sync leaves an entry here; press s to start one."

COLUMNS: tuple[Column[Activity], ...] = (
    Column("glyph", "", lambda entry: GLYPHS[saying(entry).tone], 1),
    Column("when", "When", lambda entry: moment(entry.timestamp), 16),
    Column("type", "Kind", lambda entry: type_name(entry.type), 9, priority=1),
    Column("what", "What happened", sentence, 20, grow=1),
)


class Feed(PlainList[Activity]):
    """The list of entries."""


class ActivityPage(Page):
    """Follows the feed while it is shown; keeps cursor and filter when it is left."""

    MODE = "activity"
    CSS_PATH: ClassVar[Any] = [STYLES / "activity.tcss"]
    BINDINGS: ClassVar[Any] = bindings("activity")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._kind: str | None = None
        self._limit = WINDOW
        self._seen: object = None
        self._source = ListSource[Activity](key=lambda entry: entry.id)
        self._has_older = False

    def content(self) -> Iterator[Widget]:
        yield Feed(self._source, COLUMNS, empty="Reading the feed…", tone=tone, id="feed")

    @property
    def _list(self) -> Feed:
        return self.query_one(Feed)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._list.focus()
        self._read()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        last = snapshot.last_job
        moved = (
            snapshot.ready,
            snapshot.changes,
            snapshot.username,
            snapshot.connected,
            last and (last.id, last.state),
        )
        if moved != self._seen:
            self._seen = moved
            self._read()

    def action_filter(self) -> None:
        """Show one kind, then the next, then all again."""
        kinds = (None, *TYPES)
        self._show_kind(kinds[(kinds.index(self._kind) + 1) % len(kinds)])

    def action_clear(self) -> None:
        """Show every kind again."""
        self._show_kind(None)

    def action_older(self) -> None:
        """Fetch the entries before the oldest one shown."""
        if self._has_older:
            self._limit += WINDOW
            self._read()

    def action_read(self) -> None:
        entry = self._list.cursor_row
        if entry is not None:
            self._open(entry)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear":
            return self._kind is not None
        return None if action == "older" and not self._has_older else True

    @on(Feed.Selected)
    def _selected(self, event: Feed.Selected) -> None:
        self._open(event.row)

    @on(Feed.Highlighted)
    def _highlighted(self) -> None:
        self._say_position()

    def _show_kind(self, kind: str | None) -> None:
        self._kind, self._limit = kind, WINDOW
        self.refresh_bindings()
        self._read(anew=True)

    def _open(self, entry: Activity) -> None:
        job_id = entry.details.get("job_id")
        if entry.type == "export" and isinstance(job_id, str):
            self.app.show_export(job_id)
            return
        from tui.screens.activity_entry import EntryDialog

        self.app.push_screen(EntryDialog(self.bridge, entry))

    def _read(self, *, anew: bool = False) -> None:
        if self.bridge.snapshot.ready:
            self.run_worker(partial(self._fetch, anew), group="feed", exclusive=True, exit_on_error=False)

    async def _fetch(self, anew: bool) -> None:
        kind, limit = self._kind, self._limit

        async def ask(runtime: Runtime) -> list[Activity]:
            return await newest(runtime, kind, limit + 1)

        try:
            entries = await self.bridge.call(ask)
        except LockgrooveError as error:
            self._list.empty = f"{error.message}\n{error.hint} Press f or come back to try again."
            return
        self._has_older = len(entries) > limit
        self._show(entries[:limit], anew)

    def _show(self, entries: Sequence[Activity], anew: bool) -> None:
        self._list.empty = (
            EMPTY if self._kind is None else f"Nothing of this kind: {type_name(self._kind)}.\nEscape shows every kind."
        )
        if anew or entries != self._source.rows():
            self._source.replace(entries, anew=anew)
        self.refresh_bindings()
        self._say_position()

    def _say_position(self) -> None:
        shown = self._source.count()
        kind = "" if self._kind is None else f"{type_name(self._kind)} only · "
        more = "+" if self._has_older else ""
        place = f"{number(self._list.cursor + 1)} of {number(shown)}{more}" if shown else ""
        self.say_position(f"{kind}{place}")


def tone(entry: Activity) -> str | None:
    """The look of a whole line; the glyph says the same."""
    look = saying(entry).tone
    return None if look is Tone.NEUTRAL else str(look)


async def newest(runtime: Runtime, kind: str | None, limit: int) -> list[Activity]:
    """The newest entries of the feed; on the services' loop."""
    from storage import activity

    async with runtime.storage.read() as connection:
        return await activity.newest(connection, runtime.user.id, limit, 0, kind)
