"""Lists of neighbours as they are kept in a node's row: ids, each with a mark, packed in a few bytes an entry.

A genre has a third of all releases, an artist a handful; both are lists in a fixed order, asked for by page. A short list
is one value of its node. A long one is cut into parts of about a thousand, each a row of its own, and the node keeps the
directory: how long each part is, and its last entry. So any page of any list costs two or three reads by key, and a
release that comes in changes one part.

Layout, little endian: form (``L`` list, ``D`` directory), type code of the ids, type code of the marks (``-`` none), then
the arrays one behind the other; a directory has the lengths of its parts (``I``) behind those.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PART = 1024
"""Entries of a part when a long list is cut."""
LONGEST = 2 * PART
"""Entries of a list or part that is still kept in one piece."""
_SMALL = 1 << 32
_WIDTHS = {"I": 4, "q": 8, "H": 2, "-": 0}


@dataclass(frozen=True, slots=True)
class Entries:
    """A list or a part of one: ``marks`` are years (0 unknown) or numbers of releases, empty where there are none."""

    ids: Sequence[int] = ()
    marks: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def cut(self, start: int, stop: int) -> Entries:
        """The entries from ``start`` up to ``stop``."""
        return Entries(self.ids[start:stop], self.marks[start:stop])


@dataclass(frozen=True, slots=True)
class Directory:
    """What a long list keeps at its node: the length of each part and the last entry of each."""

    sizes: Sequence[int]
    last: Entries = field(default_factory=Entries)

    @property
    def total(self) -> int:
        return sum(self.sizes)


def pack(entries: Entries) -> bytes:
    """``entries`` as they are stored."""
    return _packed("L", entries, b"")


def pack_directory(directory: Directory) -> bytes:
    """A directory as it is stored."""
    return _packed("D", directory.last, _bytes("I", directory.sizes))


def unpack(blob: bytes | None) -> Entries | Directory:
    """What :func:`pack` or :func:`pack_directory` stored; None is the empty list."""
    if not blob:
        return Entries()
    form, ids, marks = chr(blob[0]), chr(blob[1]), chr(blob[2])
    each = _WIDTHS[ids] + _WIDTHS[marks] + (4 if form == "D" else 0)
    count = (len(blob) - 3) // each
    second = 3 + count * _WIDTHS[ids]
    third = second + count * _WIDTHS[marks]
    entries = Entries(_array(ids, blob[3:second]), _array(marks, blob[second:third]) if marks != "-" else ())
    return entries if form == "L" else Directory(_array("I", blob[third:]), entries)


def length(blob: bytes | None) -> int:
    """How many entries a stored list has, all parts counted."""
    if not blob:
        return 0
    if blob[0] == ord("L"):
        return (len(blob) - 3) // (_WIDTHS[chr(blob[1])] + _WIDTHS[chr(blob[2])])
    found = unpack(blob)
    return found.total if isinstance(found, Directory) else len(found)


def pack_ids(ids: Iterable[int]) -> bytes | None:
    """A short list without marks; None if it is empty."""
    wanted = tuple(ids)
    return pack(Entries(wanted)) if wanted else None


def unpack_ids(blob: bytes | None) -> Sequence[int]:
    """What :func:`pack_ids` stored."""
    found = unpack(blob)
    assert isinstance(found, Entries)
    return found.ids


def _packed(form: str, entries: Entries, rest: bytes) -> bytes:
    ids = "I" if _is_small(entries.ids) else "q"
    marks = "-" if not entries.marks else "H" if max(entries.marks) < 1 << 16 else "I"
    kept = _bytes(marks, entries.marks) if entries.marks else b""
    return f"{form}{ids}{marks}".encode() + _bytes(ids, entries.ids) + kept + rest


def _is_small(ids: Sequence[int]) -> bool:
    return (isinstance(ids, array) and ids.typecode == "I") or all(0 <= value < _SMALL for value in ids)


def _bytes(code: str, values: Sequence[int]) -> bytes:
    made = array(code, values)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()


def _array(code: str, stored: bytes) -> array[int]:
    made: array[int] = array(code)
    made.frombytes(stored)
    if sys.byteorder == "big":
        made.byteswap()
    return made
