"""Who is on what, and how often together, worked out from the notes; each table in the order of its nodes, a range of which is
read alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from services.catalogue.dumps.ranges import GROUPED, SORTED, gather, places, ranges

_RELEASES = "(FROM release WHERE {0:place}) AS release"
_IN_ORDER = "SELECT * FROM {of} WHERE {{0:node}} ORDER BY node"
_COUNTED = "SELECT node, other, sum(n)::UINTEGER AS n"
_SUMMED = f"{_COUNTED} FROM {{of}} WHERE {{{{0:node}}}} GROUP BY ALL ORDER BY node"


def link(db: duckdb.DuckDBPyConnection) -> Iterable[None]:
    """Say of every node what it is on: ``by_artist(node, id, year)``, ``on_label``, ``of_master``, ``worded`` (genres and
    styles) and ``credited``. Yields after each step.
    """
    for table, links in (("by_artist", "artist"), ("on_label", "label"), ("credited", "credit")):
        linked = f"(FROM {links} WHERE {{0:place}}) AS links"
        query = f"SELECT links.id AS node, release.id, year FROM {linked} JOIN {_RELEASES} USING (place)"
        _make(db, table, query, _IN_ORDER, SORTED)
        yield
    db.execute("DROP TABLE credit")
    query = f"SELECT unnest(words) AS node, id, year FROM combination JOIN {_RELEASES} ON combination = number"
    _make(db, "worded", query, _IN_ORDER, SORTED)
    yield
    _turn(db, "of_master", "release", "master", "id, year", "master > 0")
    yield


def count(db: duckdb.DuckDBPyConnection) -> Iterable[None]:
    """Count on how many releases two nodes are together: ``artist_label(node, other, n)``, ``label_artist``, ``artist_tag`` and
    ``label_tag`` (formats among the tags), ``word_artist`` (with ``place``, where the artist is by name), ``word_label``,
    ``word_word``. Yields after each step.
    """
    artists, labels = "(FROM artist WHERE {0:place}) AS artist", "(FROM label WHERE {0:place}) AS label"
    both = f"SELECT artist.id AS node, label.id AS other, 1 AS n FROM {artists} JOIN {labels} USING (place)"
    _make(db, "artist_label", f"{_COUNTED} FROM ({both}) GROUP BY ALL", _SUMMED, GROUPED)
    yield
    for table, links in (("artist_tag", artists), ("label_tag", labels)):
        of = links.split()[-1]
        _make_tagged(db, table, f"SELECT {of}.id AS node, combination FROM {links} JOIN {_RELEASES} USING (place)")
        yield
    combined = f"SELECT combination, count(*) AS n FROM {_RELEASES} GROUP BY combination"
    worded = f"SELECT unnest(words) AS node, words, n FROM combination JOIN ({combined}) ON combination = number"
    paired = f"SELECT node, other, n FROM (SELECT node, n, unnest(words) AS other FROM ({worded})) WHERE node <> other"
    _make(db, "word_word", f"{_COUNTED} FROM ({paired}) GROUP BY ALL", _SUMMED, GROUPED)
    yield
    _turn(db, "label_artist", "artist_label", "other", "node AS other, n")
    yield
    db.execute("CREATE TABLE word AS SELECT id FROM name WHERE kind IN (3, 4)")
    is_word = "other IN (FROM word)"
    _turn(db, "word_label", "label_tag", "other", "node AS other, n", is_word)
    yield
    _number_names(db)
    tagged = f"(FROM artist_tag WHERE {{0:node}} AND {is_word}) AS tagged"
    named = f"{tagged} JOIN (FROM by_name WHERE {{0:id}}) ON id = node"
    query = f"SELECT other AS node, node AS other, n, place FROM {named}"
    gather(db, "word_artist_met", query, ranges(db, "artist_tag", "node", GROUPED))
    gather(db, "word_artist", _IN_ORDER.format(of="word_artist_met"), ranges(db, "word_artist_met", "node", SORTED))
    db.execute("DROP TABLE word_artist_met")
    yield


def _number_names(db: duckdb.DuckDBPyConnection) -> None:
    """``by_name(id, place)``: where each artist is by name."""
    db.execute("CREATE TABLE sorted AS SELECT id FROM name WHERE kind = 0 ORDER BY name, id")
    db.execute("CREATE TABLE by_name AS SELECT id, rowid AS place FROM sorted")
    db.execute("DROP TABLE sorted")


def _make_tagged(db: duckdb.DuckDBPyConnection, table: str, combined: str) -> None:
    """Count tags of nodes that have combinations of them."""
    together = f"SELECT node, combination, count(*) AS n FROM ({combined}) GROUP BY ALL"
    tagged = (
        f"SELECT node, n, unnest(words || formats) AS other FROM combination JOIN ({together}) ON combination = number"
    )
    _make(db, table, f"{_COUNTED} FROM ({tagged}) GROUP BY ALL", _SUMMED, GROUPED)


def _make(db: duckdb.DuckDBPyConnection, table: str, query: str, finish: str, most: int) -> None:
    """Make ``table`` of what ``query`` says of releases, some hundred thousand at a time, which ``finish`` puts together."""
    parts, met = places(db), f"{table}_met"
    if len(parts) == 1:
        gather(db, table, f"{query} ORDER BY node", parts)
        return
    gather(db, met, query, parts)
    gather(db, table, finish.format(of=met), ranges(db, met, "node", most))
    db.execute(f"DROP TABLE {met}")


def _turn(db: duckdb.DuckDBPyConnection, table: str, of: str, by: str, columns: str, where: str = "true") -> None:
    """Make ``table`` of rows of another one whose ``by`` is the node."""
    query = f"SELECT {by} AS node, {columns} FROM {of} WHERE {{0:{by}}} AND {where} ORDER BY {by}"
    gather(db, table, query, ranges(db, of, by, SORTED))
