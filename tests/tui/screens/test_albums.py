"""The shelf by keys: where albums live, what has no files, what is not owned, and what a person says of a match."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from services.demo.plex import invent_plex
from services.demo.plex.things import Thing
from services.demo.slskd.network import Folder
from tests.tui.screens.conftest import HOSTILE, fill, opened, until
from tests.tui.screens.soulseeking import connect, shows
from tests.upstreams.fixtures_plex import simulated_plex
from tests.upstreams.fixtures_slskd import album_files, simulated_slskd
from tests.upstreams.fixtures_spotify import invented_spotify
from tui.app import LockgrooveApp
from tui.screens.albums import AlbumsPage
from tui.screens.albums_reading import words_for
from tui.screens.albums_words import sought

Opened = tuple[LockgrooveApp, Pilot[int], list[Thing]]


def page(app: LockgrooveApp) -> AlbumsPage:
    assert isinstance(app.page, AlbumsPage)
    return app.page


def listed(app: LockgrooveApp) -> list[str]:
    source = page(app).source
    assert source is not None
    rows = [source.row(position) for position in range(source.count())]
    return [row.title for row in rows if row is not None]


async def lists(pilot: Pilot[int], app: LockgrooveApp, *titles: str) -> None:
    await until(pilot, lambda: sorted(listed(app)) == sorted(titles), f"{titles} in the list")


@asynccontextmanager
async def shelved(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int] = (80, 24)
) -> AsyncGenerator[Opened]:
    """The app on a shelf of two records that are in Plex as well, two that are not, and what else there is in Plex."""
    async with simulated_plex(invent_plex(invented_spotify(), artists=3)) as plex:
        albums = [each for each in plex.world.of_type(plex.music, "album") if each.title.isascii()]
        both = [(each.parent.title, each.title, 1990, "Azure", "AZ 1", '12"') for each in albums[:2] if each.parent]
        await fill(
            data_dir,
            (*both, ("Foxes (2)", "Polar Tide", 1987, "Quay", "Q 1", '12"'), (*HOSTILE[:2], 1999, *HOSTILE[:2], '7"')),
        )
        for name, value in plex.environment.items():
            monkeypatch.setenv(name, value)
        async with opened(data_dir, size) as (app, pilot):
            await pilot.press("backslash")
            await shows(pilot, app, "The shelf was not brought together yet", "u does so now")
            await pilot.press("u")
            await shows(pilot, app, "No files 2")
            yield app, pilot, albums


@pytest.mark.parametrize(
    ("artist", "title", "words"),
    [
        ("Foxes (2)", "Polar Tide", "Foxes Polar Tide"),
        ("Various", "Café del Mar - Vol. 1", "Café del Mar Vol. 1"),
        ("AC/DC", "-Live- & [Loud]", "AC DC Live Loud"),
    ],
)
def test_an_album_becomes_words_that_may_stand_in_a_path(artist: str, title: str, words: str) -> None:
    assert words_for(sought(artist, title)) == words


async def test_what_has_no_files_and_what_is_not_owned_lead_on_by_one_key_each(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated_slskd(tmp_path / "slskd", speed=60) as slskd:
        connect(slskd, monkeypatch)
        async with shelved(data_dir, monkeypatch) as (app, pilot, albums):
            await pilot.press("M")
            await lists(pilot, app, "Polar Tide", HOSTILE[1])
            await pilot.press("slash", *"tide", "enter")
            await lists(pilot, app, "Polar Tide")
            await pilot.press("S")
            await shows(pilot, app, "“Foxes Polar Tide”", "1 folder of 1 user")
            # of an album whose tracks somebody counted, a folder is judged by how many of them it has
            owned = {each.title for each in albums[:2]}
            other = next(each for each in albums if each.title not in owned and each.parent)
            assert other.parent is not None
            slskd.peer(
                "dora",
                folders=[
                    Folder(f"{words_for(other.parent.title)}\\{words_for(other.title)}", tuple(album_files()[:1]))
                ],
            )
            await pilot.press(
                "backslash", "escape", "N", "slash", *("space" if c == " " else c for c in other.title), "enter"
            )
            await until(
                pilot, lambda: other.title in listed(app) and len(listed(app)) < 4, "the album that is not owned"
            )
            row = page(app).table.cursor_row
            assert row is not None
            assert (row.records, row.plex > 0, bool(row.tracks)) == (0, True, True)
            await pilot.press("S")
            await shows(pilot, app, f" of {row.tracks} track", "1 folder of 1 user")
            await pilot.press("backslash", "n")
            await until(pilot, lambda: bool(app.screen.query("#search-line")), "the search for a record")
            assert app.screen.query_one("#search-line", Input).value == sought(row.artist, row.title)


async def test_signs_and_filters_tell_where_records_live_and_a_rejected_match_stays_rejected(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shelved(data_dir, monkeypatch, (120, 40)) as (app, pilot, albums):
        title = albums[0].title
        await pilot.press("2")
        await shows(pilot, app, "Where", " P  ")
        await pilot.press("f", *["right"] * 8, "down", "space", "enter")
        await shows(pilot, app, "Only without files", "1 of 2")
        await pilot.press("escape", "1")
        await shows(pilot, app, "2 of 4 albums you own", "2 on vinyl without (\\ M)")
        await pilot.press("backslash", "f", "space", "down", "down", "down", "space", "enter")
        await shows(pilot, app, "Only owned · with files")
        await until(pilot, lambda: len(listed(app)) == 2, "what is owned and filed")
        await until(pilot, lambda: title in listed(app), title)
        page(app).table.cursor = listed(app).index(title)
        await shows(pilot, app, "Where it lives", "P Plex", "%")
        await pilot.press("m")
        await shows(pilot, app, "y it is this album")
        await until(pilot, lambda: app.screen.query_one("#places-list").count == 2, "both places")  # type: ignore[attr-defined]
        await pilot.press("down", "n")
        await shows(pilot, app, "Plex: not this album, and it stays so")
        await pilot.press("escape")
        await until(pilot, lambda: len(listed(app)) == 1 and title not in listed(app), "one match less")
        await pilot.press("u")
        await until(pilot, lambda: not app.bridge.snapshot.jobs, "the refresh")
        await pilot.press("M")
        await until(pilot, lambda: title in listed(app), "the record without files")


async def test_two_rows_that_are_one_album_are_joined_by_a_key_on_each(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shelved(data_dir, monkeypatch) as (app, pilot, _):
        await pilot.press("M")
        await lists(pilot, app, "Polar Tide", HOSTILE[1])
        page(app).table.cursor = listed(app).index("Polar Tide")
        await pilot.press("t")
        await shows(pilot, app, "“Polar Tide” is the same as …", "Escape leaves it")
        await pilot.press("escape")
        await shows(pilot, app, "of 2")
        await pilot.press("t")
        page(app).table.cursor = listed(app).index(HOSTILE[1])
        await pilot.press("t")
        await until(pilot, lambda: len(listed(app)) == 1, "one row of two")
        row = page(app).table.cursor_row
        assert row is not None and row.records == 2
        await pilot.press("u")
        await until(pilot, lambda: not app.bridge.snapshot.jobs, "the refresh")
        assert len(listed(app)) == 1
