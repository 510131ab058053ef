"""What a person typed to find a release: a barcode, a catalogue number, artist and title, a release, or just words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.discogs.names import barcode, is_checked_barcode
from services.errors import InvalidInput
from storage.values import ReleaseId

_REFERENCE = re.compile(
    r"\[?(?P<tag>[rm])(?P<id>\d+)\]?|(?:https?://)?(?:www\.|api\.)?discogs\.com/(?:[^\s?#]*/)?"
    r"(?P<kind>releases?|masters?)/(?P<number>\d+)(?:[-?#/]\S*)?",
    re.IGNORECASE,
)
_BARCODE = re.compile(r"[T>\d][\d\s.>-]*", re.IGNORECASE)
_PAIR = re.compile(r"\s+[-–—]\s+")
_CATALOGUE = re.compile(r"[^\W\d_]{1,8}(?:[\s./-]{0,3}[^\W\d_]{1,4})?[\s./-]{0,3}\d[\w\s./-]{0,14}")


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """One way of searching; exactly one of ``catalog_number``, ``artist`` with ``title``, ``upc``, ``release_id``,
    ``text`` is given. A catalogue number that was only recognised (``guessed``) may turn out to be plain words.
    """

    catalog_number: str | None = None
    artist: str | None = None
    title: str | None = None
    upc: str | None = None
    release_id: ReleaseId | None = None
    text: str | None = None
    guessed: bool = False


def recognise(typed: str) -> SearchTerms:
    """The terms in what was typed (discogs-api.md 6.2, 6.4, 6.5).

    Short numbers are words (*1999*, *1984*), longer ones a release id, 8 to 14 digits a barcode unless an 8-digit
    number fails the check digit. Raises :class:`InvalidInput` for nothing, and for a master, which has no copies.
    """
    text = " ".join(typed.split())
    if not text:
        raise InvalidInput("q", "Type something to search for.")
    if found := _REFERENCE.fullmatch(text):
        kind = (found["tag"] or found["kind"]).casefold()
        if kind.startswith("m"):
            raise InvalidInput(
                "q", "That is a master, which groups releases.", "Open one of its releases on Discogs and paste that."
            )
        return SearchTerms(release_id=ReleaseId(int(found["id"] or found["number"])), guessed=True)
    digits = barcode(text) if _BARCODE.fullmatch(text) else None
    if digits and (len(digits) > 8 or is_checked_barcode(digits)):
        return SearchTerms(upc=text, guessed=True)
    if text.isascii() and text.isdigit():
        return (
            SearchTerms(release_id=ReleaseId(int(text)), guessed=True) if 4 < len(text) < 9 else SearchTerms(text=text)
        )
    if len(pair := _PAIR.split(text, maxsplit=1)) == 2 and all(pair):
        return SearchTerms(artist=pair[0], title=pair[1], guessed=True)
    if _CATALOGUE.fullmatch(text) and _is_like_a_number(text):
        return SearchTerms(catalog_number=text, guessed=True)
    return SearchTerms(text=text)


def _is_like_a_number(text: str) -> bool:
    """Tell ``SK026`` and ``piasr 210 lp`` from ``UB40`` and ``Heaven 17``."""
    characters = sum(c.isalnum() for c in text)
    digits = sum(c.isdigit() for c in text)
    return digits >= 3 or (characters >= 5 and text.upper() == text)
