"""Both stores, open and migrated: a reading and a writing door to each.

The library is asked through SQLAlchemy, the catalogue through a door of its own (:mod:`storage.catalogue.door`).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from storage.address import Address, parse_address
from storage.catalogue import generation
from storage.catalogue.door import Catalogue
from storage.dialect import crowded, explained, reading_engine, writing_engine
from storage.errors import StoreCorrupt, StoreError
from storage.migrate import check_revision, migrate, unusable
from storage.schema import Store, head


class _Door:
    """The library's two engines. Writers of this process queue here; those of others wait in the database."""

    def __init__(self, address: Address, store: Store) -> None:
        self._reading = reading_engine(address, store)
        self._writing = writing_engine(address, store)
        self._turn = asyncio.Lock()
        self._file = address.file

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return _transaction(self._reading, nullcontext(), self._file)

    def write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return _transaction(self._writing, self._turn, self._file)

    def connections(self) -> dict[str, tuple[int, int]]:
        pools = {"reading": self._reading.pool, "writing": self._writing.pool}
        return {name: (pool.checkedout(), pool.size()) for name, pool in pools.items() if isinstance(pool, QueuePool)}

    async def close(self) -> None:
        await self._reading.dispose()
        await self._writing.dispose()


@asynccontextmanager
async def _transaction(
    engine: AsyncEngine, turn: AbstractAsyncContextManager[None], file: Path | None
) -> AsyncGenerator[AsyncConnection]:
    try:
        async with turn, engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        reason = explained(error)
        if reason is None:
            raise
        if file is not None and isinstance(error.orig, sqlite3.DatabaseError) and _asks_for_the_file(reason):
            reason = unusable(file, error.orig)
        raise reason from error
    except NoConnectionFree as error:
        raise crowded() from error


def _asks_for_the_file(reason: StoreError) -> bool:
    """Whether the file tells more: which copy there is of a damaged one, or that what SQLite calls an I/O error is a full disk."""
    return isinstance(reason, StoreCorrupt) or type(reason) is StoreError


class Storage:
    """The library (precious) and the catalogue (rebuildable). ``dialect`` is ``sqlite`` or ``postgresql``.

    Transactions raise :class:`StoreBusy`, :class:`StoreFull`, :class:`StoreCorrupt` or :class:`StoreError`. A write
    commits when its block ends and rolls back on any exception; keep it short and await nothing else inside.
    """

    def __init__(self, dialect: str, library: _Door, catalogue: Catalogue) -> None:
        self.dialect = dialect
        self._library = library
        self.catalogue = catalogue
        """Its door."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A snapshot of the library."""
        return self._library.read()

    def write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """The library's one write transaction."""
        return self._library.write()

    async def check(self) -> None:
        """Return if the library answers and is of the schema that this version works with.

        Raises :class:`StoreTooNew` once a newer version has migrated it, and the errors of a transaction.
        """
        async with self.read() as connection:
            found = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
        check_revision(found, "library")
        if found != head("library"):
            raise StoreError(
                f"The library is of schema {found}, older than {head('library')} with which it was opened.",
                "Restart Lockgroove, which migrates it.",
            )

    def connections(self) -> dict[str, tuple[int, int]]:
        """The library's connections of this process, ``reading`` and ``writing``: how many are in use, of how many."""
        return self._library.connections()


@asynccontextmanager
async def open_storage(library_url: str, catalogue_url: str, *, backups: Path | None = None) -> AsyncGenerator[Storage]:
    """Open both stores, creating or migrating them first (off the event loop).

    ``backups`` is where a library is copied before a migration that alters data (default: beside it). Where the library
    is on PostgreSQL the catalogue is a schema of the same database and ``catalogue_url`` is not looked at.

    Raises :class:`StoreTooNew` for a store of a newer version and :class:`StoreCorrupt` for a file that is no (sound)
    library; neither is touched.
    """
    address = parse_address(library_url)
    second = parse_address(catalogue_url) if address.file is not None else address
    await asyncio.to_thread(migrate, address, "library", backups)
    await asyncio.to_thread(migrate, _live(second), "catalogue", backups)
    library, catalogue = _Door(address, "library"), Catalogue(second)
    try:
        yield Storage(address.dialect, library, catalogue)
    finally:
        await library.close()
        await asyncio.to_thread(catalogue.close)


def _live(address: Address) -> Address:
    return address if address.file is None else Address(file=generation.live(address.file))
