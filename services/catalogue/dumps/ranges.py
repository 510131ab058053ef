"""Tables of any size, worked on a range of numbers at a time, so that memory does not grow with them.

DuckDB spills what does not fit, but whatever it spills needs some memory too, and more the larger a table is: all releases
joined with their artists, or all credits in order, are more than an import may take.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

SORTED = 3 << 21
"""Rows of numbers that are put in order together."""
SPELT = 1 << 18
"""The same of rows with names or words."""
GROUPED = 3 << 19
"""Rows that are counted or joined together."""
PLACES = 1 << 19
"""Releases whose links are looked at together."""
_SINGLE = 4096
"""Numbers below are taken one by one to make ranges: those of genres and styles, which have most, are among them."""
_BITS = 8
"""Numbers above are taken together that have all but so many bits in common."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from ``first`` to before ``end``; to the last if that is None. ``f"{it:column}"`` is the condition in SQL.
    ``rows`` is how many there are in it.
    """

    first: int
    end: int | None
    rows: int = 0

    def __format__(self, column: str) -> str:
        return f"{column} >= {self.first}" + ("" if self.end is None else f" AND {column} < {self.end}")


def ranges(db: duckdb.DuckDBPyConnection, rows: str, column: str, most: int, bits: int = _BITS) -> list[Range]:
    """Ranges that cover all numbers, in order, each with at most ``most`` of the ``rows``; with more only where numbers in
    ``column`` have so many that are the same, or the same but for the last ``bits``.
    """
    place = f"if({column} < {_SINGLE}, {column}, {column} >> {bits} << {bits})"
    counted = db.execute(f"SELECT {place}, count(*) FROM {rows} GROUP BY 1 ORDER BY 1")
    found: list[Range] = []
    first = total = 0
    for place, count in counted.fetchall():
        if total and total + count > most:
            found.append(Range(first, place, total))
            first, total = place, 0
        total += count
    return [*found, Range(first, None, total)]


def places(db: duckdb.DuckDBPyConnection) -> list[Range]:
    """Ranges of the places that releases have."""
    (last,) = db.execute("SELECT coalesce(max(place), 0) FROM release").fetchall()[0]
    return [Range(first, first + PLACES) for first in range(0, last + 1, PLACES)]


def gather(db: duckdb.DuckDBPyConnection, table: str, query: str, parts: Iterable[Range]) -> None:
    """Make ``table`` of what ``query`` says of each of the ranges, one behind the other; it has them as ``{0:column}``."""
    begun = f"CREATE TABLE {table} AS"
    for part in parts:
        db.execute(f"{begun} {query.format(part)}")
        begun = f"INSERT INTO {table}"
