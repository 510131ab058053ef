"""Narrowing the list by what the records are: one kind of fact at a time, values with their counts, several at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, cast

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from storage.values import Count, RecordQuery
from tui.bridge import Bridge
from tui.screens.dialog import Dialog
from tui.table.columns import Column
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.words import number

VALUED: tuple[tuple[str, str, str], ...] = (
    ("size", "sizes", "Size"),
    ("color", "colors", "Colour"),
    ("folder", "folders", "Folder"),
    ("genre", "genres", "Genre"),
    ("style", "styles", "Style"),
    ("decade", "decades", "Decade"),
    ("label", "labels", "Label"),
    ("rating", "ratings", "Rating"),
)
"""(facet, field of RecordQuery, title)."""
NUMERIC = frozenset({"decade", "rating"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a kind: ``chosen`` is whether the list is narrowed to it."""

    value: str
    title: str
    count: int | None
    chosen: bool


COLUMNS: tuple[Column[Choice], ...] = (
    Column("chosen", "", lambda choice: "[x]" if choice.chosen else "[ ]", 3),
    Column("title", "Value", lambda choice: choice.title, 20, grow=1),
    Column("count", "Records", lambda choice: "" if choice.count is None else number(choice.count), 8, align="right"),
)
WHERE: tuple[tuple[str, str, str, bool], ...] = (
    ("filed", "files", "With files", True),
    ("unfiled", "files", "Without files", False),
    ("plex", "plex", "P  In Plex", True),
    ("beets", "beets", "b  In beets", True),
    ("spotify", "spotify", "S  Kept on Spotify", True),
    ("unkept", "spotify", "Not kept on Spotify", False),
    ("coming", "coming", "↓  On its way", True),
)
"""The like for where else the album of a record is, with the sign that it has in the list."""
STATES: tuple[tuple[str, str, str, bool], ...] = (
    ("shaped", "shaped", "Shaped or picture disc", True),
    ("unshaped", "shaped", "Round and plain", False),
    ("unsynced", "synced", "Not sent to Discogs yet", False),
    ("synced", "synced", "In your Discogs collection", True),
    ("present", "removed", "Hide what vanished from Discogs", False),
)
"""(value, field of RecordQuery, title, the field's value)."""
FIXED = {"where": WHERE, "state": STATES}


def described(query: RecordQuery) -> str:
    """The filters of ``query`` in words, empty if there are none but text."""
    parts: list[str] = []
    for facet, field, title in VALUED:
        if values := getattr(query, field):
            parts.append(f"{title.lower()} {' or '.join(_title(facet, str(value)) for value in values)}")
    for _, field, title, value in (*WHERE, *STATES):
        if getattr(query, field) is value:
            said = title.rpartition("  ")[2]
            parts.append(said[0].lower() + said[1:])
    return clean(" · ".join(parts))


def _title(facet: str, value: str) -> str:
    if facet == "decade":
        return f"{value}s"
    return "*" * int(value) or "unrated" if facet == "rating" else value


def toggled(query: RecordQuery, facet: str, value: str) -> RecordQuery:
    """``query`` with one value taken in, or out if it was in."""
    for name, field, _, wanted in FIXED.get(facet, ()):
        if name == value:
            off = True if field == "removed" else None
            return replace(query, **{field: off if getattr(query, field) is wanted else wanted})
    field = next(field for name, field, _ in VALUED if name == facet)
    typed = int(value) if facet in NUMERIC else value
    values: tuple[object, ...] = getattr(query, field)
    kept = tuple(known for known in values if known != typed)
    return replace(query, **{field: kept if typed in values else (*values, typed)})


class FacetDialog(Dialog[RecordQuery]):
    """Returns the query with the chosen filters, or None."""

    TITLE = "Narrow the list"
    HINT = "←/→ kind · Space choose · Enter show · x clear all · Esc leave as it was"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,tab", "kind(1)", show=False, priority=True),
        Binding("left,h,shift+tab", "kind(-1)", show=False, priority=True),
        Binding("space", "choose", show=False, priority=True),
        Binding("enter", "apply", show=False, priority=True),
        Binding("x", "clear_all", show=False),
    ]
    kinds: ClassVar[tuple[tuple[str, str], ...]] = (
        *((name, title) for name, _, title in VALUED),
        ("where", "Where"),
        ("state", "State"),
    )

    def __init__(self, bridge: Bridge, query: RecordQuery) -> None:
        super().__init__()
        self.bridge = bridge
        self.chosen = query
        self._kind = 0
        self._counts: dict[str, list[Count]] = {}
        self._source = ListSource[Choice](lambda choice: choice.value)

    def body(self) -> Iterator[Widget]:
        yield Static(Content(""), id="facet-kinds")
        yield RecordTable(self._source, COLUMNS, empty="Nothing to choose from here.", id="facet-values")

    def on_mount(self) -> None:
        self.query_one(RecordTable).focus()
        self._show()

    def action_kind(self, by: int) -> None:
        self._kind = (self._kind + by) % len(self.kinds)
        self._show(anew=True)

    def action_choose(self) -> None:
        choice = cast(RecordTable[Choice], self.query_one(RecordTable)).cursor_row
        if choice is not None:
            self.chosen = toggled(self.chosen, self.kinds[self._kind][0], choice.value)
            self._show()

    @on(RecordTable.Selected)
    def action_apply(self) -> None:
        self.dismiss(self.chosen)

    def action_clear_all(self) -> None:
        query = self.chosen
        self.chosen = RecordQuery(text=query.text, sort_by=query.sort_by, descending=query.descending)
        self._show()

    def _show(self, *, anew: bool = False) -> None:
        parts = [
            (f"[{title}] " if n == self._kind else f" {title}  ", "bold $accent" if n == self._kind else "$muted")
            for n, (_, title) in enumerate(self.kinds)
        ]
        self.query_one("#facet-kinds", Static).update(Content.assemble(*parts))
        self.say(described(self.chosen) or "Nothing chosen: every record is shown.")
        facet = self.kinds[self._kind][0]
        if fixed := FIXED.get(facet):
            rows = [Choice(name, title, None, getattr(self.chosen, field) is v) for name, field, title, v in fixed]
            self._source.replace(rows, anew=anew)
        elif facet in self._counts:
            field = next(field for name, field, _ in VALUED if name == facet)
            chosen = {str(value) for value in getattr(self.chosen, field)}
            rows = [Choice(c.value, _title(facet, c.value), c.count, c.value in chosen) for c in self._counts[facet]]
            self._source.replace(rows, anew=anew)
        else:
            self._source.replace([], anew=True)
            self._fetch(facet)

    @work(exclusive=True, group="facet", exit_on_error=False)
    async def _fetch(self, facet: str) -> None:
        try:
            counts = await self.bridge.call(lambda runtime: runtime.records.facets(runtime.user.id, facet))
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        self._counts[facet] = list(counts)
        self._show(anew=True)
