"""The collection by keys: what a collector does there, seen on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.screens.conftest import connected, fill, fill_hostile, opened, screen_text, until
from tui.app import LockgrooveApp
from tui.screens.collection import CollectionPage
from tui.widgets.cover import Cover, graphics_widget
from tui.widgets.field import Field


def page(app: LockgrooveApp) -> CollectionPage:
    assert isinstance(app.page, CollectionPage)
    return app.page


async def listed(app: LockgrooveApp, pilot: Pilot[int], count: int) -> None:
    def holds() -> bool:
        source = page(app).source
        return source is not None and source.is_whole and not source.is_loading and source.count() == count

    await until(pilot, holds, f"{count} records in the list")


def titles(app: LockgrooveApp) -> list[str]:
    source = page(app).source
    assert source is not None
    rows = [source.row(position) for position in range(source.count())]
    return [row.album_title for row in rows if row is not None]


async def test_an_empty_library_offers_three_doors(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        for door in ("Connect Discogs", "Import a file", "Look at the demo"):
            await until(pilot, lambda: door in screen_text(app), door)  # noqa: B023


async def test_the_demo_door_leaves_for_the_demo(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await until(pilot, lambda: page(app).shows_doors, "the doors")
        await pilot.press("x")
        await until(pilot, lambda: app.next_door == "demo", "the demo to be asked for")


async def test_records_are_shown_sorted_by_artist_without_the_article(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        assert titles(app) == ["Vökuró", "Autumn Leaves", "Zebra", "Harbour"]
        assert "1 of 4" in screen_text(app)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("bjork", ["Vökuró"]),
        ("azure zeb", ["Zebra"]),
        ("elan", ["Zebra"]),
        ("AZ", ["Autumn Leaves", "Zebra"]),
        ("xyz", []),
    ],
)
async def test_typing_filters_with_accents_folded_and_escape_restores(
    data_dir: Path, typed: str, found: list[str]
) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press("slash", *(("space" if c == " " else c) for c in typed))
        await listed(app, pilot, len(found))
        assert titles(app) == found
        if not found:
            await until(pilot, lambda: "Escape clears" in screen_text(app), "the way out of an empty list")
        await pilot.press("escape")
        await listed(app, pilot, 4)
        assert page(app).query_one("#filter", Input).value == ""


async def test_sorting_goes_through_the_columns_and_turns_around(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press("o")
        await until(pilot, lambda: titles(app) == ["Autumn Leaves", "Harbour", "Vökuró", "Zebra"], "by title")
        await pilot.press("O")
        await until(pilot, lambda: titles(app) == ["Zebra", "Vökuró", "Harbour", "Autumn Leaves"], "by title, down")


async def test_the_cursor_stays_on_its_record_when_the_order_changes(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press("down", "o")
        await until(pilot, lambda: titles(app)[0] == "Autumn Leaves", "by title")
        row = page(app).table.cursor_row
        assert row is not None
        assert row.album_title == "Autumn Leaves"


async def test_a_record_entered_by_hand_is_judged_line_by_line_and_then_shown(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press("M")
        await until(pilot, lambda: bool(app.screen.query(Field)), "the form")
        await pilot.press("f2")
        await until(pilot, lambda: "The artist is needed." in screen_text(app), "the verdict on the artist")
        await pilot.press(*"Nina", "enter", *"Blue", "enter", *"19x", "f2")
        await until(pilot, lambda: "from 1 to 9999" in screen_text(app), "the verdict on the year")
        await pilot.press("backspace", *"59", "f2")
        await listed(app, pilot, 5)
        assert "Blue" in titles(app)


async def test_editing_changes_the_record_under_the_cursor(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press("e")
        await until(pilot, lambda: bool(app.screen.query(Field)), "the form")
        title = app.screen.query_one("#field-album_title", Field)
        title.take_focus()
        await pilot.press("end", *" II", "f2")
        await until(pilot, lambda: "Vökuró II" in titles(app), "the new title in the list")


async def test_removing_asks_names_the_records_and_can_be_taken_back(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press("space", "space", "d")
        await until(pilot, lambda: "Remove 2 records?" in screen_text(app), "the question")
        assert "Björk & Co – Vökuró" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        await listed(app, pilot, 4)
        await pilot.press("d")
        await until(pilot, lambda: "Remove 2 records?" in screen_text(app), "the question again")
        await pilot.press("d")
        await listed(app, pilot, 2)
        await pilot.press("U")
        await listed(app, pilot, 4)


async def test_a_letter_jumps_to_its_first_record(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await until(pilot, lambda: bool(page(app).source and page(app).source.letters()), "the alphabet")  # pyright: ignore
        await pilot.press("apostrophe", "d")
        row = page(app).table.cursor_row
        assert row is not None
        assert row.artist_name == "The Dockers"


async def test_facets_narrow_the_list_and_say_so(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press("f")
        await until(pilot, lambda: '12"' in screen_text(app) and "[Size]" in screen_text(app), "the sizes")
        await until(pilot, lambda: "[ ]" in screen_text(app), "values to choose from")
        await pilot.press("space", "enter")
        await listed(app, pilot, 2)
        assert 'size 12"' in screen_text(app)
        await pilot.press("escape")
        await listed(app, pilot, 4)


async def test_on_a_narrow_terminal_enter_reads_the_record_and_escape_returns(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press("enter")
        await until(pilot, lambda: "Cat#" in screen_text(app) and "PO-77" in screen_text(app), "the details")
        await pilot.press("escape")
        await until(pilot, lambda: "Artist" in screen_text(app), "the list")


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_hostile_titles_neither_crash_nor_shift_a_column(data_dir: Path, size: tuple[int, int]) -> None:
    await fill_hostile(data_dir)
    async with opened(data_dir, size) as (app, pilot):
        await listed(app, pilot, 7)
        table = page(app).table
        for _ in range(7):
            await pilot.press("down")
            for y in range(table.size.height):
                assert table.render_line(y).cell_length == table.size.width
        await pilot.press("enter", "escape", "d", "escape", "f", "escape")
        assert "\x1b" not in screen_text(app)
        assert "\u202e" not in screen_text(app)


async def test_a_sync_fills_the_list_while_it_runs(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch, records=30), opened(data_dir) as (app, pilot):
        await until(pilot, lambda: page(app).shows_doors, "the doors")
        await pilot.press("s")
        await until(
            pilot, lambda: not app.bridge.snapshot.jobs and app.bridge.snapshot.last_job is not None, "the sync"
        )
        await until(pilot, lambda: page(app).source is not None and page(app).source.count() > 0, "records")  # pyright: ignore
        await until(pilot, lambda: "Sync:" in screen_text(app), "how the sync ended")
        await until(pilot, lambda: not page(app).shows_doors, "the doors to go")
        await until(pilot, lambda: page(app).table.has_focus, "the keys to go to the list")
        await pilot.press("down")
        await until(pilot, lambda: "2 of" in screen_text(app), "the cursor on the second record")


@pytest.mark.parametrize("key", ["y", "b"])
async def test_the_link_of_a_record_is_sent_to_the_clipboard_and_shown(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("SSH_TTY", "/dev/pts/0")
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press(key)
        await until(pilot, lambda: "/release/2" in app.clipboard, "the address in the clipboard")
        await until(pilot, lambda: "Sent to the terminal's" in screen_text(app), "word of it on the screen")


async def test_cursor_filter_and_marks_are_there_when_one_comes_back(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.press("slash", *"az", "enter")
        await listed(app, pilot, 2)
        await pilot.press("space", "7", "2")
        await until(pilot, lambda: "2 of 2 · 1 marked" in screen_text(app), "cursor, filter and mark")


async def test_the_mouse_moves_marks_sorts_and_turns_pages(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await listed(app, pilot, 4)
        await pilot.click("#records", offset=(10, 3))
        await until(pilot, lambda: "3 of 4" in screen_text(app), "the cursor on the row")
        await pilot.click("#records", offset=(1, 2))
        await until(pilot, lambda: "1 marked" in screen_text(app), "the mark")
        await pilot.click("#records", offset=(30, 0))
        await until(pilot, lambda: titles(app)[0] == "Autumn Leaves", "by title")
        await pilot.click("NavBar", offset=(screen_text(app).index("5 "), 0))
        await until(pilot, lambda: app.current_mode == "search", "the search")


@pytest.mark.parametrize("covers", ["half", "sixel", "kitty", "off"])
async def test_a_cover_is_drawn_as_the_terminal_can(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, covers: str
) -> None:
    monkeypatch.setenv("COVERS", covers)
    async with connected(monkeypatch, records=5), opened(data_dir, (120, 40)) as (app, pilot):
        app.graphics = graphics_widget(covers)
        await pilot.press("s")
        await until(pilot, lambda: page(app).source is not None and page(app).table.cursor_row, "records")
        await until(pilot, lambda: "Cat#" in screen_text(app), "the details")
        cover = page(app).query_one(Cover)
        if covers == "off":
            await until(pilot, lambda: "Tracks" in screen_text(app), "the release")
            assert not cover.display
        else:
            await until(pilot, lambda: cover.display and cover.size.height > 3, "the cover")
            assert bool(cover.children) == (covers != "half")


async def test_the_details_link_to_the_page_on_discogs(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch, records=5) as upstream, opened(data_dir, (120, 60)) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: "Discogs   r" in screen_text(app), "the link in the details")
        strips = app.screen._compositor.render_strips(app.size)  # pyright: ignore[reportPrivateUsage]
        links = {segment.style.link for strip in strips for segment in strip if segment.style and segment.style.link}
        assert any(link.startswith(f"{upstream.url}/release/") for link in links)


async def test_rating_a_copy_shows_at_once_and_waits_for_the_next_sync(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(monkeypatch, records=5) as upstream, opened(data_dir, (120, 60)) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: page(app).source is not None and page(app).table.cursor_row, "records")
        await until(pilot, lambda: not app.bridge.snapshot.jobs and app.bridge.snapshot.last_job, "the sync")
        row = page(app).table.cursor_row
        assert row is not None
        await pilot.press("E")
        await until(pilot, lambda: bool(app.screen.query("#field-rating")), "the form of the copy")
        await pilot.press("end", "backspace", "9", "f2")
        await until(pilot, lambda: "A rating is 1 to 5" in screen_text(app), "the verdict")
        await pilot.press("backspace", "4" if row.rating == 5 else "5", "f2")
        await until(pilot, lambda: "edited here" in screen_text(app), "the edit in the details")
        assert upstream.asked("POST") == 0
        await pilot.press("s")
        await until(pilot, lambda: upstream.asked("POST", "/instances/") == 1, "the rating to reach Discogs")
