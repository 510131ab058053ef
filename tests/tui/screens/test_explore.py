"""Wandering through the graph by keys, over a real catalogue of invented releases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storage.values import NodeName
from tests.tui.screens import exploring
from tests.tui.screens.conftest import opened, screen_text, until
from tests.tui.screens.exploring import lines, page, settled, trail, wandering

# -- beginning --------------------------------------------------------------------------------------------------------


async def test_before_there_is_a_catalogue_it_says_how_to_get_one(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("6")
        await until(pilot, lambda: "Nothing in the catalogue yet" in screen_text(app), "the empty state")
        assert "lockgroove catalogue import DIR" in screen_text(app)
        await pilot.press("escape", "7")
        await until(pilot, lambda: app.current_mode == "activity", "the digits to change the page again")


async def test_what_is_owned_most_of_is_a_place_to_begin(data_dir: Path) -> None:
    async with wandering(data_dir) as (app, pilot):
        assert re.search(r"genre +Jazz +you own 2", screen_text(app))
        await pilot.press("escape", "enter")
        await until(pilot, lambda: "Jazz  genre" in trail(app), "the genre")


async def test_suggestions_come_as_somebody_types_across_kinds(data_dir: Path) -> None:
    async with wandering(data_dir) as (app, pilot):
        await pilot.press(*"qu")
        await until(pilot, lambda: "Quay Records" in screen_text(app), "the label")
        await until(pilot, lambda: "Nadia Quell (2)" in screen_text(app), "the artist")
        await pilot.press(*"ay", "down", "enter")
        await until(pilot, lambda: "Quay Records  label" in trail(app), "the label in the middle")


async def test_what_nobody_is_called_says_so_and_escape_takes_it_back(data_dir: Path) -> None:
    async with wandering(data_dir) as (app, pilot):
        await pilot.press(*"zzz", "enter")
        await until(pilot, lambda: "called “zzz” here" in screen_text(app), "the answer")
        await pilot.press("escape")
        await until(pilot, lambda: "to wander in" in screen_text(app), "the places to begin")


# -- wandering --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_a_node_shows_its_lists_with_counts_and_what_is_owned(data_dir: Path, size: tuple[int, int]) -> None:
    async with wandering(data_dir, "lena", size=size) as (app, _):
        shown = screen_text(app)
        assert "▸Releases 6  Labels 1  Aliases & Members 0" in shown
        assert re.search(r"● +Lantern Songs +Lena Vargo, Otto Br\S* +1961", shown)
        assert not re.search(r"● +Night Ferry", shown)
        assert ("By year" in shown) == (size[0] >= 100)
        for y in range(page(app).table.size.height):
            assert page(app).table.render_line(y).cell_length == page(app).table.size.width


async def test_back_and_forth_keep_the_list_and_the_line(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("right", "enter")
        await until(pilot, lambda: trail(app) == "Lena Vargo › Azure Room  label", "the label")
        await settled(app, pilot)
        await pilot.press("right", "down", "enter")
        await until(pilot, lambda: trail(app) == "Lena Vargo › Azure Room › Otto Brandt  artist", "the artist")
        await pilot.press("escape")
        await until(pilot, lambda: trail(app) == "Lena Vargo › Azure Room  label › Otto Brandt", "the label again")
        await until(pilot, lambda: page(app).table.cursor == 1, "the line it was left at")
        assert "▸Artists 2" in screen_text(app)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: trail(app).endswith("Otto Brandt  artist"), "forward again")
        await pilot.press("backspace", "left_square_bracket")
        await until(pilot, lambda: trail(app).startswith("Lena Vargo  artist"), "the beginning")
        assert "▸Labels 1" in screen_text(app)


async def test_a_release_leads_to_what_is_on_it_and_its_versions(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: "Slow Harbour  release" in trail(app), "the release")
        await until(pilot, lambda: lines(app) == ["Lena Vargo", "Azure Room", "Slow Harbour", "Jazz", "Modal"], "links")
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: trail(app).endswith("Slow Harbour  master"), "the master")
        await until(pilot, lambda: "1 missing, 1 owned" in screen_text(app), "the version that is missing")
        await until(pilot, lambda: "○ another version in your collection" in screen_text(app), "what is said of it")


async def test_a_long_list_is_read_by_windows(data_dir: Path) -> None:
    async with wandering(data_dir, "electronic") as (app, pilot):
        await until(pilot, lambda: "1 of 600" in screen_text(app), "the list")
        await pilot.press("end")
        await until(pilot, lambda: "600 of 600" in screen_text(app), "its end")
        await until(pilot, lambda: re.search(r"▸ +Signal \d+ +Voltage \d+ +1990", screen_text(app)), "the oldest")


async def test_leaving_and_returning_keeps_the_place(data_dir: Path) -> None:
    async with wandering(data_dir, "electronic") as (app, pilot):
        await pilot.press("right", "down", "down", "2")
        await until(pilot, lambda: app.current_mode == "collection", "the collection")
        await pilot.press("6")
        await until(pilot, lambda: "3 of 40" in screen_text(app), "the same line")
        assert "▸Artists 40" in screen_text(app)


async def test_facts_and_years_are_one_key_away_on_a_narrow_terminal(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        assert "By year" not in screen_text(app)
        await pilot.press("r")
        await until(pilot, lambda: "most in 1963: 2" in screen_text(app), "the years")
        assert "Free Jazz, Modal" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "Night Ferry" in screen_text(app), "the list")


def spoil(data_dir: Path) -> None:
    """Leave no catalogue that can be read."""
    for file in data_dir.glob("catalogue.db*"):
        file.write_bytes(b"no catalogue at all" * 4000)


# -- states -----------------------------------------------------------------------------------------------------------


async def test_hostile_names_are_text_in_every_list(data_dir: Path) -> None:
    async with wandering(data_dir, "awkward", entries=exploring.hostile(), owned=(5000,), size=(120, 40)) as (
        app,
        pilot,
    ):
        for _ in range(6):
            table = page(app).table
            for y in range(table.size.height):
                assert table.render_line(y).cell_length == table.size.width
            assert "\x1b" not in screen_text(app)
            await pilot.press("right")
            await settled(app, pilot)
        await pilot.press("end", "enter", "r", "escape", "enter", "p", "p", "S", "slash", *"[b")
        await until(pilot, lambda: "[bold]Brackets[/]" in screen_text(app), "the brackets as they are")


async def test_what_is_gone_from_the_catalogue_is_told_and_the_list_stays(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        page(app).open_node(NodeName("artist", "99999", "Nobody"))
        await until(pilot, lambda: "The catalogue has no such" in screen_text(app), "the reason")
        assert trail(app) == "Lena Vargo  artist"


async def test_a_list_that_cannot_be_read_says_so_and_which_key_asks_again(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        spoil(data_dir)
        await pilot.press("right")
        await until(pilot, lambda: "u asks again." in screen_text(app), "the way to go on")
        assert trail(app) == "Lena Vargo  artist"


async def test_another_page_may_send_somebody_to_a_node_before_this_one_was_ever_shown(data_dir: Path) -> None:
    await exploring.stock(data_dir, exploring.catalogue())
    async with opened(data_dir) as (app, pilot):
        app.go("explore")
        page(app).open_node(NodeName("label", "21", "Azure Room"))
        await until(pilot, lambda: trail(app) == "Azure Room  label", "the label")
        await settled(app, pilot)
        assert "Releases 6" in screen_text(app)


async def test_keys_of_a_node_do_nothing_while_somebody_picks(data_dir: Path) -> None:
    async with wandering(data_dir) as (app, pilot):
        await pilot.press("escape", "S", "M", "P", "w", "right_square_bracket", "V", "N")
        assert app.current_mode == "explore"
        assert page(app).is_picking
        await pilot.press("slash", *"otto")
        await until(pilot, lambda: "Otto Brandt" in screen_text(app), "the prompt again")
