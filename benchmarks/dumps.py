"""How fast Discogs' dumps are imported, beside programs that do less with the same file.

Run ``python -m benchmarks.dumps DUMPS --xml2db 'COMMAND' --disco-quick 'COMMAND'`` with a folder of dumps. The commands run
the peers on its releases: discogs-xml2db writing its CSV files, and disco-quick merely parsing; a peer that is not given is
left out. Everything runs alone, in turn, several rounds; the medians are compared. P is what a plain ``lxml`` loop does
that takes every value out of every release and keeps none. An import is everything from the compressed file to a catalogue
that answers: tables, indexes, search, counts; into a folder in which the program was opened before. Peak memory is that of
both its processes together.

Prints releases a second by wall and by processor time, and the ratios with their limits: 4 times discogs-xml2db, half of
disco-quick, 500 MB. Exit code 1 if one is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import gzip
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterable
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import psutil
from lxml import etree

from benchmarks.bars import Bars

if TYPE_CHECKING:
    from storage.engine import Storage

MOST_MB = 500


@dataclass(frozen=True)
class Run:
    """What one run took: seconds by the clock and of processors, megabytes at most."""

    wall: float
    cpu: float
    megabytes: float


def run(command: list[str]) -> Run:
    """Run a command alone, watching it and its children."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    watched, peak, cpu = psutil.Process(process.pid), 0.0, dict[int, float]()
    while process.returncode is None:
        try:
            tree = [watched, *watched.children(recursive=True)]
            peak = max(peak, sum(each.memory_info().rss for each in tree) / 1e6)
            cpu.update((each.pid, sum(each.cpu_times()[:2])) for each in tree)
        except psutil.Error:
            pass
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)  # looking costs some milliseconds of one of the cores that an import uses both of
    if process.returncode:
        raise SystemExit(f"{shlex.join(command)} ended with {process.returncode}")
    return Run(time.monotonic() - begun, sum(cpu.values()), peak)


def plain(file: Path) -> None:
    """A plain loop over all releases that takes every value."""
    with gzip.open(file) as raw:
        take_all(etree.iterparse(raw, tag="release"))  # pyright: ignore


def take_all(releases: Iterable[tuple[str, Any]]) -> None:
    """Take every value out of every release and keep none."""
    for _, element in releases:
        values = [(each.tag, each.text, dict(each.attrib)) for each in element.iter()]
        assert values
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def opened(data_dir: Path) -> AbstractAsyncContextManager[Storage]:
    """What the program keeps in a folder."""
    from storage.engine import open_storage

    library, catalogue = (f"sqlite:///{data_dir / name}.db" for name in ("library", "catalogue"))
    return open_storage(library, catalogue)


def import_all(dumps: Path, data_dir: Path) -> None:
    """What the command line does, without its display."""
    from services.catalogue.dumps.service import Dumps

    async def work() -> None:
        async with opened(data_dir) as storage:
            importing = Dumps(storage.catalogue)
            gc.freeze()
            await importing.import_dumps(importing.find([dumps]))

    asyncio.run(work())


@contextmanager
def installed(beside: Path) -> Generator[Path]:
    """A folder as it is where the program was opened before, gone afterwards."""

    async def open_once(data_dir: Path) -> None:
        async with opened(data_dir):
            pass

    with tempfile.TemporaryDirectory(dir=beside.parent) as folder:
        asyncio.run(open_once(Path(folder)))
        yield Path(folder)


def count(file: Path) -> int:
    """How many releases there are."""
    with gzip.open(file) as raw:
        return sum(line.startswith(b"<release ") for line in raw)


def main() -> None:
    """Run everything in turn and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dumps", type=Path)
    parser.add_argument("--xml2db", help="a command that writes discogs-xml2db's CSV files of the releases")
    parser.add_argument("--disco-quick", help="a command that parses the releases with disco-quick")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("plain", "import"), help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    file = given.dumps if given.dumps.is_file() else next(given.dumps.glob("*_releases.xml.gz"))
    if given.only == "plain":
        return plain(file)
    if given.only == "import":
        return import_all(file, given.into)
    sys.exit(compare(file, given))


def compare(file: Path, given: argparse.Namespace) -> int:
    """The exit status."""
    own = [sys.executable, "-m", "benchmarks.dumps", str(file), "--only"]
    commands = {"import": [*own, "import"], "P": [*own, "plain"]}
    commands |= {
        name: shlex.split(line) for name, line in (("xml2db", given.xml2db), ("disco-quick", given.disco_quick)) if line
    }
    releases = count(file)
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(given.rounds):
        for name, command in commands.items():
            with installed(file) if name == "import" else nullcontext() as folder:
                runs[name].append(run([*command, *(["--into", str(folder)] if folder else [])]))
    rates = {
        name: (releases / median(r.wall for r in found), releases / median(r.cpu for r in found))
        for name, found in runs.items()
    }
    for name, (wall, cpu) in rates.items():
        memory = max(each.megabytes for each in runs[name])
        spread = " ".join(f"{each.wall:.1f}" for each in runs[name])
        print(f"{name:<12} {wall:>9,.0f} releases/s ({spread} s)  {cpu:>9,.0f} per processor second  {memory:5.0f} MB")
    ours = rates["import"][0]
    bars = Bars("dumps")
    bars.show("import, most memory of both processes", max(each.megabytes for each in runs["import"]), MOST_MB, "MB")
    print(f"{releases:,} releases; {ours / rates['P'][0]:.2f} P")
    for name, limit in (("xml2db", 4.0), ("disco-quick", 0.5)):
        if name in rates:
            ratio = ours / rates[name][0]
            bars.show(f"import, ratio to {name}", ratio, limit, "x", at_least=True)
    return bars.end()


if __name__ == "__main__":
    main()
