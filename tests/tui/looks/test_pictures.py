"""Every screen before the services are up, where they do not open, with nothing in it, with everybody refusing, and full."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea
from time_machine import Traveller

from tests.tui.looks.conftest import SMALL, Take
from tests.tui.looks.worlds import World, full, world
from tests.tui.screens.conftest import opened, screen_text, until
from tests.upstreams.fixtures_beets import RealBeets
from tui import app as the_app
from tui.app import PAGES, LockgrooveApp

pytestmark = pytest.mark.timeout(600)
UNREACHED = ("share", "export")
"""Pages that are never shown without something to show."""
WISHES = "Björn Corrigan - The Neon Ballroom\nNobody At All - Nothing\nno dash here\n"


async def visit(app: LockgrooveApp, pilot: Pilot[int], take: Take, *, but: tuple[str, ...] = UNREACHED) -> None:
    """A picture of every page."""
    for mode in PAGES:
        if mode not in but:
            app.go(mode)
            await pilot.pause()
            await take(app, pilot, mode)


async def shows(app: LockgrooveApp, pilot: Pilot[int], *words: str) -> None:
    for each in words:
        await until(pilot, lambda each=each: each in screen_text(app), f"{each} on\n{screen_text(app)}")


async def test_opening(data_dir: Path, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    """The services are not up yet."""
    monkeypatch.setattr(the_app, "SERVICES_AFTER", 1e9)
    app = LockgrooveApp(data_dir)
    async with app.run_test(size=(80, 24)) as pilot:
        await visit(app, pilot, take)


@pytest.mark.by_hand  # half a minute each; the first goes the same way
async def test_failed(data_dir: Path, take: Take) -> None:
    """The library cannot be opened."""
    data_dir.mkdir()  # noqa: ASYNC240
    (data_dir / "library.db").write_text("this is no library")
    app = LockgrooveApp(data_dir)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.bridge.snapshot.failure, "the reason")
        await visit(app, pilot, take)


@pytest.mark.by_hand  # half a minute each; the first goes the same way
async def test_empty(data_dir: Path, take: Take) -> None:
    """Nothing is connected, nothing is kept."""
    async with opened(data_dir) as (app, pilot):
        await visit(app, pilot, take)


@pytest.mark.by_hand  # half a minute each; the first goes the same way
async def test_refused(
    data_dir: Path, tmp_path: Path, take: Take, monkeypatch: pytest.MonkeyPatch, stocked: RealBeets
) -> None:
    """Everything is set up, and nobody lets the app in."""
    stocked.configure("plugins: [")
    async with world(tmp_path, monkeypatch, stocked) as around:
        around.refuse()
        async with opened(data_dir) as (app, pilot):
            await pilot.press("s")
            await until(
                pilot, lambda: app.bridge.snapshot.last_job and not app.bridge.snapshot.jobs, "the end of the sync"
            )
            await visit(app, pilot, take)


@pytest.mark.by_hand
async def test_full(
    data_dir: Path,
    tmp_path: Path,
    take: Take,
    monkeypatch: pytest.MonkeyPatch,
    stocked: RealBeets,
    clock: Traveller,
) -> None:
    """Everything is connected and brought in, and on every page something is done."""
    async with world(tmp_path, monkeypatch, stocked) as around, full(data_dir, clock) as (app, pilot):
        clock.shift(60)
        await look_around(app, pilot, take)
        await open_dialogs(app, pilot, take)
        await visit(app, pilot, take, but=("soulseek", "share", "search", "explore", "export", "downloads"))
        await fetch(app, pilot, take, around)
        clock.shift(60)
        await export(app, pilot, take)


async def fetch(app: LockgrooveApp, pilot: Pilot[int], take: Take, around: World) -> None:
    """Soulseek is searched, something is fetched, somebody's share is looked through."""
    app.search_soulseek("live in")
    await until(pilot, lambda: around.slskd.asked("POST", "/searches"), "the search")
    around.slskd.advance(40)
    await shows(app, pilot, "fit the rules")
    await take(app, pilot, "soulseek")
    await pilot.press("right", "a")
    await shows(app, pilot, "queued from")
    await pilot.press("B")
    await shows(app, pilot, "folders ·")
    await take(app, pilot, "share")
    app.go("downloads")
    await shows(app, pilot, "waits in slskd")
    await take(app, pilot, "downloads")


async def look_around(app: LockgrooveApp, pilot: Pilot[int], take: Take) -> None:
    """Search finds, Explore stands on a genre, an artist's releases and a playlist are open, wishes are pasted."""
    app.go("search")
    await pilot.pause()
    app.screen.query_one("#search-line", Input).value = "ballroom"
    await shows(app, pilot, "The Neon Ballroom")
    await pilot.press("down")
    await take(app, pilot, "search")
    app.go("explore")
    await shows(app, pilot, "to wander in")
    await pilot.press(*"jazz", "enter")
    await shows(app, pilot, "Releases")
    await take(app, pilot, "explore")
    app.go("wishes")
    await pilot.pause()
    await pilot.press("a")
    await until(pilot, lambda: isinstance(app.focused, TextArea), "the place to paste")
    app.screen.query_one(TextArea).text = WISHES
    await pilot.press("f2")
    await shows(app, pilot, "not understood")
    await take(app, pilot, "wishes preview")
    await pilot.press("f2")
    await shows(app, pilot, "Nobody At All")
    for mode, keys, shown in (
        ("artists", ("enter",), "Year"),
        ("playlists", ("down", "enter"), "Sunday mornings ·"),
        ("plex", ("right", "right"), "Album"),
        ("plays", ("W",), "hour"),
        ("beets", (), "Ebb"),
    ):
        app.go(mode)
        await pilot.pause()
        await pilot.press(*keys)
        await shows(app, pilot, shown)


async def open_dialogs(app: LockgrooveApp, pilot: Pilot[int], take: Take) -> None:
    """The dialogs of the collection and those of the whole program, over the first record."""
    await pilot.resize_terminal(*SMALL)  # where it is larger, details come late below a dialog
    app.go("collection")
    await shows(app, pilot, "1 of 40")
    for name, key, shown in (
        ("help", "question_mark", "What do you want to do?"),
        ("palette", "colon", "collection:"),
        ("theme", "ctrl+t", "calm, dark"),
        ("facets", "f", "Narrow the list"),
        ("edit", "e", "Edit"),
        ("copy", "E", "copy"),
        ("import", "i", "Import a collection"),
        ("remove", "d", "Discogs"),
        ("export to", "X", "Enter or the letter chooses"),
        ("export preview", "X w", "X or y sends"),
    ):
        await take(app, pilot, f"dialog {name}", (SMALL,), partial(dialog, app, pilot, key, shown))


@asynccontextmanager
async def dialog(app: LockgrooveApp, pilot: Pilot[int], keys: str, shown: str) -> AsyncGenerator[None]:
    """What these keys open over the page, while the context lasts."""
    for key in keys.split():
        below = app.screen
        await pilot.press(key)
        await until(pilot, lambda below=below: app.screen is not below, f"what {key} opens")
    await shows(app, pilot, shown)
    yield
    while app.screen is not app.page:
        await pilot.press("escape")


async def export(app: LockgrooveApp, pilot: Pilot[int], take: Take) -> None:
    """A record is sent to the wantlist, and what became of it is told."""
    app.go("collection")
    await pilot.pause()
    await pilot.press("X", "w")
    await shows(app, pilot, "1 will be sent")
    await pilot.press("X")
    await shows(app, pilot, "ended", "went through")
    await take(app, pilot, "export")
