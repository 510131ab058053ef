"""The dashboard's figures as lines: pure drawing of values, so that every state can be tested without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from storage.values import Job, JobState, ShelfCounts, ShelfRow, Statistics
from tui.actions import key_of
from tui.bridge import Snapshot
from tui.text import clean, cut, fit
from tui.widgets.bars import heading
from tui.words import JOB_TITLES, ago, day, job_outcome, moment, number

JOB_LINES = 3
CARD = 12
"""Cells of one figure with its caption; six of them have room beside the scrollbar at 80."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What the collection is worth, as Discogs prints it, and when it said so (ISO 8601)."""

    minimum: str
    median: str
    maximum: str
    fetched_at: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many releases are wanted, and how many of those are owned already."""

    wants: int = 0
    fulfilled: int = 0


@dataclass(frozen=True, slots=True)
class Filed:
    """How the shelf stands: how many albums are where, and of how many of the owned ones there are files."""

    counts: ShelfCounts
    with_files: int = 0


@dataclass(frozen=True, slots=True)
class Listening:
    """How plays stand: the last one (in words, and its instant in ISO 8601), how many there are and came in a week, and
    what keeps further ones from coming, in words.
    """

    plays: int
    lately: int
    last: str = ""
    last_at: str | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A job of the schedule and when it comes next (ISO 8601; None: never)."""

    kind: str
    at: str | None


def figure_lines(statistics: Statistics, wanted: Wanted, worth: Worth | None, width: int) -> list[Content]:
    """The counts as a row of figures with captions, and below it a line for the worth once it is known."""
    average = "" if statistics.average_rating is None else f" {statistics.average_rating:.1f}/5"
    cards = (
        (statistics.records, "records", "bold $foreground"),
        (statistics.copies, "copies", "bold $foreground"),
        (statistics.rated, f"rated{average}", "bold $foreground"),
        (wanted.wants, "wanted", "bold $foreground" if wanted.wants else "$faint"),
        (statistics.unsynced, "to send", "bold $warning" if statistics.unsynced else "$faint"),
        (statistics.removed, "vanished", "bold $error" if statistics.removed else "$faint"),
    )
    cells = max(CARD, min(24, width // len(cards)))
    figures = [Content.styled(fit(number(value), cells), style) for value, _, style in cards]
    captions = [Content.styled(fit(caption, cells - 1) + " ", "$muted") for _, caption, _ in cards]
    lines = [Content("").join(figures), Content("").join(captions)]
    return [*lines, worth_line(worth) if worth is not None else Content("")]


def wanted_lines(wanted: Wanted) -> list[Content]:
    """Wants that are owned already, and the keys that lead to them; nothing while there are none."""
    if not wanted.fulfilled:
        return []
    keys = f"{key_of('app.wantlist')}, then {key_of('wantlist.fulfilled')}"
    said = f"You own {number(wanted.fulfilled)} of your {number(wanted.wants)} wants already; {keys} shows which."
    return [Content.assemble(("● ", "bold $success"), (said, "$success"))]


def worth_line(worth: Worth) -> Content:
    """The middle of what the collection would fetch, its range, and how old that is."""
    span = f"  between {clean(worth.minimum)} and {clean(worth.maximum)}"
    return Content.assemble(
        ("worth ", "$muted"),
        (clean(worth.median), "bold $foreground"),
        (span, "$muted"),
        (f"  Discogs, {moment(worth.fetched_at)}", "$faint"),
    )


def listening_lines(listening: Listening, width: int) -> list[Content]:
    """The last play, how many there were this week, and whether more will come; nothing for who has none and no Spotify."""
    if not listening.plays and not listening.trouble:
        return []
    room = max(10, width - 50)
    parts = [Content.styled("played ", "$muted")]
    if listening.plays:
        parts.append(Content.styled(f"{number(listening.lately)} this week", "bold $foreground"))
        parts.append(Content.styled(f"  of {number(listening.plays)}  ", "$muted"))
        parts.append(Content.styled(f"{cut(clean(listening.last), room)}  ", "$foreground"))
        parts.append(Content.styled(ago(listening.last_at), "$faint"))
    if listening.trouble:
        parts.append(Content.styled(f"  ! {clean(listening.trouble)}", "$warning"))
    return [Content("").join(parts).truncate(width, ellipsis=True)]


def filed_lines(filed: Filed, width: int) -> list[Content]:
    """Of how many owned albums there are files, and the keys that lead to the others; nothing before there is a shelf."""
    counts = filed.counts
    if not counts.owned:
        return []
    parts = [
        Content.styled("files  ", "$muted"),
        Content.styled(f"{number(filed.with_files)} of {number(counts.owned)}", "bold $foreground"),
        Content.styled(" albums you own", "$muted"),
    ]
    keys = f"{key_of('app.shelf', shown=True)} {key_of('shelf.missing')}"
    if counts.missing_files:
        parts.append(Content.styled(f"  {number(counts.missing_files)} on vinyl without ({keys})", "$foreground"))
    if counts.coming:
        parts.append(Content.styled(f"  {number(counts.coming)} on their way", "$accent"))
    if counts.unsure:
        parts.append(Content.styled(f"  {number(counts.unsure)} unsure", "$warning"))
    return [Content("").join(parts).truncate(width, ellipsis=True)]


def warning_lines(snapshot: Snapshot, statistics: Statistics | None) -> list[Content]:
    """What needs the person, each with the key that mends it; nothing while all is well. Why the services did not open stands
    in full below every page.
    """
    said: list[tuple[str, str]] = []
    if snapshot.ready and not snapshot.connected and not snapshot.username:
        said.append(("$warning", "Discogs is not connected. Press c to connect it."))
    elif snapshot.ready and snapshot.warning:
        said.append(("$error", f"{snapshot.warning.rstrip('. ')}. Press c to connect anew."))
    last = snapshot.last_job
    if last is not None and last.state is JobState.FAILED and not snapshot.jobs:
        way = "L to read why and go on" if last.kind == "export" else "J to read why, s to try again"
        said.append(("$error", f"{job_outcome(last).rstrip('.')}. Press {way}."))
    if statistics is not None and statistics.removed:
        some = "record is" if statistics.removed == 1 else "records are"
        said.append(("$warning", f"{number(statistics.removed)} {some} gone from Discogs and kept here, marked ✗."))
    return [Content.assemble(("! ", f"bold {style}"), (clean(text), style)) for style, text in said]


def job_lines(snapshot: Snapshot, due: Sequence[Due]) -> list[Content]:
    """What runs, what ran last, what comes next. Live figures are left to the strip below, which moves anyway."""
    lines = [heading("Jobs")]
    for job in snapshot.jobs:
        lines.append(_job("● ", "$accent", f"{_title(job.kind)} is {_doing(job)}", "J shows it"))
    if not snapshot.jobs and snapshot.last_job is not None:
        last = snapshot.last_job
        good = last.state is JobState.DONE
        lines.append(
            _job("✓ " if good else "! ", "$success" if good else "$warning", job_outcome(last), ago(last.finished_at))
        )
    titles = [_title(coming.kind) for coming in due]
    cells = max((Content(title).cell_length for title in titles), default=0)
    for title, coming in zip(titles, due, strict=True):
        when = (
            f"next {moment(coming.at)}"
            if coming.at
            else f"never by itself; Settings ({key_of('app.settings')}) has the schedule"
        )
        lines.append(_job("○ ", "$muted", fit(title, cells), when))
    if len(lines) == 1:
        lines = [*lines, Content.styled("Nothing has run yet.", "$muted")] if snapshot.ready else []
    # A block that keeps its height keeps what stands below it from being painted again.
    return lines + [Content("")] * (JOB_LINES - len(lines))


def addition_lines(rows: Sequence[ShelfRow], width: int, count: int) -> list[Content]:
    """The ``count`` newest records, one line each, the day first so that the eye can run down it."""
    lines = [heading("Last additions")]
    if not rows:
        lines.append(Content.styled("None yet.", "$muted"))
    room = max(10, width - 12)
    for row in rows[:count]:
        facts = " · ".join(filter(None, (str(row.year_released or ""), row.record_size, row.label_name)))
        name = f"{clean(row.artist_name)} – {clean(row.album_title)}"
        wide = room >= 70
        shown = fit(name, room * 2 // 3) if wide else cut(name, room)
        lines.append(
            Content.assemble(
                (f"{day(row.date_added)}  ", "$muted"),
                (shown, "$foreground"),
                (f"  {cut(facts, room - room * 2 // 3 - 2)}" if wide else "", "$muted"),
            )
        )
    # As for the jobs: the first record that arrives must not move the page.
    return lines + [Content("")] * (count + 1 - len(lines))


def _job(glyph: str, style: str, text: str, note: str) -> Content:
    return Content.assemble((glyph, style), (clean(text), "$foreground"), (f"  {note}" if note else "", "$muted"))


def _title(kind: str) -> str:
    return JOB_TITLES.get(kind, kind)


def _doing(job: Job) -> str:
    if job.state is JobState.QUEUED:
        return "waiting for its turn"
    if job.state is JobState.WAITING:
        return f"parked until {moment(job.wake_at)}" if job.wake_at else "waiting"
    return "running"
