"""The catalogue in Search: there at every key, beside the library and Discogs, whatever becomes of those."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from storage.catalogue import growth
from storage.engine import open_storage
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId
from tests.tui.screens.conftest import HOSTILE, App, connected, fill, opened, screen_text, until
from tui.screens.search_lists import SearchLists
from tui.screens.search_words import Where

KNOWN = tuple(
    ReleaseEntry(
        ReleaseId(100 + number),
        title,
        artist,
        year,
        country="Norway",
        format="Vinyl, LP, Album",
        artists=(Credit(number, artist),),
        labels=(LabelLine(number, "Quay Press", f"QP {number}"),),
    )
    for number, (artist, title, year) in enumerate(
        (
            ("Orchestra Of Lanterns", "Glass Harbour", 1978),
            ("Orchestra Of Lanterns", "Glass Harbour Live", 1981),
            ("Marta Veil", "Zebra Crossing", 1984),
            ("Cabaret Élan", "Zebra", 2001),
        ),
        start=1,
    )
)


async def know(data_dir: Path, entries: tuple[ReleaseEntry, ...] = KNOWN) -> None:
    """Put releases into the catalogue of a library."""
    library, catalogue = f"sqlite:///{data_dir / 'library.db'}", f"sqlite:///{data_dir / 'catalogue.db'}"
    async with open_storage(library, catalogue) as storage:
        await storage.catalogue.write(lambda db: growth.apply(db, entries))


def said(app: App, where: Where) -> str:
    """What is said of a source."""
    return lists(app).states[where].said


def lists(app: App) -> SearchLists:
    assert isinstance(app.screen, SearchLists)
    return app.screen


async def test_two_letters_are_answered_from_the_catalogue_while_discogs_is_not_even_connected(data_dir: Path) -> None:
    await fill(data_dir)
    await know(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5", *"gl")
        await until(pilot, lambda: "2 found" in said(app, Where.CATALOGUE), "the releases")
        await until(pilot, lambda: screen_text(app).count("Orchestra Of Lanterns") == 2, "their lines")
        await pilot.press("enter")
        await until(pilot, lambda: "connect it" in said(app, Where.DISCOGS), "the way to connect")
        assert screen_text(app).count("Orchestra Of Lanterns") == 2


async def test_the_last_key_is_the_one_that_is_answered(data_dir: Path) -> None:
    await fill(data_dir)
    await know(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5", *"zebra", "space", *"cr")
        await until(pilot, lambda: [row.release_id for row in lists(app).known.rows()] == [103], "the one release")
        await pilot.press("backspace", "backspace", "backspace")
        await until(pilot, lambda: "2 found" in said(app, Where.CATALOGUE), "both again")


async def test_what_is_owned_comes_first_with_its_mark(data_dir: Path) -> None:
    await fill(data_dir, (("Orchestra Of Lanterns", "Glass Harbour Live", 1981, "Quay Press", "QP 2", '12"'),))
    owned = (ReleaseEntry(ReleaseId(1), "Glass Harbour Live", "Orchestra Of Lanterns", 1981),)
    await know(data_dir, (*KNOWN, *owned))
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5", *"lanterns")
        await until(pilot, lambda: lists(app).known.count() == 3, "the releases")
        rows = lists(app).known.rows()
        assert [(row.release_id, row.owned) for row in rows] == [(1, True), (101, False), (102, False)]
        assert "1 found" in said(app, Where.RECORDS)


async def test_a_slip_says_what_was_searched_for_instead(data_dir: Path) -> None:
    await fill(data_dir)
    await know(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5", *"lantrens")
        await until(pilot, lambda: "2 found for “lanterns”" in said(app, Where.CATALOGUE), "the nearest")


async def test_a_number_is_understood_as_one(data_dir: Path) -> None:
    await fill(data_dir)
    await know(data_dir)
    async with opened(data_dir) as (app, pilot):
        lines = app.screen
        await pilot.press("5")
        await until(pilot, lambda: app.screen is not lines and app.focused is not None, "the line")
        app.screen.query_one("#search-line", Input).value = "r103"
        await until(pilot, lambda: "1 found as a release" in said(app, Where.CATALOGUE), "the release")


async def test_without_a_catalogue_nothing_is_said_of_it(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5", *"zebra")
        await until(pilot, lambda: "1 found" in said(app, Where.RECORDS), "the record")
        assert Where.CATALOGUE not in lists(app).states and "Catalogue" not in screen_text(app)


async def test_enter_leaves_the_line_for_the_hits_and_enter_again_explores(data_dir: Path) -> None:
    await fill(data_dir)
    await know(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5", *"glass")
        await until(pilot, lambda: lists(app).known.count() == 2, "the releases")
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "catalogue-hits", "the list")
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "explore", "the graph")


async def test_escape_empties_the_line_and_the_lists(data_dir: Path) -> None:
    await fill(data_dir)
    await know(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("5", *"glass")
        await until(pilot, lambda: lists(app).known.count() == 2, "the releases")
        await pilot.press("escape")
        await until(pilot, lambda: lists(app).known.count() == 0, "nothing")
        assert said(app, Where.CATALOGUE) == "as you type, from this machine"


async def test_a_hit_of_the_catalogue_goes_on_the_wantlist_and_is_marked(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(monkeypatch, 60) as upstream:
        upstream.world.wants.clear()
        held = {copy.release_id for copy in upstream.world.instances.values()}
        there = next(release for release in upstream.world.catalogue.pressings if release not in held)
        await fill(data_dir)
        await know(data_dir, (ReleaseEntry(ReleaseId(there), "Unmistakable Name", "Somebody"),))
        async with opened(data_dir) as (app, pilot):
            await pilot.press("5", *"unmist")
            await until(pilot, lambda: lists(app).known.count() == 1, "the release")
            await pilot.press("enter", "w")
            await until(pilot, lambda: len(upstream.world.wants) == 1, "Discogs to know")
            await until(pilot, lambda: lists(app).known.rows()[0].wanted, "the mark")


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_foreign_text_moves_nothing(data_dir: Path, size: tuple[int, int]) -> None:
    await fill(data_dir)
    hostile = tuple(
        ReleaseEntry(
            ReleaseId(500 + number),
            f"Hostile {text}",
            text,
            1999,
            country=text,
            format=text,
            labels=(LabelLine(1, text, text),),
        )
        for number, text in enumerate(HOSTILE)
    )
    await know(data_dir, hostile)
    async with opened(data_dir, size) as (app, pilot):
        await pilot.press("5", *"hostile")
        await until(pilot, lambda: lists(app).known.count() == len(HOSTILE), "the releases")
        await pilot.press("enter", "down", "down")
        text = screen_text(app)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[bold]Brackets" in text
