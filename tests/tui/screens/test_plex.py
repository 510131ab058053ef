"""The page of Plex, by keys, against the simulated Plex."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from services.demo.plex import invent_plex
from tests.tui.screens.conftest import HOSTILE, opened, screen_text, until
from tests.upstreams.fixtures_plex import RunningPlex, simulated_plex
from tests.upstreams.fixtures_spotify import invented_spotify
from tui.app import LockgrooveApp
from tui.screens.plex import PlexPage
from tui.screens.plex_dialogs import Rate

Opened = tuple[LockgrooveApp, Pilot[int], RunningPlex]


@asynccontextmanager
async def on_plex(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int] = (140, 40), *, fault: str = ""
) -> AsyncGenerator[Opened]:
    """The app on the page of Plex, once it knows how Plex is."""
    async with simulated_plex(invent_plex(invented_spotify(), artists=12)) as upstream:
        if fault:
            upstream.fault(fault)
        for name, value in upstream.environment.items():
            monkeypatch.setenv(name, value)
        async with opened(data_dir, size) as (app, pilot):
            await pilot.press("f7")
            await until(pilot, lambda: page(app).state is not None, "how Plex is")
            yield app, pilot, upstream


def page(app: LockgrooveApp) -> PlexPage:
    assert isinstance(app.page, PlexPage)
    return app.page


async def view(app: LockgrooveApp, pilot: Pilot[int], name: str) -> None:
    """Show that list, as soon as it has rows."""
    while page(app).place.list != name:
        await pilot.press("l")
    await until(pilot, lambda: page(app).line is not None and page(app).line.title in screen_text(app), name)


async def test_what_plays_goes_on_while_it_is_shown_and_is_told_at_once(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_plex(data_dir, monkeypatch) as (app, pilot, upstream):
        await until(pilot, lambda: page(app).table.count == 2, "what plays")
        first = page(app).live.rows()[0]
        assert (first.state, first.title in screen_text(app), "Kitchen" in screen_text(app)) == ("playing", True, True)
        assert "paused" in screen_text(app)
        await until(pilot, lambda: upstream.world.listening == 1, "the stream")
        track = upstream.world.of_type(upstream.music, "track")[7]
        upstream.world.play(track, player={"title": "Attic", "machineIdentifier": "attic"}, offset=60_000)
        await until(pilot, lambda: "Attic" in screen_text(app), "the third player, told by the stream", 3)
        asked = upstream.asked("GET", "/status/sessions?")
        await view(app, pilot, "artists")
        assert upstream.asked("GET", "/status/sessions?") - asked <= 1  # what is not shown is not asked for
        upstream.fault("starting")
        await pilot.press("h")
        await until(pilot, lambda: "under maintenance" in screen_text(app), "the reason")
        upstream.mend()
        await pilot.press("r")
        await until(pilot, lambda: page(app).table.count == 3, "what plays, again")


async def test_one_goes_from_artist_to_album_to_track_and_back_by_windows(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_plex(data_dir, monkeypatch) as (app, pilot, upstream):
        await view(app, pilot, "tracks")
        total = upstream.totals["tracks"]
        await until(pilot, lambda: page(app).table.count == total, "how many there are")
        await pilot.press("G")
        await until(pilot, lambda: page(app).line is not None, "the last row")
        sizes = {r["headers"].get("x-plex-container-size") for r in upstream.requests if "type=10" in r["query"]}
        assert max(int(size) for size in sizes) <= 128  # counted, and read by pages
        assert total > 256
        await view(app, pilot, "artists")
        await pilot.press("o")  # the newest first
        newest = max(upstream.world.of_type(upstream.music, "artist"), key=lambda each: each.added_at)
        await until(pilot, lambda: page(app).line is not None and page(app).line.title == newest.title, "the order")
        await pilot.press("enter")
        await until(pilot, lambda: page(app).line is not None and page(app).line.kind == "album", "the albums")
        album = page(app).line
        await until(pilot, lambda: "Folder" in screen_text(app) and "Sound" in screen_text(app), "the details")
        await pilot.press("enter")
        await until(pilot, lambda: page(app).line is not None and page(app).line.kind == "track", "the tracks")
        assert f"{newest.title} › {album.title}" in screen_text(app)  # pyright: ignore
        await pilot.press("enter")
        assert page(app).has_class("-reading")
        await until(pilot, lambda: "kbit/s" in screen_text(app), "the file")
        for _ in range(3):
            await pilot.press("escape")
        assert (page(app).place.list, page(app).way) == ("artists", [])
        await until(pilot, lambda: page(app).line is not None and page(app).line.title == newest.title, "the cursor")
        await view(app, pilot, "albums")
        wanted = upstream.some("album").title
        await pilot.press("slash", *(c if c.isalnum() else "space" for c in wanted if c.isalnum() or c == " "))
        await until(pilot, lambda: page(app).table.count <= 3, "what is narrowed")
        await pilot.press("escape")
        await until(pilot, lambda: page(app).table.count == upstream.totals["albums"], "everything again")


async def test_a_track_is_rated_and_marked_and_folders_are_scanned(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_plex(data_dir, monkeypatch, (80, 24)) as (app, pilot, upstream):
        await view(app, pilot, "playlists")
        await pilot.press("enter")
        await until(pilot, lambda: page(app).line is not None and page(app).line.kind == "track", "the playlist")
        line = page(app).line
        assert line is not None
        track = upstream.world.things[int(line.key)]
        track.plays = 0
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Rate), "the question")
        await pilot.press("1", "1", "enter")
        assert "from 0 to 10" in screen_text(app)
        await pilot.press("backspace", "backspace", "7", "enter")
        await until(pilot, lambda: track.rating == 7 and "★★★½" in screen_text(app), "the rating")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Rate) and "now 7" in screen_text(app), "the question again")
        await pilot.press("minus", "enter")
        await until(pilot, lambda: track.rating is None, "no rating")
        await pilot.press("m")
        await until(pilot, lambda: track.plays == 1, "the mark")
        await pilot.press("M")
        await until(pilot, lambda: track.plays == 0, "no mark")
        albums = upstream.totals["albums"]
        await pilot.press("u")
        await until(pilot, lambda: upstream.totals["albums"] == albums + 1, "the scan")
        await view(app, pilot, "history")
        await view(app, pilot, "libraries")
        assert "/srv/music, /srv/archive" in screen_text(app) or "Music" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: page(app).place.list == "artists", "its artists")


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_foreign_titles_stay_in_their_columns(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with on_plex(data_dir, monkeypatch, size) as (app, pilot, upstream):
        artists = upstream.world.of_type(upstream.music, "artist")
        for thing, text in zip(artists, HOSTILE, strict=False):
            thing.title = text
            for album in thing.children:
                album.title = album.said["studio"] = text
        await view(app, pilot, "albums")
        await until(pilot, lambda: page(app).table.count == upstream.totals["albums"], "the albums")
        for key in ("enter", "escape", "end", "home"):
            await pilot.press(key)
            await pilot.pause(0.05)
        shown = screen_text(app)
        assert "\x1b" not in shown and "\u202e" not in shown and "\x07" not in shown


async def test_without_plex_the_page_says_how_to_set_it_up_and_then_shows_it(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(data_dir, (80, 24)) as (app, pilot):
        await pilot.press("f7")
        await until(pilot, lambda: "PLEX_BASE_URL" in screen_text(app) and "PLEX_TOKEN" in screen_text(app), "the way")
        assert page(app).check_action("rate", ()) is False
        await pilot.press("c")
        assert app.page.MODE == "settings"


async def test_a_refused_token_is_told_with_the_way_out(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_plex(data_dir, monkeypatch, (80, 24), fault="token-revoked") as (app, pilot, upstream):
        await until(pilot, lambda: "does not accept the token" in screen_text(app), "the reason")
        assert "r tries again" in screen_text(app)
        upstream.mend()
        await pilot.press("r")
        await until(pilot, lambda: page(app).table.count == 2, "what plays")
