"""The shelf on SQLite: which way to the first page is short depends on how many records a query finds.

None asked for: walk the sort's index. Few hits: put them in order. Many hits: walk the index and check each record's
tokens until the page is full. Between, and where the hits turn out to lie far down the index: put them in order by their
places, which are known once the order of everything was read; before that, look the index's entries up in the hits.
"""

from __future__ import annotations

import heapq
import sqlite3
import time
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from storage import record_places, search
from storage.fold import optional_key, size_key
from storage.schema import head
from storage.shelf_rows import INITIALS, ROWS, NotReady, in_order, jumps
from storage.values import RecordQuery, ShelfRow, SortBy, UserId

FEW = 1_500
"""Hits that are put in order by reading each one's sort key."""
MANY = 1 / 23
"""Part of all records from which on walking the index is tried first: a page is found in its patience if they are spread."""
PLACED = 10_000
"""Hits whose known places are quicker than any walk."""
_PATIENCE = 0.015
"""Seconds that the walk gets before the hits are taken to lie far down the index."""
_STEPS = 20_000
"""SQLite instructions between two looks at the clock."""


class Ranks:
    """The place of every record in the orders read last, as long as nobody has written since.

    Shared by the shelf's two readers. Whoever notices a commit first calls :meth:`forget`; an order that was being read
    meanwhile is not kept.
    """

    def __init__(self) -> None:
        self.generation = 0
        self._orders: dict[tuple[UserId, SortBy, bool], tuple[array[int], array[int]]] = {}

    def forget(self) -> None:
        self.generation += 1
        self._orders = {}

    def keep(self, user_id: UserId, query: RecordQuery, order: array[int], generation: int) -> None:
        """Remember an order of all records that was begun in ``generation``. Two orders are kept."""
        largest = max(order, default=0)
        if largest > 4 * len(order) + 1_000:
            return
        places = array("i", bytes(4 * (largest + 1)))
        for place, pk in enumerate(order):
            places[pk] = place
        if generation == self.generation:
            latest = list(self._orders.items())[-1:]
            self._orders = dict(latest) | {(user_id, query.sort_by, query.descending): (order, places)}

    def first(self, user_id: UserId, query: RecordQuery, hits: Iterable[int], limit: int) -> list[int] | None:
        """The first ``limit`` of ``hits`` in the order of ``query``, None if that is not known."""
        known = self._orders.get((user_id, query.sort_by, query.descending))
        if known is None:
            return None
        order, places = known
        return [order[place] for place in heapq.nsmallest(limit, map(places.__getitem__, hits))]

    def knows(self, user_id: UserId, query: RecordQuery) -> bool:
        """Whether the order of ``query`` is known."""
        return (user_id, query.sort_by, query.descending) in self._orders


def connect_file(file: Path, ranks: Ranks, email: str | None = None) -> SqliteReader:
    """A reader of the library in ``file``, for the user with that address or the owner. Raises :class:`NotReady`."""
    if not file.is_file():
        raise NotReady("there is no library yet")
    try:
        connection = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA query_only=1")
        connection.execute("PRAGMA cache_size=-2000")
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise NotReady(str(error)) from error
    if row is None or row[0] != head("library"):
        connection.close()
        raise NotReady("the library is of another version")
    return SqliteReader(connection, ranks, email)


class SqliteReader:
    """See :class:`storage.shelf.ShelfReader`."""

    def __init__(self, connection: sqlite3.Connection, ranks: Ranks, email: str | None) -> None:
        self._connection = connection
        self._email = email
        self._ranks = ranks
        self._seen = self._data_version()

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(statement, values).fetchall()

    def _data_version(self) -> int:
        return int(self._ask("PRAGMA data_version")[0][0])

    def version(self) -> int:
        now = self._data_version()
        if now != self._seen:
            self._seen = now
            self._ranks.forget()
        return now

    def user(self) -> UserId | None:
        if self._email is None:
            row = self._ask("SELECT id FROM user WHERE is_owner ORDER BY created_at, id LIMIT 1")
        else:
            row = self._ask("SELECT id FROM user WHERE email = ? AND is_active", (self._email,))
        return UserId(row[0][0]) if row else None

    def rows(self, pks: Sequence[int]) -> list[ShelfRow]:
        marks = ",".join("?" * len(pks))
        return in_order(pks, self._ask(f"{ROWS} WHERE record.id IN ({marks})", list(pks)))

    def count(self, user_id: UserId, query: RecordQuery) -> int:
        match = search.fts5(search.demands(query) or search.EVERYTHING)
        places = record_places.condition(query)
        if self._is_alone(user_id) and not places:
            return int(self._ask("SELECT count(*) FROM record_fts WHERE record_fts MATCH ?", (match,))[0][0])
        joined = (
            "SELECT count(*) FROM record_fts JOIN record ON record.id = record_fts.rowid"
            f" WHERE record_fts MATCH ? AND record.user_id = ?{places}"
        )
        return int(self._ask(joined, (match, user_id))[0][0])

    def _is_alone(self, user_id: UserId) -> bool:
        return not self._ask("SELECT 1 FROM user WHERE id <> ? LIMIT 1", (user_id,))

    def first(self, user_id: UserId, query: RecordQuery, limit: int) -> list[ShelfRow]:
        self.version()
        return self.rows(self._first_keys(user_id, query, limit))

    def _first_keys(self, user_id: UserId, query: RecordQuery, limit: int) -> list[int]:
        asked = search.demands(query)
        if query.asks_places:
            return self._in_places(user_id, query, asked, limit)
        if not asked:
            return self._walk(user_id, query, limit)
        match = search.fts5(asked)
        capped = "SELECT count(*) FROM (SELECT 1 FROM record_fts WHERE record_fts MATCH ? LIMIT ?)"
        many = max(FEW, int((self._ask("SELECT max(id) FROM record")[0][0] or 0) * MANY))
        hits = int(self._ask(capped, (match, max(many, PLACED) + 1))[0][0])
        if hits <= FEW:
            return self._sorted(user_id, query, match, limit)
        known = self._ranks.knows(user_id, query) and self._is_alone(user_id)
        if hits > many and not (known and hits <= PLACED):
            try:
                return self._walk(user_id, query, limit, _checked(asked), patience=_PATIENCE)
            except TimeoutError:
                pass  # The hits lie far down this index.
        if known:
            found = self._ask("SELECT rowid FROM record_fts WHERE record_fts MATCH ?", (match,))
            first = self._ranks.first(user_id, query, [pk for (pk,) in found], limit)
            if first is not None:
                return first
        return self._walk(user_id, query, limit, _in_hits(match))

    def _in_places(self, user_id: UserId, query: RecordQuery, asked: search.Demands, limit: int) -> list[int]:
        """Walk the index if a page is found in its patience; else the records of the albums that are there are put in order, which
        are few then."""
        places = record_places.condition(query)
        words, values = _checked(asked) if asked else ("", [])
        try:
            return self._walk(user_id, query, limit, (words + places, values), patience=_PATIENCE)
        except TimeoutError:
            pass
        if asked:
            return self._sorted(user_id, query, search.fts5(asked), limit)
        albums = record_places.albums(query)
        if not albums:
            return self._walk(user_id, query, limit, (record_places.condition_of_all(query), []))
        statement = (
            # The pluses and the cross joins keep SQLite to this way: from the albums to their records.
            "SELECT record.id FROM shelf_album CROSS JOIN shelf_holding ON shelf_holding.album_pk = shelf_album.id"
            " CROSS JOIN record ON record.id = shelf_holding.ref"
            f" WHERE shelf_album.user_id = ? AND {albums} AND +shelf_holding.source = 'records' AND +record.user_id = ?{places}"
            f" ORDER BY {search.order_by(query)} LIMIT ?"
        )
        return [pk for (pk,) in self._ask(statement, (user_id, user_id, limit))]

    def _sorted(self, user_id: UserId, query: RecordQuery, match: str, limit: int) -> list[int]:
        statement = (
            "SELECT record.id FROM record_fts CROSS JOIN record ON record.id = record_fts.rowid"
            f" WHERE record_fts MATCH ? AND record.user_id = ?{record_places.condition(query)}"
            f" ORDER BY {search.order_by(query)} LIMIT ?"
        )
        return [pk for (pk,) in self._ask(statement, (match, user_id, limit))]

    def _walk(
        self,
        user_id: UserId,
        query: RecordQuery,
        limit: int,
        condition: tuple[str, list[Any]] = ("", []),
        *,
        patience: float | None = None,
    ) -> list[int]:
        """The first keys on the sort's index for which ``condition`` holds. Raises :class:`TimeoutError`."""
        within, bounds = _bounds(query)
        statement = (
            f"SELECT id FROM record INDEXED BY ix_record_by_{query.sort_by.name.lower()}"
            f" WHERE user_id = ?{within}{condition[0]} ORDER BY {search.order_by(query)} LIMIT ?"
        )
        values = (user_id, *bounds, *condition[1], limit)
        if patience is None:
            return [pk for (pk,) in self._ask(statement, values)]
        until = time.monotonic() + patience
        self._connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        try:
            return [pk for (pk,) in self._ask(statement, values)]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            raise TimeoutError from error
        finally:
            self._connection.set_progress_handler(None, 0)

    def order(self, user_id: UserId, query: RecordQuery) -> array[int]:
        self.version()
        generation = self._ranks.generation
        asked = search.demands(query)
        within, bounds = _bounds(query)
        condition, matched = _in_hits(search.fts5(asked)) if asked else ("", [])
        places = record_places.condition_of_all(query)
        cursor = self._connection.execute(
            f"SELECT id FROM record INDEXED BY ix_record_by_{query.sort_by.name.lower()}"
            f" WHERE user_id = ?{within}{condition}{places} ORDER BY {search.order_by(query)}",
            (user_id, *bounds, *matched),
        )
        found = array("q")
        while chunk := cursor.fetchmany(20_000):
            found.extend([pk for (pk,) in chunk])
        if not asked and not places:
            self._ranks.keep(user_id, query, found, generation)
        return found

    def letters(self, user_id: UserId, query: RecordQuery) -> list[tuple[str, int]]:
        asked = search.demands(query)
        condition, matched = _in_hits(search.fts5(asked)) if asked else ("", [])
        condition += record_places.condition_of_all(query)
        statement = (
            f"SELECT {INITIALS[query.sort_by]}, count(*)"
            f" FROM record INDEXED BY ix_record_by_{query.sort_by.name.lower()} WHERE user_id = ?{condition} GROUP BY 1"
        )
        return jumps(query, self._ask(statement, (user_id, *matched)))

    def close(self) -> None:
        self._connection.close()


def _in_hits(match: str) -> tuple[str, list[Any]]:
    # The plus keeps SQLite from turning the walk round: the index gives the order, the hits are the check.
    return " AND +id IN (SELECT rowid FROM record_fts WHERE record_fts MATCH ?)", [match]


def _checked(asked: search.Demands) -> tuple[str, list[Any]]:
    """The demands as a check of a record's own tokens, which stand between blanks."""
    parts: list[str] = []
    values: list[Any] = []
    for group in asked:
        parts.append("(" + " OR ".join("instr(tokens, ?)" for _ in group) + ")")
        values += [f" {term.token}" if term.prefix else f" {term.token} " for term in group]
    return " AND " + " AND ".join(parts), values


def _bounds(query: RecordQuery) -> tuple[str, list[Any]]:
    """Where on the sort's index a filter of the same column lets its hits lie; implied by the filter."""
    match query.sort_by:
        case SortBy.YEAR if query.decades:
            return " AND year_released BETWEEN ? AND ?", [min(query.decades), max(query.decades) + 9]
        case SortBy.RATING if query.ratings:
            return " AND rating BETWEEN ? AND ?", [min(query.ratings), max(query.ratings)]
        case SortBy.SIZE:
            return _between("size_key", [size_key(size) for size in query.sizes])
        case SortBy.COLOR:
            return _between("color_key", [optional_key(color) for color in query.colors])
        case SortBy.FOLDER:
            return _between("folder_key", [optional_key(folder) for folder in query.folders])
        case SortBy.LABEL:
            return _between("label_key", [optional_key(label) for label in query.labels])
        case _:
            return "", []


def _between(column: str, keys: Sequence[str | None]) -> tuple[str, list[Any]]:
    known = [key for key in keys if key is not None]
    if not known or len(known) < len(keys):
        return "", []
    return f" AND {column} BETWEEN ? AND ?", [min(known), max(known)]
