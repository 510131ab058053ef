"""The program with a simulated Discogs and Spotify, some records, and a catalogue that knows a few releases."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage import records
from storage.catalogue import growth
from storage.values import Credit, Format, LabelLine, NewRecord, RecordFacts, ReleaseEntry, ReleaseId
from tests.upstreams.fixtures import RunningDiscogs
from tests.upstreams.fixtures_spotify import RunningSpotify

VINYL = (Format("Vinyl", 1, None, ("LP", "Album")),)
OWNED = (
    RecordFacts("Orchestra Of Lanterns", "Glass Harbour", 1978, "Quay Press", "QP 1", ReleaseId(101), formats=VINYL),
    RecordFacts("Marta Veil (2)", "Zebra Crossing", 1984, None, None, ReleaseId(103), formats=VINYL),
)


def known(number: int, artist: str, title: str, year: int, master: int = 0) -> ReleaseEntry:
    """A release of the catalogue."""
    return ReleaseEntry(
        ReleaseId(number),
        title,
        artist,
        year,
        country="Norway",
        format="Vinyl, LP, Album",
        artists=(Credit(number % 10, artist),),
        labels=(LabelLine(number, "Quay Press", f"QP {number}"),),
        master_id=master or None,
    )


KNOWN = (
    known(104, "Cabaret Élan", "Night Trams", 2001),
    known(105, "Cabaret Élan", "Night Trams (Live In Oslo)", 2003),
    known(106, "The Cellar Kites", "Paper Moons", 1991),
)


@dataclass
class Ground:
    """What a test works on."""

    runtime: Runtime
    discogs: RunningDiscogs
    spotify: RunningSpotify

    async def settled(self, kind: str) -> None:
        """Wait for the last job of that kind."""
        job = (await self.runtime.jobs.recent(self.runtime.user.id, 1, kind=kind))[0]
        async for latest in self.runtime.jobs.watch(self.runtime.user.id, job.id):
            job = latest
        assert job.error is None, job.error


@pytest_asyncio.fixture
async def ground(discogs: RunningDiscogs, spotify: RunningSpotify, tmp_path: Path) -> AsyncGenerator[Ground]:
    """Two records are owned, three releases known."""
    environment = {**discogs.environment, **spotify.environment, "SYNC_SCHEDULE": "off", "SPOTIFY_SCHEDULE": "off"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LOCKGROOVE_DATA_DIR": str(tmp_path / "home"), **environment}.items():
            patch.setenv(name, value)
        places = locate()
        async with open_runtime(load_settings(places), places) as runtime:
            async with runtime.storage.write() as conn:
                await records.add_many(conn, runtime.owner.id, [NewRecord(facts, "manual") for facts in OWNED])
            await runtime.storage.catalogue.write(lambda db: growth.apply(db, KNOWN))
            yield Ground(runtime, discogs, spotify)
