"""Lists as the counting database hands them over, made into what nodes keep.

An entry comes as one number of 64 bits that sorts as the list does: the mark's complement above, the id below. The upper
half is never small, so an entry is 16 hexadecimal digits, and the digits of lists can be put one behind the other: many lists
together are taken apart without a loop.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from storage.catalogue.lists import List
from storage.catalogue.packed import LONGEST, PART, Directory, Entries, pack, pack_directory

ENTRY = "((4294967295 - {mark})::UBIGINT << 32) | {id}::UBIGINT"
"""An entry in SQL."""
DIGITS = 16
_INVERSE = bytes(255 - value for value in range(256))
_HIGH = 1 if sys.byteorder == "little" else 0
"""Which of the two halves of a mark is 0 in all that are usual."""
Part = tuple[int, int, int, bytes]
"""A row of the table ``part``: key, list, number, entries."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A list that is cut: its directory, its parts, and if it is of releases, how many there are of each year."""

    directory: bytes
    parts: tuple[Part, ...]
    years: bytes | None = None


def packed(lists: Sequence[tuple[int, str]], *, is_marked: bool) -> dict[int, bytes]:
    """Lists that are kept in one piece, as they are stored, by their nodes, which come each with the digits of its list.

    What :func:`storage.catalogue.packed.pack` makes of them, many at once.
    """
    big = bytes.fromhex("".join([digits for _, digits in lists]))
    form = b"LI-"
    ids, marks = _halves(big)
    kept = b""
    if is_marked:
        form = b"LIH"
        shorts = array("H", marks)
        if shorts[_HIGH::2].tobytes().strip(b"\0"):
            return {node: pack(entries(digits)) for node, digits in lists}
        kept = _little(shorts[1 - _HIGH :: 2])
    known = _little(ids)
    made: dict[int, bytes] = {}
    start = 0
    for node, digits in lists:
        end = start + len(digits) // DIGITS
        made[node] = form + known[4 * start : 4 * end] + kept[2 * start : 2 * end]
        start = end
    return made


def entries(digits: str) -> Entries:
    """The entries in a string of digits."""
    return _apart(bytes.fromhex(digits))


def entries_of(numbers: Iterable[int]) -> Entries:
    """The same of entries that come as numbers."""
    made = array("Q", numbers)
    if sys.byteorder == "little":
        made.byteswap()
    return _apart(made.tobytes())


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


def _apart(big: bytes) -> Entries:
    ids, marks = _halves(big)
    return Entries(ids, array("I", marks))


def _halves(big: bytes) -> tuple[array[int], bytes]:
    """The ids and the marks of entries, the marks as an array of ``I`` has them."""
    both = array("I", big)
    if sys.byteorder == "little":
        both.byteswap()
    return both[1::2], both[::2].tobytes().translate(_INVERSE)


def _little(made: array[int]) -> bytes:
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()
