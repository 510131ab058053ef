"""``python -m tests.journeys.import_process WHAT LIBRARY CATALOGUE [FOLDER]``: processes that are made to be killed.

``import`` imports the dumps in a folder and says what it is at. ``ask`` asks all the time until its input ends, then says
how often, and which different answers it was given.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from pathlib import Path

import structlog

from services.catalogue.dumps.progress import Phase, Progress
from services.catalogue.dumps.service import Dumps
from services.errors import LockgrooveError
from storage.catalogue.database import Database
from storage.engine import open_storage


def summary(db: Database) -> str:
    """A few things that belong together: whoever sees half of one catalogue and half of another sees none of these."""
    queries = (
        "SELECT max(date) FROM source",
        "SELECT count(*) FROM release",
        "SELECT sum(length(releases)) FROM node",
        "SELECT count(*) FROM ranking",
        "SELECT sum(uses) FROM spelling",
        "SELECT count(*) FROM number",
    )
    return " ".join(str(row[0]) for row in map(db.row, queries) if row is not None)


async def import_all(library: str, catalogue: str, folder: str) -> None:
    """Say each phase as it begins, then that it is done or why it is not."""
    phases: set[Phase] = set()

    def report(progress: Progress) -> None:
        if progress.phase not in phases:
            phases.add(progress.phase)
            print(progress.phase.value, flush=True)

    async with open_storage(library, catalogue) as storage:
        dumps = Dumps(storage.catalogue)
        print("ready", flush=True)
        try:
            await dumps.import_dumps(dumps.find([Path(folder)]), report)
            print("done", flush=True)
        except LockgrooveError as error:
            print(f"{error.kind}: {error.message}", flush=True)


async def ask(library: str, catalogue: str) -> None:
    """One question after the other, with a breath between them: others need the processor too."""
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    asked, answers = 0, dict[str, None]()
    async with open_storage(library, catalogue) as storage:
        while not over.is_set():
            answers[await storage.catalogue.read(summary)] = None
            if not asked:
                print("ready", flush=True)
            asked += 1
            await asyncio.sleep(0.02)
    print(asked, *answers, sep="\n", flush=True)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run({"import": import_all, "ask": ask}[sys.argv[1]](*sys.argv[2:]))
