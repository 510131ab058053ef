"""Names spelt alike: case, accents, punctuation and scripts taken away, never so much that nothing is left.

What is compared is Latin letters and digits. Names in other scripts are kept as they are too, because two that are written with
the same letters in Latin need not be the same (kanji).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

LONGEST = 300
"""Characters of a name that are looked at."""
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "′": "'", "″": '"'}
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−⁃", "-"))
_BRACKETS = str.maketrans(
    {"【": "(", "】": ")", "「": "(", "」": ")", "『": "(", "』": ")", "〈": "(", "〉": ")", "《": "(", "》": ")"}
)
_AND = re.compile(r"\s*&\s*|(?<=\s)\+(?=\s)|(?<=\w)\s*['\"]n['\"]?\s*(?=\w)|(?<=\s)n'\s", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}(?:[^\W\d_]\b)?")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)|(?<=\w)'(?=\s|$)|(?<=\s)'(?=\w)|^'")
_STYLED = ((re.compile(r"\$(?=[^\W\d])|(?<=[^\W\d])\$"), "s"), (re.compile(r"(?<=[^\W\d_])!(?=[^\W\d_])"), "i"))
_WORD = re.compile(r"[a-z0-9]+")
_LATIN_LIMIT = 0x250
_VOICED = "\u3099\u309a"
"""The marks that make another kana of one; accents of other scripts come and go."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """A name as words of Latin letters and digits, and run together. ``native`` is it in its own script, empty where that is
    Latin.
    """

    words: tuple[str, ...]
    native: str = ""

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def run(self) -> str:
        """Without blanks, so that "AC/DC" and "ACDC" are one."""
        return "".join(self.words)


def plain(text: str) -> str:
    """``text`` cut to a sane length, with compatibility forms, quotes, dashes and brackets as everybody writes them."""
    text = text[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_QUOTES).translate(_DASHES).translate(_BRACKETS)
        text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Co", "Cn"))
    return " ".join(text.split())


@lru_cache(1 << 15)
def spell(text: str) -> Spelt:
    """``text`` as it is compared; nothing but blanks gives no words, everything else gives some."""
    text = plain(text).lower()
    native = _native(text)
    marked = _DOTTED.sub(_undotted, text)
    for styled, letter in _STYLED:
        marked = styled.sub(letter, marked)
    marked = _AND.sub(" and ", marked)
    marked = _APOSTROPHE.sub("", marked)
    latin = marked if marked.isascii() else _latin(marked)
    words = tuple(_WORD.findall(latin.lower()))
    if not words:
        kept = "".join(text.split())
        return Spelt((kept,) if kept else (), native)
    return Spelt(words, native)


def _undotted(found: re.Match[str]) -> str:
    return found[0].replace(".", "").replace(" ", "") + (" " if found[0].endswith((" ", ".")) else "")


def _latin(text: str) -> str:
    """In ASCII; symbols, which would be spelt out as words, are left out unless there is nothing else."""
    letters = "".join(c if c.isascii() or unicodedata.category(c)[0] in "LNM" else " " for c in text)
    return anyascii(letters)


def _native(text: str) -> str:
    """The letters of a name that is written in another script than Latin, at least in part."""
    if text.isascii() or not any(c.isalpha() and ord(c) >= _LATIN_LIMIT and not _is_latin(c) for c in text):
        return ""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in folded if c.isalnum() or c in _VOICED))


@lru_cache(4096)
def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith(("LATIN", "FULLWIDTH LATIN", "MODIFIER"))
