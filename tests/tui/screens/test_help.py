"""The sheet of keys is made from what is bound, and narrowed by typing."""

from __future__ import annotations

from pathlib import Path

from tests.tui.screens.conftest import fill, opened, screen_text, until
from tui.actions import ACTIONS
from tui.screens.help import HelpScreen, KeyLine, key_lines, sheet_lines

LINES = [KeyLine("Collection", "a", "Find a release and add it"), KeyLine("Everywhere", "s", "Bring it in step")]


def test_typing_narrows_to_lines_with_every_word() -> None:
    told = "\n".join(line.plain for line in sheet_lines(LINES, "ADD find", 80))
    assert "Find a release" in told
    assert "in step" not in told


def test_nothing_found_says_so() -> None:
    assert "No key does that" in sheet_lines(LINES, "zzz", 80)[0].plain


def test_wide_terminals_get_two_columns() -> None:
    many = [KeyLine(f"Group {n}", str(n), "Do it") for n in range(6)]
    assert len(sheet_lines(many, "", 160)) < len(sheet_lines(many, "", 80))


def test_every_action_is_described() -> None:
    assert all(action.description and action.label for action in ACTIONS)


async def test_the_sheet_holds_the_lists_keys_and_the_effective_ones(data_dir: Path) -> None:
    await fill(data_dir)
    (data_dir / "lockgroove.toml").write_text('[keys]\n"app.sync" = "z"\n')
    async with opened(data_dir) as (app, pilot):
        await pilot.press("7")
        found = {line.text: line.keys for line in key_lines(app.screen)}
        assert found["Bring the collection and Discogs in step, both ways"] == "z"
        assert "j" in found["Down"]
        assert "Mark" not in found
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "the sheet")
        await pilot.press(*"older")
        await until(pilot, lambda: "Fetch older entries" in screen_text(app), "the narrowed sheet")
        assert "Choose a theme" not in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "activity" and not isinstance(app.screen, HelpScreen), "back")
