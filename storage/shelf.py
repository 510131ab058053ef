"""The hot reads: windows of the record table straight on the driver, in threads of their own; no SQLAlchemy.

Used by the table before the services are up and ever after. Two connections: one for what a person waits for, one for
what takes long (the order of a million records), so that scrolling never waits for sorting.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

from storage.address import Address, parse_address
from storage.shelf_rows import NotReady
from storage.values import RecordQuery, ShelfRow, UserId

T = TypeVar("T")
_log = logging.getLogger(__name__)


class ShelfReader(Protocol):
    """What can be asked of the shelf. Lives in the shelf's thread: ask through :meth:`Shelf.submit`."""

    def user(self) -> UserId | None:
        """Whose records are shown: the active user with the address that the shelf was opened for, else the owner."""
        ...

    def count(self, user_id: UserId, query: RecordQuery) -> int:
        """How many records ``query`` finds."""
        ...

    def first(self, user_id: UserId, query: RecordQuery, limit: int) -> list[ShelfRow]:
        """The first page, at once: without putting all records in order where that can be helped."""
        ...

    def order(self, user_id: UserId, query: RecordQuery) -> array[int]:
        """The keys of all records that ``query`` finds, in order (type code ``q``)."""
        ...

    def rows(self, pks: Sequence[int]) -> list[ShelfRow]:
        """The rows with these keys in the order given; a record that is gone is left out."""
        ...

    def letters(self, user_id: UserId, query: RecordQuery) -> list[tuple[str, int]]:
        """For the jump bar: each initial in order with the position of its first row.

        ``#`` stands for what comes before A, ``…`` for what comes after Z, ``–`` for rows without a value; years are
        grouped by decade (``1980s``), dates by year, ratings by stars.
        """
        ...

    def version(self) -> int:
        """A number that changes when anybody commits; not comparable between foreground and background asks."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Shelf:
    """The record table of a library, for reading."""

    def __init__(self, connect: Callable[[], ShelfReader], reader: ShelfReader) -> None:
        self._connect = connect
        self._reader = reader
        self._behind: ShelfReader | None = None
        self._front = ThreadPoolExecutor(1, "shelf")
        self._back = ThreadPoolExecutor(1, "shelf-order")

    @classmethod
    def open(cls, library_url: str, email: str | None = None) -> Shelf | None:
        """The shelf of a library as the user with that e-mail address sees it, or the owner; None if there is none yet,
        or not at our schema version (the runtime tells why).

        Raises :class:`StoreError` for an address that names no database we know.
        """
        address = parse_address(library_url)
        connect = _connecting(address, email)
        try:
            reader = connect()
        except NotReady as reason:
            _log.info("The shelf stays closed: %s", reason)
            return None
        return cls(connect, reader)

    def submit(self, ask: Callable[[ShelfReader], T], *, background: bool = False) -> Future[T]:
        """Ask the reader in its thread. Asks are answered in turn; one not begun yet can be cancelled.

        ``background`` is for what may take longer than a frame (``order``, ``letters``, ``count`` of a large library).
        """
        if background:
            return self._back.submit(lambda: ask(self._second()))
        return self._front.submit(ask, self._reader)

    def _second(self) -> ShelfReader:
        if self._behind is None:
            self._behind = self._connect()
        return self._behind

    def close(self) -> None:
        """Drop what was not begun, finish what was, close the connections."""
        self._front.shutdown(cancel_futures=True)
        self._back.shutdown(cancel_futures=True)
        self._reader.close()
        if self._behind is not None:
            self._behind.close()


def _connecting(address: Address, email: str | None) -> Callable[[], ShelfReader]:
    if address.file is not None:
        from storage.shelf_sqlite import Ranks, connect_file

        file, ranks = address.file, Ranks()
        return lambda: connect_file(file, ranks, email)
    from storage.shelf_postgresql import connect_server

    server = address.server or ""
    return lambda: connect_server(server, email)
