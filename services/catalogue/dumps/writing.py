"""What the writing process does with what it hears: rows into the new generation, elements into compressed values."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import IO

from isal import isal_zlib

from services.catalogue.dumps.building import AnyLoader
from services.catalogue.dumps.elements import Malformed, element
from services.catalogue.dumps.filing import Row
from services.errors import StoreError
from storage.catalogue.details import TOGETHER, packed
from storage.catalogue.kinds import Kind
from storage.catalogue.words import barcode, catalogue_number, name_tokens, release_tokens

_LEVEL = 2
_STRAYS = 4096
"""Elements out of their order that are held back, to be put in their places together."""
_WORDS = 2048


def compress(plain: bytes) -> bytes:
    """Quickly, in zlib's format."""
    return isal_zlib.compress(plain, _LEVEL)  # pyright: ignore[reportUnknownMemberType]


class Releases:
    """Writes releases. ``void`` are the places of those that turned out to be no elements, with the reason of each."""

    def __init__(self, loader: AnyLoader, found: IO[str]) -> None:
        self._loader = loader
        self._found = found
        self.void: dict[int, tuple[int, str]] = {}
        self._strays: list[tuple[int, bytes]] = []
        self._last = 0
        self._totals = [0, 0, 0, 0]

    def write(self, rows: list[Row], lengths: list[int], text: bytes) -> None:
        """Write what one message tells: rows, how long the element of each is, the elements one behind the other."""
        ends = list(accumulate(lengths))
        if not all(_is_sound(text, end - length, end) for length, end in zip(lengths, ends, strict=True)):
            rows, lengths, text = self._without_unsound(rows, lengths, text)
        self._loader.releases(map(_stored, rows))
        for which, column in enumerate((10, 11, 12, 13)):
            self._totals[which] += sum(len(row[column]) for row in rows)
        self._found.write("".join(map(_found, rows)))
        if text:
            self._keep([row[1] for row in rows], lengths, text)

    def finish(self) -> None:
        """Write what was held back."""
        self._loader.revise_details(self._strays, compress)
        self._strays = []
        self._found.close()

    def check(self, count: int, totals: list[int]) -> None:
        """Raise :class:`StoreError` unless as many releases and links were written as were worked with."""
        written = self._loader.count("release")
        if (written, self._totals) != (count, totals):
            raise StoreError(
                f"{written} releases with {self._totals} links were written, but {count} with {totals} were read.",
                "The catalogue is unchanged. Please report this with the name of the dump.",
            )

    def _keep(self, ids: list[int], lengths: list[int], text: bytes) -> None:
        """Keep elements; those out of their order for later."""
        if ids[0] <= self._last or any(first >= second for first, second in pairwise(ids)):
            each = zip(ids, lengths, accumulate(lengths), strict=True)
            self._strays += [(number, text[end - length : end]) for number, length, end in each]
            if len(self._strays) > _STRAYS:
                self._loader.revise_details(self._strays, compress)
                self._strays = []
            return
        self._last = ids[-1]
        begin = 0
        for start in range(0, len(ids), TOGETHER):
            some = lengths[start : start + TOGETHER]
            end = begin + sum(some)
            self._loader.details(ids[start], packed(ids[start : start + TOGETHER], some, text[begin:end], compress))
            begin = end

    def _without_unsound(self, rows: list[Row], lengths: list[int], text: bytes) -> tuple[list[Row], list[int], bytes]:
        sound: list[tuple[Row, bytes]] = []
        for row, length, end in zip(rows, lengths, accumulate(lengths), strict=True):
            own = text[end - length : end]
            try:
                if not _is_sound(own, 0, length):
                    element(own)
                sound.append((row, own))
            except Malformed as reason:
                self.void[row[0]] = (row[1], str(reason))
        return [row for row, _ in sound], [len(own) for _, own in sound], b"".join(own for _, own in sound)


def _is_sound(text: bytes, start: int, end: int) -> bool:
    """Whether every tag from ``start`` to ``end`` is closed, as far as counting tells; if not, a parser has to say."""
    count = text.count
    return count(b"<", start, end) == 2 * count(b"</", start, end) + count(b"/>", start, end)


def _stored(row: Row) -> tuple[object, ...]:
    """The row of the table ``release``."""
    return (*row[1:10], *map(_packed, row[10:14]), row[16])


def _packed(ids: list[int]) -> bytes | None:
    """What :func:`storage.catalogue.packed.pack_ids` makes of ids, which are below 2^32."""
    if not ids:
        return None
    made = array("I", ids if len(ids) == 1 else sorted(ids))
    if sys.byteorder == "big":
        made.byteswap()
    return b"LI-" + made.tobytes()


def _found(row: Row) -> str:
    """The words and numbers by which a release is found, as a line of notes."""
    place, number, title, artist, year, _, label = row[:7]
    numbers = [spelt for spelt in map(catalogue_number, row[14]) if spelt]
    numbers += [spelt for spelt in map(barcode, row[15]) if spelt]
    return f"{place}\t{number}\t{release_tokens(artist, title, label, year)}\t{' '.join(numbers)}\n"


class Words:
    """Fills the search index of one kind from a file in the order of ranks, a few thousand at a time."""

    def __init__(self, loader: AnyLoader, kind: Kind, file: Path) -> None:
        self._loader = loader
        self._kind = kind
        self._lines = self._ranked(file)

    def step(self) -> bool:
        """Write some; whether there were any left."""
        rows = list(islice(self._lines, _WORDS))
        self._loader.words(self._kind, rows)
        return bool(rows)

    def _ranked(self, file: Path) -> Iterator[tuple[int, int, str]]:
        rank = 0
        with file.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                number, _, text = line.rstrip("\n").partition("\t")
                tokens = self._tokens(text)
                if tokens:
                    rank += 1
                    yield rank, int(number), tokens

    def _tokens(self, text: str) -> str:
        if self._kind is Kind.RELEASE:
            return text
        if self._kind is Kind.MASTER:
            title, _, artist = text.partition("\t")
            return release_tokens(artist, title)
        return name_tokens(text)


def lines_of(file: Path) -> Iterator[tuple[object, ...]]:
    """The rows in a file of them."""
    with file.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield tuple(line.rstrip("\n").split("\t"))
