"""The whole program in a terminal against the bars of its start, memory, keys and bytes; ratios to a bare Textual app.

Run ``python -m benchmarks.app``. First paint and first records: the program and ``bare.py`` in turn, medians of
:data:`RUNS`, with 10,000 records. Then the collection page at 120x40 with 100,000 records: a cursor key, a page key,
typing a filter, idle bytes over 5 s, resident memory at rest. Exit code 1 if a limit is exceeded.
"""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from benchmarks.bars import Bars
from benchmarks.shelf import build
from benchmarks.terminal import Terminal

RUNS = 9
PROGRAM = str(Path(sys.executable).with_name("lockgroove"))
BARE = [sys.executable, str(Path(__file__).with_name("bare.py"))]
FRAME = b"Collection"
"""The page that is shown, in the line of pages."""
DOWN, PAGE_DOWN = b"\x1b[B", b"\x1b[6~"


def start(data_dir: Path) -> Terminal:
    """The program on a library, its REST surface on a free port."""
    return Terminal([PROGRAM, "--data-dir", str(data_dir)], {"LOCKGROOVE_PORT": "0"})


def first_artist(data_dir: Path) -> bytes:
    """The name that the first line of the collection shows."""
    with sqlite3.connect(data_dir / "library.db") as connection:
        (name,) = connection.execute("SELECT artist_name FROM record ORDER BY artist_key, title_key, id").fetchone()
    return name.encode()


def first_paint(bars: Bars, data_dir: Path) -> None:
    """The program and the bare app in turn."""
    artist = first_artist(data_dir)
    bare, frame, records = list[float](), list[float](), list[float]()
    for run in range(RUNS + 1):
        terminal = Terminal(BARE)
        plain = terminal.wait_for((b"hello-marker",))
        terminal.close()
        terminal = start(data_dir)
        seen = terminal.wait_for((FRAME, artist))
        terminal.read(quiet=1.0)
        terminal.close()
        if run:  # the first of each warms the disk
            bare.append(plain[b"hello-marker"])
            frame.append(seen[FRAME])
            records.append(seen[artist])
    base = median(bare)
    note = f"a bare Textual app takes {base:.0f} ms"
    bars.show("first paint, ratio to a bare Textual app", median(frame) / base, 1.2, "x", note=note)
    bars.show("first of 10,000 records, same ratio", median(records) / base, 2.0, "x")


def keys(bars: Bars, data_dir: Path) -> None:
    """The collection page at rest and under keys."""
    terminal = start(data_dir)
    try:
        terminal.read(quiet=4.0)
        memory, (_, idle) = terminal.memory(), terminal.read(quiet=5.0)
        down = [terminal.press(DOWN) for _ in range(30)]
        pages = [terminal.press(PAGE_DOWN) for _ in range(20)]
        terminal.press(b"p")  # without the pane, whose details come once the cursor rests
        terminal.press(b"/")
        typed = [terminal.typed(key) for key in (b"b", b"l", b"o", b"\x7f", b"\x7f", b"e", b"\x7f", b"\x7f")]
    finally:
        terminal.close()
    bars.show("memory of the app at rest, 100,000 records", memory, 120, "MB")
    bars.show("idle screen, bytes in 5 s", idle, 0, "B")
    bars.show("cursor key, p95", quantiles([p[0] for p in down], n=20)[-1], 16, "ms")
    bars.show("cursor key, most bytes but the edge", sorted(p[1] for p in down)[-3], 1_500, "B")
    bars.show("page key, median", median(p[0] for p in pages), 16, "ms")
    bars.show("page key, most bytes", max(p[1] for p in pages), 10_000, "B")
    bars.show("filter keystroke to its rows, debounce of 100 included", median(typed), 150, "ms")


def main() -> int:
    """Build the libraries, measure, say which limits are kept."""
    bars = Bars("app")
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        for place, size in ((small, 10_000), (large, 100_000)):
            place.mkdir()
            asyncio.run(build(place, size))
        # Else the app does that for minutes after its first start, and is not at rest.
        subprocess.run([PROGRAM, "--data-dir", str(large), "shelf", "refresh"], check=True, stdout=subprocess.DEVNULL)
        first_paint(bars, small)
        keys(bars, large)
    return bars.end()


if __name__ == "__main__":
    sys.exit(main())
