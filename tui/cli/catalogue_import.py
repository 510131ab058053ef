"""An import of dumps as the command line shows it: how far it is, how it ended."""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from services.catalogue.dumps.progress import Imported, Phase, Progress
from services.catalogue.upkeep import Standing, import_dumps, is_partial
from tui.cli.catalogue_lines import amount
from tui.cli.exits import Exit
from tui.cli.output import document, fields, note
from tui.cli.program import ending_on
from tui.cli.progress import ProgressLine
from tui.text import clean
from tui.words import number, span

if TYPE_CHECKING:
    from services.catalogue.dumps.files import Dump, DumpKind
    from services.runtime import Runtime

_TICK = 0.25
_LINE_GAP = 5.0
"""Seconds between two lines in a pipe: an import takes minutes."""
_NAMED = 20
"""Elements left out that are named; ``--json`` has more of them."""
_LATER = {
    Phase.READING: "Taking over what stays",
    Phase.LINKING: "Working out who is on what",
    Phase.SEARCH: "Building the search",
    Phase.FINISHING: "Finishing",
}
"""What is done while no dump is being read; how long it takes nobody can say, so the time it took is shown."""


async def followed(runtime: Runtime, dumps: Sequence[Dump]) -> Imported:
    """Import ``dumps`` and show how far that is. Ctrl-C and the signals of an end call it off, and say what that means."""
    shows = _Shown()
    gc.freeze()  # what is here now stays to the end: to look through it for garbage takes a while each time
    try:
        with ending_on(signal.SIGINT), ProgressLine(gap=_LINE_GAP) as shown:
            drawing = asyncio.create_task(shows.draw(shown))
            try:
                return await import_dumps(runtime.storage, runtime.owner.id, dumps, shows.take)
            finally:
                drawing.cancel()
    except (asyncio.CancelledError, SystemExit):
        note("Stopped; the catalogue is as it was before.")
        raise


@dataclass
class _Shown:
    """The newest progress, which another thread hands over, and since when its phase lasts."""

    _latest: Progress | None = None
    _phase: tuple[Phase, DumpKind | None, bool] | None = None
    _since: float = field(default_factory=time.monotonic)

    def take(self, progress: Progress) -> None:
        """Hand over how far the import is."""
        self._latest = progress

    async def draw(self, shown: ProgressLine) -> None:
        """Show it, again and again."""
        while True:
            now = time.monotonic()
            latest = self._latest
            if latest is not None:
                phase = (latest.phase, latest.kind, latest.done >= latest.total)
                is_new, self._phase = phase != self._phase, phase
                self._since = now if is_new else self._since
                shown.show(progress_line(latest, now - self._since), now=is_new)
            await asyncio.sleep(_TICK)


def progress_line(progress: Progress, lasting: float) -> str:
    """How far an import is, in less than 80 cells; its phase has been ``lasting`` so many seconds."""
    if progress.phase is not Phase.READING or progress.kind is None or progress.done >= progress.total:
        return f"{_LATER[progress.phase]} · {span(lasting)}"
    parts = [
        progress.kind.capitalize(),
        f"{100 * progress.done // progress.total} % of {amount(progress.total)}",
        f"{progress.rate / 1e6:.1f} MB/s",
        f"{progress.records_rate:,.0f} records/s",
    ]
    if progress.left is not None:
        parts.append(f"{span(progress.left)} to read")
    return " · ".join(parts)


def report(done: Imported, standing: Standing, *, as_json: bool) -> None:
    """Say how an import ended; ends with 3 if so much was left out that something must be wrong."""
    if as_json:
        document(_wire(done, standing))
    else:
        each = standing.bytes_per_release
        facts = [
            ("Imported", "\n".join(f"{number(count)} {kind}" for kind, count in done.counts.items())),
            ("Kept", f"{number(done.kept)} releases that came through the API since" if done.kept else ""),
            ("Time", span(done.seconds)),
            ("Size", f"{amount(standing.size)}{f', {number(each)} bytes per release' if each else ''}"),
            ("Place", standing.place),
        ]
        fields([(name, value) for name, value in facts if value])
    _name_skipped(done)
    if is_partial(done):
        raise typer.Exit(Exit.PARTIAL)


def _name_skipped(done: Imported) -> None:
    total = sum(done.skipped.values())
    if not total:
        return
    counts = ", ".join(f"{number(count)} of the {kind}" for kind, count in done.skipped.items() if count)
    note(f"Left out, because they say nothing that can be used: {counts}.")
    for each in done.reasons[:_NAMED]:
        note(f"left out: {each.kind.removesuffix('s')} {clean(each.number)}: {clean(each.reason)}")
    if total > _NAMED:
        note(f"and {number(total - _NAMED)} more")


def _wire(done: Imported, standing: Standing) -> dict[str, object]:
    return {
        "records": {kind.value: count for kind, count in done.counts.items()},
        "skipped": {kind.value: count for kind, count in done.skipped.items()},
        "errors": [
            {"item": f"{each.kind.removesuffix('s')} {each.number}", "message": each.reason} for each in done.reasons
        ],
        "kept": done.kept,
        "seconds": round(done.seconds, 3),
        "readingSeconds": round(done.reading_seconds, 3),
        "place": standing.place,
        "bytes": standing.size,
        "bytesPerRelease": standing.bytes_per_release,
    }
