"""The last step before an export: what would be sent, what would be skipped and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from tui.bridge import Bridge
from tui.screens.dialog import Dialog
from tui.screens.export_words import figures
from tui.table.columns import Column
from tui.table.rows import ListSource
from tui.tokens import STYLES
from tui.widgets.plainlist import PlainList

if TYPE_CHECKING:
    from services.discogs.export import ExportRequest, PreviewItem
    from services.runtime import Runtime
    from tui.screens.export import Plan


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One thing that was chosen; ``place`` is where it stands in the list."""

    place: int
    item: PreviewItem


@dataclass(frozen=True, slots=True)
class Ahead:
    """What an export would do: the rows, what would not be sent first; how many; and the request to start."""

    rows: Sequence[PreviewRow]
    sendable: int
    skipped: int
    request: ExportRequest


def _tone(row: PreviewRow) -> str | None:
    return "faint" if row.item.skipped is not None else None


COLUMNS: tuple[Column[PreviewRow], ...] = (
    Column("sign", "", lambda row: "✓" if row.item.skipped is None else "·", 1),
    Column("title", "Artist – Title", lambda row: row.item.title, 24, grow=4, limit=60),
    Column(
        "what",
        "What happens",
        lambda row: "will be sent" if row.item.skipped is None else f"skipped: {row.item.skipped}",
        24,
        grow=5,
    ),
)


class PreviewDialog(Dialog["ExportRequest"]):
    """Returns the request to start, None to go back. Enter does nothing, so that nobody sends by habit."""

    TITLE = "What will be sent"
    HINT = "X or y sends · ↑ ↓ look · Esc back · nothing is sent yet"
    CSS_PATH: ClassVar[Any] = [STYLES / "dialog.tcss", STYLES / "export.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("X,y", "send", "Send", show=False)]

    def __init__(self, bridge: Bridge, plan: Plan) -> None:
        super().__init__()
        self._bridge = bridge
        self._plan = plan
        self._source = ListSource[PreviewRow](lambda row: row.place)
        self._ahead: Ahead | None = None

    def body(self) -> Iterator[Widget]:
        yield Static(Content(self._plan.about), id="preview-about")
        yield PlainList(self._source, COLUMNS, tone=_tone, empty="Looking…", id="preview-items")

    def on_mount(self) -> None:
        self.query_one("#preview-items").focus()
        self._look()

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def _look(self) -> None:
        request = self._plan.request
        try:
            self._ahead = ahead = await self._bridge.call(lambda runtime: look_ahead(runtime, request))
        except LockgrooveError as error:
            self.query_one("#preview-items", PlainList).empty = ""
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        self._source.replace(ahead.rows, anew=True)
        self.say(figures(ahead.sendable, ahead.skipped))

    def action_send(self) -> None:
        if self._ahead is None:
            return
        if self._ahead.sendable:
            self.dismiss(self._ahead.request)
        else:
            self.say("There is nothing to send. Esc goes back.", trouble=True)


async def look_ahead(runtime: Runtime, request: ExportRequest) -> Ahead:
    """What an export would do; on the services' loop. What Discogs does not know is left out of what is started."""
    preview = await runtime.exports.preview(runtime.user.id, request)
    skipped, sendable = preview.skipped, preview.sendable
    rows = [PreviewRow(place, item) for place, item in enumerate((*skipped, *sendable))]
    known = tuple(item.release_id for item in preview.selectable if item.release_id is not None)
    return Ahead(rows, len(sendable), len(skipped), replace(request, discogs_ids=known, record_ids=()))
