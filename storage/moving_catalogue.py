"""The catalogue's part of a move to a server: filled beside the live one, as an import fills it.

What differs between the engines is made anew: the words by which things are found lie in an index on SQLite and in rows on
PostgreSQL. Names and numbers that are too long for an index there are cut, as an import cuts them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from storage import tables
from storage.address import Address
from storage.catalogue.database import PostgresqlDatabase
from storage.catalogue.door import SCHEMA, connect_server
from storage.catalogue.kinds import SEARCHABLE, Kind
from storage.catalogue.words import name_tokens, release_tokens
from storage.moving_proof import Checksum, MovedTable, compare, unkeepable

_LOT = 500
_WORDS: dict[Kind, str] = {
    Kind.ARTIST: "SELECT rank, ranking.id, node.name FROM ranking LEFT JOIN node ON key = ranking.id << 3 | ranking.kind",
    Kind.LABEL: "SELECT rank, ranking.id, node.name FROM ranking LEFT JOIN node ON key = ranking.id << 3 | ranking.kind",
    Kind.MASTER: "SELECT rank, ranking.id, node.name, artist FROM ranking LEFT JOIN node"
    " ON key = ranking.id << 3 | ranking.kind LEFT JOIN master ON master.id = ranking.id",
    Kind.RELEASE: "SELECT rank, ranking.id, title, artist, label, year FROM ranking"
    " LEFT JOIN release ON release.id = ranking.id",
}
"""What each kind is called, in the order of its ranks."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A catalogue that is complete and not live yet: its schema, and what is in it."""

    schema: str
    tables: list[MovedTable]


@contextmanager
def filled(source: sqlite3.Connection, target: Address, tell: Callable[[str, int], None]) -> Generator[Filled]:
    """Fill a new schema with the catalogue ``source``. It is removed at the end unless it was made live meanwhile.

    Raises :class:`StoreError`, :class:`StoreCorrupt` and :class:`psycopg.Error`.
    """
    from storage.catalogue import generation_postgresql
    from storage.catalogue.loading_postgresql import ServerLoader

    schema = generation_postgresql.new()
    try:
        loader = ServerLoader(target, schema, lambda: None)
        try:
            sent = [(table, _send(source, loader.database, table, tell)) for table in tables.catalogue.sorted_tables]
            loader.index()
            loader.finish()
        except BaseException:
            loader.close()
            raise
        yield Filled(schema, _compared(target, schema, sent))
    finally:
        with _connected(target) as database:
            database.do(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            for leftover in generation_postgresql.leftovers(database):
                database.do(f"DROP SCHEMA IF EXISTS {leftover} CASCADE")


def make_live(connection: Connection, schema: str) -> None:
    """Let ``schema`` be the live catalogue when the transaction of ``connection`` commits."""
    from storage.catalogue import generation_postgresql

    connection.exec_driver_sql(f"ALTER SCHEMA {SCHEMA} RENAME TO {generation_postgresql.new()}")
    connection.exec_driver_sql(f"ALTER SCHEMA {schema} RENAME TO {SCHEMA}")


def _send(
    source: sqlite3.Connection, target: PostgresqlDatabase, table: Table, tell: Callable[[str, int], None]
) -> Checksum:
    """Copy one table; the checksum of what was sent, without the words that are made here."""
    import psycopg

    sent, names = Checksum(), [column.name for column in table.c]
    columns = ", ".join(f'"{name}"' for name in names)
    with (
        target.connection.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN'.encode()) as copy,
    ):
        for row in _ranking(source) if table is tables.ranking else _rows(source, table, columns):
            sent.add((*row[:3], row[4]) if table is tables.ranking else row)
            try:
                copy.write_row(row)
            except (psycopg.DataError, UnicodeEncodeError) as error:
                raise unkeepable(table.name, error) from error
            if sent.rows % _LOT == 0:
                tell(table.name, sent.rows)
    tell(table.name, sent.rows)
    return sent


def _rows(source: sqlite3.Connection, table: Table, columns: str) -> Iterator[tuple[Any, ...]]:
    from storage.catalogue.loading_postgresql import short

    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    for row in source.execute(f'SELECT {columns} FROM "{table.name}" ORDER BY {order}'):
        if table is tables.release:
            yield (row[0], short(row[1]), *row[2:])
        elif table is tables.node:
            yield (*row[:2], short(row[2]), *row[3:])
        elif table is not tables.number or short(row[0]) == row[0]:
            yield row


def _ranking(source: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    from storage.catalogue.loading_postgresql import short

    for kind in SEARCHABLE:
        for rank, number, name, *more in source.execute(
            f"{_WORDS[kind]} WHERE ranking.kind = ? ORDER BY rank", (int(kind),)
        ):
            kept = short(name) if name and kind in (Kind.ARTIST, Kind.LABEL) else None
            yield int(kind), rank, number, _tokens(kind, name or "", more), kept


def _tokens(kind: Kind, name: str, more: list[Any]) -> str:
    if kind is Kind.RELEASE:
        artist, label, year = more
        return release_tokens(artist or "", name, label, year)
    return release_tokens(more[0] or "", name) if kind is Kind.MASTER else name_tokens(name)


def _compared(target: Address, schema: str, sent: list[tuple[Table, Checksum]]) -> list[MovedTable]:
    """What is in ``schema``, read back and compared with what was sent."""
    moved: list[MovedTable] = []
    with _connected(target, schema) as database:
        for table, expected in sent:
            found = Checksum()
            names = [column.name for column in table.c if column is not tables.ranking.c.tokens]
            columns = ", ".join(f'"{name}"' for name in names)
            with database.connection.transaction(), database.connection.cursor("back") as cursor:
                cursor.itersize = _LOT
                for row in cursor.execute(f'SELECT {columns} FROM "{table.name}"'.encode()):
                    found.add(row)
            compare(table.name, expected, found)
            moved.append(MovedTable("catalogue", table.name, found.rows, found.text))
    return moved


@contextmanager
def _connected(target: Address, schema: str = SCHEMA) -> Generator[PostgresqlDatabase]:
    database = connect_server(target, schema)
    try:
        yield database
    finally:
        database.close()
