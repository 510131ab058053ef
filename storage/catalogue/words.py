"""The words under which things are found, spelt alike when they are stored and when they are asked for.

Beside its words a name has tokens of two more sorts. What is written with signs between its letters is found without
them too: ``acdc`` for *AC/DC*, ``nwa`` for *N.W.A.*, ``pink`` for *P!nk*, ``and`` for ``&``. And ``=`` with all words in
one says what the whole name is and how it begins, which decides the order of what is found; a name with an article has
it with and without, so that *beatles* is exactly *The Beatles*. ``=`` cannot be typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from storage.fold import fold, squeeze, words

EXACTLY = "="
"""Before a whole name in one word."""
_LONGEST = 60
_SHORT = 40
"""Characters of a name no word of which can be too long for an index."""
_NONE: list[str] = []
_NOTHING = _NONE, _NONE, "", 0
_ARTICLES = ("the", "a", "an")
_ANYBODY = ["various"]
_DIGITS = re.compile(r"\D+")
_APART = re.compile(r"[^\W_](?:[^\w\s]|_)+[^\W_]")
_AMID = re.compile(r"(?<=[^\W_])!(?=[^\W_])")
_ALIKE = str.maketrans({"$": "s", "@": "a"})
_STAND_FOR = frozenset("!$@")
_AND = frozenset("&+")


def name_tokens(name: str) -> str:
    """The tokens of an artist's or a label's name, separated by blanks; empty for a blank name."""
    found, also, whole, article = _read(name, _read_apart)
    if not found:
        return ""
    return " ".join(dict.fromkeys((*found, *also, *_wholes(whole, article))))


def release_tokens(artist: str, title: str, label: str | None = None, year: int | None = None) -> str:
    """The tokens of a release (or master): artist, title, label and year in any order; whole are its title, and its
    artist and title together, except where the artist is *Various*.
    """
    by, by_also, by_whole, by_article = _read(artist, _read_often)
    named, named_also, named_whole, article = _read(title, _read_apart)
    if not by and not named:
        return ""
    on, on_also, _, _ = _read(label, _read_often) if label else _NOTHING
    found = [*by, *named, *on]
    if by_also or named_also or on_also:
        found += by_also
        found += named_also
        found += on_also
    if named:
        found += _wholes(named_whole, article)
    if year:
        found.append(str(year))
    if by and by != _ANYBODY:
        found += _wholes(by_whole + named_whole, by_article)
    return " ".join(dict.fromkeys(found))


def exactly(found: Sequence[str]) -> str:
    """The token that a name of exactly these words has, and with which a name that begins with them begins."""
    return f"{EXACTLY}{''.join(found)[:_LONGEST]}"


def _wholes(whole: str, article: int) -> list[str]:
    """The tokens of all words in one, of which the first ``article`` characters may be left out."""
    tokens = [EXACTLY + whole[:_LONGEST]]
    if 0 < article < len(whole):
        tokens.append(EXACTLY + whole[article : article + _LONGEST])
    return tokens


_Read = tuple[list[str], list[str], str, int]
"""What a name says: its words, those that it also has (as the head of this module says), its words in one, and how much of that is
an article at its beginning."""


def _read(name: str, otherwise: Callable[[str], _Read]) -> _Read:
    bare = name.replace(" ", "")
    if bare.isalnum() and bare.isascii() and len(name) <= _SHORT:  # most are, and an import has millions
        found = name.lower().split()
        return found, _NONE, bare.lower(), len(found[0]) if found[0] in _ARTICLES else 0
    return otherwise(name)


def _read_apart(name: str) -> _Read:
    found = words(name)
    also = _NONE if name.replace(" ", "").isalnum() else _also(name)
    return found, also, "".join(found), len(found[0]) if found and found[0] in _ARTICLES else 0


_read_often = lru_cache(16384)(_read_apart)
"""For artists and labels, which come again and again in an import."""


def _also(name: str) -> list[str]:
    found: list[str] = []
    for chunk in name.lower().split() if name.isascii() and "\0" not in name else fold(name).split():
        if not chunk.isalnum():
            found += _also_in(chunk)
    return found


@lru_cache(16384)
def _also_in(chunk: str) -> tuple[str, ...]:
    """The words that a folded piece of a name without blanks has beside its own; few of them are seen once."""
    found: list[str] = []
    if chunk in _AND:
        found.append("and")
    elif _APART.search(chunk):
        found += words(squeeze(chunk))
    if not _STAND_FOR.isdisjoint(chunk):
        spelt = _AMID.sub("i", chunk).translate(_ALIKE)
        if spelt != chunk:
            found += words(squeeze(spelt))
    return tuple(found)


def catalogue_number(typed: str | None) -> str:
    """A catalogue number as it is kept: letters and digits alone; empty for ``none`` and for what has neither."""
    spelt = squeeze(typed)
    return "" if spelt == "none" else spelt


def barcode(typed: str) -> str | None:
    """A barcode as it is kept: ``=`` and its digits without leading zeros, so that UPC and EAN meet. None for anything
    of fewer than 6 or more than 18 digits.
    """
    digits = _DIGITS.sub("", typed)
    return f"={digits.lstrip('0')}" if 6 <= len(digits) <= 18 and digits.lstrip("0") else None
