"""Reading ahead: telling the system which pages of a file hold the rows that are read next.

SQLite reads the rows of an answer one after the other. Rows that are found by number lie all over a file of gigabytes, so
on a cold disk each waits until the one before it has come. Here their pages are looked up in the upper part of the table's
tree, which is small, and asked for together: the disk fetches them in its own order, side by side if it can.

It is a hint and nothing else. Where the tree has changed since it was read, or is still in the write-ahead log, a page is
fetched in vain, and the rows are read as they ever were. The layout is that of https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import os
import sqlite3
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from struct import error as Malformed
from struct import unpack_from

_INNER_INDEX, _INNER_TABLE, _LEAF_INDEX = 2, 5, 10
_HEADER = 12
"""Bytes at the beginning of an inner page."""
_WIDTHS = (0, 1, 2, 3, 4, 6, 8, 0, 0, 0)
"""Bytes of a number in a record, by its type; the last two types are the numbers 0 and 1 themselves."""
_LAST = 8
"""Where an inner page has the page behind its cells."""
_DEEPEST = 8
_OFTEN = 50
"""Keys that are looked for one by one in an inner page before all of its keys are read."""
_OPEN = Path("/proc/self/fd")
"""The descriptors of this process, on Linux; elsewhere nothing is read ahead."""
_REMEMBERED = 1000
"""Pages that SQLite still has from before, since it keeps twice as many: they need not come from the disk again."""
_SECOND = 48
"""Bits of the second number of a key of two."""


def pair(first: int, second: int) -> int:
    """The key of a row whose key is two numbers."""
    return first << _SECOND | second


class Ahead:
    """What one connection reads ahead; lives in its thread. ``file`` is what ``connection`` has open."""

    def __init__(self, connection: sqlite3.Connection, file: Path) -> None:
        self._connection = connection
        self._file = file
        self._stat: os.stat_result | None = None
        self._size = 0
        self._descriptor = -1
        self._trees: dict[str, Tree | None] = {}
        self._latest: OrderedDict[int, None] = OrderedDict()

    def rows(self, table: str, keys: Iterable[int]) -> None:
        """Ask for the pages with the rows of these keys."""
        wanted = list(keys)
        if len(wanted) < 2:  # it comes no sooner for being announced
            return
        try:
            if self._find_descriptor():
                if table not in self._trees:
                    self._trees[table] = self._tree(table)
                tree = self._trees[table]
                self._ask(sorted(set(map(tree.leaf, wanted))) if tree else [])
        except (OSError, IndexError, Malformed):  # not on Linux, or the file changes under our eyes
            self._trees[table] = None

    def _ask(self, pages: Sequence[int]) -> None:
        for page in pages:
            if page not in self._latest:
                os.posix_fadvise(self._descriptor, (page - 1) * self._size, self._size, os.POSIX_FADV_WILLNEED)
            self._latest[page] = None
            self._latest.move_to_end(page)
        while len(self._latest) > _REMEMBERED:
            self._latest.popitem(last=False)

    def _find_descriptor(self) -> bool:
        """Have a descriptor of the file: one that SQLite opened, since closing one of ours would end the locks it holds."""
        self._stat = file = self._stat or self._file.stat()
        if _is_of(self._descriptor, file):
            return True
        held = (int(each.name) for each in _OPEN.iterdir())
        self._descriptor = next((each for each in held if _is_of(each, file)), -1)
        return self._descriptor >= 0

    def _tree(self, table: str) -> Tree | None:
        """The tree of a table; None for one whose rows are found by an index beside it, as in catalogues of before."""
        (self._size,) = self._connection.execute("PRAGMA page_size").fetchone()
        row = self._connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        keyed = "SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'"
        is_keyed = self._connection.execute(keyed, (table,)).fetchone() is not None
        is_index = row is not None and self._page(row[0])[0] in (_INNER_INDEX, _LEAF_INDEX)
        return None if row is None or is_keyed != is_index else Tree(self._page, row[0])

    def _page(self, number: int) -> bytes:
        return os.pread(self._descriptor, self._size, (number - 1) * self._size)


class Tree:
    """The upper part of the tree in which a table is kept, read as far as it is asked for."""

    def __init__(self, read: Callable[[int], bytes], root: int) -> None:
        self._read = read
        self._root = root
        self._inner: dict[int, _Inner] = {}
        self._depth = self._measured()

    def leaf(self, key: int) -> int:
        """The page with the row of ``key``. Raises :class:`IndexError` or :class:`struct.error` for what is no such tree."""
        page = self._root
        for _ in range(self._depth):
            if page not in self._inner:
                self._inner[page] = _Inner(self._read(page))
            page = self._inner[page].child(key)
        return page

    def _measured(self) -> int:
        """How many inner pages are above each leaf."""
        page, depth = self._read(self._root), 0
        while page[0] in (_INNER_INDEX, _INNER_TABLE) and depth < _DEEPEST:
            (first,) = unpack_from(">H", page, _HEADER)
            (below,) = unpack_from(">I", page, first)
            page, depth = self._read(below), depth + 1
        return depth


class _Inner:
    """An inner page: cells with a page below and the largest key in it, and the page below that is behind them all."""

    def __init__(self, page: bytes) -> None:
        self._page = page
        (count,) = unpack_from(">H", page, 3)
        self._cells = unpack_from(f">{count}H", page, _HEADER)
        self._key = _row_number if page[0] == _INNER_TABLE else _pair
        self._times = 0
        self._keys = array("Q")

    def child(self, key: int) -> int:
        """The page below with ``key``. To read all keys takes as long as to look for some, so it is put off until then."""
        self._times += 1
        if self._times == _OFTEN:
            self._keys = array("Q", map(self._key_in, self._cells))
        place = bisect_left(self._keys, key) if self._keys else bisect_left(self._cells, key, key=self._key_in)
        at = self._cells[place] if place < len(self._cells) else _LAST
        return unpack_from(">I", self._page, at)[0]

    def _key_in(self, cell: int) -> int:
        return self._key(self._page, cell + 4)


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    value = 0
    for last in range(at, at + 8):
        value = value << 7 | page[last] & 0x7F
        if page[last] < 0x80:
            return value, last + 1
    return value << 8 | page[at + 8], at + 9


def _row_number(page: bytes, at: int) -> int:
    return _varint(page, at)[0]


def _pair(page: bytes, at: int) -> int:
    """The first two numbers of a record, behind its length."""
    _, start = _varint(page, at)
    header, place = _varint(page, start)
    value = start + header
    found = [0, 0]
    for number in range(2):
        form, place = _varint(page, place)
        width = _WIDTHS[form]
        found[number] = int.from_bytes(page[value : value + width]) if width else int(form == 9)
        value += width
    return pair(*found)


def _is_of(descriptor: int, file: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), file)
    except OSError:
        return False
