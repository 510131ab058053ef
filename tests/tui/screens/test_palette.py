"""The palette: actions of here and now, screens, records by name."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from tests.tui.screens.conftest import fill, fill_hostile, opened, screen_text, until
from tui.actions import BY_ID
from tui.app import LockgrooveApp
from tui.palette import Palette, title


def test_actions_are_called_by_area_and_verb() -> None:
    assert title(BY_ID["collection.add"]) == "collection: add"
    assert title(BY_ID["app.settings"]) == "go: settings"


async def ask(app: LockgrooveApp, pilot: Pilot[int], words: str, expected: str) -> None:
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(app.screen, Palette), "the palette")
    await pilot.press(*words)
    await until(pilot, lambda: expected in screen_text(app), expected)


async def test_enter_means_what_was_typed_however_fast(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("1")
        await ask(app, pilot, "go set", "go: settings")
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "settings", "the settings")


async def test_a_record_is_found_by_name_and_shown_in_the_collection(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: app.shelf is not None, "the shelf")
        await ask(app, pilot, "vokuro", "Björk & Co – Vökuró")
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "collection", "the collection")


async def test_hostile_names_are_text_in_the_palette(data_dir: Path) -> None:
    await fill_hostile(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: app.shelf is not None, "the shelf")
        await ask(app, pilot, "brackets", "[bold]Brackets[/]")


async def test_a_record_comes_before_an_action_that_only_mentions_the_word(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: app.shelf is not None, "the shelf")
        await ask(app, pilot, "leave", "Blue Note Band – Autumn Leaves")
        await until(pilot, lambda: "app: quit" in screen_text(app), "the action")
        shown = screen_text(app)
        assert shown.index("Autumn Leaves") < shown.index("app: quit")
