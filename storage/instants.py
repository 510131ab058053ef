"""Instants as the stores keep them: UTC text, ISO 8601 with microseconds, ordered by comparing it."""

from __future__ import annotations

from datetime import UTC, datetime


def instant(moment: datetime | None = None) -> str:
    """``moment`` (default: now) as stored. A moment without a zone is taken as UTC."""
    moment = moment or datetime.now(UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def from_seconds(seconds: float) -> str:
    """A Unix time as stored."""
    return instant(datetime.fromtimestamp(seconds, UTC))
