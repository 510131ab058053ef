"""Exports of Spotify: every form they have is understood, nothing is doubled, a broken file harms nothing."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.errors import InvalidInput
from services.runtime import Runtime
from services.spotify.history.files import find
from services.spotify.history.reading import Reader, checked
from services.spotify.history.stream import BrokenFile
from storage import play_syncs
from storage.values import Job
from storage.values.plays import PlaySource
from tests.services.spotify.conftest import Opens
from tests.services.spotify.exports import row, write_rows
from tests.services.spotify.listeners import played
from tests.upstreams.fixtures_spotify import RunningSpotify


@pytest_asyncio.fixture
async def quiet(opens: Opens) -> AsyncIterator[Runtime]:
    """The program with its jobs at work and no Spotify at all: exports need none."""
    async with opens({}) as runtime:
        working = asyncio.create_task(runtime.jobs.run())
        yield runtime
        working.cancel()


async def imported(program: Runtime, *paths: Path, **options: bool) -> Job:
    params: dict[str, Any] = {"paths": [str(path) for path in paths], **options}
    job, _ = await program.jobs.start("history", program.owner.id, params)
    return [latest async for latest in program.jobs.watch(program.owner.id, job.id)][-1]


def written(file: Path, *rows: dict[str, Any]) -> Path:
    file.write_text(json.dumps(rows))
    return file


async def test_every_form_of_the_recorded_exports_is_read(quiet: Runtime, fixtures: Path, tmp_path: Path):
    folder = tmp_path / "my_spotify_data"
    folder.mkdir()
    for name in (
        "Streaming_History_Audio_2026_7",
        "endsong_0",
        "StreamingHistory_music_0",
        "StreamingHistory_podcast_0",
    ):
        shutil.copy(fixtures / "spotify" / "examples" / f"{name}.json", folder)
    (folder / "YourLibrary.json").write_text('{"tracks": []}')
    job = await imported(quiet, folder)
    assert job.state == "done"
    assert {name: count for name, count in job.progress.counts.items() if count} == {
        "plays": 6,
        "merged": 2,
        "known": 1,
        "short": 3,
        "private": 1,
        "podcasts": 2,
        "nameless": 1,
    }
    shown = [(each.artists, each.played_at) for each in await played(quiet, quiet.owner.id)]
    offline = int(datetime(2026, 9, 15, 7, 2, tzinfo=UTC).timestamp() * 1000)
    assert ("Kessler Tape Unit", offline) in shown
    again = await imported(quiet, folder)
    assert (again.progress.counts["plays"], again.progress.counts["merged"]) == (0, 0)
    assert [(each.artists, each.played_at) for each in await played(quiet, quiet.owner.id)] == shown


async def test_polled_plays_and_the_export_of_the_same_days_are_joined(
    program: Runtime, spotify: RunningSpotify, tmp_path: Path
):
    from services.demo.spotify.export import write_export

    await program.plays_run.recent.fetch(program.owner.id)
    archive = tmp_path / "my_spotify_data.zip"
    write_export(archive, spotify.listener)
    working = asyncio.create_task(program.jobs.run())
    job = await imported(program, archive)
    working.cancel()
    skipped = sum(n % 20 == 7 for n in range(200))
    assert job.progress.counts["short"] == skipped
    plays = await played(program, program.owner.id)
    polled = [each for each in plays if each.source is PlaySource.API]
    assert len(polled) == 50
    assert sum(each.ms_played is not None for each in polled) == job.progress.counts["merged"] > 40
    assert len(plays) == 50 + job.progress.counts["plays"]
    assert (await program.plays_run.recent.fetch(program.owner.id)).new == 0


@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        (row(1, ms_played=29_999), {"short": 1}),
        (row(1, ms_played=30_000), {"plays": 1}),
        (row(1, incognito_mode=True), {"private": 1}),
        (row(1, spotify_track_uri=None), {"plays": 1}),
        (
            row(1, spotify_track_uri="spotify:local:Somebody:Tape:My+Song%21:210", master_metadata_track_name=None),
            {"plays": 1},
        ),
        (row(1, ts="yesterday"), {"unreadable": 1}),
        (row(1, ms_played=None), {"unreadable": 1}),
        (row(1, spotify_track_uri=None, master_metadata_track_name=None), {"nameless": 1}),
        (row(1, spotify_track_uri=None, master_metadata_track_name=None, audiobook_title="B"), {"audiobooks": 1}),
        ({"endTime": "2026-09-14 20:01", "artistName": "A", "trackName": "T", "msPlayed": 40_000}, {"plays": 1}),
        ({"endTime": "2026-09-14 20:01", "podcastName": "A", "episodeName": "T", "msPlayed": 40_000}, {"podcasts": 1}),
    ],
)
async def test_what_an_entry_counts_as(quiet: Runtime, tmp_path: Path, entry: dict[str, Any], counts: dict[str, int]):
    job = await imported(quiet, written(tmp_path / "endsong_0.json", entry))
    assert {name: count for name, count in job.progress.counts.items() if count} == counts


async def test_private_sessions_and_what_was_skipped_come_in_when_asked_for(quiet: Runtime, tmp_path: Path):
    file = written(tmp_path / "endsong_0.json", row(1, incognito_mode=True), row(2, ms_played=4000))
    job = await imported(quiet, file, private=True, skips=True)
    assert job.progress.counts["plays"] == 2
    assert len(await played(quiet, quiet.owner.id)) == 1  # what was skipped is listening time, no play


async def test_a_track_that_was_skipped_at_first_counts_once_it_is_played(quiet: Runtime, tmp_path: Path):
    skipped = [row(n, ms_played=4000) for n in range(5000)]  # a whole piece
    job = await imported(quiet, written(tmp_path / "endsong_0.json", *skipped, row(5001), row(5002)))
    assert (job.progress.counts["plays"], job.progress.counts["short"]) == (2, 5000)


async def test_nothing_personal_is_kept(quiet: Runtime, tmp_path: Path):
    await imported(quiet, written(tmp_path / "endsong_0.json", row(1)))
    with sqlite3.connect(quiet.places.data_dir / "library.db") as library:
        dump = "\n".join(library.iterdump())
    assert "Lied Nummer" in dump
    assert "192.0.2.77" not in dump
    assert "Android" not in dump


async def test_a_broken_file_is_named_and_the_others_are_imported(quiet: Runtime, tmp_path: Path):
    write_rows(tmp_path / "Streaming_History_Audio_2019_0.json", 0, 50)
    broken = write_rows(tmp_path / "Streaming_History_Audio_2020_1.json", 50, 6000)
    broken.write_bytes(broken.read_bytes()[:-400])
    job = await imported(quiet, tmp_path)
    (problem,) = await quiet.jobs.problems(job.id)
    assert (job.state, job.progress.counts["plays"], problem.item) == ("partial", 50, broken.name)
    assert "breaks off after entry 5,999" in problem.message
    assert "Nothing of it was stored" in problem.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b'{"a": 1}', "does not begin with a list"),
        (b"[{},", "breaks off"),
        (b'[{"a": 1}]', "no listening"),
    ],
)
def test_what_is_no_history_is_told_apart(tmp_path: Path, content: bytes, said: str):
    file = tmp_path / "endsong_0.json"
    file.write_bytes(content)
    with pytest.raises(BrokenFile, match=said):
        list(checked(find([file])[0]))


def test_files_are_found_by_name_and_by_what_is_in_them(tmp_path: Path):
    archive = tmp_path / "data.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("Data/Streaming_History_Audio_2019_10.json", json.dumps([row(1)]))
        packed.writestr("Data/Streaming_History_Audio_2019_9.json", json.dumps([row(1)]))
        packed.writestr("Data/other-name.json", json.dumps([row(1)]))
        packed.writestr("Data/Playlist1.json", '{"playlists": []}')
        packed.writestr("Data/ReadMeFirst.pdf", "x")
    assert [each.name for each in find([tmp_path])] == [
        "Streaming_History_Audio_2019_9.json",
        "Streaming_History_Audio_2019_10.json",
        "other-name.json",
    ]
    with pytest.raises(InvalidInput, match="cannot be read"):
        find([tmp_path / "missing.json"])


async def test_a_job_that_was_interrupted_goes_on_where_it_was(quiet: Runtime, tmp_path: Path):
    write_rows(tmp_path / "endsong_0.json", 0, 12_000)
    job, _ = await quiet.jobs.start("history", quiet.owner.id, {"paths": [str(tmp_path)]})
    async for latest in quiet.jobs.watch(quiet.owner.id, job.id):
        if latest.checkpoint.get("entries"):
            await quiet.jobs.cancel(quiet.owner.id, job.id)
            break
    stopped = [latest async for latest in quiet.jobs.watch(quiet.owner.id, job.id)][-1]
    kept = stopped.progress.counts["plays"]
    again = await imported(quiet, tmp_path)
    assert kept + again.progress.counts["plays"] == 12_000
    assert again.progress.counts["known"] == kept


async def test_an_export_closes_the_gaps_it_covers(quiet: Runtime, tmp_path: Path):
    begin = int((datetime(2019, 1, 1, tzinfo=UTC) + timedelta(hours=1)).timestamp() * 1000)
    async with quiet.storage.write() as conn:
        await play_syncs.add_gap(conn, quiet.owner.id, begin, begin + 1000)
    await imported(quiet, write_rows(tmp_path / "endsong_0.json", 0, 100))
    assert await quiet.plays.gaps(quiet.owner.id) == []


@pytest.mark.by_hand  # half a minute; `benchmarks.history` measures more of it
def test_a_large_file_is_read_in_little_memory(tmp_path: Path):
    file = write_rows(tmp_path / "endsong_0.json", 0, 30_000)
    (found,) = find([file])
    assert found.size > 19_000_000
    tracemalloc.start()
    try:
        rows = sum(len(piece.heard) for piece in Reader().pieces(found))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows == 30_000
    assert peak < 16_000_000


@pytest.mark.parametrize("library_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
async def test_the_same_on_a_server(library_url: str, opens: Opens, tmp_path: Path):
    async with opens({"DATABASE_URL": library_url}) as program:
        working = asyncio.create_task(program.jobs.run())
        write_rows(tmp_path / "endsong_0.json", 0, 6000)
        assert (await imported(program, tmp_path)).progress.counts["plays"] == 6000
        assert (await imported(program, tmp_path)).progress.counts["plays"] == 0
        working.cancel()
