"""A process that orders a job five times at once when told to: ``... -m tests.services.jobs.order_process LIBRARY CATALOGUE``."""

from __future__ import annotations

import asyncio
import sys

from services.events import Events
from services.jobs import Jobs, TooEarly
from services.log import open_log
from storage import accounts
from storage.engine import open_storage
from storage.values import UserId

from .kinds import Pages


async def order(jobs: Jobs, user_id: UserId) -> str:
    try:
        _, attached = await jobs.order("pages", user_id, {"pages": 0}, cooldown_seconds=600.0)
    except TooEarly:
        return "early"
    return "joined" if attached else "started"


async def main(library_url: str, catalogue_url: str) -> None:
    open_log("WARNING")  # what it says on standard output is its answer
    async with open_storage(library_url, catalogue_url) as storage:
        async with storage.write() as conn:
            owner = await accounts.ensure_owner(conn)
        jobs = Jobs(storage, Events())
        jobs.register(Pages())
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(*await asyncio.gather(*(order(jobs, owner.id) for _ in range(5))))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
