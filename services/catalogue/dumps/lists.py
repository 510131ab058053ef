"""What every node holds, worked out from the links: its lists in their order, as they are stored.

Nodes are taken by ranges of their numbers, so many at a time as have 250,000 entries together. A list that is longer
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
from storage.catalogue.kinds import Kind, parted
from storage.catalogue.lists import List
from storage.catalogue.packed import LONGEST, Entries

HEAVY = 50_000
"""Entries from which on a list is streamed."""
_TOGETHER = 250_000
_SINGLE = 4096
"""Numbers below are counted one by one to make ranges: those of genres and styles are among them."""
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

    def nodes(self) -> Iterator[list[NodeRow]]:
        """All nodes by ascending key. Raises :class:`Incomplete` at the end if a link is in no list."""
        for first, end in self._ranges():
            rows = [row for kinds in _SOURCES for row in self._range(kinds, first, end)]
            rows.sort(key=itemgetter(0))
            if rows:
                yield rows
        for table in self._heavy:
            (count,) = self._db.execute(f"SELECT count(*) FROM {table}").fetchall()[0]
            if count != self._given[table]:
                raise Incomplete(f"{count} links are {table}, {self._given[table]} are in the lists")

    def _range(self, kinds: tuple[Kind, ...], first: int, end: int) -> list[NodeRow]:
        """The nodes of kinds with one numbering from number ``first`` to before ``end``."""
        named = self._db.execute(
            f"SELECT id, kind, name FROM name WHERE kind IN ({', '.join(str(int(kind)) for kind in kinds)})"
            f" AND id >= {first} AND id < {end}"
        ).fetchall()
        if not named:
            return []
        keys = {number: number << 3 | kind for number, kind, _ in named}
        columns: list[dict[int, bytes]] = [{} for _ in range(6)]
        for which, source in _SOURCES[kinds].items():
            listed = self._listed(source, first, end)
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
        found = cut(key, _CUT[which], pieces) if which in _CUT else whole(pieces, is_marked=which != _CREDITS)
        _, number = parted(key)
        if isinstance(found, bytes):
            columns[which][number] = found
            return
        columns[which][number] = found.directory
        self._parts(list(found.parts))
        if which == _RELEASES and found.years is not None:
            columns[_YEARS][number] = found.years

    def _listed(self, source: _Source, first: int, end: int) -> Listed:
        """The lists of all nodes in a range that are not heavy."""
        heavy = self._heavy[source.table]
        others = f" AND node NOT IN ({', '.join(map(str, sorted(heavy)))})" if heavy else ""
        found = self._columns(
            f"SELECT node, {source.entry} AS entry FROM {source.table} WHERE node >= {first} AND node < {end}{others}"
            + (f" ORDER BY node, {source.order}" if source.order else "")
        )
        node, entry = found["node"], found["entry"]
        return Listed(node, entry) if source.order else Listed(*in_order(node, entry))

    def _streamed(self, source: _Source, number: int) -> Iterator[Entries]:
        """A heavy list in pieces, each of which begins behind the last entry of the one before."""
        begin = 0
        while True:
            found = self._columns(
                f"SELECT {source.entry} AS entry, {source.by} AS place FROM {source.table}"
                f" WHERE node = {number} AND place >= {begin} ORDER BY place LIMIT {_PIECE}"
            )
            self._given[source.table] += len(found["entry"])
            yield entries(found["entry"])
            if len(found["entry"]) < _PIECE:
                return
            begin = int(found["place"][-1]) + 1

    def _columns(self, query: str) -> dict[str, Column]:
        return self._db.execute(query).fetchnumpy()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

    def _heavy_nodes(self, table: str) -> set[int]:
        counted = self._db.execute(f"SELECT node FROM {table} GROUP BY node HAVING count(*) > {HEAVY}")
        return {node for (node,) in counted.fetchall()}

    def _ranges(self) -> list[tuple[int, int]]:
        """Ranges of numbers that cover all nodes and have about as many entries each."""
        place = f"if(node < {_SINGLE}, node, node >> 8 << 8)"
        united = " UNION ALL ".join(f"SELECT {place} AS place FROM {table}" for table in sorted(self._heavy))
        query = (
            f"SELECT place, count(*) FROM ({united} UNION ALL SELECT {place.replace('node', 'id')} FROM name)"
            " GROUP BY place ORDER BY place"
        )
        ranges: list[tuple[int, int]] = []
        first = end = total = 0
        for place, count in self._db.execute(query).fetchall():
            total += count
            end = place + (1 if place < _SINGLE else 256)
            if total >= _TOGETHER:
                ranges.append((first, end))
                first, total = end, 0
        return [*ranges, (first, end)] if total else ranges
