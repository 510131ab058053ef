"""What the tests let another process do to a library: ``python -m tests.storage.other_process WHAT LIBRARY CATALOGUE``."""

from __future__ import annotations

import asyncio
import sys

from storage import accounts, copies, jobs, records
from storage.engine import open_storage
from storage.values import InstanceId, NewCopy, NewRecord, Progress, RecordFacts, RecordPk, RecordQuery, ReleaseId


async def open_once(library: str, catalogue: str) -> None:
    """Open the stores, make the owner, print it."""
    async with open_storage(library, catalogue) as storage, storage.write() as conn:
        print((await accounts.ensure_owner(conn)).id, flush=True)


async def read_then_write(library: str, catalogue: str) -> None:
    """A hundred transactions that read a count and write what follows from it."""
    async with open_storage(library, catalogue) as storage:
        for _ in range(100):
            async with storage.write() as conn:
                owner = await accounts.ensure_owner(conn)
                _, count = await records.page(conn, owner.id, RecordQuery(), limit=1, offset=0)
                await records.add(conn, owner.id, RecordFacts(f"after {count}", "-"), data_source="manual")


async def store_pages(library: str, catalogue: str) -> None:
    """Run the job ``sync`` for ever: a page of records, their copies and the checkpoint in one transaction each."""
    async with open_storage(library, catalogue) as storage:
        async with storage.write() as conn:
            owner = await accounts.ensure_owner(conn)
            await jobs.start(conn, "sync", owner.id)
            job = await jobs.claim(conn, "other", ["sync"], lease=0.0)
        assert job is not None
        page = int(job.checkpoint.get("page", 0))
        while True:
            page += 1
            ids = range(page * 20, page * 20 + 20)
            async with storage.write() as conn:
                rows = [NewRecord(RecordFacts(f"Artist {n}", "T", discogs_id=ReleaseId(n))) for n in ids]
                pks = await records.add_many(conn, owner.id, rows)
                stored = [_copy(n, pk) for n, pk in zip(ids, pks, strict=True)]
                changes = await copies.upsert_many(conn, owner.id, stored, seen_pass="p")
                await records.refresh_from_copies(conn, changes.records)
                await jobs.save(conn, job.id, job.fence, progress=Progress(done=page), checkpoint={"page": page})
            print(page, flush=True)


def _copy(number: int, pk: RecordPk) -> NewCopy:
    return NewCopy(InstanceId(number), pk, ReleaseId(number), 1, "2024-01-01T00:00:00.000000+00:00")


if __name__ == "__main__":
    asyncio.run(globals()[sys.argv[1]](*sys.argv[2:]))
