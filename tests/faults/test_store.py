"""Bad disks: full, read-only, damaged, locked, of a newer version. The app, ``serve``, ``sync`` and ``doctor`` say what is wrong
and what to do; nothing is overwritten, and what can still be read is.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

import pytest

from services.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull
from services.places import locate
from services.records.entry import RecordEntry
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage import backup, dialect, migrate
from storage.address import parse_address
from storage.values import RecordQuery
from tests.tui.cli.conftest import Run, lockgroove
from tui.bridge import Bridge

__all__ = ["lockgroove"]


@asynccontextmanager
async def program(home: Path) -> AsyncGenerator[Runtime]:
    places = locate(home)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        yield runtime


async def add(runtime: Runtime, *titles: str) -> None:
    for title in titles:
        await runtime.records.add(runtime.owner.id, RecordEntry("Somebody", title))


async def held(runtime: Runtime) -> list[str]:
    records, _ = await runtime.records.page(runtime.owner.id, RecordQuery())
    return sorted(record.album_title for record in records)


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of an installation with a record, and a copy of its library where copies are made by themselves."""
    monkeypatch.setenv("SYNC_SCHEDULE", "off")
    folder = tmp_path / "home"
    async with program(folder) as runtime:
        await add(runtime, "One")
    (folder / "backups").mkdir()
    with (
        closing(sqlite3.connect(folder / "library.db")) as library,
        closing(sqlite3.connect(folder / "backups" / "library-before-x.db")) as copy,
    ):
        library.backup(copy)
        library.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


# --- damaged, or newer


def break_header(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.write(b"no SQLite format")


def break_table(file: Path) -> None:
    """A page in the middle of the file, which only whoever reads records meets."""
    with closing(sqlite3.connect(file)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'record'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as stream:
        stream.seek((root - 1) * size)
        stream.write(b"\xa5" * size)


def make_newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'library_9999'")
        connection.commit()


STATES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "header": (break_header, "is damaged", "library-before-x.db"),
    "table": (break_table, "is damaged", "library-before-x.db"),
    "newer": (make_newer, "newer version", "Update Lockgroove"),
}


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("header", "doctor"),
        ("table", "doctor"),
        ("header", "sync"),
        ("newer", "serve --port 0 --health-port 0"),
    ],
)
def test_a_library_that_cannot_be_used_is_named_with_the_way_out_and_left_as_it_is(
    home: Path, lockgroove: Run, state: str, command: str
) -> None:
    spoil, told, way_out = STATES[state]
    file = home / "library.db"
    spoil(file)
    before = file.read_bytes()
    ran = lockgroove(*command.split())
    said = ran.out + ran.err
    assert ran.status == 1, said
    assert (told in said and way_out in said and str(file) in said) or state == "newer", said
    assert told in said and way_out in said, said
    assert "Traceback" not in said
    assert file.read_bytes() == before


async def test_the_app_shows_why_it_has_no_library(home: Path) -> None:
    break_header(home / "library.db")
    rung = threading.Event()
    bridge = Bridge(home)
    bridge.start(rung.set)
    assert await asyncio.to_thread(rung.wait, 60)
    failure = bridge.answer_ring().failure
    bridge.stop()
    assert isinstance(failure, StoreCorrupt) and "library-before-x.db" in failure.hint


async def test_damage_that_is_met_at_work_is_told_and_the_copy_offered_brings_everything_back(home: Path) -> None:
    file = home / "library.db"
    async with program(home) as runtime:
        break_table(file)
        with pytest.raises(StoreCorrupt, match=r"library\.db is damaged") as told:
            await add(runtime, "Two")
        copy = next(word for word in told.value.hint.split() if "library-before-x" in word).rstrip(".")
    restored = backup.restore(Path(copy), load_settings(locate(home)).library_url)
    assert restored.replaced is not None and restored.replaced.exists()
    async with program(home) as runtime:
        assert await held(runtime) == ["One"]


async def test_a_damaged_catalogue_is_one_to_be_made_anew(home: Path) -> None:
    break_header(home / "catalogue.db")
    with pytest.raises(StoreCorrupt, match=r"catalogue\.db is damaged") as told:
        async with program(home):
            pass
    assert "made anew" in told.value.hint and "restore" not in told.value.hint
    (home / "catalogue.db").rename(home / "away.db")
    async with program(home) as runtime:
        assert await held(runtime) == ["One"]


# --- locked by somebody else


@contextmanager
def holding(file: Path, *statements: str) -> Iterator[None]:
    """Another process with a transaction of its own, until the end."""
    script = f"import sqlite3; c = sqlite3.connect({str(file)!r}, isolation_level=None)\n"
    script += "".join(f"c.execute({statement!r})\n" for statement in statements) + "print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        yield
        other.communicate("\n")


async def test_a_long_write_of_another_program_keeps_nobody_from_reading(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.2)
    with holding(home / "library.db", "BEGIN IMMEDIATE"):
        async with program(home) as runtime:
            with pytest.raises(StoreBusy, match="kept the library locked") as told:
                await add(runtime, "Two")
            assert "doctor" in told.value.hint
            assert await held(runtime) == ["One"]
    async with program(home) as runtime:
        await add(runtime, "Two")
        assert await held(runtime) == ["One", "Two"]


async def test_a_program_that_has_the_file_for_itself_alone_is_told_of_in_time(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert migrate._LOOK_SECONDS <= 15  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(migrate, "_LOOK_SECONDS", 0.2)
    with (
        holding(home / "library.db", "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE"),
        pytest.raises(StoreBusy, match="for itself alone") as told,
    ):
        async with program(home):
            pass
    assert "Close what has it open" in told.value.hint


# --- full, or read-only


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of six megabytes; skips where none may be mounted."""
    monkeypatch.setenv("SYNC_SCHEDULE", "off")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Every byte that is left, in one file."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream, suppress(OSError):
        while stream.write(b"x" * 4096):
            pass
    return filler


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


async def test_a_disk_that_fills_up_costs_only_what_had_no_room(disk: Path) -> None:
    async with program(disk / "home") as runtime:
        await add(runtime, "One")
        filler = fill(disk)
        added: list[str] = []
        with pytest.raises(StoreFull, match="disk is full") as told:
            for number in range(200):  # the log has a few pages left
                await add(runtime, f"{number:03} {'x' * 900}")
                added.append(f"{number:03} {'x' * 900}")
        assert "Free some space" in told.value.hint
        assert await held(runtime) == [*added, "One"], "what was acknowledged is there, and can be read"
        filler.unlink()
        await add(runtime, "Two")
        assert await held(runtime) == [*added, "One", "Two"]
    file = parse_address(load_settings(locate(disk / "home")).library_url).file
    assert file is not None and backup.verify(file).records == len(added) + 2


async def test_a_full_disk_is_named_before_anything_is_begun(disk: Path, lockgroove: Run) -> None:
    async with program(disk / "home") as runtime:
        await add(runtime, "One")
    fill(disk)
    ran = lockgroove("doctor", LOCKGROOVE_DATA_DIR=str(disk / "home"))
    assert ran.status == 1 and "Free some space" in ran.out and "Traceback" not in ran.out + ran.err, ran.out
    ran = lockgroove("records", "add", "--artist", "A", "--title", "B", LOCKGROOVE_DATA_DIR=str(disk / "home"))
    assert ran.status == 1 and "full" in ran.err and "Free some space" in ran.err, ran.err


async def test_a_disk_that_becomes_read_only_is_named_and_takes_nothing(disk: Path, lockgroove: Run) -> None:
    home = disk / "home"
    async with program(home) as runtime:
        await add(runtime, "One")
    remount(disk, "ro")
    try:
        with pytest.raises(StoreError, match=r"library\.db cannot be") as told:
            async with program(home):
                pass
        assert "can be written" in told.value.hint
        ran = lockgroove("doctor", LOCKGROOVE_DATA_DIR=str(home), XDG_RUNTIME_DIR=os.environ["XDG_RUNTIME_DIR"])
        assert ran.status == 1 and "cannot be written" in ran.out and "Traceback" not in ran.out + ran.err
    finally:
        remount(disk, "rw")
    async with program(home) as runtime:
        assert await held(runtime) == ["One"]
