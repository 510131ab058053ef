"""Names and numbers as Discogs spells them, turned into what is shown, stored and compared (discogs-api.md 6)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMESAKE = re.compile(r" \(\d+\)$")
_NAMESAKE_IN_LIST = re.compile(r"(?: \(\d+\))?\*?(?=\s*(?:$|[,/&]))")
_NOT_DIGIT = re.compile(r"\D+", re.ASCII)
_CHECKED_LENGTHS = (8, 12, 13, 14)


def plain_artists(line: str) -> str:
    """A line of artists from a search title or a CSV file without namesake numbers and variation stars (6.3)."""
    return " ".join(_NAMESAKE_IN_LIST.sub("", line).split())


def catalog_number(value: str | None) -> str | None:
    """A catalogue number, or None for Discogs' ``none`` (6.4)."""
    plain = (value or "").strip()
    return None if plain.casefold() in {"", "none"} else plain


def year(value: int | str | None) -> int | None:
    """A year that Discogs sends as a number or as text; 0, "" and nonsense mean unknown (records-contract.md 1)."""
    digits = str(value or "").strip()[:4]
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < int(digits) <= 9999 else None


def barcode(value: str | None) -> str | None:
    """The digits of a barcode, or None if there are too few or too many for one (6.2)."""
    digits = _NOT_DIGIT.sub("", value or "")
    return digits if 8 <= len(digits) <= 14 else None


def is_checked_barcode(digits: str) -> bool:
    """Whether ``digits`` has the length of an EAN or UPC and its last digit checks out."""
    if len(digits) not in _CHECKED_LENGTHS:
        return False
    weighted = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(reversed(digits)))
    return weighted % 10 == 0


def barcode_twin(digits: str) -> str | None:
    """The other form of a code that is both UPC-A (12 digits) and EAN-13 with a leading zero; None if there is none."""
    if len(digits) == 12:
        return f"0{digits}"
    return digits[1:] if len(digits) == 13 and digits.startswith("0") else None


def best_barcode(values: Iterable[str]) -> str | None:
    """The first value that is a valid EAN or UPC, else the first that may be a barcode at all."""
    codes = [digits for value in values if (digits := barcode(value))]
    return next((digits for digits in codes if is_checked_barcode(digits)), codes[0] if codes else None)
