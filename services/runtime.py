"""The composition root: opens settings' places, storage, secrets, accounts, clients, jobs and schedule as one context."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from services.accounts import Accounts, Application, Connections, Preset
from services.config_file import watch_settings
from services.discogs.connect import SERVICE, Discogs
from services.discogs.export import ExportJob, Exports
from services.discogs.market import Market
from services.discogs.oauth import OAuth
from services.discogs.sync import SyncJob
from services.discogs.wants import Wants
from services.errors import InvalidInput
from services.events import Events, SettingsChanged
from services.jobs import Jobs, Timing
from services.log import hide
from services.places import Places
from services.records.service import Records
from services.secrets import ENCRYPTION_KEY, SESSION_KEY, Secrets
from services.settings import Settings, changed_names
from services.upstream import Limiters
from storage import accounts as rows
from storage.engine import Storage, open_storage
from storage.values import User, UserId

log = structlog.stdlib.get_logger(__name__)


@dataclass
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
    oauth: OAuth
    records: Records
    wants: Wants
    market: Market
    jobs: Jobs
    exports: Exports

    async def use(self, settings: Settings) -> None:
        """Go on with these settings: credentials, schedules and addresses as they say, from the next call on."""
        names = changed_names(self.settings, settings)
        if not names:
            return
        self.settings = self.accounts.settings = self.discogs.settings = self.application.settings = settings
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
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(
            open_storage(settings.library_url, settings.catalogue_url, backups=places.backups)
        )
        runtime = await _compose(settings, places, storage, timing)
        stack.callback(runtime.events.close)
        stack.push_async_callback(runtime.discogs.close)
        if work:
            await stack.enter_async_context(_alongside(runtime.jobs.run(), _follow_configuration(runtime)))
        yield runtime


async def _compose(settings: Settings, places: Places, storage: Storage, timing: Timing | None) -> Runtime:
    owner = await _owner(storage)
    user = await _acting_user(storage, settings, owner)
    events = Events()
    secrets = Secrets(places.data_dir, _keys_of_environment(settings))
    connections = Connections(storage, secrets, events, owner.id, _presets(settings))
    accounts = Accounts(storage, secrets, connections, settings)
    application = Application(storage, secrets, settings)
    discogs = Discogs(
        settings, storage, connections, application, Limiters(settings.redis_address), cache_dir=places.cache_dir
    )
    oauth = OAuth(storage, secrets, application, discogs)
    records = Records(storage, discogs, events)
    wants = Wants(discogs, storage, events)
    market = Market(discogs, storage)
    jobs = Jobs(storage, events, timing)
    exports = Exports(storage, jobs, discogs)
    runtime = Runtime(
        settings,
        places,
        storage,
        secrets,
        events,
        owner,
        user,
        accounts,
        application,
        discogs,
        oauth,
        records,
        wants,
        market,
        jobs,
        exports,
    )
    _register(runtime)
    return runtime


def _register(runtime: Runtime) -> None:
    """The kinds of jobs, and when they run by themselves."""

    async def is_connected(user_id: UserId) -> bool:
        return (await runtime.discogs.status(user_id)).ready

    sync = SyncJob(runtime.discogs, runtime.events)
    runtime.jobs.register(sync)
    runtime.jobs.register(ExportJob(runtime.discogs, runtime.events))
    runtime.jobs.regularly(sync.name, lambda: runtime.settings.sync_schedule, is_connected, {"sources": [SERVICE]})


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
    token = settings.discogs_token
    return {SERVICE: Preset(token, settings.discogs_username)} if token else {}


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
