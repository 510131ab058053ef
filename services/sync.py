"""The one sync: everything that is connected, source after source, as one durable job (design: where the documents meet).

No source knows another. What one of them cannot do costs the others nothing: it is a problem of the job, and where
Spotify wants quiet for longer, its part goes on as a job of its own while Discogs can be synced again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from services.autosync.autosync import UNAVAILABLE as NO_AUTOSYNC
from services.autosync.autosync import Autosync
from services.discogs.sync import SyncJob as DiscogsSync
from services.errors import LockgrooveError, NotConnected, UpstreamError, UpstreamRateLimited
from services.jobs import JobResult, Work
from services.metadata.metadata import UNAVAILABLE as NO_SCAN
from services.spotify.library import LibraryJob
from storage.values import Document, User, UserId

if TYPE_CHECKING:
    from services.discogs.connect import Discogs
    from services.plex.connect import Plex
    from services.settings import Settings
    from services.spotify.connect import Spotify

log = structlog.get_logger(__name__)

DISCOGS, SPOTIFY, PLEX, AUTOSYNC = "discogs", "spotify", "plex", "autosync"
SOURCES = (DISCOGS, SPOTIFY, PLEX, AUTOSYNC)
"""In the order in which they are synced."""
STEPS = {DISCOGS: "discogs", SPOTIFY: "playlists", PLEX: "library_scan", AUTOSYNC: "auto_sync"}
"""What each is called where a run is told (harmony-contract.md section 5)."""


class Sources:
    """Which sources a user has. Plex and auto-sync are the owner's."""

    def __init__(
        self,
        discogs: Discogs,
        spotify: Spotify,
        plex: Plex,
        autosync: Autosync,
        owner: User,
        settings: Callable[[], Settings],
    ) -> None:
        self._discogs = discogs
        self._spotify = spotify
        self._plex = plex
        self._autosync = autosync
        self._owner = owner
        self._settings = settings

    async def problem(self, source: str, user_id: UserId) -> str:
        """Why a source cannot be synced as things are; empty if it can."""
        if source == PLEX:
            return "" if user_id == self._owner.id and self._plex.is_configured else NO_SCAN
        if source == AUTOSYNC:
            return "" if await self._autosync.is_ready(user_id) else NO_AUTOSYNC
        status = await (self._discogs if source == DISCOGS else self._spotify).status(user_id)
        return "" if status.ready else (status.warning or f"{source.capitalize()} is not connected.")

    async def usual(self, user_id: UserId, *, but: Sequence[str] = ()) -> list[str]:
        """What a sync brings in step that names nothing: all that is connected. Auto-sync is not among it where AUTOSYNC_SCHEDULE
        is off.
        """
        asked = [source for source in SOURCES if source not in but]
        if not self._settings().autosync_schedule:
            asked = [source for source in asked if source != AUTOSYNC]
        return [source for source in asked if not await self.problem(source, user_id)]


class SyncJob:
    """The kind of job that brings in step what is connected.

    Parameters: ``{"sources": [...], "but": [...], "full": bool}``; without sources, the usual ones, except those in ``but``. The
    result is that of Discogs with ``stored`` of every source, the figures of the others under their names, and
    ``results`` and ``errors`` by step. It fails where every source that was asked for does, with the error of the first; else
    what a source could not do is a problem.
    """

    name = DiscogsSync.name

    def __init__(
        self,
        discogs: DiscogsSync,
        library: LibraryJob,
        scan: Callable[[], Awaitable[object]],
        autosync: Autosync,
        sources: Sources,
        go_on_later: Callable[[UserId], Awaitable[object]],
        afterwards: Callable[[UserId], Awaitable[object]],
    ) -> None:
        """``scan`` looks at Plex; ``go_on_later`` starts Spotify's part as a job of its own; ``afterwards`` has what changed shown
        on the shelf.
        """
        self._discogs = discogs
        self._library = library
        self._scan = scan
        self._autosync = autosync
        self._sources = sources
        self._go_on_later = go_on_later
        self._afterwards = afterwards

    async def run(self, work: Work) -> JobResult:
        """Every source in turn; what was done before an interruption is not done again."""
        sources = await self._asked(work)
        result: Document = {}
        failed: dict[str, LockgrooveError] = {}
        results: dict[str, str] = {}
        for source in sources:
            if source == AUTOSYNC and results:
                await self._show(work)  # looking for what is missing takes long
            try:
                with work.part(source):
                    await self._sync(work, source, result, failed.get(SPOTIFY))
                results[STEPS[source]] = "completed"
            except UpstreamRateLimited as error:
                if source == DISCOGS:
                    raise  # parks the job, which goes on by itself
                failed[source] = error
                if source == SPOTIFY:
                    await self._go_on_later(work.job.user_id)
                await work.problem(source.capitalize(), error.message)
            except (UpstreamError, NotConnected) as error:
                log.warning("source_not_synced", source=source, error=error.message)
                failed[source] = error
                if failed.keys() == set(sources) and not any(map(_is_limit, failed.values())):
                    raise failed[sources[0]] from None
                await work.problem(source.capitalize(), f"{error.message} {error.hint}".strip())
        await self._show(work)
        errors = {STEPS[source]: error.message for source, error in failed.items()}
        told: Document = {"results": results, **({"errors": errors} if errors else {})}
        return JobResult(result | told, told=told | {"counts": work.progress.counts})

    async def _asked(self, work: Work) -> Sequence[str]:
        """The sources, in order. What auto-sync compares with is read from Spotify before it."""
        user_id = work.job.user_id
        asked = work.job.params.get("sources")
        if not asked:
            return await self._sources.usual(user_id, but=work.job.params.get("but") or ()) or [DISCOGS]
        if AUTOSYNC in asked and not await self._sources.problem(SPOTIFY, user_id):
            asked = [*asked, SPOTIFY]
        return [source for source in SOURCES if source in asked]

    async def _sync(self, work: Work, source: str, result: Document, trouble: LockgrooveError | None) -> None:
        if source == DISCOGS:
            result.update((await self._discogs.run(work)).result)
        elif source == SPOTIFY:
            figures = await self._library.read(work)
            stored = {"playlists": figures["playlists"], "savedTracks": figures["savedTracks"]}
            result.update(spotify=figures, stored={**result.get("stored", {}), **stored})
        elif source == PLEX:
            await self._look_at_plex(work)
        else:
            ended = await self._autosync.read(work, "manual", trouble=trouble)
            result.update(autosync=ended.figures)
            if ended.error:
                raise NotConnected(AUTOSYNC, ended.error)

    async def _look_at_plex(self, work: Work) -> None:
        if await self._sources.problem(PLEX, work.job.user_id):
            raise NotConnected(PLEX, NO_SCAN)
        if not work.checkpoint.get("done"):
            await work.report(phase="scan")
            await self._scan()
            async with work.saving({"done": True}):
                pass

    async def _show(self, work: Work) -> None:
        """Have the shelf refreshed by its own job; whether that comes about is its own matter."""
        try:
            await self._afterwards(work.job.user_id)
        except LockgrooveError as error:
            log.warning("the shelf is not refreshed", error=error.message)


def _is_limit(error: LockgrooveError) -> bool:
    return isinstance(error, UpstreamRateLimited)
