"""What every node holds, worked out from the links: its lists in their order, as they are stored.

Nodes are taken by ranges of their numbers, so many at a time as have 400,000 entries together. A list that is longer
than most (a genre's, that of ``Various``) is streamed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import duckdb
import numpy as np

from services.catalogue.dumps.packing import ENTRY, Column, Listed, Part, cut, entries, in_order, whole
from services.catalogue.dumps.ranges import GROUPED, Range, ranges
from storage.catalogue.kinds import Kind, parted
from storage.catalogue.lists import List
from storage.catalogue.packed import LONGEST, Entries

HEAVY = 50_000
"""Entries from which on a list is streamed."""
_TOGETHER = 400_000
_PIECE = 1 << 17
"""Entries of a heavy list that are taken at a time."""
NodeRow = tuple[Any, ...]
"""A row of the table ``node``: key, kind, name, and its lists."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a list comes from: a table with ``node``, the column of its ids and that of its marks. ``order`` is the column it
    goes by where that is not said by the entries themselves."""

    table: str
    id: str = "other"
    mark: str = "n"
    order: str | None = None

    @property
    def entry(self) -> str:
        return ENTRY.format(mark=self.mark, id=self.id)

    @property
    def by(self) -> str:
        """What a list goes by."""
        return self.order or "entry"


_RELEASES, _ARTISTS, _LABELS, _TAGS, _CREDITS, _YEARS = range(6)
"""The columns of ``node`` that are lists."""
_CUT = {_RELEASES: List.RELEASES, _ARTISTS: List.ARTISTS, _LABELS: List.LABELS}
_SOURCES: dict[tuple[Kind, ...], dict[int, _Source]] = {
    (Kind.ARTIST,): {
        _RELEASES: _Source("by_artist", "id", "year"),
        _LABELS: _Source("artist_label"),
        _TAGS: _Source("artist_tag"),
        _CREDITS: _Source("credited", "id", "0"),
    },
    (Kind.LABEL,): {
        _RELEASES: _Source("on_label", "id", "year"),
        _ARTISTS: _Source("label_artist"),
        _TAGS: _Source("label_tag"),
    },
    (Kind.MASTER,): {_RELEASES: _Source("of_master", "id", "year")},
    (Kind.GENRE, Kind.STYLE, Kind.FORMAT): {
        _RELEASES: _Source("worded", "id", "year"),
        _ARTISTS: _Source("word_artist", order="place"),
        _LABELS: _Source("word_label"),
        _TAGS: _Source("word_word"),
    },
}
"""Kinds share a numbering that are named together."""


class Incomplete(Exception):
    """What went in did not all come out: a mistake of ours, and no catalogue to be trusted."""


class Lists:
    """The nodes with all their lists. ``parts`` is given the parts of those that are cut, as they come."""

    def __init__(self, db: duckdb.DuckDBPyConnection, parts: Callable[[list[Part]], object]) -> None:
        self._db = db
        self._parts = parts
        tables = {source.table for sources in _SOURCES.values() for source in sources.values()}
        self._given: Counter[str] = Counter()
        self._heavy = {table: self._heavy_nodes(table) for table in tables}

    def nodes(self) -> Iterator[list[tuple[Any, ...]]]:
        """Columns of all nodes by ascending key, as many nodes at a time as are worked out together.

        Raises :class:`Incomplete` at the end if a link is in no list.
        """
        for part in self._ranges():
            named = self._db.execute(f"SELECT id, kind, name FROM name WHERE {part:id}").fetchall()
            each = ((kinds, [row for row in named if row[1] in kinds]) for kinds in _SOURCES)
            rows = [row for kinds, found in each if found for row in self._range(kinds, part, found)]
            rows.sort(key=itemgetter(0))
            if rows:
                yield [*zip(*rows, strict=True)]
        for table in self._heavy:
            (count,) = self._db.execute(f"SELECT count(*) FROM {table}").fetchall()[0]
            if count != self._given[table]:
                raise Incomplete(f"{count} links are {table}, {self._given[table]} are in the lists")

    def _range(self, kinds: tuple[Kind, ...], part: Range, named: list[tuple[int, int, str]]) -> list[NodeRow]:
        """The nodes of kinds with one numbering in a range of numbers: those ``named``, each with its number, kind and name."""
        keys = {number: number << 3 | kind for number, kind, _ in named}
        columns: list[dict[int, bytes]] = [{} for _ in range(6)]
        for which, source in _SOURCES[kinds].items():
            listed = self._listed(source, part)
            columns[which].update(zip(listed.nodes, listed.packed(is_marked=which != _CREDITS), strict=True))
            nameless = set(listed.nodes) - keys.keys()
            self._given[source.table] += listed.starts[-1] - sum(
                listed.lengths[listed.nodes.index(each)] for each in nameless
            )
            longest = LONGEST if which in _CUT else HEAVY
            for at in np.flatnonzero(listed.lengths > longest).tolist():
                if listed.nodes[at] not in nameless:
                    self._keep_long(keys[listed.nodes[at]], which, [listed.entries(at)], columns)
            for number in self._heavy[source.table] & keys.keys():
                self._keep_long(keys[number], which, self._streamed(source, number), columns)
        numbers, kinds_, names = zip(*named, strict=True)
        return [*zip(keys.values(), kinds_, names, *(map(column.get, numbers) for column in columns), strict=True)]

    def _keep_long(self, key: int, which: int, pieces: Iterable[Entries], columns: list[dict[int, bytes]]) -> None:
        """Keep a list that may have to be cut."""
        _, number = parted(key)
        if which not in _CUT:
            columns[which][number] = whole(pieces, is_marked=which != _CREDITS)
            return
        columns[which][number], years = cut(key, _CUT[which], pieces, self._parts)
        if years is not None:
            columns[_YEARS][number] = years

    def _listed(self, source: _Source, part: Range) -> Listed:
        """The lists of all nodes in a range that are not heavy."""
        heavy = self._heavy[source.table]
        others = f" AND node NOT IN ({', '.join(map(str, sorted(heavy)))})" if heavy else ""
        found = self._columns(
            f"SELECT node::BIGINT AS node, {source.entry} AS entry FROM {source.table} WHERE {part:node}{others}"
            + (f" ORDER BY node, {source.order}" if source.order else "")
        )
        node, entry = found["node"], found["entry"]
        return Listed(node, entry) if source.order else Listed(*in_order(node, entry))

    def _streamed(self, source: _Source, number: int) -> Iterator[Entries]:
        """A heavy list in pieces."""
        query = f"SELECT {source.entry} AS entry, {source.by} AS place FROM {source.table} WHERE node = {number}"
        self._db.execute(f"CREATE OR REPLACE TABLE streamed AS {query} ORDER BY place")
        (count,) = self._db.execute("SELECT count(*) FROM streamed").fetchall()[0]
        self._given[source.table] += count
        for begin in range(0, count, _PIECE):
            piece = f"WHERE rowid >= {begin} AND rowid < {begin + _PIECE}"
            yield entries(self._columns(f"SELECT entry FROM streamed {piece} ORDER BY place")["entry"])

    def _columns(self, query: str) -> dict[str, Column]:
        return self._db.execute(query).fetchnumpy()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

    def _heavy_nodes(self, table: str) -> set[int]:
        heavy: set[int] = set()
        for part in ranges(self._db, table, "node", GROUPED):
            query = f"SELECT node FROM {table} WHERE {part:node} GROUP BY node HAVING count(*) > {HEAVY}"
            heavy.update(node for (node,) in self._db.execute(query).fetchall())
        return heavy

    def _ranges(self) -> list[Range]:
        """Ranges of numbers that cover all nodes and have about as many entries each."""
        united = " UNION ALL ".join(f"SELECT node AS number FROM {table}" for table in sorted(self._heavy))
        return ranges(self._db, f"({united} UNION ALL SELECT id AS number FROM name)", "number", _TOGETHER)
