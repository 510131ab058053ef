"""The kinds of jobs there are, and when they run by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.autosync.autosync import AutosyncJob
from services.beets.filing import FilingJob
from services.discogs.export import ExportJob
from services.discogs.sync import SyncJob as DiscogsSync
from services.matching.job import MatchingJob
from services.matching.service import Matching
from services.metadata.metadata import MetadataJob, matching_queue, shelf
from services.shelf.job import ShelfJob
from services.spotify.history.job import HistoryJob
from services.spotify.library import LibraryJob
from services.spotify.plays import PlaysJob
from services.sync import AUTOSYNC, DISCOGS, SPOTIFY, SyncJob
from services.wishes.job import WishJob
from services.wishes.watched import WATCH, WHEN, WatchJob
from storage.values import UserId

if TYPE_CHECKING:
    from services.runtime import Runtime


def register(runtime: Runtime) -> None:
    """Let the jobs of ``runtime`` know every kind, and the times of those that run by themselves."""

    async def is_connected(user_id: UserId) -> bool:
        return not await runtime.sources.problem(DISCOGS, user_id) or await listens(user_id)

    async def listens(user_id: UserId) -> bool:
        return not await runtime.sources.problem(SPOTIFY, user_id)

    async def go_on_later(user_id: UserId) -> None:
        await runtime.jobs.start(library.name, user_id)

    async def show_on_shelf(user_id: UserId) -> None:
        if runtime.jobs.knows("shelf"):
            await runtime.jobs.start("shelf", user_id, {"scheduled": True})

    plays = PlaysJob(runtime.plays_run.recent, runtime.storage)
    runtime.jobs.register(plays)
    runtime.jobs.register(HistoryJob(runtime.events))
    runtime.jobs.regularly(plays.name, lambda: runtime.settings.spotify_schedule, listens, {"scheduled": True})
    library = LibraryJob(runtime.spotify, runtime.events)
    runtime.jobs.register(library)
    discogs = DiscogsSync(runtime.discogs, runtime.events)
    plex, autosync = runtime.plex.scans.cycle, runtime.autosync
    sync = SyncJob(discogs, library, plex, autosync, runtime.sources, go_on_later, show_on_shelf)
    runtime.jobs.register(sync)
    runtime.jobs.register(AutosyncJob(autosync, library))
    matching = MatchingJob(lambda: runtime.settings, runtime.events)
    waiting = (lambda: "*/5 * * * *"), Matching(runtime.storage).has_waiting
    runtime.jobs.register(matching)
    reconcile = ("Matching", matching_queue(runtime.jobs, matching.name)), ("Shelf", shelf(show_on_shelf))
    runtime.jobs.register(MetadataJob(runtime.plex, reconcile))
    runtime.jobs.regularly(matching.name, *waiting, {"scheduled": True})
    runtime.jobs.register(ExportJob(runtime.discogs, runtime.events))
    filing = FilingJob(runtime.beets, runtime.arrivals.landing.roots, runtime.plex.scan, runtime.events)
    runtime.jobs.register(filing)
    runtime.jobs.register(ShelfJob(runtime.plex, runtime.beets, runtime.events, runtime.owner.id))
    runtime.downloads.completed = runtime.arrivals.completed
    runtime.jobs.register(WishJob(runtime.wishes.candidates, runtime.events))
    runtime.jobs.register(WatchJob(runtime.discogs, runtime.spotify, runtime.artists, runtime.events))
    watches = (lambda: WHEN if runtime.settings.sync_schedule else ""), runtime.watched.is_due
    runtime.jobs.regularly(WATCH, *watches)
    runtime.jobs.regularly(sync.name, lambda: runtime.settings.sync_schedule, is_connected, {"but": [AUTOSYNC]})
    schedule = (lambda: runtime.settings.autosync_schedule), autosync.is_ready
    runtime.jobs.regularly(AUTOSYNC, *schedule, {"scheduled": True})
