"""What a key costs in the record table: milliseconds from the key to the last byte, and bytes, in a real terminal.

Run ``python benchmarks/table.py 10000 100000 1000000``. Builds an invented library of each size in a temporary
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

from shelf import build
from terminal import Terminal

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


def run(terminal: Terminal, step: Step, records: int) -> bool:
    """Press the keys, print the line; whether it kept the limits."""
    pressed = [terminal.press(key) for _ in range(step.times) for key in step.keys]
    spent, sizes, worked = map(list, zip(*pressed, strict=True))
    p50, p95 = median(spent), quantiles(spent, n=20)[-1]
    size = mean(sizes) if step.on_average else max(sizes)
    is_kept = p95 <= step.p95 and size <= step.size and (step.p50 is None or p50 <= step.p50)
    print(
        f"{records:>9,}  {step.name:<22} p50 {p50:5.1f} ms  p95 {p95:5.1f} ms ({p95 / step.p95:4.2f} of {step.p95:g})"
        f"  cpu {median(worked):4.1f} ms"
        f"  bytes mean {mean(sizes):6,.0f} max {max(sizes):6,} ({size / step.size:4.2f} of {step.size:,})"
        f"{'' if is_kept else '  EXCEEDED'}"
    )
    return is_kept


def measure(records: int) -> bool:
    """All steps on a library of that many records."""
    with tempfile.TemporaryDirectory() as folder:
        url, _ = asyncio.run(build(Path(folder), records))
        terminal = Terminal([sys.executable, str(APP), url])
        try:
            terminal.read(quiet=3.0)
            kept = [run(terminal, step, records) for step in STEPS]
            terminal.read(quiet=1.5)
            _, idle = terminal.read(quiet=3.0)
            print(f"{records:>9,}  idle: {idle} bytes in 3 s (0 allowed); {terminal.memory():.0f} MB resident")
            return all(kept) and not idle
        finally:
            terminal.close()


def main() -> None:
    """Measure every size given."""
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    kept = [measure(size) for size in sizes]
    if not all(kept):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
