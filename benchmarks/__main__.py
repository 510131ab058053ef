"""``python -m benchmarks [NAME...]``: every bar of the project, one benchmark after the other, as a table with limits and ratios.

What needs more than this repository is measured where it is given, else left out and named: ``--dumps`` (a folder of Discogs'
dumps), ``--xml2db`` and ``--disco-quick`` (commands of those programs), ``--postgres`` (an empty database). ``--write`` puts the
table into the README, between its marks. Takes an hour on a quiet machine; ends with 1 if a bar is missed or a benchmark fails.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from benchmarks.bars import GATHERED, Bar, figure

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- bars -->", "<!-- /bars -->"


def commands(given: argparse.Namespace) -> dict[str, list[str] | None]:
    """What is run by each name; None for what cannot be."""
    dumps: str | None = given.dumps
    peers = [f"--xml2db={given.xml2db}"] if given.xml2db else []
    peers += [f"--disco-quick={given.disco_quick}"] if given.disco_quick else []
    server = ["--postgres", given.postgres] if given.postgres else []
    crowd = ["people", "--users", "1000", "--servers", "2", "--pause", "20"]
    return {
        "startup": [],
        "app": [],
        "table": [],
        "shelf": ["100000", "1000000"],
        "stall": [],
        "over_ssh": [],
        "sync": [],
        "kill_sync": [],
        "kill_everything": [],
        "kill_import": server,
        "matching": [],
        "one_shelf": [],
        "spotify_cron": [],
        "history": [],
        "load": ["people"],
        "load-readers": ["readers"],
        "load-postgres": [*crowd, *server] if server else None,
        "catalogue": [dumps] if dumps else None,
        "dumps": [dumps, *peers] if dumps else None,
    }


def measured(wanted: dict[str, list[str]], gathered: Path) -> Iterator[str]:
    """Run them in turn; the names of those that failed without missing a bar."""
    for name, arguments in wanted.items():
        print(f"== {name}", flush=True)
        before = len(bars_in(gathered))
        command = [sys.executable, "-m", f"benchmarks.{name.partition('-')[0]}", *arguments]
        status = subprocess.run(command, env={**os.environ, GATHERED: str(gathered)}, check=False).returncode
        new = bars_in(gathered)[before:]
        if not new or (status and all(each.is_kept for each in new)):
            yield name


def bars_in(gathered: Path) -> list[Bar]:
    """What has been handed over so far."""
    return [Bar(**json.loads(line)) for line in gathered.read_text().splitlines()]


def table(bars: list[Bar]) -> str:
    """Markdown, a heading for each subject."""
    lines = ["| bar | limit | measured | part |", "|---|---|---|---|"]
    for subject, those in groupby(bars, key=lambda bar: bar.subject):
        lines.append(f"| **{subject}** | | | |")
        for bar in those:
            sign = "at least" if bar.at_least else "at most"
            found = f"{figure(bar.value)} {bar.unit}".strip()
            told = f"{found}{'' if bar.is_kept else ' **missed**'}{f'; {bar.note}' if bar.note else ''}"
            lines.append(f"| {_cell(bar.what)} | {sign} {figure(bar.limit)} {bar.unit} | {_cell(told)} | {bar.part} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write(shown: str) -> None:
    """Put the table between the marks of the README."""
    page = README.read_text(encoding="utf-8")
    before, after = page[: page.index(BEGIN)], page[page.index(END) :]
    README.write_text(f"{before}{BEGIN}\n{shown}\n{after}", encoding="utf-8")


def main() -> int:
    """Run what is asked for, print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; without a name all")
    parser.add_argument("--dumps", help="a folder of Discogs' monthly dumps")
    parser.add_argument("--xml2db", help="a command that writes discogs-xml2db's CSV files")
    parser.add_argument("--disco-quick", help="a command that parses with disco-quick")
    parser.add_argument("--postgres", help="the address of an empty database")
    parser.add_argument("--write", action="store_true", help=f"put the table into {README.name}")
    given = parser.parse_args()
    known = commands(given)
    if unknown := set(given.names) - known.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    asked = {name: known[name] for name in known if not given.names or name in given.names}
    left_out = [name for name, arguments in asked.items() if arguments is None]
    with tempfile.TemporaryDirectory() as folder:
        gathered = Path(folder) / "bars"
        gathered.touch()
        wanted = {name: arguments for name, arguments in asked.items() if arguments is not None}
        failed = list(measured(wanted, gathered))
        bars = bars_in(gathered)
    where = f"{os.cpu_count()} cores of {platform.machine()}, CPython {platform.python_version()}"
    missed = sum(not bar.is_kept for bar in bars)
    said = f"{len(bars)} bars, {missed} missed, {datetime.now(UTC):%Y-%m-%d}, {where}."
    said += f" Failed: {', '.join(failed)}." if failed else ""
    said += f" Left out, for want of what it needs: {', '.join(left_out)}." if left_out else ""
    shown = f"{said}\n\n{table(bars)}"
    print(f"\n{shown}")
    if given.write:
        write(shown)
    return 1 if missed or failed else 0


if __name__ == "__main__":
    sys.exit(main())
