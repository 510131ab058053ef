"""Reading plain documents: whatever is missing or of another kind is as if it were not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from services.tolerance import as_list

Document = Mapping[str, Any]
_LENGTH = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})(?:\.\d+)?")


def text(value: object) -> str:
    """Text without blanks around it; a number as its digits."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def whole(value: object) -> int | None:
    """A number, also out of text; None if it is none or not above 0."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.strip().isdigit():
        value = int(value.strip()[:12])
    if isinstance(value, float) and 0 < value < 1e12:
        value = round(value)
    return value if isinstance(value, int) and 0 < value < 10**12 else None


def year(value: object) -> int | None:
    """The year at the beginning of a date, or a number that is one."""
    found = (
        re.match(r"\s*(\d{4})", str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    )
    number = int(found[1]) if found else 0
    return number if 1000 <= number <= 2100 else None


def milliseconds(value: object) -> int | None:
    """A length as "3:45", or in seconds."""
    if isinstance(value, str) and (found := _LENGTH.fullmatch(value.strip())):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000 or None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e7:
        return round(value * 1000)
    return None


def an_object(value: object) -> Document:
    """The object, an empty one where it is none."""
    return cast("Document", value) if isinstance(value, Mapping) else {}


def objects(value: object) -> list[Document]:
    """The objects in a list."""
    return [each for each in map(an_object, as_list(value)) if each]


def names(value: object) -> tuple[str, ...]:
    """The names in a list of objects or texts, or the one in a text."""
    found = (text(an_object(each).get("name")) or text(each) for each in as_list(value))
    return tuple(name for name in found if name)


def first(document: Document, *keys: str) -> Any:
    """The first of these that is there and says something."""
    return next((document[key] for key in keys if document.get(key) not in (None, "")), None)
