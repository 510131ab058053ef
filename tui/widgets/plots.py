"""The chart for a roomy terminal in true colour. Imports plotext (70 ms): only once the page is shown."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.color import Color
from textual_plotext import PlotextPlot

from storage.values import Count
from tui.text import clean
from tui.words import number

TICKS = 4
"""Steps of the upright axis."""
AXIS = 8
"""Cells that the upright axis takes at most."""


class DecadeChart(PlotextPlot):
    """Records over the decades as upright bars."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: tuple[Count, ...] = ()
        self._plotted_for = -1

    def on_mount(self) -> None:
        super().on_mount()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._plot_anew())

    def render(self) -> RenderResult:
        # A chart that has just been mounted is not always told of its size, and its names depend on it.
        if self.size.width != self._plotted_for:
            self._plot_counts()
        return super().render()

    def show(self, counts: Sequence[Count]) -> None:
        """Draw these counts; the same ones again cost nothing."""
        if tuple(counts) != self._counts:
            self._counts = tuple(counts)
            self._plot_anew()

    def _plot_anew(self) -> None:
        self._plotted_for = -1
        self.refresh()

    def _plot_counts(self) -> None:
        self._plotted_for = self.size.width
        plot = self.plt
        plot.clear_figure()
        plot.frame(False)
        colour = self.app.theme_variables["primary"]
        if self._counts and not colour.startswith("ansi_"):
            top = max(count.count for count in self._counts)
            labels = _named([clean(count.value) for count in self._counts], self.size.width - AXIS)
            plot.bar(labels, [count.count for count in self._counts], width=0.6, color=Color.parse(colour).rgb)
            marks = sorted({float(round(top * step / TICKS)) for step in range(TICKS + 1)})
            plot.yticks(marks, [f"{number(int(mark))} " for mark in marks])


def _named(decades: Sequence[str], room: int) -> list[str]:
    """The names of the bars; without their century where plotext would leave some out, if no two become the same."""
    short = [decade[2:] for decade in decades]
    is_tight = room < sum(len(decade) + 1 for decade in decades)
    return short if is_tight and len(set(short)) == len(short) else list(decades)
