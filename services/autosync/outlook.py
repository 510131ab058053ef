"""What auto-sync would do: what is wanted, what of it is held, what is left. Asks Plex and beets, never Soulseek."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.autosync import held, wanted
from services.autosync.comparing import Pages, missing
from services.autosync.wanted import Wish
from services.beets.library import Beets
from services.downloads.queue import Downloads
from services.errors import LockgrooveError
from services.events import Events
from services.matching.music import Track
from services.matching.sources import soulseek as of_soulseek
from services.plex.connect import Plex
from services.soulseek.connect import Soulseek
from storage import autosync as rows
from storage.engine import Storage
from storage.values import UserId
from storage.values.autosync import AutosyncState, AutosyncTrack, Failure
from storage.values.downloads import DownloadQuery, DownloadState

UNDER_WAY = (AutosyncState.REQUESTED, AutosyncState.ARRIVED, AutosyncState.IMPORTED)
"""What is not asked for again."""
_ACTIVE = DownloadQuery(states=(DownloadState.QUEUED, DownloadState.RUNNING), latest=True)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with."""

    storage: Storage
    events: Events
    soulseek: Soulseek
    plex: Plex
    beets: Beets
    downloads: Downloads


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run would do. ``missing`` are wanted and not held, in the order in which they are looked for; ``known`` is what was
    looked for before, by key.
    """

    wanted: int
    left_out: int
    held: dict[str, int]
    missing: list[Wish]
    known: dict[str, AutosyncTrack]
    unfiled: frozenset[str] = frozenset()
    """Those that beets could not file and whose files still lie there: a person decides."""

    @property
    def to_ask(self) -> list[Wish]:
        """What is looked for now."""
        return [each for each in self.missing if not self.is_under_way(each) and not self.is_skipped(each)]

    @property
    def skipped(self) -> list[Wish]:
        return [each for each in self.missing if self.is_skipped(each)]

    def is_under_way(self, wish: Wish) -> bool:
        """Whether it was asked for already."""
        return wish.key in self.unfiled or (wish.key in self.known and self.known[wish.key].state in UNDER_WAY)

    def is_skipped(self, wish: Wish) -> bool:
        return wish.key in self.known and self.known[wish.key].is_skipped


class Unreadable(Exception):
    """What is held cannot be read: then nothing is known to be missing."""

    def __init__(self, service: str, error: LockgrooveError) -> None:
        super().__init__(error.message)
        self.service = service
        self.error = error


async def look(parts: Parts, user_id: UserId) -> Outlook:
    """Compare what is wanted with what is held. Raises :class:`Unreadable`; asks Plex and beets, not Soulseek."""
    return await compare(parts, user_id, await wanted.read(parts.storage, user_id))


async def compare(parts: Parts, user_id: UserId, wishes: wanted.Wishes) -> Outlook:
    """The same for what is wanted as it was read."""
    known = await _known(parts.storage, user_id)
    counts: dict[str, int] = {}
    sources: list[Pages] = []
    if parts.plex.is_configured:
        sources.append(_Reading("plex", lambda: held.in_plex(parts.plex), counts))
    try:
        has_beets = await held.has_beets(parts.beets)
    except LockgrooveError as error:
        raise Unreadable("beets", error) from error
    if has_beets:
        sources.append(_Reading("beets", lambda: held.in_beets(parts.beets), counts))
    found = await missing(wishes.all, sources, await _coming(parts, user_id)) if len(wishes) else []
    for each in known.values():
        if each.state is AutosyncState.IMPORTED:
            found = [wish for wish in found if wish.key != each.track_key]
    unfiled = await asyncio.to_thread(_unfiled, list(known.values()))
    return Outlook(len(wishes), wishes.left_out, counts, found, known, unfiled)


def _unfiled(known: Sequence[AutosyncTrack]) -> frozenset[str]:
    failed = (each for each in known if each.state is AutosyncState.FAILED and each.failure is Failure.IMPORT)
    return frozenset(each.track_key for each in failed if each.path and Path(each.path).exists())


class _Reading:
    """Reads one source as often as it is called, and counts its tracks the first time."""

    def __init__(self, name: str, read: Pages, counts: dict[str, int]) -> None:
        self._name = name
        self._read = read
        self._counts = counts

    async def __call__(self) -> AsyncGenerator[list[Track]]:
        count = 0
        try:
            async for page in self._read():
                count += len(page)
                yield page
        except LockgrooveError as error:
            raise Unreadable(self._name, error) from error
        self._counts.setdefault(self._name, count)


async def _known(storage: Storage, user_id: UserId) -> dict[str, AutosyncTrack]:
    found: dict[str, AutosyncTrack] = {}
    after = 0
    while True:
        async with storage.read() as conn:
            page = await rows.every(conn, user_id, after)
        if not page:
            return found
        found |= {each.track_key: each for each in page}
        after = page[-1].id


async def _coming(parts: Parts, user_id: UserId) -> list[Track]:
    """What is on its way already, whoever ordered it."""
    active = await parts.downloads.page(user_id, _ACTIVE, limit=None)
    return [of_soulseek.track(each.filename, username=each.username) for each in active]
