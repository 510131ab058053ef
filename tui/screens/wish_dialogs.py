"""Adding a list of wishes, seeing what each line becomes before it is kept, and picking what a wish means."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static, TextArea

from storage.errors import LockgrooveError
from storage.values.wishes import Candidate, Wish
from tui.bridge import Bridge
from tui.screens.dialog import Dialog
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.table.wished import CANDIDATE_COLUMNS, PREVIEW_COLUMNS, PreviewRow, preview_tone
from tui.text import clean
from tui.tokens import STYLES
from tui.widgets.plainlist import PlainList
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.wishes.reading import Reading
    from services.wishes.wishes import Preview

ABOUT = (
    "Paste lines of “Artist - Title” (album and year may follow), a table with a header, or a playlist (M3U, PLS, XSPF). "
    "Or type the path of one such file. Nothing is kept before you have seen what each line becomes.\n"
)
_CSS: list[Any] = [STYLES / "dialog.tcss", STYLES / "wishes.tcss"]


class PasteDialog(Dialog["Preview"]):
    """Takes a list and reads it; the result is what would become of it."""

    CSS_PATH: ClassVar[Any] = _CSS
    TITLE = "Add a list of wishes"
    HINT = "F2 or ctrl+s shows what it becomes · Esc close"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        Binding("ctrl+s,f2", "look", "Look", show=False, priority=True),
    ]

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge

    def body(self) -> Iterator[Widget]:
        yield Static(Content.styled(ABOUT, "$muted"))
        yield TextArea(id="wish-text", tab_behavior="focus")

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def action_look(self) -> None:
        self._look(self.query_one(TextArea).text)

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self, text: str) -> None:
        self.say("Reading and comparing with what you have…")
        try:
            preview = await self.bridge.call(lambda runtime: preview_of(runtime, text))
        except LockgrooveError as error:
            self.say(clean(f"{error.message} {error.hint}"), trouble=True)
            return
        self.dismiss(preview)


async def preview_of(runtime: Runtime, text: str) -> Preview:
    """What would become of a text, or of the file whose path it is. Raises :class:`InvalidInput`."""
    return await runtime.wishes.preview(runtime.user, await _read(runtime, text))


async def _read(runtime: Runtime, text: str) -> Reading:
    from services.wishes.reading import MOST_BYTES

    typed = text.strip()
    is_path = "\n" not in typed and typed.startswith(("/", "~")) and len(typed) < 1000
    if not is_path:
        return await runtime.wishes.read(text)

    def read() -> bytes:
        with Path(typed).expanduser().open("rb") as file:
            return file.read(MOST_BYTES + 1)

    try:
        raw = await asyncio.to_thread(read)
    except OSError as error:
        raise LockgrooveError(f"The file cannot be read: {error.strerror}.", "Look at its path.") from error
    return await runtime.wishes.read(raw, Path(typed).name)


class PreviewDialog(Dialog[bool]):
    """What each line becomes; True keeps them."""

    CSS_PATH: ClassVar[Any] = _CSS
    TITLE = "What each line becomes"
    HINT = "Enter or F2 keeps them · Esc keeps nothing"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,f2", "keep", "Keep", show=False)]

    def __init__(self, preview: Preview) -> None:
        super().__init__()
        self._preview = preview
        rows = [PreviewRow(each.wish.line, each) for each in preview.lines]
        rows += [PreviewRow(each.line, None, each.reason) for each in preview.reading.faults]
        self._rows = ListSource[PreviewRow](lambda row: row.line, sorted(rows, key=lambda row: row.line))

    def body(self) -> Iterator[Widget]:
        reading, preview = self._preview.reading, self._preview
        known = len(preview.lines) - preview.new
        parts = (
            f"{number(preview.new)} to keep",
            f"{number(known)} there already" if known else "",
            f"{number(reading.twice)} said twice" if reading.twice else "",
            f"{number(len(reading.faults))} not understood" if reading.faults else "",
        )
        yield Static(Content.styled(f"Read as {reading.kind}: {', '.join(filter(None, parts))}.", "$muted"))
        yield PlainList(self._rows, PREVIEW_COLUMNS, tone=preview_tone, empty="", id="wish-preview")

    def on_mount(self) -> None:
        self.query_one(PlainList).focus()

    @on(RecordTable.Selected)
    def action_keep(self) -> None:
        self.dismiss(True)


class CandidatesDialog(Dialog[str]):
    """What a wish may mean; the name of the one that was picked, empty for none any more."""

    CSS_PATH: ClassVar[Any] = _CSS
    TITLE = "Which is it?"
    HINT = "Enter picks · d asks Discogs · x none of these any more · Esc close"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "ask", "Ask Discogs", show=False),
        Binding("x", "none", "None", show=False),
    ]

    def __init__(self, bridge: Bridge, wish: Wish) -> None:
        super().__init__()
        self.bridge = bridge
        self._wish = wish
        self._rows: ListSource[Candidate] = ListSource(lambda row: row.name, wish.candidates)

    def body(self) -> Iterator[Widget]:
        yield Static(Content.styled(clean(self._wish.said or self._wish.text), "bold"))
        empty = "Nothing here fits. d asks Discogs, where you can then pick a release."
        yield PlainList(self._rows, CANDIDATE_COLUMNS, empty=empty, id="wish-candidates")

    def on_mount(self) -> None:
        self.query_one(PlainList).focus()

    @on(RecordTable.Selected)
    def _picked(self, event: RecordTable.Selected) -> None:
        self.dismiss(event.row.name)

    def action_none(self) -> None:
        self.dismiss("")

    @work(exclusive=True, group="discogs", exit_on_error=False)
    async def action_ask(self) -> None:
        self.say("Asking Discogs…")
        pk = self._wish.pk
        try:
            wish = await self.bridge.call(lambda runtime: runtime.wishes.ask_discogs(runtime.user.id, pk))
        except LockgrooveError as error:
            self.say(clean(f"{error.message} {error.hint}"), trouble=True)
            return
        self._rows.replace(wish.candidates)
        self.say("" if wish.candidates else "Discogs has nothing that fits either.")
