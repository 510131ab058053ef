"""Artists and playlists, by keys, against the simulated Spotify."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from services.demo.spotify.listeners import Playlist as ThatPlaylist
from tests.tui.screens.conftest import HOSTILE, opened, screen_text, until
from tests.upstreams.fixtures_spotify import RunningSpotify, simulated_spotify
from tui.app import LockgrooveApp
from tui.screens.artists import ArtistsPage
from tui.screens.confirm import Confirm
from tui.screens.playlist_dialogs import AddTracks, MoveTo
from tui.screens.playlists import PlaylistsPage
from tui.screens.unsaved import Unsaved

Opened = tuple[LockgrooveApp, Pilot[int], RunningSpotify]


@asynccontextmanager
async def playing(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, key: str, size: tuple[int, int] = (140, 40), *, read: bool = True
) -> AsyncGenerator[Opened]:
    """The app on a page of Spotify, connected, its library read."""
    async with simulated_spotify() as upstream:
        for name, value in (upstream.environment | {"SPOTIFY_SCHEDULE": "off"}).items():
            monkeypatch.setenv(name, value)
        async with opened(data_dir, size) as (app, pilot):
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.page, ArtistsPage | PlaylistsPage), "the page")
            if read:
                await until(pilot, lambda: app.page.status is not None, "the state")  # pyright: ignore
                await pilot.press("u")
                await until(pilot, lambda: app.page.table.count > 0, "the list")  # pyright: ignore
                await until(pilot, lambda: not app.bridge.snapshot.jobs and app.bridge.snapshot.last_job, "the reading")
            yield app, pilot, upstream


def playlists(app: LockgrooveApp) -> PlaylistsPage:
    assert isinstance(app.page, PlaylistsPage)
    return app.page


def artists(app: LockgrooveApp) -> ArtistsPage:
    assert isinstance(app.page, ArtistsPage)
    return app.page


async def into(app: LockgrooveApp, pilot: Pilot[int], name: str) -> None:
    """Go into the playlist of that name."""
    page = playlists(app)
    source = page.source
    assert source is not None
    await until(pilot, lambda: any(row and row.name == name for row in map(source.row, range(source.count()))), name)
    place = next(n for n in range(source.count()) if (row := source.row(n)) and row.name == name)
    page.table.place_on(source.key_at(place))  # pyright: ignore[reportArgumentType]
    await until(pilot, lambda: page.row is not None and page.row.name == name, "the cursor")
    await pilot.press("enter")
    await until(pilot, lambda: page.is_open and "Reading" not in screen_text(app), "the items")


def mine(upstream: RunningSpotify, count: int = 4, name: str = "Mine") -> ThatPlaylist:
    tracks = [each for each in upstream.world.catalogue.tracks.values() if each.name][:count]
    return upstream.world.add_playlist(upstream.listener.id, name, list(tracks))


def order(there: ThatPlaylist) -> list[str]:
    return [row.uri for row in there.rows]


# -- playlists ------------------------------------------------------------------------------------------------------


async def test_playlists_are_listed_with_what_can_be_done_to_them(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(data_dir, monkeypatch, "minus") as (app, pilot, upstream):
        page = playlists(app)
        shown = screen_text(app)
        world, listener = upstream.world, upstream.listener
        theirs = next(
            each for each in map(world.playlists.get, listener.playlists)
            if each is not None and each.owner not in (listener.id, "spotify") and not each.may_read(listener.id)
        )  # fmt: skip
        assert theirs.name[:12] in shown and "yours" in shown
        await into(app, pilot, theirs.name)
        await until(pilot, lambda: "only its owner and collaborators" in screen_text(app), "the reason")
        assert page.check_action("add", ()) is None and page.check_action("remove", ()) is None
        await pilot.press("escape")
        assert not page.is_open


async def test_an_item_is_moved_by_keys_and_to_a_place(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(data_dir, monkeypatch, "minus", read=False) as (app, pilot, upstream):
        there = mine(upstream)
        before = order(there)
        await pilot.press("u")
        await into(app, pilot, "Mine")
        page = playlists(app)
        await until(pilot, lambda: page.items.count == 4 and not app.bridge.snapshot.jobs, "four items")
        await pilot.press("greater_than_sign")
        await until(pilot, lambda: order(there) == [before[1], before[0], *before[2:]], "the move")
        await until(pilot, lambda: page.items.cursor == 1, "the cursor on the item")
        await until(pilot, lambda: page.check_action("move_by", ()) is True, "ready")
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, MoveTo), "the question")
        await pilot.press("9", "enter")
        assert isinstance(app.screen, MoveTo), "there is no ninth place"
        await pilot.press("backspace", "4", "enter")
        await until(pilot, lambda: order(there) == [before[1], before[2], before[3], before[0]], "the move to the end")
        await until(pilot, lambda: page.items.cursor == 3, "the cursor on the item")


async def test_removing_says_first_that_every_occurrence_goes(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(data_dir, monkeypatch, "minus", read=False) as (app, pilot, upstream):
        there = mine(upstream, 3)
        there.rows += there.rows[:1]
        there.changed()
        left = order(there)[1:3]
        await pilot.press("u")
        await into(app, pilot, "Mine")
        page = playlists(app)
        await until(pilot, lambda: page.items.count == 4 and not app.bridge.snapshot.jobs, "four items")
        await pilot.press("home", "d")
        await until(pilot, lambda: "Remove 2 items" in screen_text(app), "the question")
        asked = screen_text(app)
        assert "(2 times)" in asked and "all 2 go" in asked
        await pilot.press("escape")
        assert len(there.rows) == 4
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Confirm), "the question")
        await pilot.press("d")
        await until(pilot, lambda: order(there) == left, "the removal")
        await until(pilot, lambda: page.items.count == 2, "what is left")


async def test_tracks_are_added_by_search_and_by_link(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(data_dir, monkeypatch, "minus", read=False) as (app, pilot, upstream):
        there = mine(upstream, 2)
        await pilot.press("u")
        await into(app, pilot, "Mine")
        page = playlists(app)
        await until(pilot, lambda: page.items.count == 2 and not app.bridge.snapshot.jobs, "two items")
        track = list(upstream.world.catalogue.tracks.values())[20]
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, AddTracks), "the dialog")
        app.screen.query_one("#add-line", Input).value = f"https://open.spotify.com/track/{track.id}?si=abc"
        await pilot.press("enter")
        await until(pilot, lambda: len(there.rows) == 3 and there.rows[-1].item is track, "the link")
        await until(pilot, lambda: page.items.count == 3, "three items")
        before = order(there)
        await pilot.press("home", "a")
        await until(pilot, lambda: isinstance(app.screen, AddTracks), "the dialog")
        app.screen.query_one("#add-line", Input).value = track.artists[0].name
        await until(pilot, lambda: app.screen.query_one("#add-hits").count > 0, "hits")  # pyright: ignore
        await pilot.press("f3")
        await until(pilot, lambda: len(there.rows) == 4, "the hit")
        assert order(there)[1:] == before, "it stands before the row that the cursor was on"
        await until(pilot, lambda: page.items.count == 4, "four items")
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, AddTracks), "the dialog")
        await pilot.press("a", "enter")
        await until(pilot, lambda: app.screen.query_one("#add-hits").count > 0, "hits for what was typed")  # pyright: ignore
        await pilot.press("enter")
        await until(pilot, lambda: len(there.rows) == 5, "the first hit")


async def test_what_somebody_else_changed_is_told_and_not_written_over(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(data_dir, monkeypatch, "minus", read=False) as (app, pilot, upstream):
        there = mine(upstream)
        await pilot.press("u")
        await into(app, pilot, "Mine")
        page = playlists(app)
        await until(pilot, lambda: page.items.count == 4 and not app.bridge.snapshot.jobs, "four items")
        there.rows = there.rows[1:]
        there.changed()
        now = order(there)
        await pilot.press("greater_than_sign")
        await until(pilot, lambda: "was changed on Spotify meanwhile" in screen_text(app), "it is told")
        await until(pilot, lambda: page.items.count == 3, "it was read anew")
        assert order(there) == now and upstream.asked("PUT", there.id) == 0


async def test_what_is_in_a_playlist_is_narrowed_by_what_is_typed(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(data_dir, monkeypatch, "minus", (80, 24), read=False) as (app, pilot, upstream):
        there = mine(upstream, 6)
        await pilot.press("u")
        await into(app, pilot, "Mine")
        page = playlists(app)
        await until(pilot, lambda: page.items.count == 6 and not app.bridge.snapshot.jobs, "six items")
        wanted = there.rows[3].item
        assert wanted is not None
        await pilot.press("slash")
        page.query_one("#spotify-filter", Input).value = wanted.name
        await until(pilot, lambda: page.items.count < 6 and page.items.cursor_row, "the filter")
        row = page.items.cursor_row
        assert row is not None and row.playable.uri == wanted.uri
        await pilot.press("enter", "escape")
        await until(pilot, lambda: page.items.count == 6, "everything again")
        assert page.is_open and page.items.cursor == 3, "the cursor stays on what was found"
        await pilot.press("escape")
        assert not page.is_open


# -- artists --------------------------------------------------------------------------------------------------------


async def test_releases_are_chosen_over_several_artists_and_saved_together(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(data_dir, monkeypatch, "0") as (app, pilot, upstream):
        page = artists(app)
        assert upstream.asked("GET", "/albums") == 0, "nobody's releases are asked for before somebody looks"
        for step in ("", "down"):
            if step:
                await pilot.press("escape", step)
            await pilot.press("enter")
            await until(pilot, lambda: page.releases.count > 0, "releases")
            await pilot.press("space")
        await until(pilot, lambda: "2 not saved, S saves" in screen_text(app), "the count")
        await pilot.press("minus")
        await until(pilot, lambda: isinstance(app.screen, Unsaved), "the question")
        await pilot.press("escape")
        assert app.page is page
        await pilot.press("S")
        await until(pilot, lambda: "2 choices saved" in screen_text(app), "saved")
        kept = await app.bridge.call(lambda runtime: runtime.preferences.every(runtime.user.id))
        assert len({each.artist_id for each in kept}) == 2 and all(each.selected for each in kept)
        await pilot.press("minus")
        await until(pilot, lambda: isinstance(app.page, PlaylistsPage), "left at once")


async def test_choices_can_be_saved_or_forgotten_on_leaving(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(data_dir, monkeypatch, "0") as (app, pilot, _):
        page = artists(app)
        await pilot.press("enter")
        await until(pilot, lambda: page.releases.count > 0, "releases")
        await pilot.press("space", "minus")
        await until(pilot, lambda: isinstance(app.screen, Unsaved), "the question")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.page, PlaylistsPage), "left")
        assert await app.bridge.call(lambda runtime: runtime.preferences.every(runtime.user.id)) == []
        await pilot.press("0")
        await until(pilot, lambda: app.page is page, "back")
        await pilot.press("space", "minus")
        await until(pilot, lambda: isinstance(app.screen, Unsaved), "the question")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.page, PlaylistsPage), "left")
        assert await app.bridge.call(lambda runtime: runtime.preferences.every(runtime.user.id)) != []


async def test_a_pause_of_spotify_is_said_and_what_is_kept_is_shown(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(data_dir, monkeypatch, "0", (80, 24)) as (app, pilot, upstream):
        page = artists(app)
        upstream.fault("quota")
        await pilot.press("enter")
        await until(pilot, lambda: "paused until" in screen_text(app), "it is told")
        assert page.releases.count == 0
        await pilot.press("escape")
        assert page.table.count > 0


async def test_without_a_connection_the_pages_say_what_to_do(data_dir: Path) -> None:
    async with opened(data_dir, (80, 24)) as (app, pilot):
        for key, what in (("0", "artists"), ("minus", "playlists")):
            await pilot.press(key)
            await until(pilot, lambda w=what: f"Your {w} are shown here once Spotify" in screen_text(app), what)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_foreign_text_of_every_kind_is_shown(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with playing(data_dir, monkeypatch, "minus", size, read=False) as (app, pilot, upstream):
        tracks = [
            replace(track, name=text)
            for track, text in zip(upstream.world.catalogue.tracks.values(), HOSTILE, strict=False)
        ]
        for text in HOSTILE:
            upstream.world.add_playlist(upstream.listener.id, text, list(tracks), description=text)
        await pilot.press("u")
        await until(pilot, lambda: playlists(app).table.count > len(HOSTILE), "the list")
        await pilot.press("home", "enter")
        await until(pilot, lambda: playlists(app).items.count == len(HOSTILE), "the items")
        for row in screen_text(app).splitlines():
            assert "\x1b" not in row and "\u202e" not in row
