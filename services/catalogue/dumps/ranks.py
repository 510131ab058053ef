"""What is known better comes first: the order of everything that can be found by words."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from services.catalogue.dumps.ranges import GROUPED, SORTED, SPELT, gather, ranges
from storage.catalogue.kinds import Kind
from storage.catalogue.nodes import COLLECTIVE

_RELEASE = 10
"""What having made a release counts beside being credited on one."""
_MOST = (1 << 32) - 1
_MOST_VERSIONS = (1 << 20) - 1
_BEGINNING = (1, 42), (2, 21), (3, 0)
"""How far the first characters of a number are moved, to be one number that is in the order of their spelling."""
_COPY = "COPY ({query}) TO '{file}' (FORMAT csv, DELIMITER '\t', HEADER false, QUOTE '', ESCAPE '')"


def rank(db: duckdb.DuckDBPyConnection, scratch: Path) -> dict[Kind, Path]:
    """Files of what can be found, best known first: of releases ids and tokens, of the others ids and names. In the order in
    which the writing process takes them on; the reading one takes them from the other end.

    A release is known as widely as its master was pressed, then as its best-known artist; an artist and a label by their
    releases; a master by its versions.
    """
    _weigh(db)
    found = "(FROM found WHERE {0:id} AND tokens <> '') JOIN (FROM release_place WHERE {0:id}) USING (id)"
    gather(db, "ranked_release", f"SELECT id, tokens, place FROM {found}", ranges(db, "found", "id", SPELT))
    db.execute("DROP TABLE found")
    files = {Kind.RELEASE: _ordered(db, Kind.RELEASE, "id, tokens", scratch)}
    for kind, rows, columns, weights in (
        (Kind.MASTER, "master", "title, artist", "versions"),
        (Kind.ARTIST, "(SELECT id, name FROM name WHERE kind = 0)", "name", "artist_weight"),
        (Kind.LABEL, "(SELECT id, name FROM name WHERE kind = 1)", "name", "label_weight"),
    ):
        weighed = f"(FROM {rows} WHERE {{0:id}}) LEFT JOIN (FROM {weights} WHERE {{0:node}}) ON node = id"
        query = f"SELECT id, {columns}, {_MOST} - coalesce(n, 0) AS place FROM {weighed}"
        gather(db, f"ranked_{kind.word}", query, ranges(db, rows, "id", SPELT))
        files[kind] = _ordered(db, kind, f"id, {columns}", scratch)
    return files


def numbers(db: duckdb.DuckDBPyConnection, scratch: Path) -> Path:
    """A file of catalogue numbers and barcodes with the releases that have them, in order; some come several times."""
    place = " | ".join(f"(greatest(unicode(substr(spelt, {at}, 1)), 0)::BIGINT << {bits})" for at, bits in _BEGINNING)
    spelt = "SELECT unnest(string_split(numbers, ' ')) AS spelt, id FROM found WHERE numbers <> ''"
    db.execute(f"CREATE TABLE spelt AS SELECT spelt, id, {place} AS place FROM ({spelt}) WHERE spelt <> ''")
    parts = ranges(db, "spelt", "place", SPELT, bits=0)
    queries = (f"SELECT spelt, id FROM spelt WHERE {part:place} ORDER BY spelt, id" for part in parts)
    file = _copied(db, queries, scratch / "numbers.tsv")
    db.execute("DROP TABLE spelt")
    return file


def kinships(db: duckdb.DuckDBPyConnection, scratch: Path) -> Path:
    """A file of who is what to whom, in order."""
    parts = ranges(db, "kin", "key", SORTED)
    queries = (f"SELECT key, relation, other FROM kin WHERE {part:key} ORDER BY ALL" for part in parts)
    return _copied(db, queries, scratch / "kinships.tsv")


def _weigh(db: duckdb.DuckDBPyConnection) -> None:
    """How widely everything is known: ``versions(node, n)`` of masters, ``label_weight`` and ``artist_weight`` likewise, and
    ``release_place(id, place)``, which is less for what comes first."""
    for table, of in (("versions", "of_master"), ("label_weight", "on_label"), ("artist_releases", "by_artist")):
        counted = f"SELECT node, count(*) AS n FROM {of} WHERE {{0:node}} GROUP BY node"
        gather(db, table, counted, ranges(db, of, "node", GROUPED))
    credited = "SELECT node, count(*) AS n FROM credited WHERE {0:node} GROUP BY node"
    made = f"SELECT node, n * {_RELEASE} AS n FROM artist_releases WHERE {{0:node}}"
    weighed = f"SELECT node, sum(n)::BIGINT AS n FROM ({made} UNION ALL {credited}) GROUP BY node"
    gather(db, "artist_weight", weighed, ranges(db, "credited", "node", GROUPED))
    gather(
        db,
        "by_versions",
        "SELECT id, n FROM (FROM of_master WHERE {0:node}) JOIN (FROM versions WHERE {0:node}) USING (node)",
        ranges(db, "of_master", "node", GROUPED),
    )
    somebody = f"(FROM by_artist WHERE {{0:node}} AND node NOT IN {tuple(sorted(COLLECTIVE))})"
    gather(
        db,
        "by_best",
        f"SELECT id, n FROM {somebody} JOIN (FROM artist_releases WHERE {{0:node}}) USING (node)",
        ranges(db, "by_artist", "node", GROUPED),
    )
    said = (
        "SELECT id, n AS versions, 0 AS best, 0 AS main FROM by_versions UNION ALL SELECT id, 0, n, 0 FROM by_best"
        " UNION ALL SELECT id, 0, 0, main FROM release"
    )
    versions = f"({_MOST_VERSIONS} - least(max(versions), {_MOST_VERSIONS}))::UBIGINT << 33"
    place = f"({versions}) | ({_MOST} - max(best))::UBIGINT << 1 | (1 - least(max(main), 1))::UBIGINT"
    weighed = f"SELECT id, {place} AS place FROM ({said}) WHERE {{0:id}} GROUP BY id"
    gather(db, "release_place", weighed, ranges(db, f"({said})", "id", GROUPED))
    db.execute("DROP TABLE by_versions")
    db.execute("DROP TABLE by_best")


def _ordered(db: duckdb.DuckDBPyConnection, kind: Kind, columns: str, scratch: Path) -> Path:
    """A file of what was given its ``place``, in order."""
    table = f"ranked_{kind.word}"
    queries = (f"SELECT {columns} FROM {part} ORDER BY place, id" for part in _parts(db, table))
    file = _copied(db, queries, scratch / f"{table}.tsv")
    db.execute(f"DROP TABLE {table}")
    return file


def _parts(db: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    """Parts of a table that come one after the other: by place, and of those that share one by their numbers."""
    for part in ranges(db, table, "place", SPELT, bits=0):
        rows = f"(FROM {table} WHERE {part:place})"
        if part.rows > SPELT:
            yield from (f"(FROM {table} WHERE {part:place} AND {each:id})" for each in ranges(db, rows, "id", SPELT))
        else:
            yield rows


def _copied(db: duckdb.DuckDBPyConnection, queries: Iterable[str], file: Path) -> Path:
    """A file of what comes of queries, one behind the other."""
    more = file.with_suffix(".more")
    for at, query in enumerate(queries):
        db.execute(_COPY.format(query=query, file=str(more if at else file).replace("'", "''")))
        if at:
            with more.open("rb") as source, file.open("ab") as out:
                shutil.copyfileobj(source, out, 1 << 20)
            more.unlink()
    return file
