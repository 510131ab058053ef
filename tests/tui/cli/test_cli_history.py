"""``import spotify-history`` and ``sync spotify``: what comes in, what is said of what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def heard(day: int, title: str = "Low Water", ms: int = 200_000) -> dict[str, Any]:
    """An entry of the extended history, of an invented track."""
    return {
        "ts": f"2025-03-{day:02}T20:00:00Z",
        "ms_played": ms,
        "spotify_track_uri": f"spotify:track:{title.replace(' ', '')[:11]:0>22}",
        "master_metadata_track_name": title,
        "master_metadata_album_artist_name": "Ada Quill",
        "master_metadata_album_album_name": "Tides",
        "incognito_mode": False,
    }


@pytest.fixture
def history(tmp_path: Path) -> Path:
    file = tmp_path / "Streaming_History_Audio_2025_1.json"
    file.write_text(json.dumps([heard(1), heard(2), heard(2), heard(3, ms=1000)]))
    return file


def test_a_history_comes_in_once(lockgroove: Any, history: Path) -> None:
    first = lockgroove("import", "spotify-history", str(history))
    assert (first.status, first.out.strip()) == (
        0,
        "Listening history: 2 new plays, 1 known before, 1 too short to count",
    ), first.err
    again = lockgroove("import", "spotify-history", str(history.parent), "--json")
    assert (again.json["state"], again.json["plays"], again.json["known"]) == ("done", 0, 3)


def test_a_damaged_file_is_named_and_the_others_come_in(lockgroove: Any, history: Path) -> None:
    damaged = history.with_name("Streaming_History_Audio_2025_2.json")
    damaged.write_text(json.dumps([heard(9), heard(10)])[:-40])
    ran = lockgroove("import", "spotify-history", str(history.parent))
    assert ran.status == 3
    assert "2 new plays" in ran.out
    assert f"failed: {damaged.name}: " in ran.err


def test_what_is_no_history_is_said(lockgroove: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    ran = lockgroove("import", "spotify-history", str(other))
    assert (ran.status, ran.out) == (2, "")
    assert "other.json" in ran.err


def test_plays_need_a_connection_and_say_how(lockgroove: Any) -> None:
    ran = lockgroove("sync", "spotify")
    assert (ran.status, ran.out) == (4, "")
    assert "lockgroove connect spotify" in ran.err
    assert lockgroove("sync", "tidal").status == 2
