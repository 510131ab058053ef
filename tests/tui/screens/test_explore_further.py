"""Following the graph further, taking what is found elsewhere, and passing it on; by keys, over the invented catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tui.screens.conftest import connected, opened, screen_text, until
from tests.tui.screens.exploring import lines, page, pick, settled, trail, wandering

# -- further than one step --------------------------------------------------------------------------------------------


async def test_collaborators_come_with_their_years(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("C")
        await until(pilot, lambda: re.search(r"Otto Brandt +2 1961–1963 +█ █", screen_text(app)), "Otto")
        assert "Nadia Quell (2)" in screen_text(app)


async def test_similar_artists_come_with_reasons(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("A")
        await until(pilot, lambda: re.search(r"Otto Brandt +on Azure Room", screen_text(app)), "Otto and why")


async def test_the_profile_of_a_label_leads_to_its_styles(data_dir: Path) -> None:
    async with wandering(data_dir, "azure") as (app, pilot):
        await pilot.press("F")
        await until(pilot, lambda: re.search(r"Free Jazz +1 ━", screen_text(app)), "the styles")
        await pilot.press("down", "enter")
        await until(pilot, lambda: trail(app).endswith("Jazz  genre"), "the genre")


async def test_the_path_to_another_artist_is_shown_line_by_line(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("P")
        await until(pilot, lambda: "From Lena Vargo to whom?" in screen_text(app), "the question")
        await pilot.press(*"farida", "enter")
        await until(pilot, lambda: "Farida Soun: 3 records apart" in screen_text(app), "the chain")
        await settled(app, pilot)
        found = lines(app)
        assert found[::2] == ["Lena Vargo", "Otto Brandt", "The Dockers", "Farida Soun"]
        assert found[3:] == ["Breakwater", "The Dockers", "Tideline", "Farida Soun"]
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: trail(app).endswith("Otto Brandt  artist"), "who is on the way")


async def test_two_artists_that_nothing_connects_are_told_so(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("P")
        await until(pilot, lambda: "From Lena Vargo to whom?" in screen_text(app), "the question")
        await pilot.press(*"voltage 01", "enter")
        await until(pilot, lambda: "No way from Lena Vargo to Voltage 01." in screen_text(app), "the answer")


async def test_what_is_missing_is_narrowed_by_format(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("M")
        await until(pilot, lambda: "4 missing, 2 owned" in screen_text(app), "what is missing")
        assert "Lantern Songs" not in lines(app)
        await pilot.press("f", "f", "f", "f")
        await until(pilot, lambda: 'only 7" · 1 missing' in screen_text(app), "the singles")
        await until(pilot, lambda: lines(app) == ["Two Rivers"], "the single")
        await pilot.press("escape")
        await until(pilot, lambda: "4 missing" in screen_text(app), "all again")


async def test_what_is_missing_goes_straight_to_the_wantlist(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as upstream, wandering(data_dir) as (app, pilot):
        upstream.world.wants.clear()
        known = sorted(upstream.world.catalogue.pressings)[-1]
        release = await app.bridge.call(lambda runtime: runtime.discogs.release(runtime.user.id, known))
        await pick(app, pilot, release.artists[0].name)
        await pilot.press("M")
        await until(pilot, lambda: release.title in lines(app), "what is missing")
        while lines(app)[page(app).table.cursor] != release.title:
            await pilot.press("down")
        await pilot.press("w")
        await until(pilot, lambda: known in upstream.world.wants, "Discogs to know")
        await until(pilot, lambda: re.search(rf"▸ +w +{re.escape(release.title)[:16]}", screen_text(app)), "the sign")
        await until(pilot, lambda: "w on your wantlist" in screen_text(app), "the word for it")


# -- elsewhere --------------------------------------------------------------------------------------------------------


async def test_an_owned_release_is_shown_in_the_collection(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("down", "down", "down", "V")
        await until(pilot, lambda: app.current_mode == "collection", "the collection")
        await until(pilot, lambda: re.search(r"▸ +\S* +Lena Vargo, Otto B\S* +Lantern Songs", screen_text(app)), "it")


async def test_what_is_owned_of_an_artist_is_shown_in_the_collection_and_escape_shows_all(data_dir: Path) -> None:
    async with wandering(data_dir, "lena", owned=(101, 1005)) as (app, pilot):
        await pilot.press("C", "V")
        await until(pilot, lambda: app.current_mode == "collection", "the collection")
        await until(pilot, lambda: "No record matches" in screen_text(app), "nothing of Otto")
        await pilot.press("escape")
        await until(pilot, lambda: "of 2" in screen_text(app), "everything")


async def test_a_release_that_is_not_owned_says_so(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("V")
        await until(pilot, lambda: "This release is not in" in screen_text(app), "the answer")
        assert app.current_mode == "explore"


async def test_the_name_is_looked_for_in_search(data_dir: Path) -> None:
    async with wandering(data_dir, "nadia") as (app, pilot):
        await pilot.press("N")
        await until(pilot, lambda: app.current_mode == "search", "the search")
        await until(pilot, lambda: "Nadia Quell" in screen_text(app).split("\n")[1], "the name in its line")


async def test_the_link_of_what_is_under_the_cursor_is_copied(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("y")
        assert app.clipboard.endswith("/release/102")
        await pilot.press("right", "y")
        await until(pilot, lambda: app.clipboard.endswith("/label/21"), "the label's")


# -- snapshots --------------------------------------------------------------------------------------------------------


async def test_a_snapshot_is_saved_with_one_key_and_opened_by_its_link(data_dir: Path) -> None:
    async with wandering(data_dir, "lena") as (app, pilot):
        await pilot.press("right", "enter")
        await until(pilot, lambda: trail(app).endswith("Azure Room  label"), "the label")
        await settled(app, pilot)
        await pilot.press("S")
        await until(pilot, lambda: "Saved until" in screen_text(app), "word of it")
        link = app.clipboard
        await pilot.press("slash")
        await pick(app, pilot, "electronic")
        await pilot.press("O")
        await until(pilot, lambda: "Open a snapshot" in screen_text(app), "the question")
        app.screen.query_one("#field-link Input").value = link  # pyright: ignore[reportAttributeAccessIssue]
        await pilot.press("enter")
        await until(pilot, lambda: trail(app) == "Lena Vargo › Azure Room  label", "the way as it was saved")
        assert "Snapshot 6" in screen_text(app)
        await pilot.press("left")
        await until(pilot, lambda: "Slow Harbour" in lines(app), "what was on the screen")


@pytest.mark.parametrize(
    ("pasted", "said"), [("bhyTLGirlmDv3lC2", "There is no such snapshot."), ("nonsense", "That is no link")]
)
async def test_a_snapshot_that_is_not_there_is_told_in_words(data_dir: Path, pasted: str, said: str) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("6", "escape", "O")
        await until(pilot, lambda: "Open a snapshot" in screen_text(app), "the question")
        await pilot.press(*pasted, "enter")
        await until(pilot, lambda: said in screen_text(app), "the reason")
        await pilot.press("escape")
        assert page(app).is_picking
