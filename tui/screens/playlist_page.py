"""Playlists and what is in each, as a page to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, cast

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.values.playlists import ItemQuery, Playlist, PlaylistItem, PlaylistQuery, PlaylistSort
from tui.actions import bindings
from tui.bridge import Bridge
from tui.screens.playlists_words import heading, items_emptiness, note, why_not
from tui.screens.spotify_lists import SpotifyPage
from tui.table.kept import (
    ITEM_COLUMNS,
    PLAYLIST_COLUMNS,
    item_tone,
    items_reading,
    playlist_tone,
    playlists_reading,
)
from tui.table.rows import ListSource
from tui.table.source import WindowSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.tokens import STYLES
from tui.words import number

CHANGES = frozenset({"add", "remove", "move_by", "move_to"})
"""What needs a playlist that can be changed."""


class PlaylistPage(SpotifyPage[PlaylistQuery, Playlist]):
    """The list is what the last sync kept; what is done to it is up to the page that is one."""

    MODE = "playlists"
    CSS_PATH: ClassVar[Any] = [STYLES / "spotify_lists.tcss", STYLES / "playlists.tcss"]
    BINDINGS: ClassVar[Any] = bindings("playlists")
    SORTS = tuple(PlaylistSort)
    DESCENDING_FIRST = frozenset({PlaylistSort.TRACKS, PlaylistSort.UPDATED})
    WHAT = "playlists"

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge, PLAYLIST_COLUMNS, PlaylistQuery(), playlists_reading, playlist_tone)
        self.shown: Playlist | None = None
        """The playlist whose items are shown, as it was when they were."""
        self.items_source: WindowSource[ItemQuery, PlaylistItem] | None = None

    def beside(self) -> Iterator[Widget]:
        yield Static(Content(""), id="playlist-title", classes="list-title")
        yield Static(Content(""), id="playlist-note")
        nothing = ListSource[PlaylistItem](lambda item: item.pk)
        yield RecordTable(
            nothing, ITEM_COLUMNS, tone=item_tone, empty="", loading="Reading the playlist…", id="playlist-items"
        )

    @property
    def items(self) -> RecordTable[PlaylistItem]:
        """What is in the playlist that is shown."""
        return cast("RecordTable[PlaylistItem]", self.query_one("#playlist-items", RecordTable))

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_beside(self, row: Playlist | None) -> None:
        before, self.shown = self.shown, row
        if row is None or self.app.shelf is None:
            self.items.source = ListSource[PlaylistItem](lambda item: item.pk)
        elif before is None or before.pk != row.pk:
            self.items_source = WindowSource(items_reading(self.bridge, self.app.shelf), ItemQuery(row.pk))
            self.items.source = self.items_source
        self.say_beside()

    def say_beside(self) -> None:
        """The lines around the items, and what stands where there are none."""
        shown = self.shown
        self.query_one("#playlist-title", Static).update(heading(shown), layout=False)
        said = clean(note(shown))
        line = self.query_one("#playlist-note", Static)
        line.set_class(bool(said), "-shown")
        line.update(Content.styled(f" {said}", "$muted").truncate(max(20, self.size.width), ellipsis=True))
        self.items.empty = items_emptiness(shown, narrowed=self.is_open and bool(self.narrowed.strip()))
        self.say_where()

    def say_where(self) -> None:
        if not self.is_open:
            super().say_where()
            return
        count, marked = self.items.source.count(), self.items.marked_count
        parts = [f"{number(self.items.cursor + 1)} of {number(count)}" if count else ""]
        parts.append(f"{number(marked)} marked" if marked else "")
        self.say_position(" · ".join(filter(None, parts)))
        self.refresh_bindings()

    @on(RecordTable.Highlighted, "#playlist-items")
    @on(RecordTable.MarksChanged, "#playlist-items")
    @on(RecordTable.Changed, "#playlist-items")
    def _item_moved(self) -> None:
        self.say_where()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or not self.query("#playlist-items"):
            return True
        if action == "connect":
            return self.status is not None and not self.status.ready
        if action == "clear":
            return self.is_open or self.question.is_filtered or self.is_typing
        if action in ("open", "sort", "reverse") and (self.is_open or self.is_bare):
            return False
        if self.is_bare and action in (*CHANGES, "filter", "read_anew"):
            return False
        if action in CHANGES:
            if self.shown is None or why_not(self.shown) or not self.is_ready:
                return None
            return True if action == "add" or self.item is not None else None
        if action in ("open", "read_anew", "browse", "copy_link"):
            return True if self.row is not None else None
        return True

    @property
    def count_shown(self) -> int:
        """How many items the playlist that is shown has."""
        return self.shown.track_count if self.shown is not None else 0

    @property
    def item(self) -> PlaylistItem | None:
        """The item under the cursor, while the keys go to the items."""
        return self.items.cursor_row if self.is_open else None

    # -- moving about -------------------------------------------------------------------------------------------------

    @on(RecordTable.Selected, "#spotify-list")
    def action_open(self) -> None:
        """Go into the playlist under the cursor."""
        if self.row is not None:
            self.show_beside(self.row)
            self.close_filter()
            self.add_class("-open")
            self.items.focus()
            self.say_beside()

    def action_clear(self) -> None:
        """Out of the filter, then out of the playlist."""
        if not self.clear() and self.is_open:
            self.remove_class("-open")
            self.table.focus()
            self.say()

    @property
    def narrowed(self) -> str:
        items = self.items_source if self.is_open else None
        return super().narrowed if items is None else items.query.text

    def narrow(self, text: str) -> None:
        items, row = self.items_source if self.is_open else None, self.item
        if items is None:
            super().narrow(text)
        else:
            items.ask(replace(items.query, text=text), keep=row.pk if row is not None and not text else None)
            self.say_beside()

    def take_focus(self) -> None:
        (self.items if self.is_open else self.table).focus()
