"""Looks that carry meaning: contrast, the keys at the bottom, columns that are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from tests.tui.screens.conftest import fill, opened, screen_text, until
from tui.themes import OURS
from tui.tokens import tokens
from tui.widgets.hintbar import Hint, fitting

TEXT = ("foreground", "muted", "accent", "primary", "secondary", "success", "warning", "error", "footer-key-foreground")


def _contrast(first: Color, second: Color) -> float:
    """WCAG 2 contrast ratio."""

    def luminance(colour: Color) -> float:
        parts = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
def test_text_can_be_read_on_every_ground(theme: Theme, ground: str) -> None:
    colours = theme.to_color_system().generate()
    colours = {**colours, **tokens(colours)}
    below = Color.parse(colours[ground])
    assert dict.fromkeys(TEXT, True) == {name: _contrast(Color.parse(colours[name]), below) >= 4.5 for name in TEXT}
    assert _contrast(Color.parse(colours["faint"]), below) >= 3.0


def test_help_keeps_its_place_among_the_hints_however_narrow() -> None:
    hints = [Hint(n, str(n), "Something", str(n), True) for n in range(9)] + [Hint(95, "?", "Help", "?", True)]
    for cells in (200, 80, 40, 10):
        kept = fitting(hints, cells)
        assert kept[-1].label == "Help"
        assert sum(hint.cells for hint in kept) <= cells


async def test_the_last_column_is_whole_beside_the_scrollbar(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("8")
        await until(
            pilot, lambda: re.search(r"next \d{4}-\d\d-\d\d \d\d:\d\d", screen_text(app)), "the next sync whole"
        )
        assert "Where it comes from" in screen_text(app)


async def test_the_way_out_of_the_filter_is_hinted_at(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await until(pilot, lambda: "1 of 4" in screen_text(app), "the list")
        assert "Back" not in screen_text(app)
        await pilot.press("slash")
        await until(pilot, lambda: "esc Back" in screen_text(app), "the way out")


async def test_no_color_sends_no_colour(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await until(pilot, lambda: "1 of 4" in screen_text(app), "the list")
        for key, shown in (("f", "Narrow the list"), ("escape", "1 of 4"), ("1", "▌1 Dashboard▐")):
            await pilot.press(key)
            await until(pilot, lambda expected=shown: expected in screen_text(app), shown)
            strips = app.screen._compositor.render_strips(app.size)  # pyright: ignore[reportPrivateUsage]
            styles = [segment.style for strip in strips for segment in strip if segment.style is not None]
            used = [colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None]
            assert {colour.name for colour in used if not colour.is_default} == set()
