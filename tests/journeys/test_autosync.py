"""What a listener has on Spotify and nowhere else ends in the library of beets by itself, asked for once each however often the
program dies; and then there is nothing left to do.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from storage.values import JobState
from storage.values.autosync import AutosyncState
from tests.services.autosync.scene import Listening, feed, network, opened, run, shared
from tests.upstreams.fixtures_beets import RealBeets
from tests.upstreams.fixtures_plex import RunningPlex
from tests.upstreams.fixtures_slskd import RunningSlskd, simulated_slskd
from tests.upstreams.fixtures_spotify import simulated_spotify

ROOT = Path(__file__).resolve().parents[2]


async def _until_done(directory: Path, slskd: RunningSlskd, kills: int, lots: random.Random) -> tuple[int, list[str]]:
    """Start the program, kill it after something was asked of slskd, start it again; how often, and what the last one said."""
    done = 0
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.journeys.autosync_process", str(directory),
            cwd=ROOT, env=dict(os.environ), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        if done < kills:
            wanted = slskd.asked("POST", "/searches") + lots.randrange(1, 3)
            while slskd.asked("POST", "/searches") < wanted and process.returncode is None:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            await asyncio.sleep(lots.uniform(0.2, 1.5))
            if process.returncode is None:
                process.kill()
                await process.wait()
                done += 1
                continue
        told = (await process.stdout.read()).decode().split()
        await process.wait()
        return done, told


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kills", [1, pytest.param(8, marks=pytest.mark.by_hand)])
async def test_an_empty_library_is_filled_from_spotify_by_itself(
    real_beets: RealBeets, plex: RunningPlex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    listening = Listening()
    scanned = plex.world.of_type(plex.music, "track")
    artists = {each.title for each in plex.world.of_type(plex.music, "artist")}
    artists |= {each.said.get("originalTitle", "") for each in scanned}
    lacking = [album for album in listening.albums if album.artists[0].name not in artists]
    whole, one, other = lacking[:3]
    listening.world.add_playlist(listening.world.first.id, "Some of it", list(listening.tracks(whole)[:3]))
    titles = {(each.parent.title, each.title) for each in scanned if each.parent}
    held = [each for each in listening.world.catalogue.tracks.values() if (each.album.name, each.name) in titles][:3]
    missing = [*listening.tracks(whole)[:3], listening.tracks(one)[0], listening.tracks(other)[1]]
    listening.save(*held, *missing[-2:])
    people = network(
        alma=[shared(whole, listening.tracks(whole)), shared(one, listening.tracks(one))],
        berta=[
            shared(other, listening.tracks(other), "mp3-320"),
            shared(whole, listening.tracks(whole)[:2], "mp3-320"),
        ],
    )
    plex.music.folders = (str(real_beets.music),)
    async with (
        simulated_spotify(listening.world) as spotify,
        simulated_slskd(tmp_path / "slskd", people, speed=40.0, checked=False) as slskd,
    ):
        everything = {**real_beets.environment, **plex.environment, **slskd.environment, **spotify.environment}
        everything |= {"BEETS_AFTER_DOWNLOAD": "automatic", "SYNC_SCHEDULE": "off", "SPOTIFY_SCHEDULE": "off"}
        everything |= {"SCAN_WORKER_INTERVAL_SECONDS": "0"}
        for name, value in everything.items():
            monkeypatch.setenv(name, value)
        done, told = await _until_done(tmp_path / "home", slskd, kills, random.Random(kills))
        assert done >= kills // 2
        assert told == ["done", "filed", str(len(missing)), "0"]
        assert real_beets.titles() == sorted(track.name for track in missing)
        transfers = [each for each in slskd.daemon.engine.transfers if each.username in ("alma", "berta")]
        asked = Counter((each.username, each.filename) for each in transfers)
        assert len(asked) == len(missing) and set(asked.values()) == {1}
        assert plex.asked("GET", "/refresh"), "Plex was asked to scan what came"
        async with opened(tmp_path / "home") as runtime:
            searches = slskd.asked("POST", "/searches")
            again = await run(runtime)
            assert (again.state, again.error) == (JobState.DONE, None)
            assert again.result and (again.result["missing"], again.result["requested"]) == (0, 0)
            assert again.result["downloaded"] == len(missing)
            assert slskd.asked("POST", "/searches") == searches
            imported = await feed(runtime, "track_imported")
            assert len([1 for _, about in imported if "track" in about]) == len(missing)
            assert (await feed(runtime, "completed"))[-1][1] == {"source": "manual", "missing": 0}
            assert (await runtime.autosync.counts(runtime.owner.id)).states[AutosyncState.IMPORTED] == len(missing)
