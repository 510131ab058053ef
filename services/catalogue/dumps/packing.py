"""Lists as the counting database hands them over, made into what nodes keep.

An entry comes as one number of 64 bits that sorts as the list does: the mark's complement above, the id below.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from storage.catalogue.lists import List
from storage.catalogue.packed import LONGEST, PART, Directory, Entries, pack, pack_directory

ENTRY = "((4294967295 - {mark})::UBIGINT << 32) | {id}::UBIGINT"
"""An entry in SQL."""
_MOST = (1 << 32) - 1
_SHORT = 1 << 16
_BITS = 64
Column: TypeAlias = "npt.NDArray[Any]"
Part = tuple[int, int, int, bytes]
"""A row of the table ``part``: key, list, number, entries."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A list that is cut: its directory, its parts, and if it is of releases, how many there are of each year."""

    directory: bytes
    parts: tuple[Part, ...]
    years: bytes | None = None


class Listed:
    """The lists of many nodes, one behind the other: that of ``nodes[i]`` has ``lengths[i]`` entries from ``starts[i]`` on."""

    def __init__(self, node: Column, entry: Column) -> None:
        """A row for each entry, all of a node together and in order."""
        edges = np.flatnonzero(np.diff(node, prepend=-1))
        self.nodes: list[int] = node[edges].tolist()
        self.starts: list[int] = [*edges.tolist(), len(node)]
        self.lengths = np.diff(self.starts)
        self._ids = (entry & _MOST).astype("<u4")
        self._marks = (_MOST - (entry >> 32)).astype("<u4")

    def packed(self, *, is_marked: bool) -> list[bytes]:
        """Every list as :func:`storage.catalogue.packed.pack` makes it."""
        if is_marked and len(self._marks) and self._marks.max() >= _SHORT:
            return [pack(self.entries(which)) for which in range(len(self.nodes))]
        ids = self._ids.tobytes()
        if not is_marked:
            return [b"LI-" + ids[4 * start : 4 * end] for start, end in pairwise(self.starts)]
        marks = self._marks.astype("<u2").tobytes()
        return [b"LIH" + ids[4 * start : 4 * end] + marks[2 * start : 2 * end] for start, end in pairwise(self.starts)]

    def entries(self, which: int) -> Entries:
        """One of the lists."""
        start, end = self.starts[which], self.starts[which + 1]
        return _entries(self._ids[start:end], self._marks[start:end])


def in_order(node: Column, entry: Column) -> tuple[Column, Column]:
    """Rows of nodes and entries by both: sorted as one number, which is far quicker, where they fit in one."""
    if not len(node):
        return node, entry
    first, ids, marks = node.min(), entry & _MOST, entry >> 32
    least = marks.min()
    nodes, marks = (node - first).astype(np.uint64), marks - least
    of_id, of_mark = (int(each.max()).bit_length() for each in (ids, marks))
    if int(nodes.max()).bit_length() + of_mark + of_id > _BITS:
        order = np.lexsort((entry, node))
        return node[order], entry[order]
    keys = np.sort((nodes << of_mark | marks) << of_id | ids)
    marks = (keys >> of_id & (1 << of_mark) - 1) + least
    return (keys >> of_mark + of_id).astype(np.int64) + first, marks << 32 | keys & (1 << of_id) - 1


def entries(found: Column) -> Entries:
    """Entries as they come."""
    return _entries((found & _MOST).astype("<u4"), (_MOST - (found >> 32)).astype("<u4"))


def _entries(ids: Column, marks: Column) -> Entries:
    return Entries(array("I", ids.astype("=u4").tobytes()), array("I", marks.astype("=u4").tobytes()))


def whole(pieces: Iterable[Entries], *, is_marked: bool) -> bytes:
    """A list that is never cut, out of its pieces."""
    ids, marks = array("I"), array("I")
    for piece in pieces:
        ids.extend(piece.ids)
        marks.extend(piece.marks)
    return pack(Entries(ids, marks if is_marked else ()))


def cut(key: int, which: List, pieces: Iterable[Entries]) -> Cut | bytes:
    """A list that comes in pieces of any length, in parts; in one piece where it is not too long for that."""
    found = list(_parts(iter(pieces)))
    if sum(map(len, found)) <= LONGEST:
        return whole(found, is_marked=True)
    years: Counter[int] = Counter()
    if which is List.RELEASES:
        for part in found:
            years.update(part.marks)
    lasts = Entries([part.ids[-1] for part in found], [part.marks[-1] for part in found])
    known = sorted((year, count) for year, count in years.items() if year)
    return Cut(
        pack_directory(Directory([len(part) for part in found], lasts)),
        tuple((key, int(which), number, pack(part)) for number, part in enumerate(found)),
        pack(Entries([year for year, _ in known], [count for _, count in known])) if known else None,
    )


def _parts(pieces: Iterator[Entries]) -> Iterator[Entries]:
    ids, marks = array("I"), array("I")
    for piece in pieces:
        ids.extend(piece.ids)
        marks.extend(piece.marks)
        full = len(ids) // PART * PART
        for start in range(0, full, PART):
            yield Entries(ids[start : start + PART], marks[start : start + PART])
        del ids[:full], marks[:full]
    if ids:
        yield Entries(ids, marks)
