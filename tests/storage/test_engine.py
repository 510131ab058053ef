"""Opening the stores, and what their two doors promise."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from storage import accounts, dialect, migrate, records, schema
from storage.engine import Storage, open_storage
from storage.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreTooNew
from storage.values import RecordFacts, RecordQuery, User

LATEST = schema.head("library")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


async def open_and_close(library: Path) -> None:
    async with open_storage(f"sqlite:///{library}", f"sqlite:///{library.parent / 'catalogue.db'}"):
        pass


async def test_what_was_written_is_there_when_opened_again(library_url: str, catalogue_url: str) -> None:
    async with open_storage(library_url, catalogue_url) as storage, storage.write() as conn:
        first = await accounts.ensure_owner(conn)
    async with open_storage(library_url, catalogue_url) as storage, storage.write() as conn:
        assert await accounts.ensure_owner(conn) == first


async def test_a_write_that_fails_leaves_nothing(storage: Storage, owner: User) -> None:
    with pytest.raises(ZeroDivisionError):
        async with storage.write() as conn:
            await records.add(conn, owner.id, RecordFacts("A", "B"), data_source="manual")
            raise ZeroDivisionError
    async with storage.read() as conn:
        assert await records.page(conn, owner.id, RecordQuery(), limit=1, offset=0) == ([], 0)


async def test_an_error_does_not_repeat_what_was_to_be_stored(storage: Storage, owner: User) -> None:
    for door in (storage.read, storage.write):
        with pytest.raises(DBAPIError) as failed:
            async with door() as conn:
                await conn.execute(text("SELECT * FROM no_such_table WHERE x = :value"), {"value": "a-sealed-secret"})
        assert "a-sealed-secret" not in str(failed.value)


async def test_a_cancelled_write_leaves_nothing_and_the_door_open(storage: Storage, owner: User) -> None:
    inside = asyncio.Event()

    async def stuck() -> None:
        async with storage.write() as conn:
            await records.add(conn, owner.id, RecordFacts("A", "B"), data_source="manual")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with storage.write() as conn:
        assert await records.page(conn, owner.id, RecordQuery(), limit=1, offset=0) == ([], 0)


async def test_a_write_cancelled_amid_a_statement_lets_the_next_one_in(storage: Storage, owner: User) -> None:
    counting = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT count(*) FROM n"
    )

    async def write() -> None:
        async with storage.write() as conn:
            await records.add(conn, owner.id, RecordFacts("Never", "Stored"), data_source="manual")
            asking.set()
            await conn.execute(counting)

    for _ in range(5):
        asking = asyncio.Event()
        task = asyncio.create_task(write())
        await asking.wait()
        await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with storage.write() as conn:
            await accounts.ensure_owner(conn)
    async with storage.read() as conn:
        assert (await records.page(conn, owner.id, RecordQuery(), limit=1, offset=0))[1] == 0


async def test_the_reading_door_refuses_to_write(storage: Storage, owner: User) -> None:
    with pytest.raises((DBAPIError, StoreError)):
        async with storage.read() as conn:
            await records.add(conn, owner.id, RecordFacts("A", "B"), data_source="manual")
    with pytest.raises((psycopg.Error, StoreError)):
        await storage.catalogue.read(lambda db: db.do("DELETE FROM answer"))


async def test_a_read_sees_one_state_while_others_write(storage: Storage, owner: User) -> None:
    async with storage.read() as conn:
        assert (await records.page(conn, owner.id, RecordQuery(), limit=1, offset=0))[1] == 0
        async with storage.write() as other:
            await records.add(other, owner.id, RecordFacts("A", "B"), data_source="manual")
        assert (await records.page(conn, owner.id, RecordQuery(), limit=1, offset=0))[1] == 0


async def test_writers_of_one_process_take_turns(storage: Storage, owner: User) -> None:
    async def add(number: int) -> None:
        async with storage.write() as conn:
            _, count = await records.page(conn, owner.id, RecordQuery(), limit=1, offset=0)
            await records.add(conn, owner.id, RecordFacts(f"after {count}", str(number)), data_source="manual")

    await asyncio.gather(*(add(number) for number in range(20)))
    async with storage.read() as conn:
        found, _ = await records.page(conn, owner.id, RecordQuery(), limit=None, offset=0)
    assert {record.artist_name for record in found} == {f"after {count}" for count in range(20)}


async def test_a_lock_held_elsewhere_too_long_is_busy(
    library_url: str, catalogue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.05)
    async with (
        open_storage(library_url, catalogue_url) as one,
        open_storage(library_url, catalogue_url) as other,
        one.write() as conn,
    ):
        await accounts.ensure_owner(conn)
        with pytest.raises(StoreBusy, match="kept the library locked"):
            async with other.write() as second:
                await accounts.ensure_owner(second)


async def patience(storage: Storage) -> float:
    """For how many seconds the writer that has its turn was to wait for the lock."""
    asked = (
        "PRAGMA busy_timeout"
        if storage.dialect == "sqlite"
        else "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'"
    )
    async with storage.write() as conn:
        return int((await conn.exec_driver_sql(asked)).scalar_one()) / 1000


async def test_who_comes_after_one_that_waited_in_vain_only_tries_until_one_gets_through(
    library_url: str, catalogue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.5)
    monkeypatch.setattr(dialect, "TRY_SECONDS", 0.01)
    monkeypatch.setattr(dialect, "LOCKOUT_SECONDS", 60.0)
    async with open_storage(library_url, catalogue_url) as one, open_storage(library_url, catalogue_url) as other:
        async with one.write():
            found = await asyncio.gather(*(patience(other) for _ in range(5)), return_exceptions=True)
            assert all(isinstance(each, StoreBusy) for each in found)
        assert await patience(other) == 0.01
        assert await patience(other) == 0.5


async def test_a_full_disk_is_told_apart_and_nothing_is_lost(library: Path) -> None:
    async with open_storage(f"sqlite:///{library}", f"sqlite:///{library.parent / 'catalogue.db'}") as storage:
        async with storage.write() as conn:
            owner = await accounts.ensure_owner(conn)
            pages = (await conn.exec_driver_sql("PRAGMA page_count")).scalar_one()
            await conn.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreFull, match="disk is full"):
            async with storage.write() as conn:
                for number in range(100):
                    facts = RecordFacts("A", str(number), cover_image_url="x" * 9000)
                    await records.add(conn, owner.id, facts, data_source="manual")
        async with storage.write() as conn:
            assert await accounts.owner(conn) == owner
            assert (await records.page(conn, owner.id, RecordQuery(), limit=1, offset=0))[1] == 0


async def test_the_library_is_private_and_its_writes_are_synced(library: Path) -> None:
    async with open_storage(f"sqlite:///{library}", f"sqlite:///{library.parent / 'catalogue.db'}") as storage:
        async with storage.write() as conn:
            await accounts.ensure_owner(conn)
            assert (await conn.exec_driver_sql("PRAGMA synchronous")).scalar_one() == 2
            assert (await conn.exec_driver_sql("PRAGMA journal_mode")).scalar_one() == "wal"
            assert (await conn.exec_driver_sql("PRAGMA foreign_keys")).scalar_one() == 1
        for file in library.parent.glob("library.db*"):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.parametrize("content", [b"not a database at all, just text " * 40, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_no_sound_database_is_refused_and_left_alone(library: Path, content: bytes) -> None:
    library.write_bytes(content)
    with pytest.raises(StoreCorrupt, match="damaged or not a database"):
        asyncio.run(open_and_close(library))
    assert library.read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left_alone(library: Path) -> None:
    with sqlite3.connect(library) as connection:
        connection.execute("CREATE TABLE moz_places (id INTEGER)")
    before = library.read_bytes()
    with pytest.raises(StoreCorrupt, match="not one of Lockgroove's"):
        asyncio.run(open_and_close(library))
    assert library.read_bytes() == before


async def test_a_newer_store_is_refused_with_a_hint(library_url: str, catalogue_url: str) -> None:
    async with open_storage(library_url, catalogue_url) as storage, storage.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = 'library_9999'"))
    with pytest.raises(StoreTooNew, match="library_9999") as refused:
        async with open_storage(library_url, catalogue_url):
            pass
    assert "Update Lockgroove" in refused.value.hint


async def test_an_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(StoreError, match="not a database address"):
        async with open_storage("mysql://localhost/x", "sqlite:///y.db"):
            pass


async def test_a_server_that_does_not_answer_is_named_as_such() -> None:
    with pytest.raises(StoreError, match="does not answer"):
        async with open_storage("postgresql://nobody@127.0.0.1:1/none", ""):
            pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").touch()
    with pytest.raises(StoreError, match="cannot be created"):
        asyncio.run(open_and_close(tmp_path / "in-the-way" / "library.db"))


async def test_an_older_library_is_copied_before_it_is_migrated(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = f"sqlite:///{library}", f"sqlite:///{tmp_path / 'catalogue.db'}"
    async with open_storage(*urls) as storage, storage.write() as conn:
        owner = await accounts.ensure_owner(conn)
    shutil.copytree(migrate.MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "migrations" / "library" / "library_9999.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision = 'library_9999'\ndown_revision = '{LATEST}'\n"
        "def upgrade():\n    op.add_column('folder', sa.Column('colour', sa.Text()))\n"
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", tmp_path / "migrations")
    monkeypatch.setitem(schema.REVISIONS, "library", (*schema.REVISIONS["library"], "library_9999"))
    async with open_storage(*urls, backups=tmp_path / "backups") as storage, storage.read() as conn:
        columns = await conn.run_sync(lambda sync: {column["name"] for column in inspect(sync).get_columns("folder")})
        assert "colour" in columns
        assert await accounts.owner(conn) == owner
    (copy,) = (tmp_path / "backups").glob("library-before-library_9999-*.db")
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT id FROM user").fetchall() == [(owner.id,)]
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (LATEST,)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


async def test_a_migration_that_fails_changes_nothing(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_and_close(library)
    shutil.copytree(migrate.MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "migrations" / "library" / "library_9999.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision = 'library_9999'\ndown_revision = '{LATEST}'\n"
        "def upgrade():\n    op.add_column('folder', sa.Column('colour', sa.Text()))\n    raise RuntimeError('power cut')\n"
    )
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "MIGRATIONS", tmp_path / "migrations")
        patched.setitem(schema.REVISIONS, "library", (*schema.REVISIONS["library"], "library_9999"))
        with pytest.raises(RuntimeError, match="power cut"):
            await open_and_close(library)
    with sqlite3.connect(library) as connection:
        assert "colour" not in str(connection.execute("SELECT sql FROM sqlite_master").fetchall())
    await open_and_close(library)


async def test_a_library_that_cannot_be_opened_says_so_and_names_a_full_disk(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(library.mkdir)
    with pytest.raises(StoreError, match=r"cannot be used \("):
        await open_and_close(library)

    def full(_: object) -> SimpleNamespace:
        return SimpleNamespace(free=0)

    monkeypatch.setattr(shutil, "disk_usage", full)
    with pytest.raises(StoreFull, match="is full"):
        await open_and_close(library)


@pytest.mark.postgres
async def test_a_process_that_stands_still_amid_a_write_holds_nobody_up(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "FROZEN_SECONDS", 0.3)
    async with open_storage(postgres_url, postgres_url) as frozen, open_storage(postgres_url, postgres_url) as other:
        with pytest.raises(StoreError):
            async with frozen.write() as conn:
                await accounts.ensure_owner(conn)
                async with asyncio.timeout(10), other.write() as theirs:
                    assert await accounts.ensure_owner(theirs)
                await accounts.ensure_owner(conn)
        async with frozen.write() as conn:
            assert await accounts.ensure_owner(conn)
