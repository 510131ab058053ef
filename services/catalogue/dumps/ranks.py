"""What is known better comes first: the order of everything that can be found by words."""

from __future__ import annotations

from pathlib import Path

import duckdb

from storage.catalogue.kinds import Kind
from storage.catalogue.nodes import COLLECTIVE

_CREDIT = 0.1
"""What being credited on a release counts beside having made one."""
_COPY = "COPY ({query}) TO '{file}' (FORMAT csv, DELIMITER '\t', HEADER false, QUOTE '', ESCAPE '')"


def rank(db: duckdb.DuckDBPyConnection, scratch: Path) -> dict[Kind, Path]:
    """Files of what can be found, best known first: of releases ids and tokens, of the others ids and names. In the order in
    which the writing process takes them on; the reading one takes them from the other end.

    A release is known as widely as its master was pressed, then as its best-known artist; an artist and a label by their
    releases; a master by its versions.
    """
    _weigh(db)
    queries = {
        Kind.RELEASE: "SELECT found.id, found.tokens FROM found JOIN release USING (id)"
        " LEFT JOIN versions ON versions.node = release.master LEFT JOIN best ON best.id = release.id"
        " WHERE found.tokens <> ''"
        " ORDER BY coalesce(versions.n, 0) DESC, coalesce(best.n, 0) DESC, release.main DESC, release.id",
        Kind.MASTER: "SELECT master.id, title, artist FROM master LEFT JOIN versions ON node = master.id"
        " ORDER BY coalesce(n, 0) DESC, master.id",
        Kind.ARTIST: "SELECT id, name FROM name LEFT JOIN artist_weight ON node = id WHERE kind = 0"
        " ORDER BY coalesce(weight, 0) DESC, id",
        Kind.LABEL: "SELECT id, name FROM name LEFT JOIN label_weight ON node = id WHERE kind = 1"
        " ORDER BY coalesce(n, 0) DESC, id",
    }
    return {kind: _copied(db, query, scratch / f"ranked_{kind.word}.tsv") for kind, query in queries.items()}


def numbers(db: duckdb.DuckDBPyConnection, scratch: Path) -> Path:
    """A file of catalogue numbers and barcodes with the releases that have them, in order."""
    query = (
        "SELECT DISTINCT spelt, id FROM (SELECT unnest(string_split(numbers, ' ')) AS spelt, id FROM found)"
        " WHERE spelt <> '' ORDER BY spelt, id"
    )
    return _copied(db, query, scratch / "numbers.tsv")


def kinships(db: duckdb.DuckDBPyConnection, scratch: Path) -> Path:
    """A file of who is what to whom, in order."""
    return _copied(db, "SELECT key, relation, other FROM kin ORDER BY ALL", scratch / "kinships.tsv")


def _weigh(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("CREATE TABLE versions AS SELECT node, count(*) AS n FROM of_master GROUP BY node")
    db.execute("CREATE TABLE label_weight AS SELECT node, count(*) AS n FROM on_label GROUP BY node")
    db.execute("CREATE TABLE artist_releases AS SELECT node, count(*) AS n FROM by_artist GROUP BY node")
    db.execute(
        f"CREATE TABLE artist_weight AS SELECT node, sum(n) AS weight FROM (FROM artist_releases UNION ALL"
        f" SELECT node, count(*) * {_CREDIT} FROM credited GROUP BY node) GROUP BY node"
    )
    db.execute(
        f"CREATE TABLE best AS SELECT id, max(n) AS n FROM by_artist JOIN artist_releases USING (node)"
        f" WHERE node NOT IN {tuple(sorted(COLLECTIVE))} GROUP BY id"
    )


def _copied(db: duckdb.DuckDBPyConnection, query: str, file: Path) -> Path:
    db.execute(_COPY.format(query=query, file=str(file).replace("'", "''")))
    return file
