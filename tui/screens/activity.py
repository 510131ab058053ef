"""The activity feed: what happened, newest first, one kind or all, each entry readable in full."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.widget import Widget

from storage.errors import LockgrooveError
from storage.values import Activity
from tui.actions import bindings
from tui.activity_english import ENGLISH
from tui.activity_words import GLYPHS, Language, Tone, code_of, language
from tui.bridge import Bridge, Snapshot
from tui.feed import saying, sentence, state_name, type_name
from tui.screens.page import Page
from tui.table import Column, ListSource
from tui.tokens import STYLES
from tui.widgets.plainlist import PlainList
from tui.widgets.viewbar import View, ViewBar
from tui.words import moment, number

if TYPE_CHECKING:
    from services.runtime import Runtime

WINDOW = 100
"""Entries fetched at once."""
LOOK_AGAIN = 2.0
"""Seconds between two looks whether something happened, here or in another process."""
ALL = ""
EMPTY = "Nothing has happened yet.\nA sync leaves an entry here; press s to start one."


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the feed gives: the newest entries of a kind, how many there are of each, the language."""

    entries: Sequence[Activity]
    kinds: dict[str, int]
    words: Language


def columns(words: Language) -> tuple[Column[Activity], ...]:
    """The columns of the feed in a language; the sign says what the colour says."""
    return (
        Column("glyph", "", lambda entry: GLYPHS[saying(entry, words).tone], 1),
        Column("when", words.when, lambda entry: moment(entry.timestamp), 16),
        Column("type", words.kind, lambda entry: type_name(entry.type, words), 9, priority=1),
        Column("state", words.state, lambda entry: state_name(entry.status, words), 11, priority=2),
        Column("what", words.happened, lambda entry: sentence(entry, words), 40, grow=1),
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
        self._kind = ALL
        self._limit = WINDOW
        self._seen: object = None
        self._newest = 0
        self._source = ListSource[Activity](key=lambda entry: entry.id)
        self._has_older = False
        self._kinds: dict[str, int] = {}
        self._words = ENGLISH

    def content(self) -> Iterator[Widget]:
        yield ViewBar(id="feed-kinds")
        yield Feed(self._source, columns(self._words), empty="Reading the feed…", tone=tone, id="feed")

    @property
    def _list(self) -> Feed:
        return self.query_one(Feed)

    def on_mount(self) -> None:
        self.set_interval(LOOK_AGAIN, self._look_again)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._list.focus()
        self._read()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.failure is not None:
            self._list.empty = ""  # nothing is read any more
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

    def action_filter(self, step: int = 1) -> None:
        """Show one kind, then the next, then all again."""
        kinds = [view.key for view in self._views()]
        now = kinds.index(self._kind) if self._kind in kinds else 0
        self._show_kind(kinds[(now + step) % len(kinds)])

    @on(ViewBar.Chosen)
    def _kind_clicked(self, event: ViewBar.Chosen) -> None:
        self._show_kind(event.key)

    def action_clear(self) -> None:
        """Show every kind again."""
        self._show_kind(ALL)

    def action_older(self) -> None:
        """Fetch the entries before the oldest one shown."""
        if self._has_older:
            self._limit = self._source.count() + WINDOW
            self._read()

    def action_read(self) -> None:
        entry = self._list.cursor_row
        if entry is not None:
            self._open(entry)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear":
            return self._kind != ALL
        return None if action == "older" and not self._has_older else True

    @on(Feed.Selected)
    def _selected(self, event: Feed.Selected) -> None:
        self._open(event.row)

    @on(Feed.Highlighted)
    def _highlighted(self, event: Feed.Highlighted) -> None:
        self._say_position()
        if self._has_older and event.position == self._source.count() - 1 > 0:
            self.action_older()

    def _show_kind(self, kind: str) -> None:
        self._kind, self._limit = kind, WINDOW
        self.refresh_bindings()
        self._read(anew=True)

    def _open(self, entry: Activity) -> None:
        job_id = entry.details.get("job_id")
        if entry.type == "export" and isinstance(job_id, str):
            self.app.show_export(job_id)
            return
        from tui.screens.activity_entry import EntryDialog

        self.app.push_screen(EntryDialog(self.bridge, entry, self._words))

    # -- asking ---------------------------------------------------------------------------------------------------

    def _look_again(self) -> None:
        if self.is_active and self.bridge.snapshot.ready:
            self.run_worker(self._follow, group="follow", exclusive=True, exit_on_error=False)

    async def _follow(self) -> None:
        """Read anew if anything happened since; costs one row where nothing did."""
        try:
            last = await self.bridge.call(lambda runtime: newest(runtime, None, 1))
        except LockgrooveError:
            return  # the next look at the list says it
        if last and last[0].id != self._newest:
            self._read()

    def _read(self, *, anew: bool = False) -> None:
        if self.bridge.snapshot.ready:
            self.run_worker(partial(self._fetch, anew), group="feed", exclusive=True, exit_on_error=False)

    async def _fetch(self, anew: bool) -> None:
        kind, limit = self._kind, self._limit
        try:
            found = await self.bridge.call(lambda runtime: look(runtime, kind, limit + 1))
        except LockgrooveError as error:
            self._list.empty = f"{error.message}\n{error.hint} Press f or come back to try again."
            return
        self._has_older, self._kinds = len(found.entries) > limit, found.kinds
        if found.words is not self._words:
            self._words = found.words
            self._list.columns = columns(self._words)
        if kind == ALL:
            self._newest = found.entries[0].id if found.entries else 0
        self._show(found.entries[:limit], anew)

    # -- showing --------------------------------------------------------------------------------------------------

    def _views(self) -> list[View]:
        """All, then every kind there is, the ones that have a name first."""
        known = [kind for kind in self._words.types if kind in self._kinds]
        foreign = sorted(kind for kind in self._kinds if kind not in self._words.types)
        named = [View(kind, type_name(kind, self._words), self._kinds[kind]) for kind in (*known, *foreign)]
        return [View(ALL, "All", sum(self._kinds.values())), *named]

    def _show(self, entries: Sequence[Activity], anew: bool) -> None:
        self.query_one(ViewBar).show(self._views(), self._kind)
        name = type_name(self._kind, self._words)
        self._list.empty = EMPTY if self._kind == ALL else f"Nothing of this kind: {name}.\nEscape shows every kind."
        if anew or entries != self._source.rows():
            self._source.replace(entries, anew=anew)
        self.refresh_bindings()
        self._say_position()

    def _say_position(self) -> None:
        shown = self._source.count()
        kind = "" if self._kind == ALL else f"{type_name(self._kind, self._words)} only · "
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


async def look(runtime: Runtime, kind: str, limit: int) -> Look:
    """The newest entries of a kind, or of all; on the services' loop."""
    from storage import activity

    async with runtime.storage.read() as connection:
        entries = await activity.newest(connection, runtime.user.id, limit, 0, kind or None)
        kinds = await activity.kinds(connection, runtime.user.id)
    return Look(entries, kinds, language(code_of(runtime.settings.language, os.environ)))
