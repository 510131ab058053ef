"""The record table's rows, read from the library through its shelf."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from time import perf_counter
from typing import TYPE_CHECKING

from storage.values import RecordQuery, ShelfRow, UserId
from tui.table.source import Order, WindowSource

if TYPE_CHECKING:
    from storage.shelf import Shelf, ShelfReader


class ShelfReading:
    """Answers out of the shelf. What takes long is asked in its background, so that it never holds up the page a person
    is waiting for."""

    def __init__(self, shelf: Shelf, user_id: UserId) -> None:
        self._shelf = shelf
        self._user_id = user_id

    def first(self, query: RecordQuery, limit: int) -> Future[list[ShelfRow]]:
        return self._shelf.submit(lambda reader: reader.first(self._user_id, query, limit))

    def order(self, query: RecordQuery, known: int | None) -> Future[Order]:
        def read(reader: ShelfReader) -> Order:
            begun = perf_counter()
            version = reader.version()
            keys = None if version == known else reader.order(self._user_id, query)
            return Order(version, keys, perf_counter() - begun)

        return self._shelf.submit(read, background=True)

    def rows(self, keys: Sequence[int]) -> Future[list[ShelfRow]]:
        return self._shelf.submit(lambda reader: reader.rows(keys))

    def letters(self, query: RecordQuery) -> Future[list[tuple[str, int]]]:
        return self._shelf.submit(lambda reader: reader.letters(self._user_id, query), background=True)


class ShelfSource(WindowSource[RecordQuery, ShelfRow]):
    """The records of a library."""

    def __init__(
        self, shelf: Shelf, user_id: UserId, query: RecordQuery | None = None, *, patience: float = 0.005
    ) -> None:
        super().__init__(ShelfReading(shelf, user_id), query or RecordQuery(), patience=patience)
