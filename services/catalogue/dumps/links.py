"""The notes in a database made for counting.

Everything here may spill to the scratch folder, so that memory stays bounded whatever the size of the dumps.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from services.catalogue.dumps.notes import LINKS

MEMORY = "96MB"
"""What does not fit goes to the scratch folder; the process around it takes another hundred megabytes."""
LISTING = "64MB"
"""Enough where ranges are read once, one after the other."""
_READ = (
    "read_csv('{file}', delim='\t', quote='', escape='', header=false, auto_detect=false,"
    " max_line_size={line}, buffer_size={line}, columns={columns})"
)
_LONG, _SHORT = 1 << 23, 1 << 20
"""Bytes of the longest line there may be, of which several are held: what compilations are found by, and all others."""
_ROWS = 1 << 18
"""Links that are taken in together."""
_NAMES = {"kind": "TINYINT", "id": "BIGINT", "line": "BIGINT", "name": "VARCHAR"}
_KIN = {"kind": "TINYINT", "id": "BIGINT", "relation": "TINYINT", "other": "BIGINT"}
_MASTERS = {
    "id": "BIGINT",
    "line": "BIGINT",
    "year": "INTEGER",
    "main": "BIGINT",
    "title": "VARCHAR",
    "artist": "VARCHAR",
}
_COMBINATIONS = {"number": "UINTEGER", "words": "UINTEGER[]", "formats": "UINTEGER[]"}
_FOUND = {"place": "BIGINT", "id": "BIGINT", "tokens": "VARCHAR", "numbers": "VARCHAR"}


def opened(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A counting database in the scratch folder."""
    return duckdb.connect(
        str(scratch / "links.duckdb"),
        config={
            "memory_limit": MEMORY,
            "threads": 2,
            "temp_directory": str(scratch),
            "preserve_insertion_order": False,
            "force_compression": "uncompressed",  # to look how to compress what is read twice takes longer than that
        },
    )


def load(db: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    """Read the notes, whose files are gone then.

    Tables: ``name(kind, id, name)``, ``master(id, year, main, title, artist)``, ``kin(key, relation, other)``,
    ``found(id, tokens, numbers)``, ``release(place, id, year, master, main, combination)``, of its links ``artist(place, id)``,
    ``credit``, ``label``, and ``combination(number, words, formats)``. Of what was told twice the later is kept.
    """
    tables = (("name", _NAMES), ("master", _MASTERS), ("kin", _KIN), ("combination", _COMBINATIONS), ("found", _FOUND))
    for name, columns in tables:
        file = str(scratch / f"{name}.tsv").replace("'", "''")
        reading = _READ.format(file=file, columns=columns, line=_LONG if name == "found" else _SHORT)
        db.execute(f"CREATE VIEW {name}_noted AS SELECT * FROM {reading}")
    db.execute("CREATE TABLE called AS SELECT kind, id, arg_max(name, line) AS name FROM name_noted GROUP BY kind, id")
    told = ", ".join(f"arg_max(coalesce({each}), line) AS {each}" for each in ("year", "main", "title", "artist"))
    db.execute(f"CREATE TABLE master AS SELECT id, {told} FROM master_noted GROUP BY id")
    db.execute("INSERT INTO called SELECT 2, id, title FROM master")
    db.execute("CREATE TABLE name AS FROM called ORDER BY id, kind")
    db.execute("DROP TABLE called")
    # Joins by one number each, one after the other: they can spill, where a test of membership would hold all names in memory.
    db.execute("CREATE TABLE known AS SELECT id * 8 + kind AS key FROM name")
    db.execute(
        "CREATE TABLE kin_of_known AS SELECT id * 8 + kind AS key, relation, other, other * 8 + kind AS other_key FROM kin_noted"
        " SEMI JOIN known ON id * 8 + kind = known.key"
    )
    db.execute(
        "CREATE TABLE kin AS SELECT DISTINCT kin.key, relation, other FROM kin_of_known AS kin"
        " SEMI JOIN known ON kin.other_key = known.key"
    )
    db.execute("DROP TABLE kin_of_known")
    db.execute("DROP TABLE known")
    db.execute("CREATE TABLE combination AS FROM combination_noted")
    for name in LINKS:
        _take_in(db, name, scratch / f"{name}.links")
    _keep_last(db)
    for file in (*(f"{name}.tsv" for name, _ in tables), *(f"{name}.links" for name in LINKS)):
        (scratch / file).unlink()
    # From here on it is known what is small: what stands on the right of a join is held in memory.
    db.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")


def _take_in(db: duckdb.DuckDBPyConnection, name: str, file: Path) -> None:
    """A table of the links in a file."""
    columns = LINKS[name]
    db.execute(f"CREATE TABLE {name} ({', '.join(f'{each} UINTEGER' for each in columns)})")
    with file.open("rb") as links:
        while held := links.read(_ROWS * 4 * len(columns)):
            rows = np.frombuffer(held, "<u4").reshape(-1, len(columns))
            db.register("held", {each: np.ascontiguousarray(rows[:, at]) for at, each in enumerate(columns)})
            db.execute(f"INSERT INTO {name} FROM held")
            db.unregister("held")


def _keep_last(db: duckdb.DuckDBPyConnection) -> None:
    """Of a release that came twice only the later; count all before."""
    tags = "SELECT sum(len(words) + len(formats)) FROM release JOIN combination ON combination = number"
    counts = (*(f"SELECT count(*) FROM {each}" for each in ("artist", "label")), tags, "SELECT count(*) FROM credit")
    db.execute(f"CREATE TABLE total AS SELECT {', '.join(f'({each})' for each in counts)}")
    db.execute(
        "CREATE TABLE void AS SELECT place FROM release JOIN (SELECT id, max(place) AS last FROM release GROUP BY id"
        " HAVING count(*) > 1) AS repeated USING (id) WHERE place < last"
    )
    for name in LINKS:
        db.execute(f"DELETE FROM {name} WHERE place IN (FROM void)")
    db.execute("CREATE TABLE found AS SELECT id, tokens, numbers FROM found_noted WHERE place NOT IN (FROM void)")
    # A table anew: to change rows of one that is there takes twenty times as long.
    db.execute(
        "CREATE TABLE dated AS SELECT place, release.id, if(release.year = 0 AND master.year > 0, master.year, release.year)"
        "::UINTEGER AS year, master, release.main, combination FROM release LEFT JOIN master ON master.id = release.master"
    )
    db.execute("DROP TABLE release")
    db.execute("ALTER TABLE dated RENAME TO release")


def totals(db: duckdb.DuckDBPyConnection) -> tuple[int, list[int]]:
    """How many releases there are, and how many artists, labels, tags and credits the notes have of all that were told."""
    (count,) = db.execute("SELECT count(*) FROM release").fetchall()[0]
    (told,) = db.execute("FROM total").fetchall()
    return count, [int(each or 0) for each in told]
