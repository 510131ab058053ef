"""What every dialog owes: title and keys in sight, a way out, and peace for the line while the page below works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.screens.conftest import connected, fill, fill_hostile, opened, screen_text, until
from tui.screens.dialog import Dialog
from tui.widgets.jobstrip import JobStrip

TALL = (("M", "Enter a record by hand", "F2 save"), ("e", "Edit the record", "F2 save"), ("f", "Narrow", "Space"))


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
@pytest.mark.parametrize(("key", "title", "hint"), TALL)
async def test_title_and_keys_show_however_tall_the_body_is(
    data_dir: Path, size: tuple[int, int], key: str, title: str, hint: str
) -> None:
    await fill_hostile(data_dir)
    async with opened(data_dir, size) as (app, pilot):
        await pilot.press(key)
        await until(pilot, lambda: title in screen_text(app) and hint in screen_text(app), f"{title} with its keys")


async def test_keys_stay_in_sight_when_a_long_message_comes_and_the_terminal_shrinks(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("M")
        await until(pilot, lambda: isinstance(app.screen, Dialog), "the form")
        assert isinstance(app.screen, Dialog)
        app.screen.say("Something that takes a whole sentence to say, and one more to mend. " * 2, trouble=True)
        await pilot.resize_terminal(70, 18)
        await until(pilot, lambda: "F2 save" in screen_text(app) and "to mend" in screen_text(app), "both")


@pytest.mark.parametrize(("key", "leave"), [("f", "q"), ("d", "q"), ("ctrl+t", "q"), ("f", "escape"), ("M", "escape")])
async def test_every_dialog_closes_and_the_list_has_the_keys_again(data_dir: Path, key: str, leave: str) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await until(pilot, lambda: app.focused is not None, "the list")
        before = app.focused
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, Dialog), "the dialog")
        await pilot.press(leave)
        await until(pilot, lambda: app.focused is before, "the list to have the keys")


async def test_closing_a_dialog_over_the_doors_gives_no_hidden_line_the_keys(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await until(pilot, lambda: "Connect Discogs" in screen_text(app), "the doors")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, Dialog), "the dialog")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Dialog), "the doors again")
        await pilot.press("8")
        await until(pilot, lambda: app.current_mode == "settings", "the digit to change the page")


async def test_the_page_below_a_dialog_waits_until_it_is_seen_again(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(monkeypatch, 60), opened(data_dir) as (app, pilot):
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.screen, Dialog), "the dialog")
        await app.bridge.call(lambda runtime: runtime.jobs.start("sync", runtime.user.id))
        await until(pilot, lambda: app.bridge.snapshot.last_job and not app.bridge.snapshot.jobs, "the sync", 30)
        assert app.page is not None
        strip = app.page.query_one(JobStrip)
        assert strip.snapshot.changes < app.bridge.snapshot.changes
        await pilot.press("escape")
        await until(pilot, lambda: strip.snapshot == app.bridge.snapshot, "the strip to catch up")
        await until(pilot, lambda: "1 of" in screen_text(app), "the records")
