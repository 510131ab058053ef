"""A whole installation moved from files to a PostgreSQL server: everything, proved by counts and checksums, or nothing.

The source is held against every other program meanwhile and only read. At the target nothing shows before the last
commit: the library is filled in one transaction, the catalogue in a schema of its own that the same transaction gives its
name. Rows are read, sent and read back in small lots, so memory does not grow with them. Everything here blocks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Table, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, StaticPool

from storage import moving_catalogue, tables
from storage.address import Address, parse_address
from storage.catalogue import generation
from storage.dialect import BUSY_SECONDS, WRITER_LOCK, explained, server_url
from storage.errors import StoreBusy, StoreError
from storage.migrate import migrate, unusable
from storage.moving_proof import Checksum, MovedTable, compare, unkeepable

_LOT = 1_000
Tell = Callable[[str, int], None]
"""Is told now and then how many rows of which table have been moved."""


def move(library_url: str, catalogue_url: str, server: str, tell: Tell | None = None) -> list[MovedTable]:
    """Move the library and the catalogue (if there is one) in files to the empty database ``server``.

    Raises :class:`StoreBusy` while another program has the source open, :class:`StoreError` if the target holds anything
    already, does not answer or cannot keep something; then it is as empty as it was. Trying again is always right.
    """
    tell = tell or (lambda table, rows: None)
    source, target = parse_address(library_url), parse_address(server)
    catalogue = parse_address(catalogue_url).file
    if source.file is None or target.file is not None or catalogue is None:
        raise StoreError("Only a library in a file is moved, and only to PostgreSQL.", "Set DATABASE_URL.")
    if not source.file.exists():
        raise StoreError(f"There is no library at {source.file}.", "Name it with --from.")
    live = generation.live(catalogue)
    migrate(source, "library")
    if live.exists():
        migrate(Address(file=live), "catalogue")
    with _held(source.file) as library, _explaining():
        migrate(target, "library")
        migrate(target, "catalogue")
        _refuse_full(target)
        if not live.exists():
            return _move_library(library, target, tell, None)
        with _read_only(live) as from_catalogue, moving_catalogue.filled(from_catalogue, target, tell) as filled:
            return [*_move_library(library, target, tell, filled.schema), *filled.tables]


def _move_library(source: sqlite3.Connection, target: Address, tell: Tell, catalogue: str | None) -> list[MovedTable]:
    """Everything in one transaction, at whose end the schema ``catalogue`` becomes the live one."""
    here = create_engine("sqlite://", creator=lambda: source, poolclass=StaticPool, hide_parameters=True)
    there = create_engine(server_url(target, "library"), poolclass=NullPool, hide_parameters=True)
    moved: list[MovedTable] = []
    with here.connect() as rows_of, there.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS * 1000:.0f}ms'")
        for store in (1, 0):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK}, {store})")
        _refuse_rows(connection)
        for table in tables.library.sorted_tables:
            sent = _send(rows_of, connection, table, tell)
            compare(table.name, sent, _read_back(connection, table))
            moved.append(MovedTable("library", table.name, sent.rows, sent.text))
            if "id" in table.c and table.c.id.type is tables.Serial:
                key = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                following = f'(SELECT coalesce(max(id), 0) + 1 FROM "{table.name}")'
                connection.execute(text(f"SELECT setval({key}, {following}, false)"))
        if catalogue is not None:
            moving_catalogue.make_live(connection, catalogue)
    return moved


def _send(source: Connection, target: Connection, table: Table, tell: Tell) -> Checksum:
    sent = Checksum()
    raw = cast("psycopg.Connection[Any]", target.connection.driver_connection)
    names = ", ".join(f'"{column.name}"' for column in table.c)
    with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN'.encode()) as copy:
        for lot in source.execute(select(table), execution_options={"yield_per": _LOT}).partitions():
            for row in lot:
                sent.add(row)
                try:
                    copy.write_row(tuple(row))
                except (psycopg.DataError, UnicodeEncodeError) as error:
                    raise unkeepable(table.name, error) from error
            tell(table.name, sent.rows)
    return sent


def _read_back(target: Connection, table: Table) -> Checksum:
    found = Checksum()
    for lot in target.execute(select(table), execution_options={"yield_per": _LOT}).partitions():
        for row in lot:
            found.add(row)
    return found


def _refuse_full(target: Address) -> None:
    engine = create_engine(server_url(target, "library"), poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        _refuse_rows(connection)
        for table in ("release", "node", "answer"):
            if connection.exec_driver_sql(f"SELECT 1 FROM catalogue.{table} LIMIT 1").first():
                raise _refusal("a catalogue")


def _refuse_rows(connection: Connection) -> None:
    for table in tables.library.sorted_tables:
        if connection.scalar(select(func.count()).select_from(select(1).select_from(table).limit(1).subquery())):
            raise _refusal("a library")


def _refusal(what: str) -> StoreError:
    return StoreError(
        f"The database holds {what} already; nothing was moved.",
        "Move to an empty one: create it with `createdb`, and start no other Lockgroove on it before.",
    )


@contextmanager
def _held(file: Path) -> Generator[sqlite3.Connection]:
    """The library, in the hands of nobody else: who wrote on in it would write what nobody sees again."""
    with closing(_connect(file)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")  # in write-ahead mode the lock of whoever has it open is in the way
            connection.execute("PRAGMA query_only=1")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise unusable(file, error) from error
            raise StoreBusy(
                "Another program has the library open; nothing was moved.",
                "Close Lockgroove (also `lockgroove serve`) everywhere, then move again.",
            ) from error
        yield connection  # the lock lasts as long as the connection


@contextmanager
def _read_only(file: Path) -> Generator[sqlite3.Connection]:
    with closing(_connect(file)) as connection:
        connection.execute("PRAGMA query_only=1")
        connection.execute("BEGIN")
        yield connection


def _connect(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=2, isolation_level=None, check_same_thread=False
    )


@contextmanager
def _explaining() -> Generator[None]:
    try:
        yield
    except (DBAPIError, psycopg.Error, sqlite3.Error) as error:
        reason = explained(error)
        if reason is None:
            raise
        raise reason from error
