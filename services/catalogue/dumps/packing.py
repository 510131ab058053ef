"""Lists as the counting database hands them over, made into what nodes keep.

An entry comes as one number of 64 bits that sorts as the list does: the mark's complement above, the id below.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from storage.catalogue.lists import List
from storage.catalogue.packed import LONGEST, PART, Directory, Entries, pack, pack_directory

ENTRY = "((4294967295 - {mark})::UBIGINT << 32) | {id}::UBIGINT"
"""An entry in SQL."""
_MOST = (1 << 32) - 1
_SHORT = 1 << 16
_MOST_PARTS = LONGEST // PART
"""As many parts as a list that is kept in one piece may have."""
_PARTS_TOGETHER = 64
_BITS = 64
Column: TypeAlias = "npt.NDArray[Any]"
Part = tuple[int, int, int, bytes]
"""A row of the table ``part``: key, list, number, entries."""


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


def cut(
    key: int, which: List, pieces: Iterable[Entries], parts: Callable[[list[Part]], object]
) -> tuple[bytes, bytes | None]:
    """A list that comes in pieces of any length, cut in parts, which ``parts`` is given some at a time; its directory, and if it
    is of releases, how many there are of each year. One that is not too long for that is kept in one piece and has neither.
    """
    stream = _parts(iter(pieces))
    first = list(islice(stream, _MOST_PARTS + 1))
    if len(first) <= _MOST_PARTS:
        return whole(first, is_marked=True), None
    sizes: list[int] = []
    last: list[tuple[int, int]] = []
    years: Counter[int] = Counter()
    numbered = enumerate(chain(first, stream))
    while some := list(islice(numbered, _PARTS_TOGETHER)):
        for _, part in some:
            sizes.append(len(part))
            last.append((part.ids[-1], part.marks[-1]))
            if which is List.RELEASES:
                years.update(part.marks)
        parts([(key, int(which), number, pack(part)) for number, part in some])
    known = sorted((year, count) for year, count in years.items() if year)
    directory = Directory(sizes, Entries(*zip(*last, strict=True)))
    return pack_directory(directory), pack(Entries(*zip(*known, strict=True))) if known else None


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
