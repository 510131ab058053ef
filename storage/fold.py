"""Folding of foreign text for sorting and search: accents off, case off, words apart.

One rule for everything that is stored or typed, so that what a person types finds what was stored on either engine.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

from storage.documents import storable

_WORD = re.compile(r"[^\W_]+")
_IDEOGRAPH = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_ARTICLES = ("the ", "a ", "an ")
_EXTRA = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "ı": "i"})
_FIRST_COMBINING = "\u0300"
_ACCENTS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
"""Those of European languages, which are most there are."""
_LONGEST = 40
"""Characters of a word that are indexed; the same cut is made in what is typed, so long words are still found."""


def fold(value: str) -> str:
    """``value`` without accents, case and compatibility forms; blanks collapsed."""
    value = storable(value)
    if value.isascii():
        return " ".join(value.lower().split())
    plain = unicodedata.normalize("NFKD", value.casefold())
    kept = _ACCENTS.sub("", plain)
    if not kept.isascii():
        kept = "".join([char for char in kept if char < _FIRST_COMBINING or not unicodedata.combining(char)])
        kept = kept.translate(_EXTRA)
    return " ".join(kept.casefold().split())


def words(value: str) -> list[str]:
    """The search words of ``value`` in order, spelt so that any index takes each as one word.

    Every ideograph is a word of its own. A name without a letter or digit (``!!!``) is its own words.
    """
    folded = value.lower() if value.isascii() and "\0" not in value else fold(value)
    if folded.isascii() and (plain := _WORD.findall(folded)):  # an import has millions
        return plain if len(folded) <= _LONGEST else [word[:_LONGEST] for word in plain]
    found: list[str] = []
    for word in _WORD.findall(folded):
        if word.isascii() or not _IDEOGRAPH.search(word):
            found.append(word)
        else:
            found.extend(part for part in re.split(f"({_IDEOGRAPH.pattern})", word) if part)
    return [_spelt(word[:_LONGEST]) for word in found or folded.split()]


def _spelt(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word
    return "".join(map(_letter, word))


@lru_cache(4096)
def _letter(char: str) -> str:
    """``char`` if every tokenizer knows it as part of a word, else its code point behind an ``ð``.

    Indexes know the letters of the Unicode version they were built with; those of Unicode 3.2 are known to all.
    ``ð`` never survives :func:`fold`. Character by character, so beginnings of words stay beginnings.
    """
    known = unicodedata.ucd_3_2_0.category(char)[0] in "LN" and char == char.lower()
    return char if known else f"ð{ord(char):06x}"


def sort_key(value: str | None) -> str:
    """The key a name is sorted by: folded, a leading English article and leading punctuation dropped."""
    whole = fold(value or "")
    plain = whole.lstrip("\"'([{.-–—…*#!¡¿?&/ ")
    for article in _ARTICLES:
        if plain.startswith(article) and len(plain) > len(article):
            return plain[len(article) :]
    return plain or whole


def optional_key(value: str | None) -> str | None:
    """Like :func:`sort_key`; what is missing or blank has no key and sorts last."""
    return sort_key(value) or None


def size_key(size: str | None) -> str | None:
    """The key a size is sorted by, in inches: 7" before 10" before 12"."""
    key = optional_key(size)
    inches = re.match(r"\d+", key or "")
    return key if key is None or inches is None else inches[0].zfill(3) + key[inches.end() :]


def squeeze(value: str | None) -> str:
    """A catalogue number or barcode as it is compared: letters and digits only, folded (discogs-api.md 6.4)."""
    if value is None:
        return ""
    if value.isascii():  # an import has millions
        return value.lower() if value.isalnum() else "".join(_WORD.findall(value.lower()))
    return "".join(_WORD.findall(fold(value)))


@lru_cache(8192)
def facet(kind: str, value: object) -> str:
    """The token that marks a record as having ``value`` for a filter; cannot collide with a typed word.

    ``kind`` is one lower-case letter. ``þ`` never survives :func:`fold`, so no typed word starts with it; the value's
    UTF-8 is spelt in hex (its hash where it is long), so the token is one word to any tokenizer.
    """
    spelt = storable(str(value)).casefold().encode()
    return f"þ{kind}{spelt.hex() if len(spelt) <= 16 else 'h' + blake2b(spelt, digest_size=12).hexdigest()}"
