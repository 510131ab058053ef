"""What the writing process does with what it hears: rows into the new generation, elements into compressed values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate, count, islice, pairwise, repeat
from operator import add, sub
from pathlib import Path
from typing import IO, Any

from isal import isal_zlib

from services.catalogue.dumps.building import AnyLoader
from services.catalogue.dumps.elements import Malformed, element
from services.catalogue.dumps.filing import END
from services.errors import StoreError
from storage.catalogue.details import TOGETHER, packed
from storage.catalogue.kinds import Kind
from storage.catalogue.words import barcode, catalogue_number, release_tokens

_LEVEL = 2
_STRAYS = 4096
"""Elements out of their order that are held back, to be put in their places together."""
_WORDS = 2048
_STORED = 14
"""Columns of the table ``release``; behind them are numbers to find it by."""
_LISTS = slice(9, 13)
"""The columns that are lists: artists, labels, tags and credits."""
Column = tuple[Any, ...]


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

    def write(self, first: int, columns: list[Column], lengths: list[int], doubtful: list[int], text: bytes) -> None:
        """Write what one message tells: columns, how long the element of each release is, how much of that is doubtful,
        the elements one behind the other. Releases have the places from ``first`` on.
        """
        ends = list(accumulate(lengths))
        starts = [*map(sub, ends, lengths)]
        places: Iterable[int] = count(first)
        if text and not all(map(_is_sound, repeat(text), starts, map(add, starts, doubtful))):
            places, columns, lengths, text = self._without_unsound(first, columns, lengths, text)
            if not lengths:
                return
        self._loader.releases(zip(*columns[:_STORED], strict=True))
        for which, column in enumerate(columns[_LISTS]):
            lists = [*filter(None, column)]
            self._totals[which] += (sum(map(len, lists)) - 3 * len(lists)) // 4
        self._found.write("".join(map(_found, places, *columns[:4], columns[5], *columns[_STORED:])))
        if text:
            self._keep(columns[0], lengths, text)

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

    def _keep(self, ids: Column, lengths: list[int], text: bytes) -> None:
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

    def _without_unsound(
        self, first: int, columns: list[Column], lengths: list[int], text: bytes
    ) -> tuple[list[int], list[Column], list[int], bytes]:
        sound: list[tuple[int, tuple[Any, ...], bytes]] = []
        rows = zip(*columns, strict=True)
        for place, row, length, end in zip(count(first), rows, lengths, accumulate(lengths), strict=False):
            own = text[end - length : end]
            try:
                if not _is_sound(own, 0, length - len(END)):
                    element(own)
                sound.append((place, row, own))
            except Malformed as reason:
                self.void[place] = (row[0], str(reason))
        places, kept = [place for place, _, _ in sound], [*zip(*(row for _, row, _ in sound), strict=True)]
        return places, kept, [len(own) for _, _, own in sound], b"".join(own for _, _, own in sound)


def _is_sound(text: bytes, start: int, end: int) -> bool:
    """Whether every tag from ``start`` to ``end`` but the first is closed, as far as counting tells; if not, a parser has to
    say."""
    count = text.count
    return count(b"<", start, end) == 1 + 2 * count(b"</", start, end) + count(b"/>", start, end)


def _found(
    place: int, number: int, title: str, artist: str, year: int | None, label: str | None, catnos: str, barcodes: str
) -> str:
    """The words and numbers by which a release is found, as a line of notes."""
    numbers = [spelt for spelt in map(catalogue_number, catnos.split("\t")) if spelt] if catnos else []
    if barcodes:
        numbers += [spelt for spelt in map(barcode, barcodes.split("\t")) if spelt]
    return f"{place}\t{number}\t{release_tokens(artist, title, label, year)}\t{' '.join(numbers)}\n"


class Words:
    """Fills the search index of one kind from a file of ids, tokens and names in the order of ranks, a few thousand at a time."""

    def __init__(self, loader: AnyLoader, kind: Kind, file: Path) -> None:
        self._loader = loader
        self._kind = kind
        self._lines = self._ranked(file)

    def step(self) -> bool:
        """Write some; whether there were any left."""
        rows = list(islice(self._lines, _WORDS))
        self._loader.words(self._kind, rows)
        return bool(rows)

    def _ranked(self, file: Path) -> Iterator[tuple[int, int, str, str | None]]:
        rank = 0
        with file.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                number, tokens, *name = line.rstrip("\n").split("\t")
                if tokens:
                    rank += 1
                    yield rank, int(number), tokens, name[0] if name else None


def lines_of(file: Path) -> Iterator[tuple[object, ...]]:
    """The rows in a file of them."""
    with file.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield tuple(line.rstrip("\n").split("\t"))
