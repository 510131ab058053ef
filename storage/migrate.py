"""Bringing a store to the schema this version works with; refusing what is newer, damaged or not ours."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage.address import Address
from storage.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreTooNew
from storage.schema import REVISIONS, Store, head
from storage.unfinished import put_in_place, unfinished

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_SECONDS = 15
_ALONE_SECONDS = 60
"""How long a process waits for another that is migrating the store or restoring a library in its place."""
_LOOK_SECONDS = 10
"""To look at a file waits for nobody who writes in it, only for who locks it whole."""
_LEAST_ROOM = 64 * 1024
"""Bytes that SQLite needs beside a library to open it."""


def migrate(address: Address, store: Store, backups: Path | None = None) -> None:
    """Create or migrate ``store``. Blocking; several processes may call it at once, one does the work.

    Raises :class:`StoreTooNew`, :class:`StoreCorrupt`, :class:`StoreError`.
    """
    if address.file is not None:
        _migrate_file(address.file, store, backups)
    else:
        _migrate_server(address, store)


def check_revision(revision: str | None, store: Store) -> None:
    """Raise :class:`StoreTooNew` for a revision that this version does not know."""
    if revision is not None and revision not in REVISIONS[store]:
        raise StoreTooNew(
            f"The {store} was written by a newer version of Lockgroove (schema {revision}, this version knows "
            f"{head(store)}).",
            "Update Lockgroove, or point it at another library with --data-dir. The file was not touched.",
        )


def read_revision(connection: sqlite3.Connection, file: Path, store: Store = "library") -> str | None:
    """The schema revision of an open SQLite store, None for an empty file.

    Raises :class:`StoreCorrupt` for what is no database, or the database of something else.
    """
    try:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not names:
            return None
        if "alembic_version" in names:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if row is not None:
                return str(row[0])
    except sqlite3.DatabaseError as error:
        raise unusable(file, error, store) from error
    raise StoreCorrupt(
        f"{file} is a database, but not one of Lockgroove's.",
        "Choose another place with --data-dir or DATABASE_URL. The file was not touched.",
    )


def unusable(file: Path, error: sqlite3.DatabaseError, store: Store = "library") -> StoreError:
    """What it means that SQLite cannot use this file."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StoreCorrupt(f"{file} is damaged or not a database ({error}).", mend(file, store))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            f"Another program keeps {file} locked for itself alone.",
            "Close what has it open (a database browser, a copy that is being made), then try again.",
        )
    # On a full disk SQLite cannot make its -shm file, which it calls an I/O error.
    if code == sqlite3.SQLITE_FULL or _is_full(file.parent):
        return StoreFull(f"The disk with {file} is full, so it cannot be used.", "Free some space, then try again.")
    return StoreError(f"{file} cannot be used ({error}).", "Check that its folder exists and can be written.")


def mend(file: Path, store: Store = "library") -> str:
    """What to do about a damaged file, with the newest copy that lies where copies are made by themselves."""
    if store == "catalogue":
        return "Move the file away: it is made anew, and `lockgroove catalogue import` fills it. It was not touched."
    copies = [*file.parent.glob("backups/*.db"), *file.parent.glob(f"{file.name}.before-restore*")]
    dated = {
        copy: copy.stat().st_mtime
        for copy in copies
        if copy.is_file() and not copy.name.endswith(("-wal", "-shm")) and not copy.samefile(file)
    }
    if not dated:
        return "Restore a backup with `lockgroove restore FILE`, or move the file away. It was not touched."
    newest = max(dated, key=dated.__getitem__)
    made = datetime.fromtimestamp(dated[newest], UTC)
    return (
        f"Restore your newest backup with `lockgroove restore FILE`. A copy of {made:%Y-%m-%d %H:%M} UTC is "
        f"{newest}. The damaged file was not touched."
    )


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LEAST_ROOM
    except OSError:
        return False


def _migrate_file(file: Path, store: Store, backups: Path | None) -> None:
    if file.exists() and file.stat().st_size > 0 and _file_revision(file, store) == head(store):
        _keep_log(file)
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(file):
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
            revision = _file_revision(file, store)
            if revision == head(store):
                return
            if revision is not None and store == "library":
                _copy_before_migration(file, backups or file.parent / "backups")
            _upgrade_file(file, store)
    except sqlite3.DatabaseError as error:
        raise _not_migrated(file, error, store) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFull(
                f"The disk with {file} is full, so it cannot be used.", "Free some space, then try again."
            ) from error
        raise StoreError(
            f"{file} cannot be created ({error.strerror}).", "Check that its folder exists and can be written."
        ) from error


def _not_migrated(file: Path, error: sqlite3.DatabaseError, store: Store) -> StoreError:
    """Why a store is still of the schema it was of; its transaction was rolled back."""
    if (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_BUSY:
        return StoreBusy(
            f"Another program keeps {file} locked, so it could not be brought to this version.",
            "Close what has it open (an older Lockgroove, a database browser), then try again.",
        )
    return unusable(file, error, store)


def _keep_log(file: Path) -> None:
    """Have the file write ahead, so that who reads waits for nobody who writes: a restored one, or one whose restoring was
    cut short, does not. Where others have it open, or it cannot be written, it is left for the next time.
    """
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(file, timeout=0)) as connection:
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode=WAL")


def _file_revision(file: Path, store: Store) -> str | None:
    try:
        opened = sqlite3.connect(file, timeout=_LOOK_SECONDS)
    except sqlite3.DatabaseError as error:
        raise unusable(file, error, store) from error
    with closing(opened) as connection:
        revision = read_revision(connection, file, store)
    check_revision(revision, store)
    return revision


@contextmanager
def alone(file: Path) -> Generator[None]:
    """Hold the store's lock file, so that processes which open a fresh store at once create it once.

    Raises :class:`StoreBusy` where another one does not let go of it.
    """
    descriptor = os.open(file.with_name(f"{file.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _wait_alone(descriptor, file)
        yield
    finally:
        os.close(descriptor)


def _wait_alone(descriptor: int, file: Path) -> None:
    until = time.monotonic() + _ALONE_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise StoreBusy(
                    f"Another Lockgroove is still bringing {file} to its version, or restoring it.",
                    "Try again when it is done; `ps` shows it.",
                ) from None
            time.sleep(0.05)


def _copy_before_migration(file: Path, backups: Path) -> None:
    """A copy that has its name only once it is whole."""
    backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = backups / f"{file.stem}-before-{head('library')}-{datetime.now(UTC):%Y%m%dT%H%M%S}.db"
    with unfinished(copy) as made:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(made)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        put_in_place(made, copy)


def _upgrade_file(file: Path, store: Store) -> None:
    from sqlalchemy import URL, create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    from storage.dialect import explained

    with closing(sqlite3.connect(file, timeout=_LOCK_SECONDS)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        poolclass=NullPool,
        connect_args={"isolation_level": None, "timeout": _LOCK_SECONDS},
    )
    try:
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _upgrade(connection, store)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and explained(error):
            raise error.orig from error
        raise  # a mistake in a migration


def _migrate_server(address: Address, store: Store) -> None:
    import psycopg
    from sqlalchemy import create_engine, inspect, text
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    from storage.dialect import WRITER_LOCK, explained, server_url

    engine = create_engine(server_url(address, store), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK}, 2)")
            if store == "catalogue":
                connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS catalogue")
            revision = None
            if inspect(connection).has_table("alembic_version"):
                revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
            check_revision(revision, store)
            if revision != head(store):
                _upgrade(connection, store)
    except (DBAPIError, psycopg.Error) as error:
        reason = explained(error)
        if reason is None:
            raise
        raise reason from error


def create_catalogue(address: Address, schema: str) -> None:
    """An empty catalogue in a new schema of its own on a server. Raises the store's errors."""
    import psycopg
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    from storage.dialect import explained, server_url

    engine = create_engine(server_url(address, "catalogue", schema), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
            _upgrade(connection, "catalogue")
    except (DBAPIError, psycopg.Error) as error:
        reason = explained(error)
        if reason is None:
            raise
        raise reason from error


def _upgrade(connection: object, store: Store) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(MIGRATIONS / store).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, store=store)
    command.upgrade(config, head(store))
