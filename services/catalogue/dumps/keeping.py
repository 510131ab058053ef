"""Elements into the compressed values they are kept in. Whichever process has time does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isal import isal_zlib

from storage.catalogue.details import TOGETHER, packed

_LEVEL = 2


def compress(plain: bytes) -> bytes:
    """Quickly, in zlib's format."""
    return isal_zlib.compress(plain, _LEVEL)  # pyright: ignore[reportUnknownMemberType]


def kept(ids: Sequence[int], lengths: Sequence[int], text: bytes | memoryview) -> Iterator[tuple[int, bytes]]:
    """Rows of ``detail`` of elements in their order, which are one behind the other in ``text``."""
    begin, view = 0, memoryview(text)
    for start in range(0, len(ids), TOGETHER):
        some = lengths[start : start + TOGETHER]
        end = begin + sum(some)
        yield ids[start], packed(ids[start : start + TOGETHER], some, view[begin:end], compress)
        begin = end
