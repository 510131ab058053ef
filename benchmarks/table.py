"""What a key costs in the record table: milliseconds from the key to the last byte, and bytes, in a real terminal.

Run ``python -m benchmarks.table 10000 100000 1000000``. Builds an invented library of each size in a temporary
directory, starts ``table_app.py`` on it in a pseudo-terminal of 120x40 true-colour cells, presses each key many times
and prints p50, p95 and bytes with their limits and the ratio to them, and the
processor time; exit code 1 if one is exceeded. A key's time ends with the last byte before 80 ms of silence. Idle bytes
are counted over 3 s.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles

from benchmarks.bars import Bars
from benchmarks.shelf import build
from benchmarks.terminal import Terminal

APP = Path(__file__).with_name("table_app.py")
DOWN, PAGE_DOWN, PAGE_UP, HOME, END = b"\x1b[B", b"\x1b[6~", b"\x1b[5~", b"\x1b[H", b"\x1b[F"


@dataclass(frozen=True)
class Step:
    """One kind of key: milliseconds and bytes allowed, None where there is no limit."""

    name: str
    keys: tuple[bytes, ...]
    times: int
    p50: float | None
    p95: float
    size: int
    """The most bytes one key may write; for the edge, on average (it scrolls once in a dozen keys)."""
    on_average: bool = False


STEPS = (
    Step("down, inside the page", (DOWN,), 30, None, 16, 1_500),
    Step("down, over the edge", (DOWN,), 60, None, 16, 1_500, on_average=True),
    Step("page down", (PAGE_DOWN,), 30, 16, 30, 10_000),
    Step("page up", (PAGE_UP,), 15, 16, 30, 10_000),
    Step("end, home", (END, HOME), 15, 16, 30, 10_000),
)


def run(bars: Bars, terminal: Terminal, step: Step, records: int) -> None:
    """Press the keys, print what they cost."""
    pressed = [terminal.press(key) for _ in range(step.times) for key in step.keys]
    spent, sizes, worked = map(list, zip(*pressed, strict=True))
    p50, p95 = median(spent), quantiles(spent, n=20)[-1]
    size = mean(sizes) if step.on_average else max(sizes)
    name = f"{records:,} records, {step.name}"
    if step.p50 is not None:
        bars.show(f"{name}, p50", p50, step.p50, "ms")
    bars.show(f"{name}, p95", p95, step.p95, "ms", note=f"{median(worked):.1f} ms of processor time")
    bars.show(f"{name}, bytes{' on average' if step.on_average else ''}", size, step.size, "B")


def measure(bars: Bars, records: int) -> None:
    """All steps on a library of that many records."""
    with tempfile.TemporaryDirectory() as folder:
        url, _ = asyncio.run(build(Path(folder), records))
        terminal = Terminal([sys.executable, str(APP), url])
        try:
            terminal.read(quiet=3.0)
            for step in STEPS:
                run(bars, terminal, step, records)
            terminal.read(quiet=1.5)
            _, idle = terminal.read(quiet=3.0)
            bars.show(
                f"{records:,} records, idle, bytes in 3 s", idle, 0, "B", note=f"{terminal.memory():.0f} MB resident"
            )
        finally:
            terminal.close()


def main() -> None:
    """Measure every size given."""
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    bars = Bars("record table")
    for size in sizes:
        measure(bars, size)
    sys.exit(bars.end())


if __name__ == "__main__":
    main()
