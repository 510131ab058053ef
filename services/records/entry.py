"""What a person may type into a record: cleaned, bounded, and refused by the field's name on the wire."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict, cast

from services.errors import InvalidInput
from storage.values import RecordFacts, ReleaseId

_LINE_BREAKS = {"\n", "\t"}


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """A record typed in by hand, unchecked. :func:`checked` says what is wrong with it (records-contract.md 1)."""

    artist_name: str
    album_title: str
    year_released: int | None = None
    label_name: str | None = None
    catalog_number: str | None = None
    discogs_id: int | None = None
    discogs_uri: str | None = None
    thumbnail_url: str | None = None
    cover_image_url: str | None = None
    genres: Sequence[str] = ()
    styles: Sequence[str] = ()
    upc_code: str | None = None
    record_size: str | None = None
    vinyl_color: str | None = None
    is_shaped: bool = False
    is_picture_disc: bool = False
    notes: str | None = None


class RecordChanges(TypedDict, total=False):
    """A partial edit: what is absent stays, None clears. ``is_shaped`` False also takes the picture disc mark away,
    because the wire knows only one flag for both.
    """

    artist_name: str
    album_title: str
    year_released: int | None
    label_name: str | None
    catalog_number: str | None
    discogs_id: int | None
    discogs_uri: str | None
    thumbnail_url: str | None
    cover_image_url: str | None
    genres: Sequence[str]
    styles: Sequence[str]
    upc_code: str | None
    record_size: str | None
    vinyl_color: str | None
    is_shaped: bool
    is_picture_disc: bool
    notes: str | None


WIRE_NAMES: Final = {
    "artist_name": "artistName",
    "album_title": "albumTitle",
    "year_released": "yearReleased",
    "label_name": "labelName",
    "catalog_number": "catalogNumber",
    "discogs_id": "discogsId",
    "discogs_uri": "discogsUri",
    "thumbnail_url": "thumbnailUrl",
    "cover_image_url": "coverImageUrl",
    "genres": "genres",
    "styles": "styles",
    "upc_code": "upcCode",
    "record_size": "recordSize",
    "vinyl_color": "vinylColor",
    "is_shaped": "isShapedVinyl",
    "is_picture_disc": "isPictureDisc",
    "notes": "notes",
}
"""The fields a person may set and what the wire calls them."""


def plain(value: str, *, lines: bool = False) -> str:
    """``value`` in NFC without NUL, control characters and lone surrogates, blanks trimmed; ``lines`` keeps breaks."""
    if lines:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
        kept = "".join(c for c in value if c in _LINE_BREAKS or unicodedata.category(c) not in {"Cc", "Cs"})
        return unicodedata.normalize("NFC", kept).strip()
    spaced = "".join(" " if c.isspace() else c for c in value)
    kept = "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of ``changes`` cleaned; raises :class:`InvalidInput` that names the first bad one as the wire does."""
    clean: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in WIRE_NAMES:
            raise InvalidInput(name, f"A record has no field {name} that can be set.")
        clean[name] = _CHECKS[name](WIRE_NAMES[name], value)
    if clean.get("is_shaped") is False and "is_picture_disc" not in clean:
        clean["is_picture_disc"] = False
    return clean


def facts_of(entry: RecordEntry) -> tuple[RecordFacts, str | None]:
    """A checked entry as facts, and its notes. Raises :class:`InvalidInput`."""
    clean = checked({name: getattr(entry, name) for name in WIRE_NAMES})
    notes = clean.pop("notes")
    return RecordFacts(**clean), notes


def _required(field: str, value: object) -> str:
    found = _text(1000)(field, value)
    if not found:
        raise InvalidInput(field, f"{field} is required.", "Type at least one character that is not a blank.")
    return found


def _text(limit: int, *, lines: bool = False) -> Callable[[str, object], str | None]:
    def check(field: str, value: object) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise InvalidInput(field, f"{field} must be text.")
        found = plain(value, lines=lines)
        if len(found) > limit:
            raise InvalidInput(field, f"{field} is longer than {limit} characters.", "Shorten it.")
        return found or None

    return check


def _year(field: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 9999:
        raise InvalidInput(field, f"{field} must be a year from 1 to 9999.", "Leave it empty if it is not known.")
    return value


def _release(field: str, value: object) -> ReleaseId | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise InvalidInput(field, f"{field} must be the number of a Discogs release.")
    return ReleaseId(value)


def _address(field: str, value: object) -> str | None:
    found = _text(2000)(field, value)
    if found and not re.match(r"https?://[^\s]+$", found, re.IGNORECASE):
        raise InvalidInput(field, f"{field} must be an address that begins with https:// or http://.")
    return found


def _list(field: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidInput(field, f"{field} must be a list of texts.")
    items = cast(Sequence[object], value)
    if len(items) > 100:
        raise InvalidInput(field, f"{field} has more than 100 entries.")
    one = _text(200)
    return tuple(dict.fromkeys(found for item in items if (found := one(field, item))))


def _flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(field, f"{field} must be true or false.")
    return value


_CHECKS: Final[dict[str, Callable[[str, object], object]]] = {
    "artist_name": _required,
    "album_title": _required,
    "year_released": _year,
    "label_name": _text(1000),
    "catalog_number": _text(500),
    "discogs_id": _release,
    "discogs_uri": _address,
    "thumbnail_url": _address,
    "cover_image_url": _address,
    "genres": _list,
    "styles": _list,
    "upc_code": _text(100),
    "record_size": _text(20),
    "vinyl_color": _text(200),
    "is_shaped": _flag,
    "is_picture_disc": _flag,
    "notes": _text(20_000, lines=True),
}
