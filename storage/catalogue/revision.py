"""Changing a list of a node in its order, one entry at a time, touching only the parts where something changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from storage.catalogue.database import Database
from storage.catalogue.lists import List, part
from storage.catalogue.packed import (
    LONGEST,
    PART,
    Directory,
    Entries,
    pack,
    pack_directory,
    unpack,
)

Order = Callable[[int, int], Any]
"""The sort key of an entry (id, mark)."""


def newest(release: int, year: int) -> Any:
    """Newest first, unknown years (0) last, then by id."""
    return (year == 0, -year, release)


def most(number: int, count: int) -> Any:
    """The largest count first, then by id."""
    return (-count, number)


@dataclass(slots=True)
class _Piece:
    """A part of a list, or all of it: read when it is first looked into."""

    number: int
    size: int
    last: tuple[int, int] | None = None
    ids: list[int] = field(default_factory=list[int])
    marks: list[int] = field(default_factory=list[int])
    is_read: bool = False
    is_changed: bool = False


class Revision:
    """One list of one node while it is changed. :meth:`stored` keeps its parts and says what the node keeps."""

    def __init__(self, db: Database, key: int, which: List, stored: bytes | None, order: Order) -> None:
        self._db, self._key, self._which, self._order = db, key, which, order
        found = unpack(stored)
        self.was_cut = isinstance(found, Directory)
        if isinstance(found, Directory):
            lasts = zip(found.last.ids, found.last.marks, strict=True)
            self._pieces = [
                _Piece(number, size, last) for number, (size, last) in enumerate(zip(found.sizes, lasts, strict=True))
            ]
        else:
            self._pieces = [_Piece(0, len(found), None, list(found.ids), list(found.marks), is_read=True)]

    def put(self, number: int, mark: int, before: int | None = None) -> None:
        """Let the entry ``number`` have ``mark``. ``before`` is the mark it has, where the caller knows it."""
        self.remove(number, before)
        piece = self._pieces[self._place(number, mark)]
        self._read(piece)
        at = bisect_left(range(len(piece.ids)), self._order(number, mark), key=lambda i: self._key_at(piece, i))
        piece.ids.insert(at, number)
        piece.marks.insert(at, mark)
        piece.is_changed = True

    def remove(self, number: int, before: int | None = None) -> None:
        """Take the entry ``number`` out, if it is there."""
        found = self._find(number, before)
        if found is not None:
            piece, at = found
            del piece.ids[at], piece.marks[at]
            piece.is_changed = True

    def mark_of(self, number: int) -> int | None:
        """The mark of the entry ``number``, None if there is no such entry."""
        found = self._find(number, None)
        return None if found is None else found[0].marks[found[1]]

    def everything(self) -> Entries:
        """All entries in order."""
        for piece in self._pieces:
            self._read(piece)
        return Entries(
            [number for piece in self._pieces for number in piece.ids],
            [mark for piece in self._pieces for mark in piece.marks],
        )

    def stored(self) -> bytes | None:
        """Keep the parts that changed; what the node keeps of the list: all of it, or its directory."""
        total = sum(len(piece.ids) if piece.is_read else piece.size for piece in self._pieces)
        if total <= LONGEST:
            whole = self.everything()
            if self.was_cut:
                self._db.do("DELETE FROM part WHERE key = ? AND list = ?", (self._key, self._which))
            return pack(whole) if len(whole) else None
        if not self.was_cut:
            self._pieces = _split(self._pieces[0])
        elif any(len(piece.ids) > LONGEST for piece in self._pieces):
            self._divide()
        for number, piece in enumerate(self._pieces):
            if piece.is_changed:
                self._keep(number, piece)
        return pack_directory(self._directory())

    def _directory(self) -> Directory:
        sizes = [len(piece.ids) if piece.is_read else piece.size for piece in self._pieces]
        lasts = [
            (piece.ids[-1], piece.marks[-1]) if piece.is_read and piece.ids else piece.last or (0, 0)
            for piece in self._pieces
        ]
        return Directory(sizes, Entries([number for number, _ in lasts], [mark for _, mark in lasts]))

    def _keep(self, number: int, piece: _Piece) -> None:
        self._db.do(
            "INSERT INTO part (key, list, number, entries) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (key, list, number) DO UPDATE SET entries = excluded.entries",
            (self._key, self._which, number, pack(Entries(piece.ids, piece.marks))),
        )

    def _divide(self) -> None:
        """Cut the parts that have grown too long; all behind them get other numbers, so all are written anew."""
        self.everything()
        self._pieces = [half for piece in self._pieces for half in _split(piece)]
        self._db.do("DELETE FROM part WHERE key = ? AND list = ?", (self._key, self._which))
        for piece in self._pieces:
            piece.is_changed = True

    def _place(self, number: int, mark: int) -> int:
        """The piece in which an entry belongs."""
        if len(self._pieces) == 1:
            return 0
        place = bisect_left(range(len(self._pieces)), self._order(number, mark), key=self._last_key)
        return min(place, len(self._pieces) - 1)

    def _last_key(self, place: int) -> Any:
        piece = self._pieces[place]
        last = (piece.ids[-1], piece.marks[-1]) if piece.is_read and piece.ids else piece.last
        assert last is not None
        return self._order(*last)

    def _find(self, number: int, mark: int | None) -> tuple[_Piece, int] | None:
        likely = self._pieces if mark is None else [self._pieces[self._place(number, mark)]]
        for piece in likely:
            self._read(piece)
            if number in piece.ids:
                return piece, piece.ids.index(number)
        return None

    def _key_at(self, piece: _Piece, at: int) -> Any:
        return self._order(piece.ids[at], piece.marks[at])

    def _read(self, piece: _Piece) -> None:
        if not piece.is_read:
            entries = part(self._db, self._key, self._which, piece.number)
            piece.ids, piece.marks, piece.is_read = list(entries.ids), list(entries.marks), True


def _split(piece: _Piece) -> list[_Piece]:
    """A piece that is read, in parts of the usual length; their numbers are where they come to stand."""
    if len(piece.ids) <= PART:
        return [piece]
    return [
        _Piece(
            start // PART,
            len(piece.ids[start : start + PART]),
            None,
            piece.ids[start : start + PART],
            piece.marks[start : start + PART],
            is_read=True,
            is_changed=True,
        )
        for start in range(0, len(piece.ids), PART)
    ]
