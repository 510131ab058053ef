"""Imports that are killed: what the catalogue holds before and after, and what is left around it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from services.catalogue.dumps.service import Dumps
from storage.address import parse_address
from storage.catalogue import growth
from storage.catalogue.database import PostgresqlDatabase
from storage.catalogue.door import connect
from storage.catalogue.generation_postgresql import leftovers
from storage.engine import open_storage
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId
from tests.journeys.import_process import summary
from tests.services.catalogue.dumps.contents import contents

ROOT = Path(__file__).resolve().parents[2]
PHASES = ("reading", "linking", "search", "finishing", "finishing")
VICTIMS = ("writing", "reading", "both")
Contents = dict[str, list[Any]]


@dataclass
class Place:
    """A catalogue in a folder of its own. On a server it is in the database ``server``, and notes alone are there."""

    folder: Path
    server: str | None = None

    @property
    def library(self) -> str:
        return self.server or f"sqlite:///{self.folder / 'library.db'}"

    @property
    def catalogue(self) -> str:
        return f"sqlite:///{self.folder / 'catalogue.db'}"

    async def start(self, what: str, *also: str) -> Process:
        """One of the processes of :mod:`tests.journeys.import_process`, which is ready."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.journeys.import_process",
            what,
            self.library,
            self.catalogue,
            *also,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self.folder)},
            stdin=PIPE,
            stdout=PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        return process

    async def run(self, dumps: Path) -> str:
        """Import to the end; the last thing it said."""
        process = await self.start("import", str(dumps))
        told, _ = await process.communicate()
        return told.decode().split("\n")[-2]

    async def fill(self, dumps: Path) -> None:
        """Import to the end in this process."""
        async with open_storage(self.library, self.catalogue) as storage:
            importing = Dumps(storage.catalogue)
            await importing.import_dumps(importing.find([dumps]))

    async def contents(self) -> Contents:
        """All that the catalogue holds."""
        async with open_storage(self.library, self.catalogue) as storage:
            return await storage.catalogue.read(contents)

    async def summary(self) -> str:
        """What ``ask`` is told."""
        async with open_storage(self.library, self.catalogue) as storage:
            return await storage.catalogue.read(summary)

    async def meet(self, number: int) -> None:
        """File a release as if the API had told it."""
        met = ReleaseEntry(
            ReleaseId(number),
            f"Met {number}",
            "Somebody Met",
            1981,
            artists=(Credit(1, "Somebody"), Credit(990_001, "Somebody Met")),
            labels=(LabelLine(990_002, "Label Met", f"MET {number}"),),
            genres=("Rock",),
        )
        async with open_storage(self.library, self.catalogue) as storage:
            await storage.catalogue.write(lambda db: growth.apply(db, [met]))

    def leftovers(self) -> list[str]:
        """Files, folders and schemas that belong to no catalogue that is live."""
        found = [each.name for each in self.folder.glob("catalogue-*") if each.suffix in (".db", ".scratch")]
        found += [each.name for each in self.folder.glob("lockgroove-import-*")]
        if self.server is None:
            live = (self.folder / "catalogue.db.live").read_text() if found else ""
            return [name for name in found if name != live]
        database = connect(parse_address(self.server), reading=True)
        assert isinstance(database, PostgresqlDatabase)
        found += leftovers(database)
        database.close()
        return found


@dataclass
class Killed:
    """How many imports were killed, by which of their processes and what it was at."""

    kills: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def total(self) -> int:
        return sum(self.kills.values())


async def kill_imports(
    place: Place, dumps: Sequence[Path], kills: int, lots: random.Random
) -> tuple[Killed, list[Contents]]:
    """Import the first of ``dumps`` and kill the import, again and again; what was found live after each.

    Where it had become live by then, the next is imported, so that there is always something to harm.
    """
    done, found, waiting = Killed(), [await place.contents()], deque(dumps)
    while done.total < kills:
        phase, victim = lots.choice(PHASES), VICTIMS[done.total % len(VICTIMS)]
        process = await place.start("import", str(waiting[0]))
        if await _killed(process, phase, victim, lots.uniform(0, 0.6)):
            what = f"{victim} process in {phase}"
            done.kills[what] = done.kills.get(what, 0) + 1
        found.append(await place.contents())
        if found[-1] != found[-2]:
            waiting.rotate(-1)
    return done, found


async def _killed(process: Process, phase: str, victim: str, delay: float) -> bool:
    """Kill one or both of the processes a moment after a phase began; whether the import was still under way."""
    assert process.stdout is not None
    while (told := await process.stdout.readline()) and told != f"{phase}\n".encode():
        continue
    await asyncio.sleep(delay)
    children = psutil.Process(process.pid).children() if process.returncode is None else []
    was_running = process.returncode is None and (victim != "reading" or bool(children))
    if victim != "writing":
        for child in children:
            child.kill()
    if victim != "reading" and process.returncode is None:
        process.send_signal(signal.SIGKILL)
    rest = (await process.stdout.read()).decode().split("\n")
    await process.wait()
    assert await asyncio.to_thread(are_gone, children, 10), "the reading process goes on for nobody"
    return was_running and "done" not in rest


def are_gone(processes: Sequence[psutil.Process], seconds: float) -> bool:
    """Whether these have ended within some seconds."""
    until = time.monotonic() + seconds
    while any(map(_lives, processes)):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@asynccontextmanager
async def asked(place: Place) -> AsyncGenerator[list[str]]:
    """Somebody who asks all the time in another process; the different answers, once the block has ended."""
    process = await place.start("ask")
    answers: list[str] = []
    try:
        yield answers
    finally:
        told, _ = await process.communicate(b"")
        count, *given = told.decode().split("\n")[:-1]
        assert process.returncode == 0
        assert int(count) > 10
        answers += given
