"""The door to the catalogue: questions and changes run whole in threads of their own, in one hop each."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from storage.address import Address
from storage.catalogue import generation
from storage.catalogue.database import Database, PostgresqlDatabase, SqliteDatabase
from storage.dialect import BUSY_SECONDS, WRITER_LOCK, explained, server_url
from storage.errors import StoreError
from storage.migrate import unusable

T = TypeVar("T")
READERS = 2
"""Threads that answer questions; more would only wait for the interpreter."""
SCHEMA = "catalogue"
"""Where the live catalogue is on a server."""


class Catalogue:
    """The catalogue, open for reading and writing; another process may replace it whole meanwhile.

    A question is a function of a :class:`Database`: it sees one state of the catalogue from beginning to end. Raises
    :class:`StoreBusy`, :class:`StoreFull`, :class:`StoreCorrupt` or :class:`StoreError`.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._own = threading.local()
        self._opened: list[Database] = []
        self._guard = threading.Lock()
        self._readers = ThreadPoolExecutor(READERS, "catalogue")
        self._writer = ThreadPoolExecutor(1, "catalogue-writer")

    async def read(self, ask: Callable[[Database], T]) -> T:
        """What ``ask`` answers, in a thread that only reads."""
        return await asyncio.wrap_future(self.submit(ask))

    def submit(self, ask: Callable[[Database], T]) -> Future[T]:
        """Like :meth:`read`, for callers without an event loop."""
        return self._readers.submit(self._ask, ask)

    async def write(self, change: Callable[[Database], T]) -> T:
        """Run ``change`` in the catalogue's one write transaction, which commits when it returns.

        Once begun it goes on to its end, also when the caller is cancelled.
        """
        return await asyncio.wrap_future(self._writer.submit(self._change, change))

    def close(self) -> None:
        """Finish what was begun, close the connections."""
        self._readers.shutdown(cancel_futures=True)
        self._writer.shutdown(cancel_futures=True)
        for database in self._opened:
            database.close()
        self._opened.clear()

    def _ask(self, ask: Callable[[Database], T]) -> T:
        with _explaining(self.address.file):
            database = self._connection(reading=True)
            if isinstance(database, PostgresqlDatabase):
                return self._ask_server(database, ask)
            database.do("BEGIN")
            try:
                return ask(database)
            finally:
                database.do("ROLLBACK")

    def _ask_server(self, database: PostgresqlDatabase, ask: Callable[[Database], T]) -> T:
        """Ask, and ask again if the catalogue was replaced amid the question, which then saw half of either."""
        from storage.catalogue.generation_postgresql import live, was_replaced

        while True:
            database.do("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                answer = ask(database)
                replaced = was_replaced(database)
            except BaseException:
                database.do("ROLLBACK")
                now = live(database)
                if now == getattr(self._own, "generation", None):
                    raise
                self._own.generation = now
                continue
            database.do("ROLLBACK")
            if not replaced:
                return answer

    def _change(self, change: Callable[[Database], T]) -> T:
        with _explaining(self.address.file):
            database = self._locked()
            try:
                answer = change(database)
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has rolled back by itself
                    database.do("ROLLBACK")
                raise
            database.do("COMMIT")
            return answer

    def _locked(self) -> Database:
        """A connection to the live generation with its write lock held."""
        while True:
            database = self._connection(reading=False)
            begin_writing(database)
            if self.address.file is None or generation.stamp(self.address.file) == self._own.stamp:
                return database
            database.do("ROLLBACK")

    def _connection(self, *, reading: bool) -> Database:
        stamp = generation.stamp(self.address.file) if self.address.file else (0, 0)
        held: Database | None = getattr(self._own, "database", None)
        if held is not None and self._own.stamp == stamp and not _is_broken(held):
            return held
        if held is not None:
            self._forget(held)
        database = connect(self.address, reading=reading)
        self._own.database, self._own.stamp = database, stamp
        with self._guard:
            self._opened.append(database)
        return database

    def _forget(self, database: Database) -> None:
        with self._guard:
            self._opened.remove(database)
        database.close()


def connect(address: Address, *, reading: bool) -> Database:
    """A connection of its own to the live catalogue. Raises the driver's errors."""
    return connect_server(address) if address.file is None else _connect_live(address.file, reading=reading)


def connect_server(address: Address, schema: str = SCHEMA) -> PostgresqlDatabase:
    """A connection of its own to a catalogue on a server. Raises :class:`psycopg.Error`."""
    import psycopg

    url = server_url(address, "catalogue", schema).set(drivername="postgresql").render_as_string(hide_password=False)
    url = url.replace("+", "%20")  # libpq reads a plus as itself, and there is more than one option
    return PostgresqlDatabase(psycopg.connect(url, autocommit=True, connect_timeout=5))


def _connect_live(file: Path, *, reading: bool) -> Database:
    live = generation.live(file)
    try:
        return SqliteDatabase(live, reading=reading, patience=BUSY_SECONDS)
    except sqlite3.OperationalError:
        if generation.live(file) == live:
            raise
        return _connect_live(file, reading=reading)  # replaced between the look and the opening


def begin_writing(database: Database) -> None:
    """Begin the catalogue's one write transaction."""
    if database.dialect == "sqlite":
        database.do("BEGIN IMMEDIATE")
        return
    database.do("BEGIN")
    database.do(f"SET LOCAL lock_timeout = '{BUSY_SECONDS * 1000:.0f}ms'")
    database.do(f"SELECT pg_advisory_xact_lock({WRITER_LOCK}, 0)")


def _is_broken(database: Database) -> bool:
    return isinstance(database, PostgresqlDatabase) and database.connection.closed


@contextmanager
def _explaining(file: Path | None) -> Generator[None]:
    try:
        yield
    except Exception as error:
        reason = explained(error)
        if reason is None:
            raise
        if file is not None and isinstance(error, sqlite3.DatabaseError) and type(reason) is StoreError:
            reason = unusable(file, error, "catalogue")  # what SQLite calls an I/O error may be a full disk
        raise reason from error
