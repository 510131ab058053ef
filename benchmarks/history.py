"""``python -m benchmarks.history [--size MB]``: an invented export of Spotify, 500 MB by default, imported twice.

The import runs in a process of its own whose memory is watched. Prints megabytes and entries a second, the most memory it
had, how many plays there are and whether any is there twice. Ends with 1 if memory passed the limit, an entry was lost or
doubled, or the second import stored anything.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.bars import Bars

MEMORY_LIMIT = 256
LATE_LIMIT = 5.0
"""Megabytes; nearly half of it is the program itself."""
PER_FILE = 16_000
_BEGINNING = int(datetime(2012, 1, 1, tzinfo=UTC).timestamp())
_SPACING = 210
_TRACKS = 60_000


def invent(folder: Path, megabytes: int) -> tuple[int, int]:
    """Write files of history into ``folder`` until they are ``megabytes``; how many entries, and how many of them are
    plays (every ninth was skipped)."""
    written, number, plays = 0, 0, 0
    while written < megabytes * 1_000_000:
        file = folder / f"Streaming_History_Audio_{2012 + number * _SPACING // 31_557_600}_{number // PER_FILE}.json"
        rows = [_row(n) for n in range(number, number + PER_FILE)]
        plays += sum(not _is_skip(n) for n in range(number, number + PER_FILE))
        file.write_text(json.dumps(rows, indent=2, ensure_ascii=False))
        written += file.stat().st_size
        number += PER_FILE
    return number, plays


def _is_skip(number: int) -> bool:
    return number % 9 == 4


def _row(number: int) -> dict[str, object]:
    # A few tracks are played often and most of them seldom.
    track = int((number * 7919 % 10_007 / 10_007) ** 3 * _TRACKS)
    return {
        "ts": f"{datetime.fromtimestamp(_BEGINNING + number * _SPACING, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "platform": "Android OS 13 API 33 (samsung, SM-G991B)",
        "ms_played": 4_000 if _is_skip(number) else 180_000 + number % 1000,
        "conn_country": "DE",
        "ip_addr": "192.0.2.77",
        "master_metadata_track_name": f"Lied Nummer {track}",
        "master_metadata_album_artist_name": f"Künstlerin {track % 4000}",
        "master_metadata_album_album_name": f"Das Album {track % 12_000}",
        "spotify_track_uri": f"spotify:track:{track:022d}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
    }


def child(home: str, folder: str, told: Connection) -> None:
    """Import ``folder`` into the library in ``home``; tells counts, seconds, and memory in megabytes."""
    counts, seconds, longest = asyncio.run(_import(Path(home), Path(folder)))
    scale = 1_000_000 if sys.platform == "darwin" else 1000
    told.send((counts, seconds, longest, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale))


async def _import(home: Path, folder: Path) -> tuple[dict[str, int], float, float]:
    from services.log import open_log
    from services.places import locate
    from services.runtime import open_runtime
    from services.settings import load_settings

    places = locate(home)
    open_log("ERROR")
    async with open_runtime(load_settings(places), places) as runtime:
        gc.freeze()  # as every process does that lasts
        began = time.perf_counter()
        late: list[float] = []
        watching = asyncio.create_task(_watch(late))
        job, _ = await runtime.jobs.start("history", runtime.owner.id, {"paths": [str(folder)]})
        job = [latest async for latest in runtime.jobs.watch(runtime.owner.id, job.id)][-1]
        watching.cancel()
        return dict(job.progress.counts), time.perf_counter() - began, sorted(late)[len(late) * 99 // 100]


async def _watch(late: list[float]) -> None:
    """How much later than asked for the loop comes back."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.01)
        late.append(time.perf_counter() - began - 0.01)


def measure(megabytes: int) -> int:
    """Import twice; the exit status."""
    bars = Bars("plays")
    with tempfile.TemporaryDirectory() as directory:
        home, folder = Path(directory) / "home", Path(directory) / "export"
        folder.mkdir()
        entries, plays = invent(folder, megabytes)
        size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        print(f"{size:.0f} MB, {entries:,} entries, {plays:,} of them plays", flush=True)
        context = multiprocessing.get_context("spawn")
        for turn in ("first", "second"):
            hear, tell = context.Pipe(duplex=False)
            process = context.Process(target=child, args=(str(home), str(folder), tell))
            process.start()
            counts, seconds, longest, memory = hear.recv()
            process.join()
            new = plays if turn == "first" else 0
            name = f"{size:.0f} MB of history, the {turn} import"
            note = f"{seconds:.0f} s, {entries / seconds:,.0f} entries a second"
            bars.show(f"{name}: memory", memory, MEMORY_LIMIT, "MB", note=note)
            bars.show("... loop late by, p99", longest * 1000, LATE_LIMIT, "ms")
            bars.must("... as many new plays as there are", counts["plays"] == new, note=f"{new:,}")
        rows, doubles = _doubles(home / "library.db")
        bars.must("... every play is there", rows == plays, note=f"{rows:,}")
        bars.show("... plays that are there twice", doubles, 0)
    return bars.end()


def _doubles(library: Path) -> tuple[int, int]:
    with sqlite3.connect(library) as connection:
        ((rows, once),) = connection.execute(
            "SELECT count(*), count(DISTINCT user_id || played_at || ':' || track_pk) FROM play"
        )
    return rows, rows - once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=500, metavar="MB")
    sys.exit(measure(parser.parse_args().size))


if __name__ == "__main__":
    main()
