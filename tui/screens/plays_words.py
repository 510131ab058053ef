"""What the page of plays says: how plays arrive, what may be missing, when somebody listens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from textual.content import Content

from storage.values.plays import Rhythm
from tui.table.plays import hours, when
from tui.text import fit
from tui.widgets.years import STEPS, year_lines
from tui.words import number

if TYPE_CHECKING:
    from services.spotify.plays import PlaysState
    from storage.values.plays import PlayGap

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_HIGH = 6
_DAYS_SHOWN = 28


def arrival(state: PlaysState | None, gaps: Sequence[PlayGap]) -> str:
    """The line above the list: what stands in the way of plays, else what may be missing; empty if all is well."""
    if state is None:
        return ""
    connection = state.connection
    if connection.state == "reauth_required":
        return "Spotify wants you to sign in again: `lockgroove connect spotify`, or c here."
    if connection.paused_until:
        until = when(round(connection.paused_until * 1000))
        return f"Spotify wants no calls until {until}; plays come in again by themselves then."
    if state.sync is not None and state.sync.error:
        return f"The last look failed: {state.sync.error}"
    if gaps:
        newest = gaps[0]
        more = f" and {number(len(gaps) - 1)} more" if len(gaps) > 1 else ""
        return (
            f"Plays may be missing between {when(newest.since)} and {when(newest.until)}{more}: "
            "Spotify hands out the last 50 only. Your data export closes it."
        )
    return ""


def emptiness(state: PlaysState | None, *, ready: bool, narrowed: bool) -> str:
    """What an empty list says, and which way leads on."""
    if not ready or state is None:
        return ""
    if narrowed:
        return "No play matches. Escape shows everything again."
    if state.connection.state in ("unconfigured", "unauthenticated"):
        return (
            "What you play on Spotify is shown here once it is connected: c, or `lockgroove connect spotify`.\n"
            "Years of it come in with `lockgroove import spotify-history` from the data export of your account."
        )
    if state.connection.state == "reauth_required":
        return "Nothing was fetched yet, and Spotify wants you to sign in again: c."
    return (
        "Nothing was fetched yet. It is looked for every 20 minutes; r looks now.\n"
        "Years of it come in with `lockgroove import spotify-history` from the data export of your account."
    )


def rhythm_lines(rhythm: Rhythm, width: int) -> list[Content]:
    """Plays by hour, by weekday and by month, as bars of text."""
    total = sum(each.plays for each in rhythm.days)
    if not total:
        return [Content.styled("Nothing was played in this time.", "$muted")]
    heard = sum(each.ms for each in rhythm.days)
    lines = [
        Content.assemble((number(total), "bold $accent"), f" plays on {number(len(rhythm.days))} days, {hours(heard)}"),
        Content(""),
        Content.styled("By hour of the day", "bold $primary"),
        *_columns(rhythm.by_hour, 3 if width >= 80 else 2),
        Content(""),
        Content.styled("By day of the week", "bold $primary"),
        *_bars(DAYS, rhythm.by_weekday, width),
    ]
    lines += [
        Content(""),
        Content.styled(f"Hours by day, the last {_DAYS_SHOWN} days until {rhythm.days[-1].day}", "bold $primary"),
        *_by_day(rhythm, 3 if width >= 86 else 2),
    ]
    months = rhythm.by_month
    if len(months) > 1:
        numbered = [(place, count) for place, (_, count) in enumerate(months)]
        drawn = year_lines(numbered, max(10, width - 2), _MONTHS_HIGH)[:-1]
        first, last = (f"{month:%Y-%m}" for month in (months[0][0], months[-1][0]))
        room = max((line.cell_length for line in drawn), default=0)
        named = fit(first, max(len(first) + 1, room - len(last))) + last
        lines += [Content(""), Content.styled("By month", "bold $primary"), *drawn, Content.styled(named, "$muted")]
    return lines


def _by_day(rhythm: Rhythm, cells: int) -> list[Content]:
    """An upright bar for each of the last days, over its day of the month; the longest is told."""
    last = rhythm.days[-1].day
    days = [last - timedelta(days=ago) for ago in reversed(range(_DAYS_SHOWN))]
    heard = {each.day: each.ms for each in rhythm.days[-_DAYS_SHOWN:] if each.day >= days[0]}
    most = max(heard, key=lambda day: heard[day])
    names = [f"{day:%d}" if place % 7 == 0 else "" for place, day in enumerate(days)]
    lines = _upright([heard.get(day, 0) for day in days], names, cells)
    return [*lines, Content.styled(f"most on {most}: {hours(heard[most])}", "$muted")]


def _columns(counts: Sequence[int], cells: int) -> list[Content]:
    """Twenty-four upright bars over their hours."""
    return _upright(counts, [f"{hour:02}" if hour % 3 == 0 else "" for hour in range(24)], cells)


def _upright(counts: Sequence[int], names: Sequence[str], cells: int) -> list[Content]:
    top, steps, height = max(1, *counts), len(STEPS) - 1, 4
    lines: list[Content] = []
    for line in range(height, 0, -1):
        eighths = (max(1, round(steps * height * count / top)) if count else 0 for count in counts)
        parts = (STEPS[max(0, min(steps, each - steps * (line - 1)))] for each in eighths)
        lines.append(Content.styled("".join(part * (cells - 1) + " " for part in parts), "$primary"))
    named = "".join(fit(name, cells) for name in names)
    return [*lines, Content.styled(named, "$muted")]


def _bars(names: Sequence[str], counts: Sequence[int], width: int) -> list[Content]:
    top, room = max(counts), max(10, min(60, width - 16))
    return [
        Content.assemble(
            (f"{name}  ", "$muted"),
            ("█" * max(int(count > 0), round(room * count / top)), "$primary"),
            f" {number(count)}",
        )
        for name, count in zip(names, counts, strict=True)
    ]
