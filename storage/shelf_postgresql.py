"""The shelf on PostgreSQL: its planner chooses the way, we only ask."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from typing import Any

import psycopg

from storage import record_places, search
from storage.schema import head
from storage.shelf_rows import INITIALS, ROWS, NotReady, in_order, jumps
from storage.values import RecordQuery, ShelfRow, UserId


def connect_server(url: str, email: str | None = None) -> PostgresqlReader:
    """A reader of the library on the server, for the user with that address or the owner. Raises :class:`NotReady`."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=5)
        connection.execute("SET default_transaction_read_only = on")
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error as error:
        raise NotReady(str(error)) from error
    if row is None or row[0] != head("library"):
        connection.close()
        raise NotReady("the library is of another version")
    return PostgresqlReader(connection, email)


class PostgresqlReader:
    """See :class:`storage.shelf.ShelfReader`."""

    def __init__(self, connection: psycopg.Connection[Any], email: str | None) -> None:
        self._connection = connection
        self._email = email

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(statement.encode(), values).fetchall()

    def version(self) -> int:
        # Which transactions are over: changes with every commit on the server, ours or not.
        return zlib.crc32(str(self._ask("SELECT pg_current_snapshot()::text")[0][0]).encode())

    def user(self) -> UserId | None:
        if self._email is None:
            row = self._ask('SELECT id FROM "user" WHERE is_owner ORDER BY created_at, id LIMIT 1')
        else:
            row = self._ask('SELECT id FROM "user" WHERE email = %s AND is_active', (self._email,))
        return UserId(row[0][0]) if row else None

    def rows(self, pks: Sequence[int]) -> list[ShelfRow]:
        return in_order(pks, self._ask(f"{ROWS} WHERE record.id = ANY(%s)", [list(pks)]))

    def count(self, user_id: UserId, query: RecordQuery) -> int:
        where, values = _where(user_id, query)
        return int(self._ask(f"SELECT count(*) FROM record WHERE {where}", values)[0][0])

    def first(self, user_id: UserId, query: RecordQuery, limit: int) -> list[ShelfRow]:
        return self.rows(self._keys(user_id, query, limit))

    def order(self, user_id: UserId, query: RecordQuery) -> array[int]:
        return array("q", self._keys(user_id, query, None))

    def _keys(self, user_id: UserId, query: RecordQuery, limit: int | None) -> list[int]:
        where, values = _where(user_id, query)
        statement = f"SELECT id FROM record WHERE {where} ORDER BY {search.order_by(query)} LIMIT %s"
        return [pk for (pk,) in self._ask(statement, [*values, limit])]

    def letters(self, user_id: UserId, query: RecordQuery) -> list[tuple[str, int]]:
        where, values = _where(user_id, query)
        statement = f"SELECT {INITIALS[query.sort_by]}, count(*) FROM record WHERE {where} GROUP BY 1"
        return jumps(query, self._ask(statement, values))

    def close(self) -> None:
        self._connection.close()


def _where(user_id: UserId, query: RecordQuery) -> tuple[str, list[Any]]:
    asked, places = search.demands(query), record_places.condition(query)
    if not asked:
        return f"user_id = %s{places}", [user_id]
    return f"user_id = %s AND {search.WORDS_POSTGRESQL} @@ %s::tsquery{places}", [user_id, search.tsquery(asked)]
