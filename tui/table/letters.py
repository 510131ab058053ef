"""A line of initials above a table: shows where the cursor is, a click jumps there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.text import width

ALPHABET = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def stops(letters: Sequence[str], cells: int) -> list[tuple[str, bool]]:
    """What the bar shows in ``cells``: each initial, and whether the list has it.

    A list in alphabetical order shows the whole alphabet, so that a letter keeps its place; any other order (decades,
    ratings) shows what it has. Where they do not fit, every second, third ... is left out.
    """
    present = {letter.upper() for letter in letters}
    shown = [(letter, True) for letter in letters]
    if sum(letter in ALPHABET for letter in present) * 2 > len(present):
        order = sorted({*ALPHABET, *present}, key=lambda letter: (letter not in ALPHABET, letter))
        is_falling = any(second < first for first, second in pairwise(x for x in letters if x in ALPHABET))
        shown = [(letter, letter in present) for letter in (reversed(order) if is_falling else order)]
    step = 1
    while sum(width(letter) + 1 for letter, _ in shown[::step]) >= cells and step < len(shown):
        step += 1
    return shown[::step]


class LetterBar(Widget):
    """The initials of a list in one line; those without rows are muted, the current one stands in brackets."""

    DEFAULT_CSS = """
    LetterBar {
        height: 1;
        color: $foreground;
        & > .letter-bar--absent { color: $text-disabled; }
        & > .letter-bar--current { text-style: bold; color: $primary; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"letter-bar--present", "letter-bar--absent", "letter-bar--current"}

    @dataclass
    class Picked(Message):
        """An initial was clicked."""

        bar: LetterBar
        letter: str

        @property
        def control(self) -> LetterBar:
            return self.bar

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._letters: tuple[str, ...] = ()
        self._current: str | None = None

    def show(self, letters: Sequence[str], current: str | None) -> None:
        """Which initials the list has, and the one the cursor is under; repaints only when either changed."""
        if (tuple(letters), current) != (self._letters, self._current):
            self._letters, self._current = tuple(letters), current
            self.refresh()

    def render_line(self, y: int) -> Strip:
        del y
        segments: list[Segment] = []
        for letter, look in self._stops():
            text = f"[{letter}]" if look == "current" else f" {letter} "
            segments.append(Segment(text, self.get_component_rich_style(f"letter-bar--{look}")))
        line = Strip(_overlap(segments))
        return line.adjust_cell_length(self.size.width, self.get_component_rich_style("letter-bar--present"))

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        x = 0
        for letter, _ in self._stops():
            x += width(letter) + 1
            if at is not None and at.x <= x:
                self.post_message(self.Picked(self, letter))
                return

    def _stops(self) -> Iterator[tuple[str, str]]:
        for letter, is_present in stops(self._letters, self.size.width) if self._letters else ():
            yield letter, "current" if letter == self._current else "present" if is_present else "absent"


def _overlap(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Neighbours share the cell between them, a bracket wins over a blank: ``A [B] C``."""
    edge = ""
    for number, (text, style, _) in enumerate(segments):
        left = edge if number and edge != " " else text[0]
        yield Segment(left + text[1:-1], style)
        edge = text[-1]
    if edge:
        yield Segment(edge, segments[-1].style)
