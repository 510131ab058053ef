"""Search by keys: in and out of the line, with and without Discogs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tui.screens.conftest import connected, fill, opened, screen_text, until


async def test_adding_from_the_collection_begins_with_the_line_to_type_in(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await until(pilot, lambda: app.focused is not None, "the list")
        await pilot.press("a")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "search-line", "the line")


async def test_escape_leaves_the_line_so_that_digits_change_the_page(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "search-line", "the line")
        await pilot.press("7", "7", "escape", "escape", "escape", "6")
        await until(pilot, lambda: app.current_mode == "activity", "the activity")


async def test_without_a_connection_the_library_answers_and_the_rest_says_how_to_connect(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5", *"zebra")
        await until(pilot, lambda: "1 found" in screen_text(app), "the record in the library")
        await until(pilot, lambda: "then 7 and c connect it" in screen_text(app), "the way to connect")


async def test_a_release_is_put_on_the_wantlist_with_one_key(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch, 60) as upstream, opened(data_dir) as (app, pilot):
        upstream.world.wants.clear()
        await pilot.press("5", *"vinyl", "enter")
        await until(pilot, lambda: "found as words" in screen_text(app), "the first page")
        await pilot.press("down", "w")
        await until(pilot, lambda: len(upstream.world.wants) == 1, "Discogs to know")
        await until(pilot, lambda: "on your wantlist." in screen_text(app), "word of it")
        await until(pilot, lambda: re.search(r"▸ [● ]w ", screen_text(app)), "the sign in the list")
        await pilot.press("escape", "escape", "escape", "3")
        await until(pilot, lambda: "1 of 1" in screen_text(app), "the want in its list")


async def test_what_is_owned_is_marked_and_more_comes_with_one_key(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(monkeypatch, 200), opened(data_dir) as (app, pilot):
        await pilot.press("5", *"vinyl", "enter")
        await until(pilot, lambda: "n for more" in screen_text(app), "the first page")
        assert "●" in screen_text(app)
        await pilot.press("n")
        await until(pilot, lambda: "100 shown" in screen_text(app) or "n for more" not in screen_text(app), "the next")
