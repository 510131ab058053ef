"""The only place that knows SQLite from PostgreSQL: engines, transactions, the search condition, driver errors.

Engines hide parameters: the text of an error, which may be logged, would repeat what was to be stored.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, bindparam, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.schema import Table
from sqlalchemy.util.concurrency import in_greenlet

from storage import search
from storage.address import Address
from storage.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull
from storage.schema import Store

BUSY_SECONDS = 15.0
"""How long a process waits for another one's write transaction before it gives up."""
TRY_SECONDS, LOCKOUT_SECONDS = 1.0, 15.0
"""How long it waits where an earlier writer has waited in vain, and for how long after that."""
FROZEN_SECONDS = 20.0
"""After which a server takes the write lock away from a process that stands still (stopped, asleep, cut off) amid a
transaction: shorter than a job's lease, so that who takes over can write.
"""
READERS_ON_A_SERVER, READERS_OF_A_FILE = 10, 4
"""Connections that read, at most: who comes when all are in use waits for one, which costs nothing, where opening another
costs more than all that is asked on it.
"""
WRITER_LOCK = 0x4C6F636B
"""PostgreSQL advisory lock that makes one library writer at a time, as SQLite does by nature."""


def server_url(address: Address, store: Store, schema: str = "catalogue", *, also: str = "") -> URL:
    """The SQLAlchemy address of a PostgreSQL store: the catalogue is a schema of the same database. ``also`` is a further
    option of the server's.

    Nothing is compiled: for the figures of 100,000 records that takes the server longer (1.7 s) than to count them.
    """
    url = make_url(address.server or "").set(drivername="postgresql+psycopg")
    options = [*url.normalized_query.get("options", ()), "-cjit=off"]
    options += [f"-csearch_path={schema}"] if store == "catalogue" else []
    options += [also] if also else []
    return url.update_query_dict({"options": " ".join(options)})


def reading_engine(address: Address, store: Store) -> AsyncEngine:
    """An engine whose transactions are snapshots and cannot write."""
    if address.file is None:
        return create_async_engine(
            server_url(address, store),
            pool_size=READERS_ON_A_SERVER,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
    return _sqlite_engine(address.file, _begin, ("query_only=1",), pool_size=READERS_OF_A_FILE)


def writing_engine(address: Address, store: Store) -> AsyncEngine:
    """An engine whose transactions hold the store's only write lock from their first statement."""
    lockout = _Lockout()
    if address.file is not None:
        synchronous = "FULL" if store == "library" else "NORMAL"
        return _sqlite_engine(address.file, lockout.begin_immediate, (f"synchronous={synchronous}",), pool_size=1)
    patience = {"lock_timeout": BUSY_SECONDS, "idle_in_transaction_session_timeout": FROZEN_SECONDS}
    engine = create_async_engine(
        server_url(address, store, also=" ".join(f"-c{name}={value * 1000:.0f}ms" for name, value in patience.items())),
        pool_size=1,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
    )

    def one_writer(connection: Connection) -> None:
        patience = lockout.patience()
        if patience != BUSY_SECONDS:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {patience * 1000:.0f}")
        with lockout.watching():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK}, {int(store == 'library')})")

    event.listen(engine.sync_engine, "begin", one_writer)
    return engine


class _Lockout:
    """Whether another program has kept this one from writing for as long as anybody waits.

    Writers of a process go one after the other, so each would wait for the same lock anew, and a command that has five of
    them would need more than a minute to end. Until one gets through again they only try.
    """

    def __init__(self) -> None:
        self._missed_at: float | None = None

    def patience(self) -> float:
        """For how many seconds the next writer waits."""
        is_known = self._missed_at is not None and time.monotonic() - self._missed_at < LOCKOUT_SECONDS
        return min(TRY_SECONDS, BUSY_SECONDS) if is_known else BUSY_SECONDS

    @contextmanager
    def watching(self) -> Generator[None]:
        """Around the wait for the lock."""
        try:
            yield
        except DBAPIError as error:
            self._missed_at = time.monotonic() if isinstance(explained(error), StoreBusy) else None
            raise
        self._missed_at = None

    def begin_immediate(self, connection: Connection) -> None:
        """Begin a writing transaction in a file."""
        patience = self.patience()
        if connection.info.get("patience", BUSY_SECONDS) != patience:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience * 1000:.0f}")
            connection.info["patience"] = patience
        with self.watching():
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _sqlite_engine(
    file: Path, begin: Callable[[Connection], None], pragmas: tuple[str, ...], pool_size: int
) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(file)),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )

    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for pragma in ("foreign_keys=1", "temp_store=MEMORY", "cache_size=-4000", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def roll_back(connection: Any, *_: object) -> None:
        # A connection is closed when its task is cancelled amid a statement. Without this the unfinished statement
        # would keep the transaction, and with it the write lock, until it is collected as garbage. One that is broken
        # has nothing to roll back.
        if in_greenlet():
            with suppress(sqlite3.Error, ValueError):
                connection.rollback()

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "invalidate", roll_back)
    event.listen(engine.sync_engine, "begin", begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def matching(dialect: Dialect, asked: search.Demands) -> TextClause:
    """The condition on ``record`` that the search index answers."""
    if dialect.name == "sqlite":
        clause = text("record.id IN (SELECT rowid FROM record_fts WHERE record_fts MATCH :asked)")
        return clause.bindparams(bindparam("asked", search.fts5(asked)))
    clause = text(f"{search.WORDS_POSTGRESQL} @@ CAST(:asked AS tsquery)")
    return clause.bindparams(bindparam("asked", search.tsquery(asked)))


def elements(dialect: Dialect, column: str) -> str:
    """SQL for the elements of a JSON array of texts, as a table ``element(value)`` joined sideways."""
    if dialect.name == "sqlite":
        return f"json_each({column}) AS element"
    return f"jsonb_array_elements_text(CAST({column} AS jsonb)) AS element(value)"


def member(dialect: Dialect, name: str) -> str:
    """SQL for the text ``name`` of an element that is a JSON object, where :func:`elements` has joined it."""
    if dialect.name == "sqlite":
        return f"json_extract(element.value, '$.{name}')"
    return f"CAST(element.value AS jsonb) ->> '{name}'"


def by_bytes(dialect: Dialect, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """``column`` as it is sorted on both engines alike: SQLite compares bytes by nature."""
    return column.collate("C") if dialect.name == "postgresql" else column


def inserting(dialect: Dialect) -> Callable[[Table], Any]:
    """The INSERT construct that knows ``on_conflict_do_update``."""
    return sqlite.insert if dialect.name == "sqlite" else postgresql.insert


def explained(error: Exception) -> StoreError | None:
    """The store's own error for a driver's error, None where it is a mistake of ours and not the store's state."""
    cause: object = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _explained_sqlite(cause)
    return _explained_postgresql(cause)


def _explained_sqlite(error: sqlite3.Error) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy()
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(
            "The disk is full; the change was not made and nothing was lost.", "Free some space, then try again."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreCorrupt(
            f"The library file is damaged ({error}).", "Restore a backup with `lockgroove restore FILE`."
        )
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreError(
            f"The library file cannot be used ({error}).", "Check that its folder exists and can be written."
        )
    return None


def _explained_postgresql(error: object) -> StoreError | None:
    # psycopg is 5 MB that a library in a file never needs: whoever raised its error has imported it.
    if "psycopg" not in sys.modules:
        return None
    import psycopg

    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate or ""
    if state in ("55P03", "40P01", "40001"):
        return busy()
    if state == "25P03":
        return StoreError("This process stood still amid a change, which was not made.", "Try again.")
    if state in ("53100", "53200"):
        return StoreFull(
            "The database server has no room left; the change was not made.", "Free some space on the server."
        )
    if state in ("XX001", "XX002"):
        return StoreCorrupt(
            f"The database reports damage ({error}).", "Restore a backup with `lockgroove restore FILE`."
        )
    if isinstance(error, psycopg.OperationalError):
        said = str(error).strip().rpartition("FATAL:")[2].strip() if "FATAL:" in str(error) else ""
        return StoreError(
            f"The database server refuses: {said}." if said else "The database server does not answer.",
            "Check DATABASE_URL and that PostgreSQL is running, then try again.",
        )
    return None


def busy() -> StoreBusy:
    """Another process held the write lock for longer than we wait."""
    return StoreBusy(
        f"Another program kept the library locked for more than {BUSY_SECONDS:.0f} seconds.",
        "Try again; `lockgroove doctor` shows who is using the library.",
    )


def crowded() -> StoreBusy:
    """No connection came free for longer than we wait: more ask at once than can be answered."""
    return StoreBusy(
        f"Too many ask at once: no connection to the library came free within {BUSY_SECONDS:.0f} seconds.",
        "Try again in a few seconds.",
    )
