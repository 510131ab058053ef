"""Moving a library between a PostgreSQL server and a SQLite file, table by table."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, insert, select, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from storage import tables
from storage.address import Address
from storage.dialect import WRITER_LOCK, explained, server_url

_CHUNK = 1_000


def copy_from_server(address: Address, file: Path) -> None:
    """Fill the fresh library in ``file`` with the server's, as it is at one instant."""
    server = create_engine(
        server_url(address, "library"), poolclass=NullPool, hide_parameters=True, isolation_level="REPEATABLE READ"
    )
    with _explained(), server.begin() as source, _file(file).begin() as target:
        _copy(source, target)


def copy_to_server(file: Path, address: Address) -> None:
    """Replace what the server's library holds by the library in ``file``, in one transaction."""
    server = create_engine(server_url(address, "library"), poolclass=NullPool, hide_parameters=True)
    with _explained(), _file(file).begin() as source, server.begin() as target:
        target.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK}, 1)")
        for table in reversed(tables.library.sorted_tables):
            target.execute(table.delete())
        _copy(source, target)
        for table in (
            table for table in tables.library.sorted_tables if "id" in table.c and table.c.id.type is tables.Serial
        ):
            key = f"pg_get_serial_sequence('{table.name}', 'id')"
            target.execute(text(f"SELECT setval({key}, (SELECT coalesce(max(id), 0) + 1 FROM {table.name}), false)"))


def _file(file: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"isolation_level": None},
    )

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    event.listen(engine, "begin", begin)
    return engine


def _copy(source: Connection, target: Connection) -> None:
    for table in tables.library.sorted_tables:
        rows = source.execute(select(table), execution_options={"yield_per": _CHUNK})
        for chunk in rows.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in chunk])


@contextmanager
def _explained() -> Generator[None]:
    try:
        yield
    except DBAPIError as error:
        reason = explained(error)
        if reason is None:
            raise
        raise reason from error
