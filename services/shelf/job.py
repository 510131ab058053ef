"""Bringing the shelf together: the durable job that reads every source and matches what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from services.beets.library import Beets
from services.beets.refusals import BeetsFailed
from services.errors import LockgrooveError, NotConnected, UpstreamError
from services.events import Events, ShelfChanged
from services.jobs import JobResult, Work
from services.plex.connect import Plex
from services.shelf.reading import PHASES, Reading
from services.shelf.weaving import weave
from storage import jobs
from storage import shelf_albums as albums
from storage import shelf_albums_keeping as keeping
from storage import shelf_albums_sources as sources
from storage.values import ShelfSource, UserId

log = structlog.stdlib.get_logger(__name__)

SHELF = "shelf"
"""The name of the kind of job."""
MATCHING = "matching"
"""What progress calls its second half."""
_LONGEST_REST = 0.25
"""Seconds for which matching rests between two parts, at most."""
_KEPT_JOBS = 30


class ShelfJob:
    """The kind of job that brings one user's shelf together.

    Parameters: ``{"sources": ["records", ...]}`` reads only these. A source that cannot be asked keeps what was known of it and is
    a problem, unless it was never set up. Sources that were read are not read again after an interruption; matching goes on
    with what is left. The result counts what was new, changed and gone, and the albums there are.
    """

    name = SHELF

    def __init__(self, plex: Plex, beets: Beets, events: Events, owner_id: UserId) -> None:
        self._plex = plex
        self._beets = beets
        self._events = events
        self._owner_id = owner_id

    async def run(self, work: Work) -> JobResult:
        """Read and match."""
        user_id = UserId(work.job.user_id)
        reading = Reading(work, user_id)
        done: list[str] = list(work.checkpoint.get("read", ()))
        for source in self._asked(work, user_id):
            if source.value in done:
                continue
            await self._read(work, reading, source)
            done.append(source.value)
            async with work.saving({"read": done}):
                pass
        matched = await match(work, user_id)
        async with work.saving() as conn:
            await jobs.forget_old(conn, user_id, self.name, keep=_KEPT_JOBS)
            found = await albums.counts(conn, user_id)
        counts = {"added": reading.added, "changed": reading.changed, "gone": reading.gone, "matched": matched}
        await work.report(counts={**counts, "albums": found.albums})
        if any(counts.values()):
            self._events.publish(ShelfChanged(user_id))
        return JobResult({**counts, "albums": found.albums}, quiet=bool(work.job.params.get("scheduled")))

    def _asked(self, work: Work, user_id: UserId) -> Sequence[ShelfSource]:
        asked = work.job.params.get("sources") or [each.value for each in PHASES]
        return [each for each in PHASES if each.value in asked and (user_id == self._owner_id or not each.is_owners)]

    async def _read(self, work: Work, reading: Reading, source: ShelfSource) -> None:
        if source in sources.LOCAL:
            return await reading.library(source)
        try:
            if source is ShelfSource.PLEX:
                await reading.plex(self._plex)
            else:
                await reading.beets(self._beets)
        except (NotConnected, UpstreamError, BeetsFailed) as error:
            await self._not_read(work, source, error)

    async def _not_read(self, work: Work, source: ShelfSource, error: LockgrooveError) -> None:
        """Nothing of it is forgotten; that it cannot be asked is no problem where there is nothing of it and it is not set up."""
        user_id = UserId(work.job.user_id)
        async with work.storage.read() as conn:
            is_known = any(each.source is source and each.holdings for each in await albums.sources(conn, user_id))
        if isinstance(error, NotConnected) and not is_known:
            return
        log.warning("shelf source not read", source=source.value, error=error.message)
        await work.problem(PHASES[source], f"{error.message} {error.hint}".strip())
        async with work.saving() as conn:
            await keeping.was_not_read(conn, user_id, source, error.message)


async def match(work: Work, user_id: UserId) -> int:
    """Put everything into albums that is new or other than it was; how many holdings that were.

    What nobody ordered takes half of the time only: the keys of whoever is at the terminal go through the same interpreter.
    """
    is_ordered = not work.job.params.get("scheduled")
    clock = asyncio.get_running_loop().time
    async with work.storage.read() as conn:
        total = await keeping.count_stale(conn, user_id)
    await work.report(phase=MATCHING, done=0, total=total)
    done, began = 0, clock()
    while number := await weave(work.storage, work.saving, user_id):
        done += number
        await work.report(done=done, total=max(total, done))
        if not is_ordered:
            await asyncio.sleep(min(_LONGEST_REST, clock() - began))
        began = clock()
    return done
