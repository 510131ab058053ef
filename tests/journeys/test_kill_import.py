"""An import that is killed, stopped or starved never harms the live catalogue, and the next one is as if nothing had been."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

import psutil
import pytest

from tests.journeys.killed_imports import Contents, Place, are_gone, asked, kill_imports
from tests.services.catalogue.dumps.contents import assert_alike
from tests.services.catalogue.dumps.invented import write

RELEASES = 800


@pytest.fixture
def place(library_url: str, tmp_path: Path) -> Place:
    (tmp_path / "home").mkdir()
    return Place(tmp_path / "home", None if library_url.startswith("sqlite") else library_url)


@pytest.fixture
def august(tmp_path: Path) -> Path:
    """A folder of dumps."""
    return write(tmp_path / "august", RELEASES)[0].parent


@pytest.fixture
def september(tmp_path: Path) -> Path:
    """A folder of other dumps, of the month after."""
    return write(tmp_path / "september", RELEASES, seed=2, date="20260901")[0].parent


def is_one_of(found: Contents, either: Contents, other: Contents) -> bool:
    """Whether ``found`` is one of two catalogues; fails, showing where it differs, if it is neither."""
    if found == either:
        return True
    assert_alike(found, other)
    return False


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kills", [1, pytest.param(10, marks=pytest.mark.by_hand)])
async def test_imports_killed_at_random_instants_change_all_or_nothing(
    place: Place, august: Path, september: Path, kills: int
) -> None:
    await place.fill(august)
    await place.meet(9_000_001)
    before, told_before = await place.contents(), await place.summary()
    async with asked(place) as answers:
        killed, found = await kill_imports(place, [september], kills, random.Random(5))
        assert await place.run(september) == "done"
    assert place.leftovers() == []
    after, told_after = await place.contents(), await place.summary()
    assert killed.total == kills
    places = [is_one_of(each, before, after) for each in found]
    assert places == sorted(places, reverse=True), "once it is live it stays so"
    assert answers == [told_before, told_after], "whoever asked meanwhile saw one or the other"
    await place.fill(september)
    assert_alike(await place.contents(), after)


async def test_a_request_to_end_ends_both_processes_within_two_seconds(place: Place, august: Path) -> None:
    process = await place.start("import", str(august))
    assert process.stdout is not None
    await process.stdout.readline()
    both = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(are_gone, both, 2)
    await process.communicate()


async def test_processes_that_are_stopped_go_on_where_they_were(tmp_path: Path, august: Path) -> None:
    place = Place(tmp_path)
    process = await place.start("import", str(august))
    assert process.stdout is not None
    await process.stdout.readline()
    writing = psutil.Process(process.pid)
    for each in (*writing.children(), writing):
        each.suspend()
        assert await asyncio.to_thread(_is_still, each)
        each.resume()
    told, _ = await process.communicate()
    assert told.decode().split()[-1] == "done"


async def test_a_file_that_may_not_grow_changes_nothing(place: Place, august: Path) -> None:
    before = await place.contents()
    process = await place.start("import", str(august))
    limit = 1 << 15  # of any file that this process or its child writes, in bytes
    psutil.Process(process.pid).rlimit(psutil.RLIMIT_FSIZE, (limit, limit))
    told, _ = await process.communicate()
    assert told.decode().split("\n")[-2].startswith("store")
    assert_alike(await place.contents(), before)
    assert place.leftovers() == []


def _is_still(process: psutil.Process) -> bool:
    while process.status() != psutil.STATUS_STOPPED:
        os.sched_yield()
    return True
