"""One import: run, looked at for what really came in, and put right where it was broken off (beets-cli.md 3.1, 6.3).

That beets returns 0 does not mean that anything was imported. So every run marks its tracks, and they are counted.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.beets.library import Beets
from services.beets.outcome import Outcome
from services.beets.refusals import Verdict

log = structlog.stdlib.get_logger(__name__)

MARK = "lockgroove_job"
"""The field in which beets keeps which import a track came with."""
_NO_MUSIC = "No files imported from"
_AGAIN = frozenset({Verdict.LOCKED, Verdict.CRASH, Verdict.TIMEOUT})
"""Ends after which the rest is imported in a second run."""
_LEAST_SECONDS = 1800.0
_SECONDS_A_FILE = 40.0
"""How long an import may take before it is asked to end: without a network, looking one album up alone takes half a
minute."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported: ``path`` (checked), how many audio files it has, and the ``marker`` (letters, digits, ``-``).

    ``autotag`` lets beets look the album up and change its tags; without it files go in as they are. ``quiet`` False
    would let beets ask: as nobody answers, it then fails where it would have to.
    """

    path: str
    marker: str
    files: int
    autotag: bool = False
    quiet: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in: how many tracks, into which folders of the library, and how many files did not.

    ``error`` is why nothing did, empty where something did or all was there already; ``note`` what a person should know.
    """

    count: int
    skipped: int
    filed: tuple[str, ...] = ()
    error: str = ""
    note: str = ""


async def run(beets: Beets, order: Order) -> Imported:
    """Import; where the run is broken off, put the library right and import the rest. Raises :class:`NotConnected`,
    :class:`BeetsFailed` where beets cannot be asked what it did, and :class:`Crowded` where somebody else changes it.
    """
    ended = await _once(beets, order)
    if ended.verdict is not Verdict.OK:
        await mend(beets, order)
        if ended.verdict in _AGAIN:
            ended = await _once(beets, order)
            if ended.verdict is not Verdict.OK:
                await mend(beets, order)
    return await _counted(beets, order, ended)


async def resume(beets: Beets, order: Order) -> Imported | None:
    """What an earlier run of this import, of which nobody knows how it ended, brought in; None if it has to run (again).

    It may still be at work: waits until it is not. What it left half done is mended.
    """
    async with beets.program.turn(patience=_patience(order)):
        pass
    beets.forget_answers()
    whole = await mend(beets, order)
    return Imported(len(whole), 0, _filed(whole)) if whole and len(whole) >= order.files else None


async def mend(beets: Beets, order: Order) -> list[dict[str, object]]:
    """Take out of the library what this import entered but never copied: rows that still point at the source. Their files
    stay, for ``remove -d`` would delete the source. The rows that are whole.
    """
    rows = await beets.marked(MARK, order.marker)
    left = [row for row in rows if _is_below(str(row.get("path") or ""), order.path)]
    if left:
        log.warning("an import was broken off; its unfinished rows are removed", marker=order.marker, rows=len(left))
        await beets.remove_ids([int(str(row["id"])) for row in left])
    return [row for row in rows if row not in left]


async def _once(beets: Beets, order: Order) -> Outcome:
    overlay = await beets.configuration.overlay()
    arguments = ["-c", str(overlay), "import"]
    arguments += ["-q"] if order.quiet else []
    arguments += [] if order.autotag else ["-A"]
    arguments += ["--set", f"{MARK}={order.marker}", "--", order.path]
    try:
        return await beets.program.write(*arguments, name=order.marker, seconds=_patience(order), tries=1)
    finally:
        beets.forget_answers()


async def _counted(beets: Beets, order: Order, ended: Outcome) -> Imported:
    rows = await beets.marked(MARK, order.marker)
    count, filed = len(rows), _filed(rows)
    skipped = max(0, order.files - count)
    if count:
        note = f"{skipped} of {order.files} files are not among them: they were there already, or cannot be read."
        return Imported(count, skipped, filed, note=note if skipped else "")
    if ended.verdict is not Verdict.OK:
        failure = ended.failure()
        return Imported(0, skipped, error=f"{failure.message} {failure.hint}".strip())
    if _NO_MUSIC in ended.stderr:
        return Imported(0, skipped, error="beets found no music in it that it can read.")
    if order.autotag and "Skipping." in ended.stdout + ended.stderr:
        return Imported(0, skipped, error="beets was not sure what it is and left it out. Import it without autotag.")
    return Imported(0, skipped, note="Nothing new: all of it was in the library already.")


def _filed(rows: Sequence[dict[str, object]]) -> tuple[str, ...]:
    """The folders that these tracks are in."""
    folders = {os.path.dirname(str(row.get("path") or "")) for row in rows}  # noqa: PTH120
    return tuple(sorted(folder for folder in folders if folder))


def _patience(order: Order) -> float:
    return _LEAST_SECONDS + _SECONDS_A_FILE * order.files


def _is_below(path: str, source: str) -> bool:
    where, inside = Path(source), Path(os.path.normpath(path)) if path else None
    return inside is not None and (inside == where or where in inside.parents)
