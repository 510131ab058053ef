"""One connection to the catalogue, straight on the driver: the same statements on SQLite and PostgreSQL.

The catalogue is read hundreds of times a second and filled by the million, so nothing stands between its queries and the
driver. Statements are written with ``?`` for values, as SQLite has it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from storage.catalogue.ahead import Ahead

if TYPE_CHECKING:
    import psycopg

Values = Sequence[Any]


class Database(Protocol):
    """What queries of the catalogue are asked of. Blocking; lives in one thread."""

    dialect: Literal["sqlite", "postgresql"]

    def rows(self, statement: str, values: Values = ()) -> list[Any]:
        """All rows that ``statement`` gives."""
        ...

    def row(self, statement: str, values: Values = ()) -> Any | None:
        """The first row, None if there is none."""
        ...

    def do(self, statement: str, values: Values = ()) -> int:
        """Change something; how many rows it changed."""
        ...

    def do_many(self, statement: str, values: Iterable[Values]) -> None:
        """The same change with each of ``values``."""
        ...

    def ahead(self, table: str, keys: Iterable[int]) -> None:
        """Say that the rows of ``table`` with these keys are read next, so that all of them are fetched at once."""
        ...

    def close(self) -> None: ...


class SqliteDatabase:
    """A generation of the catalogue in a file."""

    dialect: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, file: Path, *, reading: bool, patience: float = 15.0) -> None:
        """Raises :class:`sqlite3.Error`; a file that is not there is never created."""
        self.connection = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=rw",
            uri=True,
            timeout=patience,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        self.connection.execute("PRAGMA cache_size=-16000")
        self.connection.execute("PRAGMA temp_store=MEMORY")
        self.connection.execute("PRAGMA query_only=1" if reading else "PRAGMA synchronous=NORMAL")
        self._ahead = Ahead(self.connection, file) if reading else None

    def rows(self, statement: str, values: Values = ()) -> list[Any]:
        return self.connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Values = ()) -> Any | None:
        return self.connection.execute(statement, values).fetchone()

    def do(self, statement: str, values: Values = ()) -> int:
        return self.connection.execute(statement, values).rowcount

    def do_many(self, statement: str, values: Iterable[Values]) -> None:
        self.connection.executemany(statement, values)

    def ahead(self, table: str, keys: Iterable[int]) -> None:
        if self._ahead is not None:
            self._ahead.rows(table, keys)

    def close(self) -> None:
        self.connection.close()


class PostgresqlDatabase:
    """The catalogue's schema on a server."""

    dialect: Literal["sqlite", "postgresql"] = "postgresql"

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def rows(self, statement: str, values: Values = ()) -> list[Any]:
        return self.connection.execute(_percent(statement), values).fetchall()

    def row(self, statement: str, values: Values = ()) -> Any | None:
        return self.connection.execute(_percent(statement), values).fetchone()

    def do(self, statement: str, values: Values = ()) -> int:
        return self.connection.execute(_percent(statement), values).rowcount

    def do_many(self, statement: str, values: Iterable[Values]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(_percent(statement), values)

    def ahead(self, table: str, keys: Iterable[int]) -> None:
        """A server's affair."""

    def close(self) -> None:
        self.connection.close()


@lru_cache(512)
def _percent(statement: str) -> bytes:
    return statement.replace("%", "%%").replace("?", "%s").encode()


def marks(values: Values) -> str:
    """As many question marks as there are ``values``, for an ``IN``."""
    return ",".join("?" * len(values))
