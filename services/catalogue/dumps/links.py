"""The notes in a database made for counting: who is on what, and how often together.

Everything here may spill to the scratch folder, so that memory stays bounded whatever the size of the dumps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

MEMORY = "130MB"
"""What does not fit goes to the scratch folder; the process around it takes another hundred megabytes."""
_READ = (
    "read_csv('{file}', delim='\t', quote='', escape='', header=false, auto_detect=false,"
    " max_line_size={line}, buffer_size={line}, columns={columns})"
)
_LONG, _SHORT = 1 << 23, 1 << 20
"""Bytes of the longest line there may be, of which several are held: those of compilations, and all others."""
_LONG_LINES = ("link", "found")
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
_LINKS = {
    "place": "BIGINT",
    "id": "BIGINT",
    "year": "INTEGER",
    "master": "BIGINT",
    "main": "TINYINT",
    **dict.fromkeys(("artists", "credits", "labels", "words", "formats"), "BIGINT[]"),
}
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
        },
    )


def load(db: duckdb.DuckDBPyConnection, scratch: Path, void: Sequence[int]) -> None:
    """Read the notes. ``void`` are the places of releases that turned out to be malformed.

    Tables: ``name(kind, id, name)``, ``master(id, year, main, title, artist)``, ``kin(key, relation, other)``,
    ``found(id, tokens, numbers)``, and ``release(id, year, master, main, artists, credits, labels, words, formats)`` with its
    lists of numbers. Of what was told twice the later is kept.
    """
    tables = (("name", _NAMES), ("master", _MASTERS), ("kin", _KIN), ("link", _LINKS), ("found", _FOUND))
    for name, columns in tables:
        file = str(scratch / f"{name}.tsv").replace("'", "''")
        reading = _READ.format(file=file, columns=columns, line=_LONG if name in _LONG_LINES else _SHORT)
        db.execute(f"CREATE VIEW {name}_noted AS SELECT * FROM {reading}")
    db.execute("CREATE TABLE name AS SELECT kind, id, arg_max(name, line) AS name FROM name_noted GROUP BY kind, id")
    told = ", ".join(f"arg_max(coalesce({each}), line) AS {each}" for each in ("year", "main", "title", "artist"))
    db.execute(f"CREATE TABLE master AS SELECT id, {told} FROM master_noted GROUP BY id")
    db.execute("INSERT INTO name SELECT 2, id, title FROM master")
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
    _load_releases(db, void)


def _load_releases(db: duckdb.DuckDBPyConnection, void: Sequence[int]) -> None:
    db.execute("CREATE TABLE void (place BIGINT)")
    db.executemany("INSERT INTO void VALUES (?)", [(place,) for place in void]) if void else None
    db.execute("CREATE TABLE noted AS SELECT * FROM link_noted WHERE place NOT IN (FROM void)")
    db.execute(
        "INSERT INTO void SELECT place FROM noted JOIN (SELECT id, max(place) AS last FROM noted GROUP BY id"
        " HAVING count(*) > 1) AS repeated USING (id) WHERE place < last"
    )
    db.execute(
        "CREATE TABLE release AS SELECT noted.id, if(noted.year > 0, noted.year, coalesce(master.year, 0)) AS year,"
        " noted.master, noted.main, artists, credits, labels, words, formats"
        " FROM noted LEFT JOIN master ON noted.master = master.id WHERE place NOT IN (FROM void)"
    )
    db.execute("CREATE TABLE found AS SELECT id, tokens, numbers FROM found_noted WHERE place NOT IN (FROM void)")
    db.execute(
        "CREATE TABLE total AS SELECT sum(len(artists)) AS artists, sum(len(labels)) AS labels,"
        " sum(len(words) + len(formats)) AS tags, sum(len(credits)) AS credits FROM noted"
    )
    db.execute("DROP TABLE noted")


def totals(db: duckdb.DuckDBPyConnection) -> tuple[int, list[int]]:
    """How many releases there are, and how many artists, labels, tags and credits the notes have of all that were told."""
    (count,) = db.execute("SELECT count(*) FROM release").fetchall()[0]
    (told,) = db.execute("SELECT artists, labels, tags, credits FROM total").fetchall()
    return count, [int(each or 0) for each in told]


def link(db: duckdb.DuckDBPyConnection) -> Iterable[None]:
    """Say of every node what it is on: ``by_artist(node, id, year)``, ``on_label``, ``of_master``, ``worded`` (genres and
    styles) and ``credited``. Yields after each step.

    These and the tables that :func:`count` makes lie in the order of their nodes, so that a range of them is read alone.
    """
    for table, column in (
        ("by_artist", "artists"),
        ("on_label", "labels"),
        ("worded", "words"),
        ("credited", "credits"),
    ):
        db.execute(
            f"CREATE TABLE {table} AS FROM (SELECT unnest({column}) AS node, id, year FROM release) ORDER BY node"
        )
        yield
    db.execute("CREATE TABLE of_master AS SELECT master AS node, id, year FROM release WHERE master > 0 ORDER BY node")
    yield


def count(db: duckdb.DuckDBPyConnection) -> Iterable[None]:
    """Count on how many releases two nodes are together: ``artist_label(node, other, n)``, ``label_artist``, ``artist_tag`` and
    ``label_tag`` (formats among the tags), ``word_artist`` (with ``place``, where the artist is by name), ``word_label``,
    ``word_word``. Yields after each step.
    """
    pairs = (
        ("artist_label", "artists", "labels"),
        ("artist_tag", "artists", "words || formats"),
        ("label_tag", "labels", "words || formats"),
        ("word_word", "words", "words"),
    )
    for table, first, second in pairs:
        same = " WHERE node <> other" if first == second else ""
        db.execute(
            f"CREATE TABLE {table} AS SELECT node, other, count(*)::UINTEGER AS n FROM (SELECT node, unnest(others) AS other"
            f" FROM (SELECT unnest({first}) AS node, {second} AS others FROM release)){same} GROUP BY node, other ORDER BY node"
        )
        yield
    db.execute("CREATE TABLE label_artist AS SELECT other AS node, node AS other, n FROM artist_label ORDER BY node")
    yield
    words = "(SELECT id FROM name WHERE kind IN (3, 4))"
    db.execute(
        "CREATE TABLE word_label AS SELECT other AS node, node AS other, n FROM label_tag"
        f" WHERE other IN {words} ORDER BY 1"
    )
    yield
    db.execute(
        "CREATE TABLE word_artist AS SELECT other AS node, node AS other, n, place FROM artist_tag JOIN (SELECT id,"
        " row_number() OVER (ORDER BY name, id) AS place FROM name WHERE kind = 0) AS by_name ON by_name.id = node"
        f" WHERE other IN {words} ORDER BY 1"
    )
    yield
