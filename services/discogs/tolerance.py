"""Kinds of value that take whatever Discogs sends for them, beside those of :mod:`services.tolerance`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator

from . import names


def _whole(value: object) -> int:
    if isinstance(value, int):
        return value
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return 0


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _year(value: object) -> int | None:
    return names.year(value) if isinstance(value, int | str) else None


def utc(value: object) -> str:
    """An instant of Discogs (Pacific offset) as UTC text with microseconds; empty if it has none."""
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return ""
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


Whole = Annotated[int, BeforeValidator(_whole)]
Amount = Annotated[float | None, BeforeValidator(_number)]
Year = Annotated[int | None, BeforeValidator(_year)]
"""A year, None where Discogs says 0 or nothing."""
Instant = Annotated[str, BeforeValidator(utc)]
