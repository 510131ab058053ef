"""An account's plays as Spotify's extended streaming history hands them out (spotify-api.md 5.2)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from services.demo.catalogue import Document

from .listeners import Listener, Play

_ROWS_PER_FILE = 16_000


def write_export(target: Path, listener: Listener) -> None:
    """Write ``target``, a zip of JSON files as they arrive by mail; every 20th listen in it was skipped early."""
    plays = listener.plays
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, start in enumerate(range(0, len(plays), _ROWS_PER_FILE)):
            part = plays[start : start + _ROWS_PER_FILE]
            years = sorted({datetime.fromtimestamp(play.played_at / 1000, UTC).year for play in part})
            span = f"{years[0]}" if len(years) == 1 else f"{years[0]}-{years[-1]}"
            name = f"Spotify Extended Streaming History/Streaming_History_Audio_{span}_{number}.json"
            archive.writestr(name, json.dumps(list(_rows(part, start)), ensure_ascii=False))


def _rows(plays: list[Play], first: int) -> Iterator[Document]:
    for number, (played_at, track, _) in enumerate(plays, first):
        skipped = number % 20 == 7
        yield {
            "ts": datetime.fromtimestamp(played_at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "platform": "linux",
            "ms_played": 4000 if skipped else track.duration_ms,
            "conn_country": "ZZ",
            "ip_addr": "192.0.2.1",
            "master_metadata_track_name": track.name,
            "master_metadata_album_artist_name": track.album.artists[0].name,
            "master_metadata_album_album_name": track.album.name,
            "spotify_track_uri": track.uri,
            "episode_name": None,
            "episode_show_name": None,
            "spotify_episode_uri": None,
            "reason_start": "trackdone",
            "reason_end": "fwdbtn" if skipped else "trackdone",
            "shuffle": False,
            "skipped": skipped,
            "offline": False,
            "offline_timestamp": None,
            "incognito_mode": False,
        }
