"""What ``lockgroove --help`` costs beyond a bare Python: median of several runs of each, interleaved.

Usage: python -m benchmarks.startup [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.bars import Bars

PROGRAM = str(Path(sys.executable).parent / "lockgroove")


def seconds(command: list[str]) -> float:
    """How long ``command`` takes from start to end."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Print the medians and their difference, in milliseconds."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    pairs = [(seconds([sys.executable, "-c", ""]), seconds([PROGRAM, "--help"])) for _ in range(runs)]
    bare, program = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    bars = Bars("command line")
    note = f"{program:.0f} ms against {bare:.0f}, medians of {runs} runs"
    bars.show("lockgroove --help beyond a bare Python", program - bare, 150, "ms", note=note)
    sys.exit(bars.end())


if __name__ == "__main__":
    main()
