"""Search by keys: in and out of the line, with and without the sources outside, each standing for itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.screens.conftest import App, connected, fill, opened, screen_text, until
from tests.upstreams.fixtures_plex import simulated_plex
from tests.upstreams.fixtures_slskd import simulated_slskd
from tests.upstreams.fixtures_spotify import simulated_spotify
from tui.screens.search_lists import SearchLists
from tui.screens.search_words import Phase, Where


def lists(app: App) -> SearchLists:
    assert isinstance(app.screen, SearchLists)
    return app.screen


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
        await pilot.press("7", "7", "escape", "escape", "escape", "7")
        await until(pilot, lambda: app.current_mode == "activity", "the activity")


async def test_without_a_connection_the_library_answers_and_the_rest_says_how_to_connect(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5", *"zebra")
        await until(pilot, lambda: "1 found" in screen_text(app), "the record in the library")
        assert lists(app).states[Where.DISCOGS].phase is Phase.IDLE, "nobody outside is asked while somebody types"
        await pilot.press("enter")
        await until(pilot, lambda: all(lists(app).states[w].phase is Phase.UNSET for w in lists(app).states if not w.is_here),
                    "every other source to be not set up")  # fmt: skip
        assert lists(app).shown is Where.RECORDS
        await pilot.press("right")
        await until(pilot, lambda: "then 8 and c connect it" in screen_text(app), "the way to connect")


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


async def test_all_sources_answer_side_by_side_one_failing_hides_nothing_and_a_hit_leads_to_the_others(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(data_dir, (("Golden Static", "Zebra", 1984, None, None, '12"'),))
    async with (
        connected(monkeypatch, 60) as discogs,
        simulated_spotify() as spotify,
        simulated_plex() as plex,
        simulated_slskd(tmp_path, speed=60) as slskd,
    ):
        for name, value in {**spotify.environment, **plex.environment, **slskd.environment}.items():
            monkeypatch.setenv(name, value)
        plex.fault("server-error")
        async with opened(data_dir, (200, 50)) as (app, pilot):
            await pilot.press("5", *"golden")
            await until(pilot, lambda: lists(app).local.count() == 1, "the record")
            row = lists(app).local.row(0)
            assert (discogs.asked("GET", "/database/search"), spotify.asked("GET", "/search")) == (0, 0)
            await pilot.press("enter")
            done = (Phase.FOUND, Phase.FAILED)
            await until(pilot, lambda: all(state.phase in done for state in lists(app).states.values()), "all answers")
            page = lists(app)
            assert page.shown is Where.RECORDS and page.table_in_use.cursor_row == row, "what is read stays"
            states = {where: state.phase for where, state in page.states.items()}
            assert states == dict.fromkeys(states, Phase.FOUND) | {Where.PLEX: Phase.FAILED}
            assert page.spotify.count() and page.folders.count() and "Plex" in screen_text(app)
            assert all(f" {name}" in screen_text(app) for name in ("Discogs", "Spotify", "Soulseek"))

            await pilot.press("left")
            assert page.shown is Where.SOULSEEK and app.focused is page.table_in_use
            await pilot.press("d")
            await until(pilot, lambda: page.shown is Where.DISCOGS, "Discogs, for the hit")
            assert " - " in page.query_one("#search-line", Input).value
            await until(pilot, lambda: page.states[Where.DISCOGS].phase is Phase.FOUND, "its answer")
            await pilot.press("right", "S")
            await until(pilot, lambda: app.current_mode == "soulseek", "Soulseek")
            assert app.screen.query_one("#soulseek-line", Input).value, "the search is prepared"
