"""Another program holds the library for good: every command that writes ends with the word for it, or says what it waits for."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings
from tests.tui.cli.conftest import Run, discogs, lockgroove, running

__all__ = ["discogs", "lockgroove"]


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """As if another program were writing all the while."""
    with closing(sqlite3.connect(home / "library.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def begin(home: Path, *kinds: str) -> None:
    """A library, in which jobs of these kinds wait to be taken up."""
    places = locate(home)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        for kind in kinds:
            await runtime.jobs.start(kind, runtime.owner.id, {"sources": ["discogs"]})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    asyncio.run(begin(tmp_path / "home"))
    (tmp_path / "wishes.txt").write_text("Somebody - Something\n")
    (tmp_path / "records.csv").write_text("Artist,Title,release_id\nSomebody,Something,77\n")
    return tmp_path / "home"


FEW = ("sync discogs",)
MANY = (
    "records add --artist A --title B",
    "wishes import {folder}/wishes.txt",
    "import csv {folder}/records.csv",
    "token create mine",
    "users add ana@example.org --password-stdin",
    "connect discogs --token-stdin",
    "sync discogs --full",
)


@pytest.mark.parametrize("command", [*FEW, *(pytest.param(each, marks=pytest.mark.by_hand) for each in MANY)])
def test_a_command_ends_with_the_word_for_it(home: Path, lockgroove: Run, discogs: Any, command: str) -> None:
    account = discogs.address if "connect" in command else discogs.environment
    given = [word.format(folder=home.parent) for word in command.split()]
    with locked(home):
        ran = lockgroove(*given, typed=f"{discogs.token}\n" * 2, TEST_BUSY_SECONDS="0.3", **account)
    assert ran.status == 1, (ran.out, ran.err)
    assert "kept the library locked" in ran.err and "doctor" in ran.err
    assert "Traceback" not in ran.err and "unexpected" not in ran.err


@pytest.mark.by_hand
@pytest.mark.timeout(120)
def test_a_command_ends_within_twenty_seconds(home: Path, lockgroove: Run, discogs: Any) -> None:
    """By the clock, with the patience that the program has: several writers of one process do not wait one after another."""
    with locked(home):
        began = time.monotonic()
        ran = lockgroove("sync", **discogs.environment)
        took = time.monotonic() - began
    assert ran.status == 1 and "kept the library locked" in ran.err
    assert 14 < took < 25, "on a machine that does other things too"


@contextmanager
def following(home: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A ``lockgroove sync discogs`` that is soon impatient."""
    impatient = (
        "import sys; from storage import dialect; from tui.main import main; dialect.BUSY_SECONDS = 0.3;"
        f" sys.argv[1:] = ['--data-dir', {str(home)!r}, 'sync', 'discogs']; sys.exit(main())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", impatient],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if words in line:
            return
    raise AssertionError(f"“{words}” never came: {seen}")


@pytest.mark.by_hand
@pytest.mark.timeout(90)
def test_a_sync_that_waits_to_be_taken_up_says_for_what_and_goes_on(home: Path, discogs: Any) -> None:
    asyncio.run(begin(home, "sync"))
    with following(home, discogs.environment) as waiting:
        with locked(home):
            wait_for(waiting, "kept the library locked")
        out, err = waiting.communicate(timeout=60)
        assert waiting.returncode == 0 and "250 pulled" in out, err


@pytest.mark.by_hand
@pytest.mark.timeout(90)
def test_a_sync_that_is_locked_out_half_way_says_so_can_be_left_and_goes_on(home: Path, lockgroove: Run) -> None:
    with running("--records", "250", "--rate-limit", "0", "--fault", "slow") as discogs:
        with following(home, discogs.environment) as sync, locked_once(sync, "pulling from Discogs", home):
            wait_for(sync, "kept the library locked")
            sync.send_signal(signal.SIGINT)
            out, err = sync.communicate(timeout=60)
            assert sync.returncode == 130 and "could not be cancelled" in err and "unexpected" not in err, out + err
        ran = lockgroove("sync", "discogs", **discogs.environment)
        assert ran.status == 0 and "250 pulled" in ran.out, ran.err
    with closing(sqlite3.connect(home / "library.db")) as library:
        assert library.execute("SELECT count(*), count(DISTINCT discogs_id) FROM record").fetchone() == (250, 250)


@contextmanager
def locked_once(process: subprocess.Popen[str], words: str, home: Path) -> Iterator[None]:
    """:func:`locked` from when it says these words."""
    wait_for(process, words)
    with locked(home):
        yield
