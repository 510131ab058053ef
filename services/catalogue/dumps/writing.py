"""What the writing process does with what it hears: rows into the new generation, elements into compressed values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, count
from pathlib import Path
from typing import IO, Any

from services.catalogue.dumps import sections
from services.catalogue.dumps.building import AnyLoader
from services.catalogue.dumps.keeping import compress, kept
from services.errors import StoreError
from storage.catalogue.words import barcode, catalogue_number, release_tokens

_STRAYS = 4096
"""Elements out of their order that are held back, to be put in their places together."""
_LISTS = slice(7, 11)
"""The columns that are lists: artists, labels, tags and credits."""


class Releases:
    """Writes releases."""

    def __init__(self, loader: AnyLoader, found: IO[str]) -> None:
        self._loader = loader
        self._found = found
        self._strays: list[tuple[int, bytes]] = []
        self._totals = [0, 0, 0, 0]

    def write(
        self,
        first: int,
        columns: list[list[Any]],
        values: list[tuple[int, bytes]],
        lengths: list[int],
        follow: bool,
        text: bytes | memoryview = b"",
    ) -> None:
        """Write what one message tells: columns; elements as they are kept, or else how long that of each release is, and all of
        them one behind the other.

        Releases have the places from ``first`` on. If they do not ``follow`` in their order, elements are kept later.
        """
        ids, titles, artists, years, countries, *others, named, are_numbered, barcodes = columns
        titles, artists = [*map(sections.title, titles)], [*map(sections.artists, artists)]
        on = [*map(sections.labels, named)]
        labels = [each[0][0] if each else None for each in on]
        numbers = [each[0][1] or None if each else None for each in on]
        self._loader.releases((ids, titles, artists, years, map(sections.country, countries), labels, numbers, *others))
        for which, column in enumerate(columns[_LISTS]):
            lists = [*filter(None, column)]
            self._totals[which] += (sum(map(len, lists)) - 3 * len(lists)) // 4
        found = map(
            _found,
            count(first),
            ids,
            titles,
            artists,
            years,
            labels,
            on,
            are_numbered,
            map(sections.barcodes, barcodes),
        )
        self._found.write("".join(found))
        if follow:
            for value in values or kept(ids, lengths, text):
                self._loader.details(*value)
        elif text:
            self._hold_back(ids, lengths, text)

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

    def _hold_back(self, ids: list[int], lengths: list[int], text: bytes | memoryview) -> None:
        each = zip(ids, lengths, accumulate(lengths), strict=True)
        self._strays += [(number, bytes(text[end - length : end])) for number, length, end in each]
        if len(self._strays) > _STRAYS:
            self._loader.revise_details(self._strays, compress)
            self._strays = []


def _found(
    place: int,
    number: int,
    title: str,
    artist: str,
    year: int | None,
    label: str | None,
    on: Sequence[sections.Named],
    is_numbered: bool,
    barcodes: Sequence[str],
) -> str:
    """The words and numbers by which a release is found, as a line of notes."""
    numbers = [spelt for _, catno in on if catno and (spelt := catalogue_number(catno))] if is_numbered else []
    if barcodes:
        numbers += [spelt for spelt in map(barcode, barcodes) if spelt]
    return f"{place}\t{number}\t{release_tokens(artist, title, label, year)}\t{' '.join(numbers)}\n"


def lines_of(file: Path) -> Iterator[tuple[object, ...]]:
    """The rows in a file of them."""
    with file.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield tuple(line.rstrip("\n").split("\t"))
