"""What is done to one record or to many: one outcome each, never all or nothing, the failures named."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from storage.errors import LockgrooveError
from storage.values import Record, ShelfRow
from tui.bridge import Bridge
from tui.text import clean
from tui.words import number

NAMED = 5
"""How many records a question names one by one."""


def name(row: ShelfRow) -> str:
    """A record in a line of prose."""
    return f"{clean(row.artist_name)} – {clean(row.album_title)}"


def named(rows: Sequence[ShelfRow]) -> list[str]:
    """The first few records by name and the number of the others."""
    lines = [name(row) for row in rows[:NAMED]]
    if len(rows) > NAMED:
        lines.append(f"and {number(len(rows) - NAMED)} more")
    return lines


async def refresh(bridge: Bridge, rows: Sequence[ShelfRow], say: Callable[[str], None]) -> tuple[int, list[str]]:
    """Read every record anew from Discogs; returns how many were and what failed, in words."""
    done, failed = 0, list[str]()
    for position, row in enumerate(rows):
        say(f"reading {number(position + 1)} of {number(len(rows))} from Discogs…")
        release_id = row.discogs_id
        if release_id is None:
            failed.append(f"{name(row)} is not on Discogs.")
            continue
        try:
            record_id = row.record_id
            await bridge.call(lambda runtime, r=record_id, d=release_id: runtime.records.update(runtime.user.id, r, d))
            done += 1
        except LockgrooveError as error:
            failed.append(f"{name(row)}: {error.message}")
    return done, failed


async def remove(bridge: Bridge, rows: Sequence[ShelfRow]) -> tuple[list[Record], list[str]]:
    """Remove records from the library (Discogs is not touched); returns them, for bringing back, and what failed."""
    gone, failed = list[Record](), list[str]()
    for row in rows:
        try:
            record_id = row.record_id
            gone.append(await bridge.call(lambda runtime, r=record_id: runtime.records.remove(runtime.user.id, r)))
        except LockgrooveError as error:
            failed.append(f"{name(row)}: {error.message}")
    return gone, failed


async def restore(bridge: Bridge, records: Sequence[Record]) -> tuple[int, list[str]]:
    """Bring removed records back; returns how many came and what failed."""
    done, failed = 0, list[str]()
    for record in records:
        try:
            await bridge.call(lambda runtime, r=record: runtime.records.restore(runtime.user.id, r))
            done += 1
        except LockgrooveError as error:
            failed.append(f"{clean(record.album_title)}: {error.message}")
    return done, failed
