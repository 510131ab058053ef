"""Reading members of slskd's objects whatever was sent for them, and taking its words apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

Json: TypeAlias = Mapping[str, Any]


def flags(state: str) -> frozenset[str]:
    """The parts of a state such as "Completed, TimedOut"."""
    return frozenset(part.strip() for part in state.split(",") if part.strip())


def parted(filename: str) -> tuple[str, str]:
    """Folder and name of a remote path; both kinds of slash part it."""
    place = max(filename.rfind("\\"), filename.rfind("/"))
    return (filename[:place], filename[place + 1 :]) if place >= 0 else ("", filename)


def text(said: object) -> str:
    return said if isinstance(said, str) else ""


def number(said: object) -> int | None:
    if isinstance(said, bool) or said is None:
        return None
    try:
        return int(float(str(said)))
    except (ValueError, OverflowError):
        return None


def measure(said: object) -> float:
    found = float(said) if isinstance(said, int | float) and not isinstance(said, bool) else 0.0
    return found if found == found and abs(found) != float("inf") else 0.0


def moment(said: object) -> datetime | None:
    """An instant; without a zone it is UTC (slskd-api.md 5.4)."""
    if not isinstance(said, str):
        return None
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def an_object(said: object) -> Json:
    return cast("Json", said) if isinstance(said, dict) else {}


def objects(said: object) -> Sequence[Json]:
    if not isinstance(said, list):
        return ()
    return [cast("Json", each) for each in cast("list[object]", said) if isinstance(each, dict)]
