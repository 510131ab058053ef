"""Releases as the reading process tells the writing one of them: column by column, elements one behind the other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from services.catalogue.dumps.keeping import kept
from services.catalogue.dumps.markup import Places
from services.catalogue.dumps.notes import Notes
from services.catalogue.dumps.wire import Outlet


class Row(NamedTuple):
    """A release, or a column of each for many.

    Title, artist, country, labels and barcodes may be as their sections have them: reading these is left to the writing process.
    ``artists`` to ``credits`` are ids as they are stored. ``named`` are labels and the release's numbers there; these it is found
    by if it ``is_numbered``. The last two are not told, but noted.
    """

    id: Any
    title: Any
    artist: Any
    year: Any
    country: Any
    format: Any
    master: Any
    artists: Any
    labels: Any
    tags: Any
    credits: Any
    met_at: Any
    named: Any
    is_numbered: Any
    barcodes: Any
    is_main: Any
    combination: Any


_NOTED = 2


class Telling:
    """What is being told. ``place`` is that of the last release: they have places from 1 on as they come."""

    def __init__(self, notes: Notes, outlet: Outlet) -> None:
        self._notes = notes
        self._outlet = outlet
        self._last = 0
        self.place = 0
        self._new()

    def __len__(self) -> int:
        """How many releases are not sent yet."""
        return len(self._lengths)

    def add(self, row: Row, *element: bytes) -> None:
        """One release with the pieces of its element; none for one that has none."""
        for column, value in zip(self._columns, row, strict=True):
            column.append(value)
        self._elements += element
        self._lengths.append(sum(map(len, element)))
        self.place += 1

    def extend(self, rows: Row, elements: Iterable[bytes | memoryview], lengths: list[int]) -> Places:
        """Many releases, with the pieces of their elements and how long each is; their places."""
        for column, values in zip(self._columns, rows, strict=True):
            column += values
        self._elements += elements
        self._lengths += lengths
        first, self.place = self.place + 1, self.place + len(lengths)
        return np.arange(first, self.place + 1)

    def flush(self) -> None:
        """Send what was told since: if the writing process is behind with its work, elements as they are kept."""
        if not (count := len(self)):
            return
        first = self.place - count + 1
        rows = Row(*self._columns)
        facts = rows.id, *([each or 0 for each in column] for column in (rows.year, rows.master)), *rows[-_NOTED:]
        self._notes.links("release", np.column_stack((np.arange(first, first + count), *facts)))
        text = b"".join(self._elements)
        told = "releases", first, self._columns[:-_NOTED]
        follow = bool(text) and self._follow(rows.id)
        if follow and self._outlet.is_held_up():
            self._outlet.say(*told, [*kept(rows.id, self._lengths, text)], [], follow)
        else:
            self._outlet.say(*told, [], self._lengths, follow, last=text)
        self._new()

    def _follow(self, ids: list[int]) -> bool:
        """Whether releases come in their order, behind all before; only those can be kept as they come."""
        if ids[0] <= self._last or any(first >= second for first, second in pairwise(ids)):
            return False
        self._last = ids[-1]
        return True

    def _new(self) -> None:
        self._columns: list[list[Any]] = [[] for _ in Row._fields]
        self._elements: list[bytes | memoryview] = []
        self._lengths: list[int] = []
