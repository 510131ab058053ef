"""The app beside a simulated Discogs, with records here that are not in the collection there yet."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot

from services.discogs.export import rounds
from storage import accounts, records
from storage.engine import open_storage
from storage.values import NewRecord, RecordFacts, ReleaseId
from tests.tui.screens.conftest import connected, opened, screen_text, until
from tests.upstreams.fixtures import RunningDiscogs
from tui.app import LockgrooveApp
from tui.screens.export_report import ExportPage

UNKNOWN = "Hand Made – Private Pressing"
"""The record of the library that Discogs does not know; it sorts behind the others."""


@dataclass
class Stage:
    """The app, its keys, and the Discogs behind it; ``releases`` are those of the library, as the list shows them."""

    app: LockgrooveApp
    pilot: Pilot[int]
    discogs: RunningDiscogs
    releases: list[int]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def sees(self, *texts: str) -> None:
        """Wait until all of ``texts`` stand on the screen."""
        await until(self.pilot, lambda: all(text in screen_text(self.app) for text in texts), " and ".join(texts))

    async def ended(self, *texts: str) -> None:
        """Wait until the export that is shown has ended, and says ``texts``."""

        def over() -> bool:
            return isinstance(self.app.page, ExportPage) and not self.app.bridge.snapshot.jobs

        await until(self.pilot, over, "the end of the export")
        await self.sees("ended", *texts)

    async def send(self, target: str, *, agree: str = "X") -> None:
        """From the list to the running export by the keys; ``target`` is its letter."""
        await self.press("X")
        await self.sees("Enter or the letter chooses")
        await self.press(target)
        if target != "w":
            await self.sees("F2 go on")
            await self.press("f2")
        await self.sees("X or y sends", "will be sent")
        await self.press(agree)
        await until(self.pilot, lambda: isinstance(self.app.page, ExportPage), "the report")

    @property
    def copies(self) -> list[int]:
        """Those of the library that are in the collection there, once per copy."""
        return [copy.release_id for copy in self.discogs.world.instances.values() if copy.release_id in self.releases]


@asynccontextmanager
async def staged(
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    count: int = 4,
    pause: float = 0.0,
    size: tuple[int, int] = (100, 30),
) -> AsyncGenerator[Stage]:
    """A library of ``count`` records that Discogs knows and one that it does not; ``pause`` is that between two items."""
    monkeypatch.setattr(rounds, "SECONDS_BETWEEN_ITEMS", pause)
    monkeypatch.setattr(rounds, "SECONDS_TO_ARRIVE", 0.05)
    async with connected(monkeypatch, records=60) as discogs:
        world = discogs.world
        known = [each for each in world.catalogue.pressings if not world.copies(each) and each not in world.wants]
        await _fill(data_dir, known[:count])
        async with opened(data_dir, size) as (app, pilot):
            await until(pilot, lambda: f"1 of {count + 1}" in screen_text(app), "the list")
            yield Stage(app, pilot, discogs, known[:count])


async def _fill(data_dir: Path, releases: list[int]) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
    library, catalogue = f"sqlite:///{data_dir / 'library.db'}", f"sqlite:///{data_dir / 'catalogue.db'}"
    facts = [RecordFacts(f"Band {n:03}", f"Song {n}", 1999, discogs_id=ReleaseId(r)) for n, r in enumerate(releases, 1)]
    artist, title = UNKNOWN.split(" – ")
    async with open_storage(library, catalogue) as storage, storage.write() as conn:
        owner = await accounts.ensure_owner(conn)
        await records.add_many(conn, owner.id, [NewRecord(f, "manual") for f in (*facts, RecordFacts(artist, title))])
