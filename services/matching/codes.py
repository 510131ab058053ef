"""Identifiers in the one form in which they are compared (discogs-api.md 6.2, spotify-api.md 3.5); "" and 0 where it is none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.discogs.names import barcode as digits_of
from services.discogs.names import is_checked_barcode

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_MBID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SPOTIFY = re.compile(r"(?:^|[:/])([A-Za-z0-9]{22})(?:[?#].*)?$")
_LONGEST = 200


def barcode(value: object) -> str:
    """A barcode as 14 digits, so that UPC and EAN of one thing are equal; empty if its check digit is wrong."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    digits = digits_of(str(value)[:_LONGEST]) or ""
    for code in (digits, f"0{digits}") if len(digits) == 11 else (digits,):
        if is_checked_barcode(code) and code.strip("0"):
            return code.zfill(14)
    return ""


def isrc(value: object) -> str:
    """A recording's code, upper case without hyphens."""
    plain = re.sub(r"[\s-]", "", value[:_LONGEST]).upper() if isinstance(value, str) else ""
    return plain if _ISRC.fullmatch(plain) else ""


def musicbrainz(value: object) -> str:
    """A MusicBrainz id, also out of ``mbid://...`` or a link."""
    found = _MBID.search(value[:_LONGEST].lower()) if isinstance(value, str) else None
    return found[0] if found and found[0].strip("0-") else ""


def spotify(value: object) -> str:
    """A Spotify id, also out of its URI or link. Ids that are not 22 characters long are taken as they are."""
    if not isinstance(value, str):
        return ""
    found = _SPOTIFY.search(value.strip()[:_LONGEST])
    return found[1] if found else value.strip()[:_LONGEST]


def discogs(value: object) -> int:
    """The number of a release or master."""
    if isinstance(value, str) and value.isascii() and value.strip().isdigit():
        value = int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def some(codes: Iterable[str]) -> frozenset[str]:
    """Those that are any."""
    return frozenset(filter(None, codes))
