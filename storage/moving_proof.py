"""What proves that a table arrived as it was sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from storage.errors import StoreCorrupt, StoreError


@dataclass(frozen=True, slots=True)
class MovedTable:
    """A table that arrived whole: its rows, and the checksum that they have on both sides."""

    store: str
    name: str
    rows: int
    checksum: str


@dataclass
class Checksum:
    """Of rows in any order: how many, and the sum of their hashes."""

    rows: int = 0
    _sum: int = field(default=0, repr=False)

    def add(self, row: Iterable[Any]) -> None:
        """Count a row in."""
        self.rows += 1
        self._sum += int.from_bytes(blake2b(repr(tuple(row)).encode(), digest_size=16).digest())

    @property
    def text(self) -> str:
        """32 hexadecimal digits."""
        return f"{self._sum % 2**128:032x}"


def compare(name: str, sent: Checksum, found: Checksum) -> None:
    """Raises :class:`StoreCorrupt` unless what arrived of a table is what was sent."""
    if (sent.rows, sent.text) != (found.rows, found.text):
        raise StoreCorrupt(
            f"What arrived of {name} is not what was sent ({found.rows:,} of {sent.rows:,} rows); nothing was moved.",
            "Nothing was changed on either side. Please report this with the version of the server.",
        )


def unkeepable(table: str, error: Exception) -> StoreError:
    """There is a row that the server's types have no room for."""
    return StoreError(
        f"PostgreSQL cannot keep a row of {table} ({error}); nothing was moved.",
        "Change or remove what is named there, then move again.",
    )
