"""Keeping the catalogue: what it stands at, and an import as its owner hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.catalogue.dumps.files import Dump
from services.catalogue.dumps.progress import Imported, Report
from services.catalogue.dumps.service import Dumps
from storage import activity
from storage.catalogue import holdings, standing
from storage.catalogue.database import Database
from storage.catalogue.standing import Source
from storage.engine import Storage
from storage.values import UserId
from storage.values.sleeves import Holdings

ACTIVITY = "catalogue"
"""The type of what the owner hears."""
BEARABLE = 0.01
"""The part of a dump that may be left out before it is worth a word: every month has a few elements that say nothing."""


class ImportState(StrEnum):
    """Whether an import is at work, or one left something behind that the next one removes."""

    NONE = "none"
    RUNNING = "running"
    LEFTOVER = "leftover"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the catalogue holds. ``place`` is the live file or the schema, ``size`` its bytes on disk with all its indexes,
    ``met`` the releases read through the API.
    """

    place: str
    size: int
    sources: Sequence[Source]
    held: Holdings
    met: int
    state: ImportState

    @property
    def bytes_per_release(self) -> int | None:
        """Bytes on disk for each release, None while there is none."""
        return round(self.size / self.held.releases) if self.held.releases else None


async def standing_of(storage: Storage) -> Standing:
    """What the catalogue stands at."""
    address = storage.catalogue.address

    def look(db: Database) -> Standing:
        state = ImportState.NONE
        if standing.leftovers(db, address):  # without any there is nothing to ask the lock for
            state = ImportState.RUNNING if standing.is_importing(db, address) else ImportState.LEFTOVER
        return Standing(
            standing.place(address),
            standing.size(db, address),
            standing.sources(db),
            holdings.count(db),
            standing.met(db),
            state,
        )

    return await storage.catalogue.read(look)


async def import_dumps(storage: Storage, owner: UserId, dumps: Sequence[Dump], report: Report) -> Imported:
    """Import ``dumps`` and put it in the owner's feed. Cancellable, and raises, as :meth:`Dumps.import_dumps`."""
    imported = await Dumps(storage.catalogue).import_dumps(dumps, report)
    details = {
        "results": {kind.value: count for kind, count in imported.counts.items()},
        "skipped": sum(imported.skipped.values()),
        "dumps": [dump.file.name for dump in dumps],
        "seconds": round(imported.seconds),
    }
    async with storage.write() as conn:
        await activity.add(conn, owner, ACTIVITY, "partial" if is_partial(imported) else "completed", details)
    return imported


def is_partial(imported: Imported) -> bool:
    """Whether so much of a dump was left out that something must be wrong with it."""
    return any(
        count > BEARABLE * (count + imported.counts.get(kind, 0)) for kind, count in imported.skipped.items() if count
    )
