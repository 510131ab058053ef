"""The page of plays over an imported history: its views, its filter, what is said where nothing is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings
from services.spotify.history.job import HISTORY
from storage.values.plays import DayPlayed, Rhythm
from tests.tui.screens.conftest import fill, opened, screen_text, until
from tui.screens.plays_words import rhythm_lines

HOSTILE = "[bold]Tide[/]\x1b[31m 倖田"


async def listened(data_dir: Path, folder: Path, entries: list[dict[str, Any]]) -> None:
    """Import ``entries`` of a listening history."""
    file = folder / "Streaming_History_Audio_2025_1.json"
    file.write_text(json.dumps(entries))
    places = locate(data_dir)
    async with open_runtime(load_settings(places), places) as runtime:
        job, _ = await runtime.jobs.start(HISTORY, runtime.owner.id, {"paths": [str(file)]})
        async for _ in runtime.jobs.watch(runtime.owner.id, job.id):
            pass


def heard(number: int, title: str, artist: str, album: str) -> dict[str, Any]:
    return {
        "ts": f"2025-03-{number // 20 + 1:02}T{number % 20:02}:00:00Z",
        "ms_played": 200_000,
        "spotify_track_uri": None,
        "master_metadata_track_name": title,
        "master_metadata_album_artist_name": artist,
        "master_metadata_album_album_name": album,
    }


PLAYED = [
    *(heard(number, f"Song {number % 3}", "The Dockers", "Harbour") for number in range(6)),
    *(heard(number, HOSTILE, "Ada Quill", "Tides") for number in range(20, 25)),
]


async def test_what_was_played_is_listed_ranked_and_compared_with_the_records(data_dir: Path, tmp_path: Path) -> None:
    await fill(data_dir)  # a record of “Harbour” by The Dockers among them
    await listened(data_dir, tmp_path, PLAYED)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("9")
        await until(pilot, lambda: "1 of 11" in screen_text(app), "the timeline")
        assert "Harbour" in screen_text(app)
        await pilot.press("right")
        await until(pilot, lambda: "1 The Dockers" in screen_text(app), "the artists")
        await pilot.press("M")
        await until(pilot, lambda: "1 Tides" in screen_text(app), "what is not owned")
        assert "Harbour" not in screen_text(app)
        await pilot.press("n")
        await until(pilot, lambda: "Ada Quill Tides" in screen_text(app), "the search for it")


async def test_the_filter_the_hours_and_the_way_back(data_dir: Path, tmp_path: Path) -> None:
    await fill(data_dir)
    await listened(data_dir, tmp_path, PLAYED)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("9")
        await until(pilot, lambda: "1 of 11" in screen_text(app), "the timeline")
        await pilot.press("slash", *"ada", "enter")
        await until(pilot, lambda: "1 of 5" in screen_text(app), "five of them")
        await pilot.press("escape")
        await until(pilot, lambda: "1 of 11" in screen_text(app), "all again")
        await pilot.press("W")
        await until(pilot, lambda: "11 plays on 2 days" in screen_text(app), "the hours")


def test_the_day_told_as_the_longest_is_one_of_those_shown() -> None:
    long_ago, lately = DayPlayed(date(2025, 1, 1), 90, 9 * 3_600_000), DayPlayed(date(2026, 2, 1), 2, 3_900_000)
    text = "\n".join(
        line.plain for line in rhythm_lines(Rhythm((long_ago, lately), (92, *[0] * 23), (92, *[0] * 6)), 80)
    )
    assert "most on 2026-02-01: 1 h 05 min" in text
    assert "until 2026-02-01" in text
    assert "2025-01" in text  # the first of the months


async def test_without_plays_it_says_how_they_come(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("9")
        await until(pilot, lambda: "lockgroove connect spotify" in screen_text(app), "the two ways")
        assert "spotify-history" in screen_text(app)
