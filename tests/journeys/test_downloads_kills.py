"""A download queue whose process is killed again and again: slskd is asked for every file exactly once, and all arrive."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from services.demo.slskd.network import Folder, Network, Peer, SharedFile
from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings
from storage.values.downloads import DownloadFile, DownloadQuery, DownloadState
from tests.upstreams.fixtures_slskd import RunningSlskd, simulated_slskd

ROOT = Path(__file__).resolve().parents[2]
PEERS, FILES = 6, 5
FOLDER = "Music\\Somebody\\An Album"


def network() -> Network:
    """Six users with an album of five small files each."""
    made = Network()
    files = tuple(SharedFile(f"{n:02d} - Track.mp3", 200_000 + n) for n in range(FILES))
    for n in range(PEERS):
        made.add(Peer(f"user{n}", folders=[Folder(f"{FOLDER} {n}", files)], slots=3))
    return made


async def _order(directory: Path) -> None:
    places = locate(directory)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        for n in range(PEERS):
            files = [DownloadFile(f"{FOLDER} {n}\\{k:02d} - Track.mp3", 200_000 + k) for k in range(FILES)]
            await runtime.downloads.add(runtime.owner.id, f"user{n}", files, priority=n)


async def _kill(directory: Path, slskd: RunningSlskd, kills: int, lots: random.Random) -> tuple[int, list[str]]:
    """Start the queue's process, kill it after a few requests, start it again; how often, and what the last one said."""
    done = 0
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.journeys.downloads_process", str(directory),
            cwd=ROOT, env=dict(os.environ), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        if done < kills:
            wanted = len(slskd.requests) + lots.randrange(1, 10)
            while len(slskd.requests) < wanted and process.returncode is None:  # noqa: ASYNC110 - nothing to wait on
                await asyncio.sleep(0.002)
            await asyncio.sleep(lots.uniform(0, 0.08))
            if process.returncode is None:
                process.kill()
                await process.wait()
                done += 1
                continue
        told = (await process.stdout.read()).decode().split()
        await process.wait()
        return done, told


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("version", "kills"),
    [
        ("0.26.0", 2),
        pytest.param("0.23.2", 10, marks=pytest.mark.by_hand),
        pytest.param("0.26.0", 10, marks=pytest.mark.by_hand),
    ],
)
async def test_a_queue_killed_at_random_instants_asks_for_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, kills: int
) -> None:
    async with simulated_slskd(tmp_path / "slskd", network(), version=version, speed=10.0, checked=False) as slskd:
        slskd.fault("slow", match="POST", value="0.05")  # so that kills fall into requests that are carried out
        for name, value in slskd.environment.items():
            monkeypatch.setenv(name, value)
        await _order(tmp_path / "home")
        done, told = await _kill(tmp_path / "home", slskd, kills, random.Random(kills))
        assert done >= kills // 2
        assert told == ["done", str(PEERS * FILES), "0", "0"]
        asked = Counter((each.username, each.filename) for each in slskd.daemon.engine.transfers)
        asked = Counter({pair: n for pair, n in asked.items() if pair[0].startswith("user")})
        assert len(asked) == PEERS * FILES and set(asked.values()) == {1}
    places = locate(tmp_path / "home")
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        rows = await runtime.downloads.page(runtime.owner.id, DownloadQuery(), limit=None)
        assert [row.state for row in rows] == [DownloadState.COMPLETED] * PEERS * FILES
        assert all(row.attempt == 1 and row.retry_of is None for row in rows)
