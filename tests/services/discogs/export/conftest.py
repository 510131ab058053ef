"""Exporting from the real program to a simulated Discogs, without the pause between items."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.discogs.export import Export, ExportRequest, ListingTerms, rounds
from storage.values import ExportTarget, Job
from tests.services.discogs.installation import Installation, installed
from tests.upstreams.fixtures import RunningDiscogs

TERMS = ListingTerms("Near Mint (NM or M-)", "12.50")


@dataclass
class Exporter(Installation):
    """A running program that exports."""

    @property
    def unowned(self) -> list[int]:
        """Releases that Discogs knows and the collection there does not hold."""
        world = self.discogs.world
        return [each for each in world.catalogue.pressings if not world.copies(each)]

    async def start(self, target: str, *releases: int, **how: Any) -> Job:
        if target == "marketplace":
            how.setdefault("listing", TERMS)
        request = ExportRequest(ExportTarget(target), tuple(releases), **how)
        return await self.runtime.exports.start(self.user, request)

    async def ended(self, job: Job) -> Export:
        """The export once its job has ended."""
        async for _ in self.runtime.jobs.watch(self.user, job.id):
            pass
        return await self.runtime.exports.get(self.user, job.id)

    async def export(self, target: str, *releases: int, **how: Any) -> Export:
        """Export to the end."""
        return await self.ended(await self.start(target, *releases, **how))

    async def undo(self, export: Export) -> Export:
        return await self.ended(await self.runtime.exports.undo(self.user, export.id))

    async def retry(self, export: Export) -> Export:
        return await self.ended(await self.runtime.exports.retry(self.user, export.id))

    def adds(self) -> list[int]:
        """The releases of every add to the collection that Discogs was asked for, in order."""
        asked = [r for r in self.discogs.requests if r["method"] == "POST" and "/collection/folders/" in r["path"]]
        return [int(r["path"].rsplit("/", 1)[1]) for r in asked if "instances" not in r["path"]]


def figures(export: Export) -> tuple[str, int, int, int, int]:
    return (export.state.value, export.sent, export.skipped, export.failed, export.pending)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr(rounds, "SECONDS_BETWEEN_ITEMS", 0.0)
    monkeypatch.setattr(rounds, "SECONDS_TO_ARRIVE", 0.05)


@pytest_asyncio.fixture
async def exporter(
    discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_url: str
) -> AsyncGenerator[Exporter]:
    """The program connected to a simulated Discogs of 60 records, on both engines."""
    async with installed(discogs, tmp_path / "home", monkeypatch, library_url) as running:
        yield Exporter(running.runtime, running.discogs)
