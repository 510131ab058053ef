"""``lockgroove serve`` on a store that it cannot use ends at once with the word for it, status 1 and no stack trace."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings
from storage.schema import REVISIONS
from tests.faults.test_full_disk import disk, fill
from tests.faults.test_store import break_header, holding, make_newer, remount
from tests.tui.cli.conftest import Run, lockgroove

__all__ = ["disk", "lockgroove"]


async def open_once(home: Path) -> None:
    places = locate(home)
    async with open_runtime(load_settings(places), places, work=False):
        pass


def serve(lockgroove: Run, home: Path, told: str, way_out: str) -> None:
    """It ends by itself, or the test does not."""
    ran = lockgroove("serve", "--port", "0", "--health-port", "0", LOCKGROOVE_DATA_DIR=str(home))
    assert ran.status == 1, ran.err
    assert told in ran.err and way_out in ran.err, ran.err
    assert "Traceback" not in ran.err and "unexpected" not in ran.err, ran.err


@pytest.mark.parametrize("is_new", [False, True])
def test_on_a_full_disk(disk: Path, lockgroove: Run, is_new: bool) -> None:
    home = disk / "home"
    if not is_new:
        asyncio.run(open_once(home))
    fill(home, 0)
    serve(lockgroove, home, "is full", "Free some space")


def test_on_a_disk_that_is_read_only(disk: Path, lockgroove: Run) -> None:
    asyncio.run(open_once(disk / "home"))
    remount(disk, "ro")
    try:
        serve(lockgroove, disk / "home", ".db cannot be used", "can be written")
    finally:
        remount(disk, "rw")


def hold(home: Path, held: ExitStack) -> None:
    held.enter_context(holding(home / "library.db", "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE"))


def make_older(home: Path, held: ExitStack) -> None:
    """A library of an older version, which an older program holds."""
    with closing(sqlite3.connect(home / "library.db")) as library:
        library.execute("UPDATE alembic_version SET version_num = ?", (REVISIONS["library"][-2],))
        library.commit()
    held.enter_context(holding(home / "library.db", "BEGIN IMMEDIATE"))


BAD: dict[str, tuple[Callable[[Path, ExitStack], None], str, str]] = {
    "damaged": (lambda home, _: break_header(home / "library.db"), "is damaged", "lockgroove restore"),
    "damaged catalogue": (lambda home, _: break_header(home / "catalogue.db"), "is damaged", "made anew"),
    "newer": (lambda home, _: make_newer(home / "library.db"), "newer version", "Update Lockgroove"),
    "held": (hold, "for itself alone", "Close what has it open"),
    "older and held": (make_older, "could not be brought to this version", "an older Lockgroove"),
}
SLOW = ("held", "older and held")
"""It waits for the other one, 10 and 15 seconds."""


@pytest.mark.parametrize(
    "state", [pytest.param(each, marks=pytest.mark.by_hand) if each in SLOW else each for each in BAD]
)
def test_on_a_library_that_is(tmp_path: Path, lockgroove: Run, state: str) -> None:
    spoil, told, way_out = BAD[state]
    home = tmp_path / "home"
    asyncio.run(open_once(home))
    with ExitStack() as held:
        spoil(home, held)
        serve(lockgroove, home, told, way_out)


@pytest.mark.by_hand
def test_on_a_server_that_is_not_there(tmp_path: Path, lockgroove: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    serve(lockgroove, tmp_path / "home", "does not answer", "PostgreSQL is running")
