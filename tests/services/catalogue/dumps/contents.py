"""Everything a catalogue holds, in a form in which two can be compared: of one dump on two engines, before and after."""

from __future__ import annotations

from typing import Any

from storage.catalogue.database import Database
from storage.catalogue.details import unpacked

_TABLES = {
    "release": "id",
    "node": "key",
    "part": "key, list, number",
    "master": "id",
    "kinship": "key, relation, other",
    "number": "spelt, release_id",
    "spelling": "initial, length, word",
    "answer": "release_id",
}


def contents(db: Database) -> dict[str, list[Any]]:
    """The rows of every table in order; of the words of the search index only how often each is used."""
    found = {
        table: list(map(tuple, db.rows(f"SELECT * FROM {table} ORDER BY {order}"))) for table, order in _TABLES.items()
    }
    found["ranking"] = list(map(tuple, db.rows("SELECT kind, rank, id, name FROM ranking ORDER BY kind, rank")))
    found["source"] = list(
        map(tuple, db.rows("SELECT kind, file, date, sha256, records, skipped FROM source ORDER BY kind"))
    )
    found["detail"] = [unpacked(stored) for (stored,) in db.rows("SELECT records FROM detail ORDER BY first")]
    return found


def assert_alike(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> None:
    """Assert that two catalogues hold the same, and show the first row in which they do not."""
    for table, rows in one.items():
        differing = next((pair for pair in zip(rows, other[table], strict=False) if pair[0] != pair[1]), None)
        assert differing is None, f"{table}: {differing}"
        assert len(rows) == len(other[table]), f"{table}: {len(rows)} rows and {len(other[table])}"
