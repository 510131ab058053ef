"""Cron expressions: when a job kind is due. Times are UTC, so that several machines agree."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import cast

from apscheduler.triggers.cron import CronTrigger

_LONGEST_PAUSE = timedelta(days=8 * 366)
"""Between two due times of any expression: 29 February."""
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check_expression(expression: str) -> None:
    """Raise ``ValueError`` with a reason if ``expression`` is not five cron fields or never comes due."""
    if next_due(expression, datetime(2024, 1, 1, tzinfo=UTC)) is None:
        raise ValueError("it never comes due")


def next_due(expression: str, after: datetime) -> datetime | None:
    """The first due time later than ``after``; None if there is none. Raises ``ValueError`` for no cron expression."""
    fields = expression.split()
    if len(fields) == 5:
        fields[4] = ",".join(_weekdays(part) for part in fields[4].split(","))
    trigger = CronTrigger.from_crontab(" ".join(fields), timezone=UTC)  # pyright: ignore[reportUnknownMemberType]
    later = after.astimezone(UTC) + timedelta(microseconds=1)
    due = cast("datetime | None", trigger.get_next_fire_time(None, later))  # pyright: ignore[reportUnknownMemberType]
    return due and due.astimezone(UTC)


def last_due(expression: str, until: datetime) -> datetime | None:
    """The latest due time that is not later than ``until``; None if there was none in the last years."""
    reach = timedelta(minutes=1)
    latest = next_due(expression, until - reach)
    while latest is None or latest > until:
        if reach > _LONGEST_PAUSE:
            return None
        reach *= 2
        latest = next_due(expression, until - reach)
    nothing_after = until
    while nothing_after - latest >= timedelta(minutes=1):
        middle = latest + (nothing_after - latest) / 2
        later = next_due(expression, middle)
        if later is not None and later <= until:
            latest = later
        else:
            nothing_after = middle
    return latest


def _weekdays(part: str) -> str:
    """Names for the numbers of a weekday field: APScheduler counts from Monday, cron from Sunday (0 and 7)."""
    found = re.fullmatch(r"([0-7])(?:-([0-7]))?(?:/(\d+))?", part)
    if not found:
        return part
    first, last = int(found[1]), int(found[2] or (6 if found[3] else found[1]))
    if last < first:
        raise ValueError(f"the weekdays {part} run backwards")
    return ",".join(_DAYS[day] for day in range(first, last + 1, max(1, int(found[3] or 1))))
