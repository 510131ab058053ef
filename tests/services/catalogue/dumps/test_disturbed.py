"""Whatever comes between, an import changes all or nothing, says why, and leaves nothing behind; on either engine."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import random
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.catalogue.dumps.building import building
from services.catalogue.dumps.files import Dump, find
from services.catalogue.dumps.progress import Phase, Progress
from services.catalogue.dumps.service import Dumps
from services.catalogue.search import CatalogueSearch
from services.errors import Conflict, InvalidInput, LockgrooveError, StoreError, StoreFull
from storage.address import Address
from storage.catalogue import answers, generation, generation_postgresql
from storage.catalogue.database import Database
from storage.catalogue.door import Catalogue, begin_writing, connect_server
from storage.engine import Storage, open_storage
from storage.migrate import create_catalogue
from storage.values import Credit, ReleaseId
from tests.services.catalogue.dumps import dump_files
from tests.services.catalogue.dumps.invented import write

Break = Callable[[bytes], bytes]


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an import on a server keeps its notes."""
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    return tmp_path / "scratch"


@pytest.fixture
async def storage(library_url: str, tmp_path: Path) -> AsyncIterator[Storage]:
    """A library and a catalogue that knows one answer of the API."""
    (tmp_path / "data").mkdir()
    async with open_storage(library_url, f"sqlite:///{tmp_path / 'data' / 'catalogue.db'}") as opened:
        await opened.catalogue.write(lambda db: answers.put(db, ReleaseId(7), {}))
        yield opened


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[Storage]:
    """The same on a server."""
    async with open_storage(postgres_url, "sqlite:///unused.db") as opened:
        await opened.catalogue.write(lambda db: answers.put(db, ReleaseId(7), {}))
        yield opened


def dump(folder: Path, releases: int = 200) -> Dump:
    """One of releases."""
    (found,) = find([write(folder, releases)[-1]])
    return found


async def assert_unchanged(storage: Storage, scratch: Path) -> None:
    """Nothing was imported, the one answer is still there, and nothing else is anywhere."""
    tables = ("release", "node", "source", "ranking", "number")
    counts = await storage.catalogue.read(lambda db: [db.row(f"SELECT count(*) FROM {each}")[0] for each in tables])
    assert counts == [0] * len(tables)
    assert await storage.catalogue.read(lambda db: len(answers.get_many(db, [ReleaseId(7)]))) == 1
    assert_clean(storage, scratch)


def assert_clean(storage: Storage, scratch: Path) -> None:
    address = storage.catalogue.address
    assert list(scratch.iterdir()) == []
    if address.file is None:
        database = connect_server(address)
        assert generation_postgresql.leftovers(database) == []
        database.close()
    else:
        assert generation.leftovers(address.file) == []
        assert list(address.file.parent.glob("*.scratch")) == []


def cut_short(packed: bytes) -> bytes:
    return packed[: len(packed) * 2 // 3]


def with_a_flipped_byte(packed: bytes) -> bytes:
    at = len(packed) - 6  # in the checksum that ends the file
    return packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :]


def with_a_tail_of_rubbish(packed: bytes) -> bytes:
    return packed[:-40] + gzip.compress(b"x" * 100)


@pytest.mark.parametrize("broken", [cut_short, with_a_flipped_byte, with_a_tail_of_rubbish])
async def test_a_file_that_is_damaged_changes_nothing_and_is_named(
    storage: Storage, tmp_path: Path, scratch: Path, broken: Break
) -> None:
    given = dump(tmp_path)
    given.file.write_bytes(broken(given.file.read_bytes()))
    with pytest.raises(InvalidInput, match=given.file.name):
        await Dumps(storage.catalogue).import_dumps([given])
    await assert_unchanged(storage, scratch)


async def test_a_file_that_hashes_to_something_else_changes_nothing(
    storage: Storage, tmp_path: Path, scratch: Path
) -> None:
    given = dump(tmp_path)
    meant = Dump(given.kind, given.file, given.date, hashlib.sha256(b"another").hexdigest())
    with pytest.raises(InvalidInput, match=given.file.name):
        await Dumps(storage.catalogue).import_dumps([meant])
    await assert_unchanged(storage, scratch)


@pytest.mark.parametrize("phase", [Phase.READING, Phase.FINISHING])
async def test_an_import_that_is_called_off_changes_nothing(
    storage: Storage, tmp_path: Path, scratch: Path, phase: Phase
) -> None:
    given, begun = dump(tmp_path), asyncio.Event()
    loop = asyncio.get_running_loop()
    held = threading.Event()

    def report(progress: Progress) -> None:
        if progress.phase is phase:
            loop.call_soon_threadsafe(begun.set)
            assert held.wait(20)

    importing = asyncio.create_task(Dumps(storage.catalogue).import_dumps([given], report))
    await begun.wait()
    importing.cancel()
    await asyncio.sleep(0)  # it hears of it
    held.set()
    with pytest.raises(asyncio.CancelledError):
        await importing
    await assert_unchanged(storage, scratch)


async def test_two_imports_at_once_are_one_too_many(storage: Storage, tmp_path: Path, scratch: Path) -> None:
    given = dump(tmp_path)
    with building(storage.catalogue.address).begin(), pytest.raises(Conflict):
        await Dumps(storage.catalogue).import_dumps([given])
    await assert_unchanged(storage, scratch)


async def test_what_an_import_left_that_was_killed_is_gone_once_another_begins(storage: Storage, scratch: Path) -> None:
    killed = building(storage.catalogue.address)
    killed.scratch.mkdir()
    (killed.scratch / "links.duckdb").write_bytes(b"half")
    loader = killed.loader(lambda: None)
    loader.nodes([[8], [0], ["Somebody"], *[[None]] * 6])
    loader.close()
    with building(storage.catalogue.address).begin():
        assert not killed.scratch.exists()
    await assert_unchanged(storage, scratch)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte; skips where none may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    asked = ["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", str(folder)]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_a_full_disk_changes_nothing_and_is_told(tmp_path: Path, small_disk: Path, scratch: Path) -> None:
    given = dump(tmp_path, 3000)
    async with open_storage(
        f"sqlite:///{tmp_path / 'library.db'}", f"sqlite:///{small_disk / 'catalogue.db'}"
    ) as storage:
        await storage.catalogue.write(lambda db: answers.put(db, ReleaseId(7), {}))
        with pytest.raises(StoreFull, match="unchanged"):
            await Dumps(storage.catalogue).import_dumps([given])
        await assert_unchanged(storage, scratch)


async def test_no_room_for_notes_changes_nothing_on_a_server(
    server: Storage, tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with pytest.raises(StoreFull):
        await Dumps(server.catalogue).import_dumps([dump(tmp_path, 3000)])
    await assert_unchanged(server, small_disk)


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, small_disk: Path, scratch: Path) -> None:
    library, file = f"sqlite:///{tmp_path / 'library.db'}", small_disk / "catalogue.db"
    async with open_storage(library, f"sqlite:///{file}") as storage:
        await storage.catalogue.write(lambda db: answers.put(db, ReleaseId(7), {}))
    remount(small_disk, "ro")
    catalogue = Catalogue(Address(file=file))
    with pytest.raises(LockgrooveError, match=str(small_disk)):
        await Dumps(catalogue).import_dumps([dump(tmp_path)])
    remount(small_disk, "rw")
    async with open_storage(library, f"sqlite:///{file}") as storage:
        await assert_unchanged(storage, scratch)


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


@pytest.mark.postgres
async def test_a_server_that_hangs_up_changes_nothing(server: Storage, tmp_path: Path, scratch: Path) -> None:
    url = server.catalogue.address.server or ""

    def hang_up(progress: Progress) -> None:
        if progress.phase is Phase.READING:
            with psycopg.connect(url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
                )

    with pytest.raises(StoreError):
        await Dumps(server.catalogue).import_dumps([dump(tmp_path)], hang_up)
    await assert_unchanged(server, scratch)


def replace(storage: Storage, number: int) -> None:
    """Let a catalogue with one other answer be the live one."""
    fresh = generation_postgresql.new()
    create_catalogue(storage.catalogue.address, fresh)
    heir, live = connect_server(storage.catalogue.address, fresh), connect_server(storage.catalogue.address)
    answers.put(heir, ReleaseId(number), {})
    begin_writing(live)
    generation_postgresql.make_live(live, fresh)
    live.do("COMMIT")
    heir.close()
    live.close()


def kept(db: Database) -> list[int]:
    return [number for (number,) in db.rows("SELECT release_id FROM answer ORDER BY 1")]


@pytest.mark.postgres
async def test_a_schema_that_takes_the_place_of_the_live_one_is_read_by_the_next_question(server: Storage) -> None:
    for _ in range(20):  # by then the driver has prepared the statement on the server
        assert await server.catalogue.read(kept) == [7]
    await asyncio.to_thread(replace, server, 8)
    assert await server.catalogue.read(kept) == [8]
    await server.catalogue.write(lambda db: answers.put(db, ReleaseId(9), {}))
    assert await server.catalogue.read(kept) == [8, 9]


@pytest.mark.postgres
async def test_who_waits_to_write_while_the_schema_is_replaced_writes_to_the_new_one(server: Storage) -> None:
    for number in range(10, 20):  # by then the driver has prepared the statement on the server
        await server.catalogue.write(lambda db, number=number: answers.put(db, ReleaseId(number), {}))
    fresh = generation_postgresql.new()
    await asyncio.to_thread(create_catalogue, server.catalogue.address, fresh)
    live = connect_server(server.catalogue.address)
    begin_writing(live)
    writing = asyncio.create_task(server.catalogue.write(lambda db: answers.put(db, ReleaseId(9), {})))
    done, _ = await asyncio.wait({writing}, timeout=0.3)
    assert not done, "it waits for the lock"
    generation_postgresql.make_live(live, fresh)
    live.do("COMMIT")
    live.close()
    await writing
    assert await server.catalogue.read(kept) == [9]


@pytest.mark.postgres
@pytest.mark.parametrize("fails", [False, True])
async def test_a_question_amid_which_the_schema_is_replaced_is_asked_again(server: Storage, fails: bool) -> None:
    asked: list[list[int]] = []

    def ask_twice(db: Database) -> tuple[list[int], list[int]]:
        first = kept(db)
        if not asked:
            replace(server, 8)
        asked.append(first)
        second = kept(db)
        if fails and first != second:
            raise AssertionError("half of either")
        return first, second

    for _ in range(2):
        assert await server.catalogue.read(kept) == [7]
    assert await server.catalogue.read(ask_twice) == ([8], [8])
    assert asked == [[7], [8]]


@pytest.mark.postgres
async def test_a_replaced_schema_that_is_still_read_stays_until_the_next_sweep(
    server: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation_postgresql, "_PATIENCE", "20ms")
    reader, sweeper = connect_server(server.catalogue.address), connect_server(server.catalogue.address)
    reader.do("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    assert kept(reader) == [7]
    await asyncio.to_thread(replace, server, 8)
    generation_postgresql.sweep(sweeper)
    assert len(generation_postgresql.leftovers(sweeper)) == 1
    assert await server.catalogue.read(kept) == [8], "nobody else waits for it"
    reader.do("ROLLBACK")
    generation_postgresql.sweep(sweeper)
    found: list[Any] = generation_postgresql.leftovers(sweeper)
    reader.close()
    sweeper.close()
    assert found == []


async def test_nonsense_of_any_length_stops_no_import(storage: Storage, tmp_path: Path, scratch: Path) -> None:
    noise = "".join(random.Random(4).choices("abcdefghijklmnopqrstuvwxyz 0123456789", k=9000))
    label = f'<labels><label name="{noise}" catno="{noise}" id="3"/></labels>'
    elements = [
        dump_files.release(1, title=noise, inside=label, artists=[Credit(2, noise)]),
        dump_files.release(5, title=f"Sense {'x' * 9000}"),
    ]
    await Dumps(storage.catalogue).import_dumps(find([dump_files.write(tmp_path, "releases", elements)]))
    found = await CatalogueSearch(storage).find("sense")
    assert [hit.id for hit in found.hits] == [5]
    assert_clean(storage, scratch)
