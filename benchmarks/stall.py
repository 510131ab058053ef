"""A terminal that stands still for 20 s during a sync (ctrl+s, a laptop lid) delays neither the sync nor REST.

Run ``python -m benchmarks.stall``. The app runs in a pseudo-terminal against a simulated Discogs in another process that
answers slowly. For :data:`SPELL` seconds the terminal is read, for as long it is not, although keys ask for whole
screens; items per second and the time of ``GET /api/records?limit=1`` over the owner's socket are compared.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx

from benchmarks.bars import Bars
from benchmarks.terminal import Terminal

SPELL = 20.0
RECORDS = 20_000
PROGRAM = str(Path(sys.executable).with_name("lockgroove"))
SIMULATOR = [sys.executable, "-m", "services.demo", "--records", str(RECORDS), "--rate-limit", "0", "--fault", "slow"]


@dataclass
class Spell:
    """What happened in one spell: items synced per second, milliseconds of each REST answer."""

    rate: float
    answers: list[float]

    @property
    def p95(self) -> float:
        return quantiles(self.answers, n=20)[-1]


def done(library: Path) -> int:
    """Items that the running sync has stored."""
    with sqlite3.connect(library, timeout=5) as connection:
        (progress,) = connection.execute("SELECT progress FROM job ORDER BY created_at DESC").fetchone()
    return int(json.loads(progress).get("done", 0))


def watch(library: Path, socket: Path) -> Spell:
    """Ask REST four times a second for a spell, and see how far the sync came."""
    answers: list[float] = []
    before, begun = done(library), time.monotonic()
    with httpx.Client(
        transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://localhost", timeout=30
    ) as client:
        while time.monotonic() - begun < SPELL:
            asked = time.perf_counter()
            client.get("/api/records", params={"limit": 1}).raise_for_status()
            answers.append((time.perf_counter() - asked) * 1000)
            time.sleep(0.25)
    return Spell((done(library) - before) / (time.monotonic() - begun), answers)


def read_along(terminal: Terminal, stop: threading.Event) -> None:
    """A terminal that keeps up."""
    while not stop.is_set():
        terminal.read(quiet=0.1, limit=0.2)


def measure(folder: Path, upstream: dict[str, str]) -> tuple[Spell, Spell]:
    """The spell with a terminal that is read, and the one with a terminal that is not."""
    data_dir = folder / "data"
    terminal = Terminal(
        [PROGRAM, "--data-dir", str(data_dir)],
        {
            "LOCKGROOVE_PORT": "0",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "DISCOGS_API_BASE": upstream["discogs"],
            "DISCOGS_TOKEN": upstream["token"],
            "DISCOGS_USERNAME": upstream["username"],
        },
    )
    try:
        terminal.read(quiet=4.0)
        os.write(terminal.fd, b"s")
        terminal.read(quiet=2.0, limit=6.0)
        stop = threading.Event()
        reader = threading.Thread(target=read_along, args=(terminal, stop))
        reader.start()
        free = watch(data_dir / "library.db", data_dir / "run" / "lockgroove.sock")
        stop.set()
        reader.join()
        os.write(terminal.fd, b"1" + b"2" + b"7" + b"2")  # whole screens, to fill what the terminal takes
        return free, watch(data_dir / "library.db", data_dir / "run" / "lockgroove.sock")
    finally:
        terminal.close()


def main() -> int:
    """Print both spells and their ratios; 1 if the standing terminal cost more than a fifth."""
    simulator = subprocess.Popen(SIMULATOR, stdout=subprocess.PIPE, text=True)
    assert simulator.stdout is not None
    try:
        with tempfile.TemporaryDirectory() as folder:
            free, stalled = measure(Path(folder), json.loads(simulator.stdout.readline()))
    finally:
        simulator.terminate()
        simulator.wait()
    for name, spell in (("terminal read", free), ("terminal standing still", stalled)):
        print(f"{name:<24} {spell.rate:7.1f} items/s   REST p50 {median(spell.answers):6.1f} p95 {spell.p95:6.1f} ms")
    ratio = stalled.rate / free.rate if free.rate else 0.0
    bars = Bars("a terminal that stands still")
    bars.show("sync rate, ratio to one that reads", ratio, 0.8, "x", at_least=True)
    bars.show("REST meanwhile, p95", stalled.p95, max(2 * free.p95, 100), "ms", note=f"{free.p95:.0f} ms otherwise")
    return bars.end()


if __name__ == "__main__":
    sys.exit(main())
