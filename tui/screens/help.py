"""The sheet of keys: what works here and now, made from the live bindings, narrowed by typing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tui.actions import BY_ID
from tui.screens.dialog import Dialog
from tui.text import fit, width
from tui.tokens import STYLES
from tui.widgets.bars import beside, heading
from tui.widgets.sheet import Sheet

SCROLLING = {
    "scroll_up": "Up",
    "scroll_down": "Down",
    "page_up": "Page up",
    "page_down": "Page down",
    "scroll_home": "First",
    "scroll_end": "Last",
}
"""Textual's own scrolling keys that are worth a line; sideways scrolling is not."""
WIDE = 100
"""From this many cells on there are two columns."""
PLAIN_NAMES = {"table": "List", "sales": "For sale"}


@dataclass(frozen=True, slots=True)
class KeyLine:
    """What one action's keys do. ``group`` is the heading it stands under."""

    group: str
    keys: str
    text: str
    is_enabled: bool = True


def key_lines(screen: Screen[Any]) -> list[KeyLine]:
    """Every key that works on ``screen`` now: the screen's own first, then lists, then what works everywhere."""
    found: dict[tuple[str, str], tuple[list[str], str, bool]] = {}
    for _, binding, enabled, _ in screen.active_bindings.values():
        text = _says(binding)
        if text is None:
            continue
        line = found.setdefault((_group(binding, screen), text), ([], text, enabled))
        shown = screen.app.get_key_display(binding)
        if shown not in line[0]:
            line[0].append(shown)
    lines = [KeyLine(group, "  ".join(keys), text, enabled) for (group, _), (keys, text, enabled) in found.items()]
    order = list(dict.fromkeys(line.group for line in lines))
    order.sort(key=lambda group: (group == "Everywhere", group in ("List", "Scrolling")))
    return sorted(lines, key=lambda line: order.index(line.group))


def _says(binding: Binding) -> str | None:
    """What a binding does, in words; None for what nobody looks up."""
    known = BY_ID.get(binding.id or "")
    if known is not None:
        return known.description
    if binding.system:
        return None
    if binding.id is None and (binding.action in SCROLLING):
        return SCROLLING[binding.action]
    return binding.tooltip or binding.description if binding.id else None


def _group(binding: Binding, screen: Screen[Any]) -> str:
    scope = (binding.id or "").partition(".")[0]
    if scope == "app":
        return "Everywhere"
    if not scope:
        return "Scrolling"
    return PLAIN_NAMES.get(scope, scope.capitalize())


def sheet_lines(lines: Sequence[KeyLine], wanted: str, cells: int) -> list[Content]:
    """``lines`` that hold every word of ``wanted``, under their headings, in two columns where there is room."""
    words = wanted.casefold().split()
    kept = [line for line in lines if all(word in f"{line.group} {line.keys} {line.text}".casefold() for word in words)]
    if not kept:
        return [Content.styled("No key does that here. Backspace widens the search.", "$muted")]
    keys = min(22, max(width(line.keys) for line in kept))
    drawn: list[Content] = []
    for group in dict.fromkeys(line.group for line in kept):
        drawn += [heading(group), *(_line(line, keys) for line in kept if line.group == group), Content("")]
    if cells < WIDE:
        return drawn[:-1]
    half = _break(drawn)
    return beside([drawn[:half], drawn[half:]], (cells - 3) // 2, 3)


def _line(line: KeyLine, keys: int) -> Content:
    style = "$foreground" if line.is_enabled else "$faint"
    return Content.assemble((fit(line.keys, keys), f"bold {style}"), (f"  {line.text}", style))


def _break(drawn: Sequence[Content]) -> int:
    """Where the second column begins: the blank line nearest to the middle."""
    middle = len(drawn) / 2
    blanks = [n + 1 for n, line in enumerate(drawn) if not line.plain and n + 1 < len(drawn)]
    return min(blanks, key=lambda n: abs(n - middle), default=len(drawn))


class HelpScreen(Dialog[None]):
    """Typing narrows the sheet; the arrow keys scroll it."""

    TITLE = "Keys"
    HINT = "type to narrow · ↑ ↓ scroll · Esc close · rebind: lockgroove.toml"
    CSS_PATH: ClassVar[Any] = [STYLES / "dialog.tcss", STYLES / "help.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll('down')", show=False),
        Binding("up", "scroll('up')", show=False),
        Binding("pagedown", "scroll('page_down')", show=False),
        Binding("pageup", "scroll('page_up')", show=False),
        Binding("f1", "close", show=False),
    ]

    def __init__(self, lines: Sequence[KeyLine]) -> None:
        super().__init__()
        self._lines = lines

    @classmethod
    def of(cls, screen: Screen[Any]) -> HelpScreen:
        """The sheet for what has the focus on ``screen``."""
        return cls(key_lines(screen))

    def body(self) -> Iterator[Widget]:
        wanted = Input(placeholder="What do you want to do?", id="wanted")
        wanted.cursor_blink = False
        yield wanted
        yield Sheet(lambda width: sheet_lines(self._lines, "", width))

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def action_scroll(self, where: str) -> None:
        body = self.query_one(".dialog-body", VerticalScroll)
        getattr(body, f"scroll_{where}")(animate=False)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        wanted = event.value
        self.query_one(Sheet).show(lambda width: sheet_lines(self._lines, wanted, width))

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(None)
