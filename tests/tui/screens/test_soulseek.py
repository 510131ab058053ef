"""Searching Soulseek by keys, against a simulated slskd: found, judged, unfolded, fetched; a user's whole share."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.demo.slskd.network import Folder
from services.runtime import Runtime
from storage.values.downloads import Download, DownloadQuery
from tests.tui.screens.conftest import fill, opened, until
from tests.tui.screens.soulseeking import connect, shows
from tests.upstreams.fixtures_slskd import ALBUM, album_files, simulated_slskd
from tui.screens.soulseek_words import sought

HOSTILE = "[bold]Rust\x1b[31m [x] 倖田"


@pytest.mark.parametrize(
    ("filename", "words"),
    [
        ("@@abc\\Music\\Foxes\\Polar Tide (1987)\\01 - Golden Static.flac", "Polar Tide Golden Static"),
        ("Polar Tide/1-02. Hollow Engine.mp3", "Polar Tide Hollow Engine"),
        ("99 Luftballons.mp3", "Luftballons"),
        ("a\\Don't Stop & Go\\A07 Don't.ogg", "Don't Stop Go A07"),
        ("", ""),
    ],
)
def test_what_a_file_is_called_becomes_words_to_look_for(filename: str, words: str) -> None:
    assert sought(filename) == words


async def queued(runtime: Runtime) -> list[Download]:
    return await runtime.downloads.page(runtime.user.id, DownloadQuery())


async def test_an_album_is_found_from_search_judged_unfolded_and_fetched_whole(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(data_dir)
    async with simulated_slskd(tmp_path / "slskd", speed=60) as slskd:
        connect(slskd, monkeypatch)
        slskd.peer("bert", folders=[Folder("Music\\Wooden Foxes\\Polar Tide", tuple(album_files("mp3-192")))], speed=9)
        slskd.peer("dora", folders=[Folder("Wooden Foxes - Polar Tide", tuple(album_files()[:2]))], speed=9_000_000)
        slskd.peer("carla", folders=[Folder(f"Music\\Foxes\\{HOSTILE}", tuple(album_files("mp3-128")))])
        async with opened(data_dir, (120, 40)) as (app, pilot):
            await pilot.press("5", *"polar tide", "f3")
            await shows(pilot, app, "3 folders of 3 users", "3 fit the rules", "✓ 1. FLAC 16/44.1, all 3 tracks")
            assert slskd.asked("POST", "/searches") == 1
            await pilot.press("e", "down", "down", *["backspace"] * 3, *"200", "f2")
            await shows(pilot, app, "2 fit the rules", "192 kbit/s is less tha…")
            await pilot.press("down")
            await shows(pilot, app, "2 of 3 tracks")
            await pilot.press("down")
            await shows(pilot, app, "✗ not taken: 192 kbit/s is less than 200")
            await pilot.press("g", "right")
            await shows(pilot, app, "02 - Hollow Engine.flac", "3:02")
            await pilot.press("a")
            await shows(pilot, app, "4 files queued from alma")
            rows = {row.name: row for row in await app.bridge.call(queued)}
            assert set(rows) == {file.name for file in album_files()}
            assert {row.folder for row in rows.values()} == {ALBUM}
            others = {name: [source.username for source in row.alternatives] for name, row in rows.items()}
            assert others["02 - Hollow Engine.flac"] == ["dora"]  # what the rules leave out is no way out
            assert others["03 - Neon Winter.flac"] == []
            await pilot.press("slash", *["backspace"] * 20, *"rust foxes", "enter")
            await shows(pilot, app, "[bold]Rust[31m [x] 倖田")


async def test_a_whole_share_is_narrowed_and_a_file_of_it_fetched(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(data_dir)
    async with simulated_slskd(tmp_path / "slskd", speed=60) as slskd:
        connect(slskd, monkeypatch)
        folders = [Folder(f"Music\\Artist {n:03}\\Album {HOSTILE}", tuple(album_files())) for n in range(300)]
        slskd.peer("alma", folders=[*folders, Folder(ALBUM, tuple(album_files("ogg")))])
        async with opened(data_dir) as (app, pilot):
            await pilot.press("f3", *"wooden foxes", "enter")
            await shows(pilot, app, "1 folder of 1 user ")
            await pilot.press("B")
            await shows(pilot, app, "301 folders · 1,204 files")
            await pilot.press("slash", *"polar neon", "enter")
            await shows(pilot, app, "1 of 301 folders", "Polar Tide (1987) · 1 of 1")
            await pilot.press("right", "down", "down", "a")
            await shows(pilot, app, "1 file queued from alma")
            assert [row.name for row in await app.bridge.call(queued)] == ["02 - Hollow Engine.ogg"]
            await pilot.press("escape", "escape")
            await shows(pilot, app, "1 folder of 1 user ")


async def test_a_search_that_is_stopped_keeps_what_has_come(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(data_dir)
    async with simulated_slskd(tmp_path / "slskd", speed=1) as slskd:
        connect(slskd, monkeypatch)
        async with opened(data_dir) as (app, pilot):
            await pilot.press("f3", *"wooden foxes", "enter")
            await shows(pilot, app, "1 user answered", "x stops")
            await pilot.press("x")
            await shows(pilot, app, "1 folder of 1 user, there is more", "fit the rules")
            assert slskd.asked("PUT", "/searches/") == 1


async def test_what_cannot_be_searched_says_why(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("f3", *"ab", "enter")
        await shows(pilot, app, "At least 3 letters")
        await pilot.press(*"cd", "enter")
        await shows(pilot, app, "Soulseek is not set up", "c opens the settings")
        await pilot.press("c")
        await until(pilot, lambda: app.current_mode == "settings", "the settings")
    async with simulated_slskd(tmp_path / "slskd", speed=60) as slskd:
        connect(slskd, monkeypatch)
        async with opened(data_dir) as (app, pilot):
            await pilot.press("f3", *"nobody has it", "enter")
            await shows(pilot, app, "Nobody answered", "holds some names of artists and titles back")
            slskd.daemon.log_out()
            await pilot.press("slash", "x", "enter")
            await shows(pilot, app, "not logged in")
            assert slskd.asked("POST", "/searches") == 2
            await pilot.press("escape", "escape")
            await until(pilot, lambda: app.current_mode == "collection", "back where it was opened")
