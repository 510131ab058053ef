"""An import of history and a reading of the library whose process is killed end as if nothing had happened."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from services.demo.spotify.export import write_export
from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings
from storage.values.plays import PlayQuery
from tests.journeys.kills import ROOT
from tests.upstreams.fixtures_spotify import invented_spotify, simulated_spotify


async def through(
    directory: Path, environment: dict[str, str], kind: str, parameters: dict[str, Any], kills: int
) -> int:
    """Run the job until it is through; its process is killed as soon as it has stored something, ``kills`` times."""
    done = 0
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.journeys.sync_process", str(directory), kind, json.dumps(parameters)),
            cwd=ROOT,
            env={**os.environ, **environment, "SYNC_SCHEDULE": "off", "SPOTIFY_SCHEDULE": "off"},
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        told = (await process.stdout.readline()).split()
        if done < kills and told == [b"further"]:
            await asyncio.sleep(0.05 * done)
            process.kill()
            await process.wait()
            done += 1
            continue
        told = [*told, *(await process.stdout.read()).split()]
        await process.wait()
        assert b"done" in told, told
        return done


async def held(directory: Path) -> tuple[Sequence[Any], ...]:
    """Every play, playlist and item there is, in order."""
    places = locate(directory)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        user = runtime.owner.id
        plays = await runtime.plays.page(user, PlayQuery(), limit=100_000)
        async with runtime.storage.read() as conn:
            names = ("playlist_id", "items_state", "i.position", "uri", "track_id")
            listed = (await conn.exec_driver_sql(f"SELECT {', '.join(names)} FROM playlist p {ITEMS}")).all()
            saved = (await conn.exec_driver_sql("SELECT track_id, removed_at FROM saved_track ORDER BY 1")).all()
            artists = (await conn.exec_driver_sql("SELECT artist_id FROM followed_artist ORDER BY 1")).all()
        return [(each.played_at, each.name) for each in plays], listed, saved, artists


ITEMS = "LEFT JOIN playlist_item i ON i.playlist_pk = p.id ORDER BY p.playlist_id, i.position"


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("plays", "kills"), [(3_000, 1), pytest.param(40_000, 4, marks=pytest.mark.by_hand)])
async def test_jobs_of_spotify_go_on_where_they_were_killed(tmp_path: Path, plays: int, kills: int) -> None:
    world = invented_spotify(plays)
    export = tmp_path / "history.zip"
    write_export(export, world.first)
    async with simulated_spotify(world) as spotify:
        found: list[tuple[Sequence[Any], ...]] = []
        for times in (0, kills):
            directory = tmp_path / str(times)
            history = {"paths": [str(export)], "private": False, "skips": False}
            imported = await through(directory, spotify.environment, "history", history, times)
            read = await through(directory, spotify.environment, "spotify_library", {}, times)
            assert (imported, read) == (times, times)
            found.append(await held(directory))
    calm, killed = found
    assert len(calm[0]) > 0.9 * plays and len(calm[1]) > 50 and calm[2] and calm[3]
    assert killed == calm
