"""The composition root: opens settings' places, storage, secrets, accounts, clients, jobs and schedule as one context."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from services.accounts import Accounts, Application, Connections, Preset
from services.accounts.agreement import Agreement
from services.autosync.autosync import Autosync
from services.autosync.outlook import Parts
from services.beets.library import Beets
from services.catalogue.graph import Graph
from services.catalogue.recommendations import Recommendations
from services.catalogue.search import CatalogueSearch
from services.catalogue.snapshots import Snapshots
from services.config_file import watch_settings
from services.discogs.connect import SERVICE, Discogs
from services.discogs.export import Exports
from services.discogs.market import Market
from services.discogs.oauth import OAuth
from services.discogs.wants import Wants
from services.downloads.arrivals import Arrivals
from services.downloads.landing import Landing
from services.downloads.queue import Downloads
from services.errors import InvalidInput
from services.events import Events, SettingsChanged
from services.everywhere import Everywhere
from services.jobs import Jobs, Timing
from services.kinds import register
from services.log import hide
from services.metadata.metadata import Metadata
from services.news import News
from services.places import Places
from services.plex.connect import Plex
from services.records.service import Records
from services.secrets import ENCRYPTION_KEY, SESSION_KEY, Secrets
from services.settings import Settings, changed_names
from services.shelf.following import ShelfFollower
from services.shelf.shelf import Shelf
from services.soulseek.connect import Soulseek
from services.spotify.artists import Artists
from services.spotify.connect import Spotify
from services.spotify.editing import Editing
from services.spotify.oauth import SpotifySignIns
from services.spotify.pictures import Pictures
from services.spotify.playlists import Playlists
from services.spotify.plays import Plays
from services.spotify.plays_run import PlaysRun
from services.spotify.preferences import Preferences
from services.spotify.recent import RecentPlays
from services.stored_settings import StoredSettings
from services.sync import Sources
from services.upstream import Limiters
from services.wishes.candidates import Candidates
from services.wishes.watched import Watched
from services.wishes.wishes import Wishes
from storage import accounts as rows
from storage.engine import Storage, open_storage
from storage.values import User

SWITCH = 0.0005
"""Seconds after which a thread that computes lets the loops have their turn; Python's own 5 ms are felt at the keyboard."""
log = structlog.stdlib.get_logger(__name__)


@dataclass(kw_only=True)
class Runtime:
    """Everything that is open. ``settings`` is replaced when the configuration changes on disk.

    ``owner`` is the account of this machine; ``user`` is who the app and the command line act as: the owner, or whom
    ``LOCKGROOVE_USER`` names.
    """

    settings: Settings
    places: Places
    storage: Storage
    secrets: Secrets
    events: Events
    owner: User
    user: User
    accounts: Accounts
    application: Application
    discogs: Discogs
    spotify: Spotify
    spotify_sign_ins: SpotifySignIns
    oauth: OAuth
    records: Records
    wants: Wants
    market: Market
    jobs: Jobs
    exports: Exports
    snapshots: Snapshots
    search: CatalogueSearch
    graph: Graph
    recommendations: Recommendations
    preferences: Preferences
    artists: Artists
    playlists: Playlists
    editing: Editing
    pictures: Pictures
    plays: Plays
    plays_run: PlaysRun
    soulseek: Soulseek
    plex: Plex
    beets: Beets
    arrivals: Arrivals
    downloads: Downloads
    everywhere: Everywhere
    wishes: Wishes
    watched: Watched
    autosync: Autosync
    sources: Sources
    metadata: Metadata
    shelf: Shelf

    @property
    def stored_settings(self) -> StoredSettings:
        """What is set over REST."""
        return StoredSettings(self.storage, self.places, lambda: self.settings, self.use)

    async def use(self, settings: Settings) -> None:
        """Go on with these settings: credentials, schedules and addresses as they say, from the next call on."""
        names = changed_names(self.settings, settings)
        if not names:
            return
        self.settings = self.accounts.settings = self.discogs.settings = self.application.settings = settings
        self.snapshots.settings = self.recommendations.settings = self.spotify.settings = settings
        self.soulseek.settings = self.plex.settings = self.beets.settings = self.downloads.settings = settings
        self.arrivals.settings = settings
        await self.accounts.connections.preset(_presets(settings))
        hide(*settings.secret_values())
        self.jobs.schedule.look()
        log.info("settings changed", names=names)
        self.events.publish(SettingsChanged(names))


@asynccontextmanager
async def open_runtime(
    settings: Settings, places: Places, *, work: bool = True, timing: Timing | None = None
) -> AsyncGenerator[Runtime]:
    """Open everything, in order, and close it in the reverse order.

    ``work`` also runs jobs, schedule and the watch over the configuration in this process; on the way out running
    jobs stop at their next page and are given back. Raises the store's errors, and :class:`InvalidInput` for settings
    that cannot be used.
    """
    hide(*settings.secret_values())
    sys.setswitchinterval(SWITCH)
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(
            open_storage(settings.library_url, settings.catalogue_url, backups=places.backups)
        )
        limiters = Limiters(settings.redis_address)
        stack.push_async_callback(limiters.close)
        runtime = await _compose(settings, places, storage, limiters, timing)
        stack.callback(runtime.events.close)
        stack.push_async_callback(runtime.discogs.close)
        stack.push_async_callback(runtime.pictures.close)
        stack.push_async_callback(runtime.spotify.close)
        stack.push_async_callback(runtime.soulseek.close)
        stack.push_async_callback(runtime.plex.close)
        alongside = [News(storage, runtime.events, works=work).run(), runtime.accounts.keep_noting()]
        if work:
            downloading = (runtime.downloads.run(), runtime.arrivals.run(), runtime.autosync.run())
            follower = ShelfFollower(runtime.storage, runtime.jobs, runtime.events, runtime.plex, runtime.owner.id)
            watching = (follower.run(), _follow_configuration(runtime))
            agreeing = Agreement(storage, runtime.secrets).run()
            alongside += [runtime.jobs.run(), runtime.plex.scans.run(), *downloading, *watching, agreeing]
        await stack.enter_async_context(_alongside(*alongside))
        yield runtime


def secrets_of(settings: Settings, places: Places) -> Secrets:
    """The secrets of this installation, for those who open no more of it."""
    return Secrets(places.data_dir, _keys_of_environment(settings))


async def _compose(
    settings: Settings, places: Places, storage: Storage, limiters: Limiters, timing: Timing | None
) -> Runtime:
    owner = await _owner(storage)
    user = await _acting_user(storage, settings, owner)
    events = Events()
    secrets = secrets_of(settings, places)
    connections = Connections(storage, secrets, events, owner.id, _presets(settings))
    accounts = Accounts(storage, secrets, connections, settings)
    application = Application(storage, secrets, settings)
    discogs = Discogs(settings, storage, connections, application, limiters, cache_dir=places.cache_dir)
    spotify = Spotify(settings, storage, secrets, connections, limiters)
    oauth = OAuth(storage, secrets, application, discogs)
    records = Records(storage, discogs, events)
    wants = Wants(discogs, storage, events)
    market = Market(discogs, storage)
    jobs = Jobs(storage, events, timing)
    exports = Exports(storage, jobs, discogs)
    snapshots = Snapshots(storage, settings)
    graph = Graph(storage)
    recommendations = Recommendations(storage, settings)
    artists = Artists(spotify, storage, events)
    playlists = Playlists(spotify, storage, events)
    soulseek = Soulseek(settings, limiters)
    plex = Plex(settings, limiters, storage, events, owner.id)
    beets = Beets(settings, places.data_dir / "beets")
    landing = Landing(settings, storage, soulseek)
    arrivals = Arrivals(storage, events, jobs, beets, landing, owner.id, places.data_dir / "beets" / "arrivals.lock")
    downloads = Downloads(settings, storage, soulseek, events)
    autosync = Autosync(Parts(storage, events, soulseek, plex, beets, downloads), spotify, owner)
    search = CatalogueSearch(storage)
    candidates = Candidates(storage, records, wants, search, beets)
    runtime = Runtime(
        settings=settings,
        places=places,
        storage=storage,
        secrets=secrets,
        events=events,
        owner=owner,
        user=user,
        accounts=accounts,
        application=application,
        discogs=discogs,
        spotify=spotify,
        spotify_sign_ins=SpotifySignIns(spotify),
        oauth=oauth,
        records=records,
        wants=wants,
        market=market,
        jobs=jobs,
        exports=exports,
        snapshots=snapshots,
        search=search,
        graph=graph,
        recommendations=recommendations,
        preferences=Preferences(storage),
        artists=artists,
        playlists=playlists,
        editing=Editing(spotify, playlists, storage, events),
        pictures=Pictures(lambda: spotify.settings, limiters, cache_dir=places.cache_dir),
        plays=Plays(storage, spotify),
        plays_run=PlaysRun(spotify, storage, RecentPlays(spotify, storage, events)),
        soulseek=soulseek,
        plex=plex,
        beets=beets,
        arrivals=arrivals,
        downloads=downloads,
        everywhere=Everywhere(storage, spotify, plex, soulseek, discogs, records, search, events),
        wishes=Wishes(storage, candidates, jobs, wants, discogs, events),
        watched=Watched(storage, search, artists, wants, jobs, events),
        autosync=autosync,
        sources=Sources(discogs, spotify, plex, autosync, owner, lambda: runtime.settings),
        metadata=Metadata(storage, events, jobs, plex),
        shelf=Shelf(storage, jobs, events),
    )
    register(runtime)
    return runtime


async def _owner(storage: Storage) -> User:
    async with storage.read() as conn:
        owner = await rows.owner(conn)
    if owner is None:
        async with storage.write() as conn:
            owner = await rows.ensure_owner(conn)
    return owner


async def _acting_user(storage: Storage, settings: Settings, owner: User) -> User:
    if settings.lockgroove_user is None:
        return owner
    async with storage.read() as conn:
        user = await rows.by_email(conn, settings.lockgroove_user)
    if user is None or not user.is_active:
        raise InvalidInput(
            "LOCKGROOVE_USER",
            "LOCKGROOVE_USER names nobody who may use this library.",
            "`lockgroove users list` shows who may; without it the owner is meant.",
        )
    return user


def _keys_of_environment(settings: Settings) -> dict[str, str]:
    keys = {ENCRYPTION_KEY: settings.oauth_encryption_key, SESSION_KEY: settings.jwt_secret_key}
    return {name: key.get_secret_value() for name, key in keys.items() if key}


def _presets(settings: Settings) -> dict[str, Preset]:
    presets: dict[str, Preset] = {}
    if settings.discogs_token:
        presets[SERVICE] = Preset(settings.discogs_token, settings.discogs_username)
    if settings.spotify_refresh_token:
        presets["spotify"] = Preset(settings.spotify_refresh_token)
    return presets


async def _follow_configuration(runtime: Runtime) -> None:
    async for settings in watch_settings(runtime.places):
        if isinstance(settings, InvalidInput):
            log.warning("the changed configuration is not used", error=settings.message, hint=settings.hint)
        else:
            await runtime.use(settings)


@asynccontextmanager
async def _alongside(*work: Coroutine[object, object, None]) -> AsyncGenerator[None]:
    """Run ``work`` while the context lasts. If one of them fails, so does the context; its own errors pass as they are."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
    except BaseExceptionGroup as several:
        first, *others = several.exceptions
        if others:
            raise
    else:
        return
    raise first
