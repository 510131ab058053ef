"""``kill -9`` amid a migration, a backup and a restore: whatever has a name is whole, and what is left over goes."""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config

from storage import migrate
from storage.address import Address, parse_address
from storage.backup import backup, restore, verify
from storage.dialect import server_url
from storage.migrate import MIGRATIONS
from storage.schema import head
from tests.tui.cli.forked import CONTEXT

KILLS = [1, pytest.param(20, marks=[pytest.mark.by_hand, pytest.mark.timeout(600)])]
OLD, NEW = 2000, 2500
"""Records of the old library and of the one that takes its place."""


def upgrade_to(revision: str, url: str) -> None:
    """What an older version left."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / "library"))
    config.set_main_option("path_separator", "newline")
    address = parse_address(url)
    engine = sqlalchemy.create_engine(server_url(address, "library") if address.server else url)
    with engine.begin() as connection:
        config.attributes.update(connection=connection, store="library")
        command.upgrade(config, revision)
    engine.dispose()


def fill(url: str, records: int) -> None:
    """An owner, and records as the first version had them."""
    address = parse_address(url)
    engine = sqlalchemy.create_engine(server_url(address, "library") if address.server else url)
    now = "2024-01-01T00:00:00.000000+00:00"
    with engine.begin() as connection:
        owner = connection.execute(sqlalchemy.text('SELECT id FROM "user"')).scalar_one_or_none()
        if owner is None:
            owner = "owner"
            person = 'INSERT INTO "user" (id, is_owner, is_active, created_at) VALUES (:id, true, true, :now)'
            connection.execute(sqlalchemy.text(person), {"id": owner, "now": now})
        held = connection.execute(sqlalchemy.text("SELECT count(*) FROM record")).scalar_one()
        record = (
            "INSERT INTO record (record_id, user_id, artist_name, album_title, data_source, date_added, created_at,"
            " updated_at, artist_key, title_key, tokens, notes) VALUES"
            " (:id, :owner, :artist, :title, 'manual', :now, :now, :now, :artist, :title, :artist, :notes)"
        )
        rows = [
            {
                "id": f"record {n}",
                "owner": owner,
                "artist": f"band {n}",
                "title": f"t{n}",
                "now": now,
                "notes": "x" * 300,
            }
            for n in range(held, records)
        ]
        if rows:
            connection.execute(sqlalchemy.text(record), rows)
    engine.dispose()
    if address.file:
        with closing(sqlite3.connect(address.file)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def look(file: Path) -> tuple[str, int]:
    """Schema and records of a sound library in a file, as the next program to open it finds them."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchone() is None
        connection.execute("INSERT INTO record_fts (record_fts) VALUES ('integrity-check')")
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return revision, connection.execute("SELECT count(*) FROM record").fetchone()[0]


def _work(told: Connection, do: Callable[..., object], *arguments: object) -> None:
    told.send("ready")
    do(*arguments)
    told.send("done")


def run(do: Callable[..., object], *arguments: object, within: float = 60) -> bool:
    """Do it in a process of its own that is killed after so many seconds; whether it was through before."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_work, args=(theirs, do, *arguments))
    process.start()
    theirs.close()
    assert ours.recv() == "ready"
    is_through = ours.poll(within)
    process.kill()
    process.join()
    return is_through and ours.recv() == "done"


def instants(kills: int, do: Callable[..., object], *arguments: object) -> Iterator[float]:
    """Random ones, while what is to be killed is at work; it is done once, undisturbed, to know for how long it is."""
    began = time.monotonic()
    assert run(do, *arguments)
    took = time.monotonic() - began
    lots = random.Random(kills)
    yield from (lots.uniform(0, took) for _ in range(kills))


def named(folder: Path) -> list[str]:
    """Files that are there, but for those that SQLite keeps beside an open library and the lock file."""
    return sorted(
        each.name for each in folder.iterdir() if each.is_file() and not each.name.endswith(("-wal", "-shm", ".lock"))
    )


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A library as the first version left it, with records."""
    file = tmp_path / "old" / "library.db"
    file.parent.mkdir()
    upgrade_to("library_0001", f"sqlite:///{file}")
    fill(f"sqlite:///{file}", OLD)
    return file


@pytest.mark.parametrize("kills", KILLS)
def test_a_migration_that_is_killed_is_made_by_the_next_start(old: Path, tmp_path: Path, kills: int) -> None:
    home = tmp_path / "home"
    arguments = (migrate.migrate, Address(file=home / "library.db"), "library")
    shutil.copytree(old.parent, home)
    for instant in instants(kills, *arguments):
        shutil.rmtree(home)
        shutil.copytree(old.parent, home)
        is_through = run(*arguments, within=instant)
        revision, records = look(home / "library.db")
        assert records == OLD and revision in (head("library"), "library_0001")
        assert revision == head("library") or not is_through
        for copy in (home / "backups").glob("*.db"):
            assert look(copy) == ("library_0001", OLD), "a copy that has its name is whole"
        migrate.migrate(Address(file=home / "library.db"), "library")
        assert look(home / "library.db") == (head("library"), OLD)
        if revision != head("library"):  # else there was nothing more to do, and so nobody to tidy up
            assert not [name for name in named(home / "backups") if name.startswith(".")]


@pytest.mark.postgres
@pytest.mark.by_hand
@pytest.mark.timeout(600)
def test_on_a_server_a_migration_and_a_restore_that_are_killed_are_made_whole_or_not_at_all(
    postgres_url: str, tmp_path: Path
) -> None:
    address, lots = parse_address(postgres_url), random.Random(20)
    engine = sqlalchemy.create_engine(server_url(address, "library"), poolclass=sqlalchemy.NullPool)

    def found() -> tuple[str, int]:
        with engine.connect() as connection:
            (revision,) = connection.exec_driver_sql("SELECT version_num FROM alembic_version").one()
            return revision, connection.exec_driver_sql("SELECT count(*) FROM record").scalar_one()

    for _ in range(20):
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        upgrade_to("library_0001", postgres_url)
        fill(postgres_url, OLD)
        run(migrate.migrate, address, "library", within=lots.uniform(0, 0.4))
        assert found() in (("library_0001", OLD), (head("library"), OLD))
        migrate.migrate(address, "library")
        assert found() == (head("library"), OLD)
    saved = tmp_path / "backup.db"
    backup(postgres_url, saved)
    fill(postgres_url, NEW)
    took = time.monotonic()
    backup(postgres_url, tmp_path / "other.db")
    restore(saved, postgres_url)
    took = time.monotonic() - took
    for _ in range(20):
        fill(postgres_url, NEW)
        is_through = run(restore, saved, postgres_url, within=lots.uniform(0, took))
        assert found()[1] == OLD or (not is_through and found()[1] == NEW)
        for copy in tmp_path.glob("backup.db.before-restore*"):
            assert verify(copy).records == NEW, "what has a name is whole"
    restore(saved, postgres_url)
    assert found()[1] == OLD
    assert not [name for name in named(tmp_path) if name.startswith(".")]
    engine.dispose()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library of this version."""
    file = tmp_path / "home" / "library.db"
    file.parent.mkdir()
    migrate.migrate(Address(file=file), "library")
    fill(f"sqlite:///{file}", OLD)
    return file


@pytest.mark.parametrize("kills", KILLS)
def test_a_backup_that_is_killed_leaves_the_one_before_it(library: Path, tmp_path: Path, kills: int) -> None:
    url, target = f"sqlite:///{library}", tmp_path / "backups" / "backup.db"
    backup(url, target)
    fill(url, NEW)
    for instant in instants(kills, backup, url, tmp_path / "backups" / "other.db"):
        is_through = run(backup, url, target, within=instant)
        found = verify(target)
        assert found.made_at is not None and found.records in (OLD, NEW)
        assert found.records == NEW or not is_through
        assert look(library) == (head("library"), NEW)
    backup(url, target)
    assert verify(target).records == NEW
    assert named(target.parent) == ["backup.db", "other.db"], "what was left over is gone"


@pytest.mark.parametrize("kills", KILLS)
def test_a_restore_that_is_killed_leaves_either_library_whole(library: Path, tmp_path: Path, kills: int) -> None:
    url, saved = f"sqlite:///{library}", tmp_path / "backups" / "backup.db"
    backup(url, saved)
    fill(url, NEW)
    pristine = shutil.copytree(library.parent, tmp_path / "pristine")
    for instant in instants(kills, restore, saved, url):
        shutil.rmtree(library.parent)
        shutil.copytree(pristine, library.parent)
        is_through = run(restore, saved, url, within=instant)
        kept = library.with_name("library.db.before-restore")
        if kept.exists() and not kept.samefile(library):
            assert look(kept)[1] == NEW, "what was replaced is whole"
            assert look(library)[1] == OLD
        else:
            assert not is_through and look(library)[1] == NEW
        migrate.migrate(Address(file=library), "library")
        with closing(sqlite3.connect(library)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        restored = restore(saved, url)
        assert look(library) == (head("library"), OLD) and restored.replaced is not None
        assert not [name for name in named(library.parent) if name.startswith(".")]


def test_a_restore_killed_right_before_the_library_takes_its_place_leaves_no_second_name(library: Path) -> None:
    """Such a name would be taken for the library before it was replaced, and is the one in use."""
    url, saved = f"sqlite:///{library}", library.with_name("backup.db")
    backup(url, saved)
    second = library.with_name("library.db.before-restore")
    second.hardlink_to(library)
    with pytest.raises(Exception, match="is the library itself"):
        restore(second, url)
    restored = restore(saved, url)
    assert restored.replaced == second and not second.samefile(library)
    assert look(second)[1] == look(library)[1] == OLD


def test_what_another_process_is_still_making_is_not_swept_away(library: Path) -> None:
    url, target = f"sqlite:///{library}", library.with_name("backup.db")
    from storage.unfinished import unfinished

    with unfinished(target) as made:
        backup(url, target)
        assert made.exists()
    assert verify(target).records == OLD
