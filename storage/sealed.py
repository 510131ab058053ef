"""Everything that is stored encrypted, wherever it lies: for the rotation of the key."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from sqlalchemy import Column, Table, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import app_config, connection, short_lived, spotify_access

TOKEN_BEGINS = "gAAAAA"
"""What every Fernet token begins with: its version byte and the high bits of its time."""
_PLACES: dict[str, tuple[Table, tuple[Column[str], ...], Column[str]]] = {
    "connection": (connection, (connection.c.user_id, connection.c.service), connection.c.credential),
    "app_config": (app_config, (app_config.c.key,), app_config.c.value),
    "spotify_access": (spotify_access, (spotify_access.c.user_id,), spotify_access.c.tokens),
    "short_lived": (short_lived, (short_lived.c.kind, short_lived.c.key), short_lived.c.value),
}
"""Table, primary key and the column that may be sealed."""


@dataclass(frozen=True, slots=True)
class SealedValue:
    """An encrypted value and where it lies: the table's name and the row's primary key."""

    place: str
    key: tuple[str, ...]
    token: str


async def pages(conn: AsyncConnection, size: int = 500) -> AsyncGenerator[list[SealedValue]]:
    """All sealed values, ``size`` at a time; those of a page may be replaced before the next one is asked for."""
    for place, (_, key, column) in _PLACES.items():
        found = select(*key, column).where(column.startswith(TOKEN_BEGINS, autoescape=True)).order_by(*key).limit(size)
        rows = (await conn.execute(found)).all()
        while rows:
            yield [SealedValue(place, tuple(row[:-1]), row[-1]) for row in rows]
            rows = (await conn.execute(found.where(tuple_(*key) > tuple_(*rows[-1][:-1])))).all()


async def replace(conn: AsyncConnection, value: SealedValue, token: str) -> None:
    """Store ``token`` in the place of ``value``."""
    table, key, column = _PLACES[value.place]
    where = [part == held for part, held in zip(key, value.key, strict=True)]
    await conn.execute(update(table).where(*where).values({column: token}))
