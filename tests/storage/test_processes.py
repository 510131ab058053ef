"""Several processes on one library: they wait for each other, and killing one at any instant breaks nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from storage import accounts, jobs, records
from storage.backup import backup
from storage.engine import open_storage
from storage.values import RecordQuery, SortBy

ROOT = Path(__file__).resolve().parents[2]


def start(what: str, library_url: str, catalogue_url: str) -> subprocess.Popen[str]:
    """Another process at work on the library."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.storage.other_process", what, library_url, catalogue_url],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    return out


def test_processes_that_open_a_fresh_library_at_once_make_one_owner(library_url: str, catalogue_url: str) -> None:
    opened = [start("open_once", library_url, catalogue_url) for _ in range(3)]
    assert len({finish(process) for process in opened}) == 1


async def test_two_processes_that_read_then_write_never_see_a_locked_database(
    library_url: str, catalogue_url: str
) -> None:
    for process in [start("read_then_write", library_url, catalogue_url) for _ in range(2)]:
        finish(process)
    async with open_storage(library_url, catalogue_url) as storage, storage.read() as conn:
        owner = await accounts.owner(conn)
        assert owner is not None
        found, _ = await records.page(conn, owner.id, RecordQuery(), limit=None, offset=0)
    assert {record.artist_name for record in found} == {f"after {count}" for count in range(200)}


@pytest.mark.timeout(180)
async def test_a_process_killed_while_it_writes_leaves_whole_pages_and_their_checkpoint(
    library_url: str, catalogue_url: str, tmp_path: Path
) -> None:
    chance = random.Random(7)
    for _ in range(4):
        process = start("store_pages", library_url, catalogue_url)
        assert process.stdout is not None
        for _ in range(chance.randint(1, 6)):
            assert process.stdout.readline(), process.communicate()[1]
        process.kill()
        process.communicate()
    async with open_storage(library_url, catalogue_url) as storage, storage.read() as conn:
        owner = await accounts.owner(conn)
        assert owner is not None
        (job,) = await jobs.active(conn, owner.id)
        everything = RecordQuery(sort_by=SortBy.CREATED)
        found, _ = await records.page(conn, owner.id, everything, limit=None, offset=0)
        searched = (await records.page(conn, owner.id, RecordQuery(text="artist"), limit=1, offset=0))[1]
    pages = int(job.checkpoint["page"])
    assert job.fence == 4
    assert job.progress.done == pages
    assert sorted(record.discogs_id or 0 for record in found) == list(range(20, pages * 20 + 20))
    assert all(record.copies == 1 for record in found)
    assert searched == len(found)
    assert backup(library_url, tmp_path / "after.db").records == len(found)
