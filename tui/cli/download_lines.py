"""How downloads look on the command line, as text and as JSON, and how some of them are followed to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import typer

from services.errors import OwnersOnly
from tui.cli.exits import Exit
from tui.cli.output import document, has_room, line, note, table
from tui.cli.progress import ProgressLine
from tui.text import clean
from tui.words import moment, number, span

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values.downloads import Download

_LOOK = 0.5


def only_the_owner(runtime: Runtime) -> None:
    """One slskd, and its files, are the owner's. Raises :class:`OwnersOnly`."""
    if not runtime.user.is_owner:
        raise OwnersOnly("Soulseek belongs to the owner of this installation.", "Its owner can do that.")


def said(what: str) -> Callable[[Download], str]:
    """What was done to a download as a line, its number last, for the next command."""
    return lambda row: f"{what} {clean(row.name)} from {clean(row.username)}  {row.id}"


def print_downloads(rows: Sequence[Download]) -> None:
    """A table of downloads, the number last; a failure has its reason below."""
    if not rows:
        return
    headings = ["STATE", "DONE", "FILE", "USER", *(["SPEED", "PLACE"] if has_room() else []), "WHY", "ID"]
    cells = [_row(row) for row in rows]
    headings = [name for name in headings if any(row[name] for row in cells)]
    table(headings, [[row[name] for name in headings] for row in cells])
    for hint in dict.fromkeys(row.hint for row in rows if row.hint and row.is_stuck):
        note(clean(hint))


def report(rows: Sequence[Download], done: str, *, as_json: bool, is_kept: bool) -> None:
    """What was queued, or what became of it. Ends the command with 1 if all failed that is over, with 3 if some did."""
    if as_json:
        document({"downloads": [wire(row) for row in rows]})
    else:
        for row in rows:
            line(said(done if row.state.is_active else row.state.value.capitalize())(row))
    for reason in dict.fromkeys(f"{row.error} {row.hint or ''}".strip() for row in rows if row.is_stuck and row.error):
        note(clean(reason))
    if not rows:
        note("There is nothing to queue.")
    elif not is_kept:
        note("Nobody keeps the queue at the moment: open the app, run lockgroove serve, or add --wait.")
    failed = sum(row.is_stuck for row in rows)
    if failed:
        raise typer.Exit(Exit.PARTIAL if failed < len(rows) else Exit.FAILED)


async def follow(runtime: Runtime, rows: Sequence[Download]) -> list[Download]:
    """The last attempts at these, once all are over; what follows a failed attempt is waited for as well."""
    latest = list(rows)
    with ProgressLine() as shown:
        while True:
            latest = await _latest(runtime, latest)
            going = [row for row in latest if row.state.is_active]
            if not going:
                return latest
            arrived = sum(row.bytes_transferred for row in latest) / max(1, sum(row.size or 0 for row in latest))
            waits = next((f"; {row.error}" for row in going if row.error), "")
            shown.show(f"{number(len(going))} of {number(len(latest))} to come, {arrived:.0%}{clean(waits)}")
            await asyncio.sleep(_LOOK)


async def _latest(runtime: Runtime, rows: Sequence[Download]) -> list[Download]:
    while True:
        found = await runtime.downloads.some(runtime.user.id, [row.retried_as or row.id for row in rows])
        if len(found) == len(rows) and all(row.retried_as is None for row in found):
            return found
        rows = found


def wire(row: Download) -> dict[str, object]:
    """The download under the names that ``GET /api/downloads/queue`` uses."""
    return {
        "id": row.id,
        "username": row.username,
        "filename": row.filename,
        "size": row.size,
        "folder": row.folder,
        "status": row.state.value,
        "slskd_state": row.raw_state,
        "priority": row.priority,
        "attempt": row.attempt,
        "retry_of": row.retry_of,
        "retried_as": row.retried_as,
        "progress": row.progress,
        "speed": row.speed,
        "place": row.place,
        "error_code": row.error_code,
        "error": row.error,
        "hint": row.hint,
        "local_path": row.local_path,
        "next_attempt_at": row.next_attempt_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _row(row: Download) -> dict[str, str]:
    left = row.seconds_left
    why = row.error or ""
    if row.next_attempt_at and row.state.is_active:
        why = f"{why} Again at {moment(row.next_attempt_at)}.".strip()
    speed = f"{row.speed / 1_000_000:.1f} MB/s, {span(left)} left" if row.speed and left is not None else ""
    return {
        "STATE": row.state.value,
        "DONE": f"{row.progress:.0f}%",
        "FILE": row.name,
        "USER": row.username,
        "SPEED": speed,
        "PLACE": "" if row.place is None else str(row.place),
        "WHY": why,
        "ID": str(row.id),
    }
