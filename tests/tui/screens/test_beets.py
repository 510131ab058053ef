"""The page of beets over a real library of generated files: asked, imported into, changed and removed from by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from services.beets.models import Changed
from tests.tui.screens.conftest import opened, screen_text, until
from tests.upstreams.fixtures_beets import RealBeets, write_album
from tui.screens.beets_reading import Arrived, BeetsState
from tui.screens.beets_words import emptiness, figures, no_arrivals, shortened, summary

HOSTILE = "[bold]Tide[/]\x1b[31m 倖田"


@pytest.fixture
def connected(stocked: RealBeets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RealBeets:
    """The app finds a beets with an album in it, and a downloads folder in which another one has arrived."""
    downloads = tmp_path / "downloads"
    write_album(downloads / "Lately", "Lately", ["One", HOSTILE], artist="Newcomer")
    for name, value in {**stocked.environment, "SLSKD_DOWNLOADS": str(downloads)}.items():
        monkeypatch.setenv(name, value)
    return stocked


async def test_the_library_is_asked_imported_into_and_removed_from_by_keys(
    connected: RealBeets, data_dir: Path
) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("f8")
        await until(pilot, lambda: "Ebb" in screen_text(app), "the tracks")
        assert "3 tracks · 1 album · 1 artist" in screen_text(app) and "1 of 3" in screen_text(app), screen_text(app)
        await pilot.press("slash", *"title:flow", "enter")
        await until(pilot, lambda: "1 of 1" in screen_text(app), "the one that matches")
        await pilot.press("d")
        await until(pilot, lambda: "1 track leaves the library" in screen_text(app), "what would be removed")
        assert "Example Band - One - Flow" in screen_text(app)
        await pilot.press("escape")
        await pilot.press("a")
        await until(pilot, lambda: "incoming" in screen_text(app), "the folders to import from")
        write_album(connected.incoming / "New", "New", [HOSTILE], artist="Newcomer")
        app.screen.query_one("#import-path", Input).value = str(connected.incoming / "New")
        await pilot.press("enter")
        await until(pilot, lambda: "1 new track, 0 files left out" in screen_text(app), "the import, to its end")
        await pilot.press("escape")
        await pilot.press("escape", "slash", *"year:x", "enter")
        await until(pilot, lambda: "invalid query" in screen_text(app), "what is wrong with it")
        await pilot.press("escape", "slash", *"title:flow", "enter")
        await until(pilot, lambda: "1 of 1" in screen_text(app), "the one that matches again")
        await pilot.press("d")
        await until(pilot, lambda: "1 track leaves the library" in screen_text(app), "the same question")
        await pilot.press("d")
        await until(pilot, lambda: "Nothing in the library matches" in screen_text(app), "that it is gone")
        await pilot.press("escape")
        await until(pilot, lambda: "[bold]Tide[/][31m 倖" in screen_text(app), "all that is left, and the new one")
    assert connected.titles() == ["Ebb", "Tide", HOSTILE]


async def test_what_arrived_is_imported_by_one_key_and_left_alone_by_another(
    connected: RealBeets, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.downloads import arrivals
    from services.downloads.watching import Rhythm

    monkeypatch.setattr(arrivals, "Rhythm", lambda: Rhythm(quiet=0.2, look=0.2, idle=0.5))
    async with opened(data_dir, (200, 50)) as (app, pilot):
        await pilot.press("f8", "v")
        await until(pilot, lambda: "import it?" in screen_text(app), "the question")
        await pilot.press("x")
        await until(pilot, lambda: "left alone" in screen_text(app), "that it is left alone")
        await pilot.press("i")
        await until(pilot, lambda: "✓ Lately" in screen_text(app), "that it is in the library after all")
        assert any("✓ Lately" in line and line.split()[-3] == "2" for line in screen_text(app).splitlines())
        await pilot.press("right")
        await until(pilot, lambda: "1 of 5" in screen_text(app), "the tracks, with the new ones")


async def test_where_beets_is_not_it_is_said_how_to_get_it(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("f8")
        await until(pilot, lambda: "pipx install beets" in screen_text(app), "how it is installed")
        await pilot.press("v")
        await until(pilot, lambda: "No downloads folder is known" in screen_text(app), "why nothing arrives")


def test_what_is_empty_says_what_to_press() -> None:
    nothing = BeetsState({"Tracks": "0", "Albums": "0"})
    assert "a imports a folder" in emptiness(nothing, "")
    assert "matches “x”" in emptiness(nothing, "x") and "Escape" in emptiness(nothing, "x")
    assert emptiness(nothing, "x", "invalid \x1bquery").startswith("invalid query")
    assert "BEETS_COMMAND" in emptiness(BeetsState({}, "beets is not installed here"), "")
    assert figures(
        BeetsState({"Tracks": "12345", "Albums": "1", "Total time": "3 days", "Approximate total size": "9 GiB"})
    ) == ("12,345 tracks · 1 album · 3 days · 9 GiB")
    assert "you decide" in no_arrivals(Arrived((), 0, 0, "/music/in", "ask"))
    assert "nothing that arrives is looked at" in no_arrivals(Arrived((), 0, 0, "/music/in", "off"))
    assert summary(Changed(3, (), lost=1), "change") == "3 files change. 1 of them is forgotten: its file is gone."
    assert shortened(["a\x1b[1m"] * 3, most=2) == ["a[1m", "a[1m", "… and 1 more"]
