"""What opens over the shelf: what narrows it, and the places of one album, each to be confirmed or rejected."""

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
from storage.values.shelf_albums import Decision, ShelfAlbum, ShelfPlace, ShelfQuery
from tui.bridge import Bridge
from tui.screens.albums_reading import decide, whole
from tui.screens.albums_words import FORMATS, TRI, cleared
from tui.screens.dialog import Dialog
from tui.table.columns import Column
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.place_facts import SOURCES, belief, held, titled
from tui.widgets.plainlist import PlainList

FORMAT = "format"
_STATES = {None: "[ ]", True: "[+]", False: "[-]"}


@dataclass(frozen=True, slots=True)
class Narrower:
    """One line of what narrows the shelf."""

    field: str
    sign: str
    title: str
    said: str


NARROWERS: tuple[Column[Narrower], ...] = (
    Column("sign", "", lambda row: row.sign, 3),
    Column("title", "What", lambda row: row.title, 18),
    Column("said", "Only what is", lambda row: row.said, 14, grow=1),
)
PLACES: tuple[Column[ShelfPlace], ...] = (
    Column("sign", "", lambda row: SOURCES[row.source][0], 1),
    Column("source", "Place", lambda row: SOURCES[row.source][1], 8),
    Column("named", "Called", titled, 24, grow=4, limit=60),
    Column("year", "Year", lambda row: str(row.year or ""), 4),
    Column("sure", "Sure", lambda row: sure(row), 9, align="right"),
)


def sure(place: ShelfPlace) -> str:
    """How sure it is, in a cell: by whom or by how much."""
    if place.decision is not None:
        return "you said"
    return f"{int(place.confidence * 100)} %" if place.reason else ""


class NarrowDialog(Dialog[ShelfQuery]):
    """Returns the query with what was chosen, or None."""

    TITLE = "Narrow the shelf"
    HINT = "Space with, without, either · Enter show · x clear all · Esc leave"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,right,l", "turn(1)", show=False, priority=True),
        Binding("left,h", "turn(-1)", show=False, priority=True),
        Binding("enter", "apply", show=False, priority=True),
        Binding("x", "clear_all", show=False),
    ]

    def __init__(self, query: ShelfQuery, view: str) -> None:
        super().__init__()
        self._query, self._view = query, view
        self._rows = ListSource[Narrower](lambda row: row.field)

    def body(self) -> Iterator[Widget]:
        yield PlainList(self._rows, NARROWERS, empty="", id="narrow-list")

    def on_mount(self) -> None:
        self.query_one("#narrow-list").focus()
        self._show()

    def _show(self) -> None:
        rows: list[Narrower] = []
        for field, title, there, elsewhere in TRI:
            value: bool | None = getattr(self._query, field)
            said = "" if value is None else there if value else elsewhere
            rows.append(Narrower(field, _STATES[value], title, said))
        named = self._query.format
        self._rows.replace([*rows, Narrower(FORMAT, "[+]" if named else "[ ]", "Format", named)])

    def action_turn(self, way: int) -> None:
        row = cast("PlainList[Narrower]", self.query_one("#narrow-list", PlainList)).cursor_row
        if row is None:
            return
        if row.field == FORMAT:
            value: object = FORMATS[(FORMATS.index(self._query.format) + way) % len(FORMATS)]
        else:
            order = (None, True, False)
            value = order[(order.index(getattr(self._query, row.field)) + way) % len(order)]
        self._query = replace(self._query, **{row.field: value})  # pyright: ignore[reportArgumentType]
        self._show()

    @on(RecordTable.Selected)
    def action_apply(self) -> None:
        self.dismiss(self._query)

    def action_clear_all(self) -> None:
        self._query = cleared(self._query, self._view)
        self._show()


class PlacesDialog(Dialog[bool]):
    """Every place of an album, with why it is taken for it. Returns whether anything was decided."""

    HINT = "y it is this album · n it is not · s it stands alone · Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "say('confirm')", show=False),
        Binding("n", "say('reject')", show=False),
        Binding("s", "say('split')", show=False),
        Binding("escape,q", "close", show=False),
    ]

    def __init__(self, bridge: Bridge, pk: int) -> None:
        super().__init__()
        self._bridge, self._pk = bridge, pk
        self._album: ShelfAlbum | None = None
        self._rows = ListSource[ShelfPlace](lambda row: f"{row.source} {row.key}")
        self._decided = False
        self.title = "Where it lives"

    def body(self) -> Iterator[Widget]:
        yield Static(Content(""), id="places-album")
        yield PlainList(self._rows, PLACES, empty="Nowhere any more.", id="places-list")
        yield Static(Content(""), id="places-why")

    @property
    def _list(self) -> PlainList[ShelfPlace]:
        return cast("PlainList[ShelfPlace]", self.query_one("#places-list", PlainList))

    def on_mount(self) -> None:
        self._list.focus()
        self._read()

    @work(exclusive=True, group="places", exit_on_error=False)
    async def _read(self) -> None:
        try:
            self._show(await self._bridge.call(lambda runtime: whole(runtime, self._pk)))
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}".strip(), trouble=True)

    def _show(self, album: ShelfAlbum) -> None:
        self._album = album
        title = " · ".join(part for part in (album.artist, album.title, str(album.year or "")) if part)
        self.query_one("#places-album", Static).update(Content.styled(clean(title), "bold"))
        self._rows.replace(album.places)
        self._explain()

    @on(RecordTable.Highlighted, "#places-list")
    @on(RecordTable.Changed, "#places-list")
    def _explain(self) -> None:
        """Say in full what the line under the cursor has no room for."""
        row = self._list.cursor_row
        why = Content("")
        if row is not None:
            said, style = belief(row)
            alone = (
                "It tells what the album is."
                if self._album and len(self._album.places) > 1
                else "It is the only place."
            )
            why = Content.assemble(clean(held(row)), "\n", (clean(said or alone), style or "$muted"))
        self.query_one("#places-why", Static).update(why)

    @work(exclusive=True, group="decide", exit_on_error=False)
    async def action_say(self, word: str) -> None:
        row, album, decision = self._list.cursor_row, self._album, Decision(word)
        if row is None or album is None:
            return
        if len(album.places) < 2 and decision is not Decision.SPLIT:
            self.say("There is nothing here that it could be confused with.")
            return
        try:
            now = await self._bridge.call(lambda runtime: decide(runtime, album, row, decision))
            self._decided = True
            if now.pk != self._pk and len(album.places) < 2:
                self._pk = now.pk
            self._show(await self._bridge.call(lambda runtime: whole(runtime, self._pk)))
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}".strip(), trouble=True)
            return
        place = SOURCES[row.source][1]
        if decision is Decision.CONFIRM:
            self.say(f"{place}: confirmed, and it stays so.")
        elif now.pk == album.pk:
            self.say(f"{place}: nothing else fits it better, so it stands alone.")
        else:
            alone = "stands alone now" if len(now.places) == 1 else f"is with “{now.title}” now"
            self.say(clean(f"{place}: not this album, and it stays so; it {alone}."))

    def action_close(self) -> None:
        self.dismiss(self._decided)
