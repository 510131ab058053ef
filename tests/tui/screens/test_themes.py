"""Themes: seen while the cursor moves, kept with Enter, given back with Escape."""

from __future__ import annotations

from pathlib import Path

from tests.tui.screens.conftest import opened, until
from tui.screens.themes import ThemeScreen, in_order


def test_ours_come_first_then_the_terminals_own() -> None:
    found = in_order(iter(["nord", "ansi-dark", "lockgroove-light", "lockgroove", "dracula"]))
    assert found == ["lockgroove", "lockgroove-light", "ansi-dark", "dracula", "nord"]


async def test_a_theme_is_previewed_given_back_and_kept(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.screen, ThemeScreen), "the list")
        await pilot.press("down")
        await until(pilot, lambda: app.theme == "lockgroove-light", "the preview")
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == "lockgroove", "what it was")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.screen, ThemeScreen), "the list again")
        await pilot.press("j", "enter")
        await until(pilot, lambda: app.places.config_file.exists(), "the file")
        assert 'theme = "lockgroove-light"' in app.places.config_file.read_text()
        assert app.theme == "lockgroove-light"
