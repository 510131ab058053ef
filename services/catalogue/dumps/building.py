"""Where an import builds, and how what it built becomes the live catalogue: in a file beside it, or in a schema beside it.

Each keeps others out while it imports, knows what an import left behind that was ended, however it was ended, and changes
nothing of the live catalogue but in its last step, which is one renaming.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import structlog

from services.errors import Conflict, StoreError
from storage.address import Address
from storage.catalogue import generation
from storage.catalogue.database import Database, PostgresqlDatabase, SqliteDatabase
from storage.catalogue.door import connect, connect_server
from storage.catalogue.loading import Loader

if TYPE_CHECKING:
    from storage.catalogue.loading_postgresql import ServerLoader

_log = structlog.get_logger(__name__)
AnyLoader: TypeAlias = "Loader | ServerLoader"
"""What fills a generation, on either engine."""
_SCRATCH = "lockgroove-import-"


class Building(Protocol):
    """One generation that is built. ``scratch`` is a folder for whatever the import notes meanwhile."""

    address: Address
    scratch: Path

    def begin(self) -> AbstractContextManager[None]:
        """Be the only import into this catalogue, with nothing of earlier ones left, and leave nothing behind.

        What was built is thrown away unless it was made live. Raises :class:`Conflict` at once if another import runs.
        """
        ...

    def loader(self, asked: Callable[[], None]) -> AnyLoader:
        """What fills the generation, which it makes."""
        ...

    def live(self) -> AbstractContextManager[Database]:
        """A connection to the live catalogue, to take its write lock with."""
        ...

    def heir(self) -> AbstractContextManager[Database]:
        """A connection to the generation, which is complete but for what came through the API."""
        ...

    def make_live(self, live: Database, heir: Database) -> None:
        """Let the generation be the live one, ending the transactions of both: the write lock of ``live`` is held."""
        ...


class FileBuilding:
    """A generation in a file beside the live one."""

    def __init__(self, address: Address) -> None:
        assert address.file is not None
        self.address = address
        self._file = address.file
        self._fresh = generation.new(self._file)
        self.scratch = self._fresh.with_name(f"{self._fresh.name}.scratch")

    @contextmanager
    def begin(self) -> Generator[None]:
        with _locked(self._file):
            self._sweep()
            self.scratch.mkdir(mode=0o700)
            try:
                yield
            finally:
                self._sweep()

    def loader(self, asked: Callable[[], None]) -> Loader:
        return Loader(self._fresh, generation.live(self._file), asked)

    @contextmanager
    def live(self) -> Generator[Database]:
        database = connect(self.address, reading=False)
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def heir(self) -> Generator[Database]:
        database = SqliteDatabase(self._fresh, reading=False)
        try:
            yield database
        finally:
            database.close()

    def make_live(self, live: Database, heir: Database) -> None:
        heir.do("COMMIT")
        heir.do("PRAGMA wal_checkpoint(TRUNCATE)")
        generation.make_live(self._file, self._fresh)
        live.do("ROLLBACK")

    def _sweep(self) -> None:
        for leftover in generation.leftovers(self._file):
            generation.discard(leftover)
        for folder in self._file.parent.glob(f"{self._file.stem}-????????{self._file.suffix}.scratch"):
            shutil.rmtree(folder, ignore_errors=True)


class ServerBuilding:
    """A generation in a schema beside the live one. What is noted meanwhile is on this machine, in ``folder``."""

    def __init__(self, address: Address, folder: Path | None = None) -> None:
        from storage.catalogue import generation_postgresql  # with psycopg, that a library in a file never needs

        self.address = address
        self._schemas = generation_postgresql
        self._fresh = generation_postgresql.new()
        self._folder = folder or Path(tempfile.gettempdir())
        self.scratch = self._folder / f"{_SCRATCH}{self._fresh}"
        self._own: PostgresqlDatabase | None = None

    @contextmanager
    def begin(self) -> Generator[None]:
        self._own = connect_server(self.address)
        try:
            if not self._schemas.try_alone(self._own):
                raise _conflict()
            self._sweep()
            self.scratch.mkdir(mode=0o700, parents=True)
            with _held(self.scratch):
                try:
                    yield
                finally:
                    shutil.rmtree(self.scratch, ignore_errors=True)
                    self._sweep()
        finally:
            self._own.close()

    def loader(self, asked: Callable[[], None]) -> ServerLoader:
        from storage.catalogue.loading_postgresql import ServerLoader

        return ServerLoader(self.address, self._fresh, asked)

    @contextmanager
    def live(self) -> Generator[Database]:
        """The connection that holds the lock of imports: without it nothing becomes live."""
        assert self._own is not None
        yield self._own

    @contextmanager
    def heir(self) -> Generator[Database]:
        database = connect_server(self.address, self._fresh)
        try:
            yield database
        finally:
            database.close()

    def make_live(self, live: Database, heir: Database) -> None:
        assert isinstance(live, PostgresqlDatabase)
        heir.do("COMMIT")
        self._schemas.make_live(live, self._fresh)
        live.do("COMMIT")

    def _sweep(self) -> None:
        """Remove what is left, except what is still being read: the next import will find it again."""
        assert self._own is not None
        try:
            self._schemas.sweep(self._own)
        except StoreError as error:
            _log.warning("import_left_something", reason=error.message)
        for folder in self._folder.glob(f"{_SCRATCH}*"):
            _remove_if_left(folder)


def building(address: Address, folder: Path | None = None) -> Building:
    """A new generation of the catalogue at ``address``; notes go to ``folder`` where there is none beside it."""
    return FileBuilding(address) if address.file is not None else ServerBuilding(address, folder)


@contextmanager
def _locked(file: Path) -> Generator[None]:
    """Hold the lock of imports beside the catalogue addressed as ``file``."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file.with_name(f"{file.name}.import"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _conflict() from error
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _held(folder: Path) -> Generator[None]:
    """Show that ``folder`` is in use: other catalogues have theirs beside it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _remove_if_left(folder: Path) -> None:
    try:
        with _held(folder):
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:  # in use, not a folder, or somebody else's
        return


def _conflict() -> Conflict:
    return Conflict("Another import into this catalogue is running.", "Wait for it to end, or stop it.")
