"""The disk fills up under a running job: it waits with the reason, goes on by itself once there is room, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.jobs import worker as rules
from storage.values import JobState
from tests.journeys.every_kind import SCENES, Left, differences, program, rows_of, run, sent_of, settle, simulated_world

SIZE = 40 * 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own; skips where none may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    asked = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, but: int) -> Path:
    """On the disk with this folder, everything that is left, but for so many bytes, in one file."""
    filler, room = disk.parent / "filler", os.statvfs(disk.parent)
    with filler.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, room.f_bavail * room.f_frsize - but)
    return filler


async def disturbed(kind: str, folder: Path, disk: Path, but: int) -> tuple[Left, str]:
    """A job for which only so many bytes are left, until it has said so; and what it said. ``disk`` is a folder on one."""
    home, said = disk / "home", ""
    async with simulated_world(folder) as world:
        async with program(home, world) as runtime:
            params = await SCENES[kind](runtime, world)
            await runtime.jobs.start(kind, runtime.owner.id, params)
        with closing(sqlite3.connect(home / "library.db")) as library:
            library.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        filler = fill(disk, but)
        async with program(home, world, work=True) as runtime:
            (job,) = await runtime.jobs.recent(runtime.owner.id, 1, kind=kind)
            async with asyncio.timeout(100):
                async for job in runtime.jobs.watch(job.user_id, job.id):  # noqa: B020
                    if job.state is JobState.WAITING and not said:
                        said = job.progress.note
                        filler.unlink()
        filler.unlink(missing_ok=True)
        await settle(home, world)
        left = Left(rows_of(home / "library.db"), sent_of(world), f"{job.state.value} {job.error or ''}".strip())
    return left, said


@pytest.mark.by_hand
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", SCENES)
async def test_a_job_that_fills_the_disk_ends_as_if_it_had_not(
    kind: str, tmp_path: Path, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "FULL_PAUSE", 0.2)
    one, two = await run(kind, tmp_path / "one"), await run(kind, tmp_path / "two")
    met = 0
    for number, but in enumerate((80_000, 160_000, 320_000, 640_000, 1_280_000)):
        folder = disk / str(number)
        left, said = await disturbed(kind, tmp_path / f"full-{number}", folder, but)
        assert differences(one, two, left) == []
        if not said:
            break  # it had room enough
        assert "is full" in said and "Free some space" in said
        met += 1
    assert met
