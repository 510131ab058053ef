"""A figure, its limit, and what part of it the figure is: printed alike everywhere, and gathered by ``python -m benchmarks``."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

GATHERED = "LOCKGROOVE_BARS"
"""The environment variable with the file to which the bars are added, one JSON document a line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure. ``at_least`` turns the limit around; ``note`` says what else was seen."""

    subject: str
    what: str
    value: float
    limit: float
    unit: str = ""
    at_least: bool = False
    note: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the figure is within its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def part(self) -> str:
        """The figure as a part of its limit; nothing where the limit is zero."""
        return f"{self.value / self.limit:.2f}" if self.limit else ""


class Bars:
    """The bars of one benchmark."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._missed = 0

    def show(
        self, what: str, value: float, limit: float, unit: str = "", *, at_least: bool = False, note: str = ""
    ) -> None:
        """Print a figure with its limit, and hand it to who gathers them."""
        bar = Bar(self._subject, what, value, limit, unit, at_least, note)
        self._missed += not bar.is_kept
        sign = "≥" if at_least else "≤"
        part = f"({bar.part})" if bar.part else ""
        verdict = "" if bar.is_kept else "  MISSED"
        print(f"{what:<58} {figure(value):>9} {unit:<5} {sign} {figure(limit):>7} {part:<8}{verdict}  {note}".rstrip())
        if file := os.environ.get(GATHERED):
            with Path(file).open("a", encoding="utf-8") as gathered:
                gathered.write(json.dumps(asdict(bar)) + "\n")

    def must(self, what: str, holds: bool, note: str = "") -> None:
        """Something that is so or not."""
        self.show(what, float(holds), 1.0, at_least=True, note=note)

    def end(self) -> int:
        """The exit status: 1 if a limit was missed."""
        return 1 if self._missed else 0


def figure(value: float) -> str:
    """A number with as many digits as say something."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
