"""A whole program over a simulated Discogs, for tests of what a sync does to library and collection."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.jobs import Timing
from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage import copies
from storage.values import Copy, InstanceId, Job, Record, RecordQuery
from tests.upstreams.fixtures import RunningDiscogs

QUICK = Timing(lease=5.0, renew=1.0, poll=0.25, progress=0.02)


@dataclass
class Installation:
    """A running program and the simulated Discogs that it is connected to."""

    runtime: Runtime
    discogs: RunningDiscogs

    @property
    def user(self) -> Any:
        return self.runtime.owner.id

    async def sync(self, **params: Any) -> Job:
        """Sync to the end."""
        job, _ = await self.runtime.jobs.start("sync", self.user, {"sources": ["discogs"], **params})
        return [seen async for seen in self.runtime.jobs.watch(self.user, job.id)][-1]

    async def synced(self, **params: Any) -> dict[str, int]:
        """Sync to a good end; the figures."""
        job = await self.sync(**params)
        problems = await self.runtime.jobs.problems(job.id)
        assert (job.state.value, job.error, problems) == ("done", None, [])
        return job.progress.counts

    async def requests_of_sync(self, **params: Any) -> list[str]:
        """What a sync asks of Discogs, one line per request."""
        before = len(self.discogs.requests)
        await self.synced(**params)
        return [f"{r['method']} {r['path']}?{r['query']}" for r in self.discogs.requests[before:]]

    async def records(self, **query: Any) -> list[Record]:
        """The records of the library by title."""
        found, _ = await self.runtime.records.page(self.user, RecordQuery(**query))
        return found

    async def record(self, release_id: int) -> Record:
        """The record of one release."""
        return next(r for r in await self.records() if r.discogs_id == release_id)

    async def copy(self, instance_id: int) -> Copy:
        """One copy as stored."""
        async with self.runtime.storage.read() as conn:
            found = await copies.get(conn, self.user, InstanceId(instance_id))
        assert found is not None
        return found.copy

    async def assert_in_step(self) -> None:
        """Library and collection hold the same copies: instance, release, folder, rating, fields, date."""
        world = self.discogs.world
        there = {
            i.instance_id: (
                i.release_id,
                i.folder_id,
                world.ratings.get(i.release_id, 0),
                {str(k): v for k, v in i.notes.items() if v},
                i.added.timestamp(),
            )
            for i in world.instances.values()
        }
        here = await self.copies()
        differing = {key: (here.get(key), there.get(key)) for key in here | there if here.get(key) != there.get(key)}
        assert not differing, "instance: (here, on Discogs)"

    async def copies(self) -> dict[int, tuple[Any, ...]]:
        """The copies that are not removed, as :meth:`assert_in_step` compares them."""
        found: dict[int, tuple[Any, ...]] = {}
        async with self.runtime.storage.read() as conn:
            for record in await self.records():
                for copy in await copies.of_record(conn, record.pk):
                    if copy.removed_at is None:
                        added = datetime.fromisoformat(copy.date_added).timestamp()
                        found[copy.instance_id] = (copy.release_id, copy.folder_id, copy.rating, copy.fields, added)
        return found


@asynccontextmanager
async def installed(
    discogs: RunningDiscogs,
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    library_url: str | None = None,
    **environment: str,
) -> AsyncGenerator[Installation]:
    """The program in ``directory``, connected to ``discogs`` by its environment."""
    for name, value in {**discogs.environment, "SYNC_SCHEDULE": "off", **environment}.items():
        monkeypatch.setenv(name, value)
    if library_url:
        monkeypatch.setenv("DATABASE_URL", library_url)
    places = locate(directory)
    async with open_runtime(load_settings(places), places, timing=QUICK) as runtime:
        yield Installation(runtime, discogs)
