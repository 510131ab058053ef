"""All tags of a piece of a dump at once, as arrays: where each stands, how it begins, how deep it is.

So a release is taken apart without a step of Python for each of its three hundred tags, and whether all of them are closed
is known in passing.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Places: TypeAlias = "npt.NDArray[np.int64]"
Flags: TypeAlias = "npt.NDArray[np.bool_]"
Depths: TypeAlias = "npt.NDArray[np.int32]"
Words: TypeAlias = "npt.NDArray[np.uint64]"

WORD = 8
"""Bytes of a word: the first of a tag, behind its bracket."""
DEEPEST = 255
"""More depth than anything has that is read this way."""
DIGITS = 8
"""Digits of the longest number that is read this way; no id of Discogs has more."""
_FIRST: Words = np.array([(1 << 8 * count) - 1 for count in range(WORD)], np.uint64)
"""What of a word are its so many first bytes; of the last, one is the slash."""
_LESS, _MORE, _BLANK, _SLASH, _ZEROS = b"<"[0], b">"[0], b" "[0], b"/"[0], 0x3030303030303030


class Markup:
    """The tags of ``text``, which ends with a tag of at least eight bytes.

    Of each: ``at`` and ``end`` are where its brackets stand, ``words`` has what is behind the first, ``steps`` what it does
    to the depth (1, -1, or 0 if it is empty), ``depths`` the depth behind it.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.bytes = np.frombuffer(text, np.uint8)
        self._words: Words = np.ndarray((len(text) - WORD + 1,), "<u8", text, 0, (1,))
        self.at, self.end = self._brackets()
        self.words = self.words_at(self.at + 1)
        closing = (self.words & 0xFF) == _SLASH
        empty = (self.bytes[self.end - 1] == _SLASH) & ~closing
        self.steps = 1 - 2 * closing.view(np.int8) - empty.view(np.int8)
        self.depths: Depths = np.cumsum(self.steps, dtype=np.int32)

    def words_at(self, places: Places) -> Words:
        """The eight bytes from each place on."""
        return self._words[places]

    def mismatched(self, levels: Depths, among: Flags | None = None) -> Places:
        """Tags that end with another name than they begin with, as far as seven letters and their number tell.

        ``levels`` are right, and below :data:`DEEPEST`: at each of them, tags ``among`` these (all) open and close in turn.
        """
        is_paired = self.steps != 0 if among is None else (self.steps != 0) & among
        own = np.where(is_paired, levels + (self.steps < 0), DEEPEST).astype(np.uint8)
        order = np.argsort(own, kind="stable")[: np.count_nonzero(is_paired)]
        opening, closing = order[::2], order[1::2]
        lengths = self.end[closing] - self.at[closing] - len(b"</")
        behind = self.bytes[self.at[opening] + 1 + lengths]
        names = (self.words[opening] ^ self.words[closing] >> 8) & _FIRST[np.minimum(lengths, len(_FIRST) - 1)]
        return closing[(names != 0) | (behind != _MORE) & (behind != _BLANK)]

    def numbers(self, start: Places, stop: Places) -> tuple[Places, Flags]:
        """The numbers written from each ``start`` to before ``stop``, and which of them are such, of eight digits at most."""
        lengths = stop - start
        fits = (lengths > 0) & (lengths <= DIGITS) & (stop >= WORD)
        unused = np.where(fits, DIGITS - lengths, 0).astype(np.uint64)
        read = (self.words_at(np.where(fits, stop - WORD, 0)) ^ _ZEROS) >> (unused * 8) << (unused * 8)
        fits &= ((read + 0x7676767676767676) | read) & 0x8080808080808080 == 0
        read = (read * 2561) >> 8 & 0x00FF00FF00FF00FF  # pairs of digits, then four, then eight
        read = (read * 6553601) >> 16 & 0x0000FFFF0000FFFF
        read = (read * 42949672960001) >> 32
        return read.astype(np.int64), fits

    def _brackets(self) -> tuple[Places, Places]:
        """Every opening bracket, and the first closing one behind each."""
        is_less = self.bytes == _LESS
        both: Places = np.flatnonzero((self.bytes | (_LESS ^ _MORE)) == _MORE)
        at, end = both[::2].copy(), both[1::2].copy()
        if len(at) == len(end) and bool(is_less[at].all()) and not bool(is_less[end].any()):
            return at, end
        at, end = np.flatnonzero(is_less), np.flatnonzero(self.bytes == _MORE)
        return at, end[np.minimum(np.searchsorted(end, at), len(end) - 1)]


def begins(words: Words, with_: bytes) -> Flags:
    """Which words begin with these bytes, of which as many count as a word has."""
    beginning = with_[:WORD]
    if len(beginning) == WORD:
        return words == int.from_bytes(beginning, "little")
    return words & ((1 << 8 * len(beginning)) - 1) == int.from_bytes(beginning, "little")
