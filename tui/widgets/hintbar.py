"""The bottom line: the keys that matter here and now, from the registry, in the order of their worth."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget

from tui.actions import BY_ID
from tui.text import width


class Hint(NamedTuple):
    """A key and what it does; ``place`` orders, lower first."""

    place: int
    shown: str
    label: str
    key: str
    enabled: bool

    @property
    def cells(self) -> int:
        return width(self.shown) + width(self.label) + 3


def fitting(hints: Iterable[Hint], cells: int) -> list[Hint]:
    """The hints that have room, the least valuable left out first; help, which names all the others, always stays."""
    kept = sorted(hints)
    while sum(hint.cells for hint in kept) > cells:
        spare = [hint for hint in kept if hint.label != BY_ID["app.help"].label]
        if not spare:
            break
        kept.remove(spare[-1])
    return kept


class HintBar(Widget):
    """Keys of the active screen, most valuable first; what does not fit is left to help. Every hint can be clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._spots: list[tuple[range, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, screen: Screen[Any]) -> None:
        if self.is_attached and screen is self.screen:
            self.refresh()

    def render(self) -> Content:
        line = Content("")
        self._spots = []
        for hint in fitting(self._hints(), self.size.width):
            key, label = ("bold $footer-key-foreground", "$foreground") if hint.enabled else ("$faint", "$faint")
            before = line.cell_length
            line = line + Content.assemble((f" {hint.shown}", key), (f" {hint.label} ", label))
            self._spots.append((range(before, line.cell_length), hint.key))
        return line

    def _hints(self) -> list[Hint]:
        """Every action that wants to be hinted at and can be reached by a key now, by the first such key of the registry."""
        found: dict[str, tuple[int, Hint]] = {}
        for key, (_, binding, enabled, _) in self.screen.active_bindings.items():
            known = BY_ID.get(binding.id or "")
            if known is None or known.hint is None:
                continue
            keys = known.keys.split(",")
            place = keys.index(key) if key in keys else -1  # the person's own keys come first
            if known.id not in found or place < found[known.id][0]:
                shown = self.app.get_key_display(binding)
                found[known.id] = place, Hint(known.hint, shown, known.label, key, enabled)
        return [hint for _, hint in found.values()]

    def on_click(self, event: Click) -> None:
        for cells, key in self._spots:
            if event.x in cells:
                self.app.simulate_key(key)
