"""The words under which things are found, spelt alike when they are stored and when they are asked for.

Beside its words a name has tokens of two more sorts. What is written with signs between its letters is found without
them too: ``acdc`` for *AC/DC*, ``nwa`` for *N.W.A.*, ``pink`` for *P!nk*, ``and`` for ``&``. And ``=`` with all words in
one says what the whole name is and how it begins, which decides the order of what is found; a name with an article has
it with and without, so that *beatles* is exactly *The Beatles*. ``=`` cannot be typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from storage.fold import fold, squeeze, words

EXACTLY = "="
"""Before a whole name in one word."""
_LONGEST = 60
_SHORT = 40
"""Characters of a name no word of which can be too long for an index."""
_NONE: list[str] = []
_ARTICLES = ("the", "a", "an")
_ANYBODY = ["various"]
_DIGITS = re.compile(r"\D+")
_SIGN = re.compile(r"[^\w\s]|_")
_APART = re.compile(r"[^\W_](?:[^\w\s]|_)+[^\W_]")
_AMID = re.compile(r"(?<=[^\W_])!(?=[^\W_])")
_ALIKE = str.maketrans({"$": "s", "@": "a"})
_STAND_FOR = frozenset("!$@")
_AND = frozenset("&+")


def name_tokens(name: str) -> str:
    """The tokens of an artist's or a label's name, separated by blanks; empty for a blank name."""
    found, also = _read(name)
    return " ".join(dict.fromkeys((*found, *also, *_wholes(found)))) if found else ""


def release_tokens(artist: str, title: str, label: str | None = None, year: int | None = None) -> str:
    """The tokens of a release (or master): artist, title, label and year in any order; whole are its title, and its
    artist and title together, except where the artist is *Various*.
    """
    by, by_also = _read_often(artist)
    named, named_also = _read(title)
    if not by and not named:
        return ""
    on, on_also = _read_often(label) if label else (_NONE, _NONE)
    found = [*by, *named, *on]
    if by_also or named_also or on_also:
        found += by_also
        found += named_also
        found += on_also
    if named:
        found += _wholes(named)
    if year:
        found.append(str(year))
    if by and by != _ANYBODY:
        found += _wholes(by + named)
    return " ".join(dict.fromkeys(found))


def exactly(found: Sequence[str]) -> str:
    """The token that a name of exactly these words has, and with which a name that begins with them begins."""
    return f"{EXACTLY}{''.join(found)[:_LONGEST]}"


def _wholes(found: list[str]) -> list[str]:
    whole = EXACTLY + "".join(found)[:_LONGEST]
    has_article = found[0] in _ARTICLES and len(found) > 1
    return [whole, exactly(found[1:])] if has_article else [whole]


def _read(name: str) -> tuple[list[str], list[str]]:
    """The words of a name, and those that it also has, as the head of this module says."""
    bare = name.replace(" ", "")
    if bare.isalnum():
        if bare.isascii() and len(name) <= _SHORT:  # most are, and an import has millions
            return name.lower().split(), _NONE
        return words(name), _NONE
    return words(name), _also(name) if _SIGN.search(name) else _NONE


_read_often = lru_cache(16384)(_read)
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
