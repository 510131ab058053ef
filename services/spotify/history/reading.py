"""Reading a file for what it says of plays, in pieces: first to its end, to see that it is sound, then to store it.

All of this blocks and is for a thread of its own; a piece at a time is handed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from services.spotify.history.entries import is_extended, is_history, read_entry
from services.spotify.history.files import HistoryFile
from services.spotify.history.stream import BrokenFile, Counted, entries
from storage.play_tracks import Prepared, prepared
from storage.values.plays import Heard, PlayedTrack

CHUNK = 2500
"""Entries that are stored together."""
_REMEMBERED = 50_000
"""Tracks that are not handed over a second time: a bound on memory."""


@dataclass(slots=True)
class Piece:
    """Some entries of a file. ``entries`` and ``bytes`` count from its beginning; ``tracks`` are those not handed over
    before. ``first`` and ``last`` is the time the extended history covers.
    """

    heard: list[Heard] = field(default_factory=list[Heard])
    tracks: list[Prepared] = field(default_factory=list[Prepared])
    counts: Counter[str] = field(default_factory=Counter[str])
    entries: int = 0
    bytes: int = 0
    first: int | None = None
    last: int | None = None


def checked(file: HistoryFile) -> Iterator[int]:
    """Read ``file`` to its end; the bytes read so far, now and then. Raises :class:`BrokenFile`."""
    with file.opened() as stream:
        counted = Counted(stream)
        number, known = 0, 0
        for number, entry in enumerate(entries(counted, file.name), 1):
            known += is_history(entry)
            if number % CHUNK == 0:
                yield counted.count
        if number and not known:
            raise BrokenFile(
                file.name, f"{file.name} holds no listening history: none of its entries says what was played."
            )
        yield counted.count


class Reader:
    """Reads files one after the other; what was handed over once is remembered across them."""

    def __init__(self, *, private: bool = False, skips: bool = False) -> None:
        self._private = private
        self._skips = skips
        self._handed: set[str] = set()

    def pieces(self, file: HistoryFile, *, skip: int = 0) -> Iterator[Piece]:
        """What ``file`` says behind its first ``skip`` entries. Raises :class:`BrokenFile`."""
        with file.opened() as stream:
            counted = Counted(stream)
            piece, number = Piece(), 0
            for number, entry in enumerate(entries(counted, file.name), 1):
                if number <= skip:
                    continue
                self._take(piece, entry)
                if number % CHUNK == 0:
                    piece.entries, piece.bytes = number, counted.count
                    yield piece
                    piece = Piece()
            piece.entries, piece.bytes = number, counted.count
            yield piece

    def _take(self, piece: Piece, entry: Any) -> None:
        read = read_entry(entry, private=self._private)
        if read.heard is None or read.track is None:
            piece.counts[read.kind] += 1
            return
        heard = read.heard
        if is_extended(entry):
            piece.first = min(piece.first or heard.at, heard.at)
            piece.last = max(piece.last or heard.at, heard.at)
        piece.heard.append(heard)
        if heard.counted or self._skips:
            self._hand_over(piece, read.track, heard.track_key)

    def _hand_over(self, piece: Piece, track: PlayedTrack, key: str) -> None:
        if key in self._handed:
            return
        if len(self._handed) >= _REMEMBERED:
            self._handed.clear()
        self._handed.add(key)
        piece.tracks.append(prepared(track))
