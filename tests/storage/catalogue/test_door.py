"""The door to the catalogue: one state per question, one writer, and another generation that takes the place of a live one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.address import Address
from storage.catalogue import answers, generation
from storage.catalogue.database import Database, SqliteDatabase
from storage.catalogue.door import begin_writing, connect
from storage.engine import Storage, open_storage
from storage.errors import StoreError
from storage.migrate import migrate
from storage.values import ReleaseId


def keep(number: int) -> Callable[[Database], None]:
    return lambda db: answers.put(db, ReleaseId(number), {})


async def kept(storage: Storage) -> list[int]:
    rows = await storage.catalogue.read(lambda db: db.rows("SELECT release_id FROM answer ORDER BY 1"))
    return [row[0] for row in rows]


@pytest.fixture
def file(storage: Storage) -> Path:
    found = storage.catalogue.address.file
    if found is None:
        pytest.skip("on a server schemas are swapped, not files")
    return found


async def test_a_change_that_fails_leaves_nothing(storage: Storage) -> None:
    def fail(db: Database) -> None:
        answers.put(db, ReleaseId(1), {})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await storage.catalogue.write(fail)
    await storage.catalogue.write(keep(2))
    assert await kept(storage) == [2]


async def test_a_question_sees_one_state_while_others_write(storage: Storage) -> None:
    asked, written = threading.Event(), threading.Event()

    def count_twice(db: Database) -> tuple[int, int]:
        first = len(db.rows("SELECT release_id FROM answer"))
        asked.set()
        assert written.wait(20)
        return first, len(db.rows("SELECT release_id FROM answer"))

    reading = asyncio.create_task(storage.catalogue.read(count_twice))
    assert await asyncio.to_thread(asked.wait, 20)
    await storage.catalogue.write(keep(1))
    written.set()
    assert await reading == (0, 0)
    assert await kept(storage) == [1]


async def test_a_change_goes_on_when_whoever_asked_for_it_is_cancelled(storage: Storage) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def change(db: Database) -> None:
        answers.put(db, ReleaseId(1), {})
        begun.set()
        assert go_on.wait(20)

    task = asyncio.create_task(storage.catalogue.write(change))
    assert await asyncio.to_thread(begun.wait, 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await storage.catalogue.write(keep(2))
    assert await kept(storage) == [1, 2]


async def next_generation(file: Path, number: int) -> Path:
    """A catalogue of one answer, ready to become the live one."""
    made = generation.new(file)
    await asyncio.to_thread(migrate, Address(file=made), "catalogue")
    database = SqliteDatabase(made, reading=False)
    answers.put(database, ReleaseId(number), {})
    database.close()
    return made


async def test_another_generation_is_read_from_the_next_question_on(storage: Storage, file: Path) -> None:
    await storage.catalogue.write(keep(1))
    generation.make_live(file, await next_generation(file, 2))
    assert await kept(storage) == [2]
    for left in generation.leftovers(file):
        generation.discard(left)
    assert not generation.leftovers(file)
    await storage.catalogue.write(keep(3))
    assert await kept(storage) == [2, 3]


async def test_who_waits_to_write_while_the_generation_changes_writes_to_the_new_one(
    storage: Storage, file: Path
) -> None:
    await storage.catalogue.write(keep(1))
    made = await next_generation(file, 2)
    swapper = connect(storage.catalogue.address, reading=False)
    begin_writing(swapper)
    writing = asyncio.create_task(storage.catalogue.write(keep(3)))
    done, _ = await asyncio.wait({writing}, timeout=0.3)
    assert not done, "it waits for the lock of the old one"
    generation.make_live(file, made)
    swapper.do("ROLLBACK")
    swapper.close()
    await writing
    assert await kept(storage) == [2, 3]


async def test_the_live_generation_is_found_again_by_the_next_start(storage: Storage, file: Path) -> None:
    generation.make_live(file, await next_generation(file, 7))
    async with open_storage(f"sqlite:///{file.with_name('library.db')}", f"sqlite:///{file}") as again:
        assert await kept(again) == [7]


async def test_a_live_generation_that_is_not_there_is_told_and_nothing_is_made_in_its_place(
    storage: Storage, file: Path
) -> None:
    generation.pointer(file).write_text("catalogue-deadbeef.db")
    with pytest.raises(StoreError):
        await kept(storage)
    assert not file.with_name("catalogue-deadbeef.db").exists()


async def test_what_an_import_left_behind_is_known_by_its_name(storage: Storage, file: Path) -> None:
    await storage.catalogue.write(keep(1))
    made = generation.new(file)
    made.write_bytes(b"")
    other = file.with_name("catalogue-notes.db")
    other.write_bytes(b"")
    assert generation.leftovers(file) == [made]
