"""What a dump says of releases beyond their rows: their elements whole, as XML, many in one compressed value.

Together they compress to a fifth, alone to a third; a value of a few dozen is read and unpacked in a millisecond.

Layout under the compression, little endian: number of elements (``I``), their ids in ascending order (``q`` each), where
each ends (``I`` each, counted from the first element's beginning), the elements one behind the other.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from struct import Struct, pack, unpack_from

from storage.catalogue.database import Database

TOGETHER = 64
"""Elements in one value."""
_COUNT = Struct("<I")
Compress = Callable[[bytes], bytes]


def packed(
    ids: Sequence[int], lengths: Sequence[int], text: bytes | memoryview, compress: Compress = zlib.compress
) -> bytes:
    """Elements by ascending id as they are stored: ``text`` has them one behind the other. ``compress`` makes zlib's format."""
    count = len(ids)
    head = _COUNT.pack(count) + pack(f"<{count}q", *ids) + pack(f"<{count}I", *accumulate(lengths))
    return compress(b"".join((head, text)))


def unpacked(stored: bytes) -> list[tuple[int, bytes]]:
    """What :func:`packed` stored."""
    plain = zlib.decompress(stored)
    (count,) = _COUNT.unpack_from(plain)
    ids = unpack_from(f"<{count}q", plain, _COUNT.size)
    ends = unpack_from(f"<{count}I", plain, _COUNT.size + 8 * count)
    first = _COUNT.size + 12 * count
    starts = (0, *ends[:-1])
    return [(number, plain[first + start : first + end]) for number, start, end in zip(ids, starts, ends, strict=True)]


def element(db: Database, release_id: int) -> bytes | None:
    """The ``<release>`` element of a release, None where no dump told of it.

    It is as the dump had it, so it may hold characters that no XML parser takes; pictures are left out.
    """
    row = db.row("SELECT records FROM detail WHERE first <= ? ORDER BY first DESC LIMIT 1", (release_id,))
    return None if row is None else dict(unpacked(row[0])).get(release_id)


def revise(db: Database, elements: Iterable[tuple[int, bytes]], compress: Compress = zlib.compress) -> None:
    """Put elements among those that are stored, each in place of an earlier one of the same release."""
    waiting = dict(elements)
    for number in sorted(waiting):
        if number in waiting:
            _revise_value(db, number, waiting, compress)


def _revise_value(db: Database, number: int, waiting: dict[int, bytes], compress: Compress) -> None:
    """Put ``number``, and whatever else belongs in the same value, where it belongs; takes them off ``waiting``."""
    row = db.row("SELECT first, records FROM detail WHERE first <= ? ORDER BY first DESC LIMIT 1", (number,))
    following = db.row("SELECT min(first) FROM detail WHERE first > ?", (number,))
    end = None if following is None else following[0]
    held = {} if row is None else dict(unpacked(row[1]))
    held |= {each: waiting.pop(each) for each in list(waiting) if each >= number and (end is None or each < end)}
    if row is not None:
        db.do("DELETE FROM detail WHERE first = ?", (row[0],))
    together = sorted(held.items())
    for start in range(0, len(together), TOGETHER):
        ids, texts = zip(*together[start : start + TOGETHER], strict=True)
        records = packed(ids, [len(text) for text in texts], b"".join(texts), compress)
        db.do("INSERT INTO detail (first, records) VALUES (?, ?)", (ids[0], records))
