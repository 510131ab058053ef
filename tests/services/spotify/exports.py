"""Files as Spotify exports them, invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BEGINNING = int(datetime(2019, 1, 1, tzinfo=UTC).timestamp())


def row(number: int, **other: Any) -> dict[str, Any]:
    """The entry of the play ``number``: one every 200 seconds, of 3,000 tracks by 200 artists."""
    track = number * 7919 % 3000
    return {
        "ts": f"{datetime.fromtimestamp(BEGINNING + number * 200, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "platform": "Android OS 13 API 33 (samsung, SM-G991B)",
        "ms_played": 180_000 + number % 1000,
        "conn_country": "DE",
        "ip_addr": "192.0.2.77",
        "master_metadata_track_name": f"Lied Nummer {track}",
        "master_metadata_album_artist_name": f"Künstlerin {track % 200}",
        "master_metadata_album_album_name": f"Album {track % 600}",
        "spotify_track_uri": f"spotify:track:{track:022d}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
        **other,
    }


def write_rows(file: Path, begin: int, count: int) -> Path:
    """A file of ``count`` entries from the play ``begin`` on, as Spotify lays them out."""
    with file.open("w") as out:
        out.write("[")
        for number in range(begin, begin + count):
            out.write((",\n" if number > begin else "\n") + json.dumps(row(number), indent=2, ensure_ascii=False))
        out.write("\n]\n")
    return file
