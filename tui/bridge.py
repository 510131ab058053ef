"""The only door between the screens and the services, which live on a second loop in another thread.

A stalled terminal blocks Textual's loop for as long as it stalls; a sync must not notice (design section 2). So the
services' thread never waits for the app: it leaves the newest :class:`Snapshot` behind and rings once.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from storage.errors import LockgrooveError
from tui.words import way

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values import Job

T = TypeVar("T")

PUBLISH_EVERY = 0.4
"""Seconds between two snapshots at most: people cannot read faster, and every update costs bytes on the wire."""

LOOK_EVERY = 2.0
"""Seconds between two looks at what other processes do (a daemon's jobs) while nothing happens in this one."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What every screen shows of the services. ``ready`` turns true once they can be called; ``failure`` says why not.

    ``way`` is how Discogs is connected, in words; an account that Discogs refuses has a ``username`` and is not connected.
    """

    ready: bool = False
    failure: LockgrooveError | None = None
    jobs: tuple[Job, ...] = ()
    last_job: Job | None = None
    username: str | None = None
    connected: bool = False
    way: str = ""
    warning: str = ""
    address: str = ""
    changes: int = 0
    problems: dict[str, int] = field(default_factory=dict[str, int])


class Bridge:
    """Starts the services in their own thread, calls them, and keeps the newest snapshot of them."""

    def __init__(self, data_dir: Path | None) -> None:
        self.snapshot = Snapshot()
        self._data_dir = data_dir
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runtime: Runtime | None = None
        self._stop: asyncio.Event | None = None
        self._opened = threading.Event()
        self._ring: Callable[[], None] = lambda: None
        self._ringing = False
        self._thread: threading.Thread | None = None

    def start(self, ring: Callable[[], None]) -> None:
        """Open the services in their thread; ``ring`` is called (from there) when a new snapshot lies ready."""
        self._ring = ring
        self._thread = threading.Thread(target=self._live, name="services", daemon=True)
        self._thread.start()

    def answer_ring(self) -> Snapshot:
        """The newest snapshot; until this is called again the thread does not ring a second time."""
        self._ringing = False
        return self.snapshot

    async def call(self, ask: Callable[[Runtime], Awaitable[T]]) -> T:
        """Await ``ask(runtime)`` on the services' loop. Raises what it raises, and the reason if they did not open."""
        if not self._opened.is_set():
            await asyncio.to_thread(self._opened.wait)
        return await asyncio.wrap_future(self.submit(ask))

    def submit(self, ask: Callable[[Runtime], Awaitable[T]]) -> Future[T]:
        """Begin ``ask(runtime)`` on the services' loop; never waits. The future has what it returns or raises, at once
        the reason if the services are not open."""
        runtime, loop = self._runtime, self._loop
        if loop is None or runtime is None:
            closed = Future[T]()
            closed.set_exception(
                self.snapshot.failure or LockgrooveError("The services are closed.", "Start the program again.")
            )
            return closed

        async def asked() -> T:
            return await ask(runtime)

        return asyncio.run_coroutine_threadsafe(asked(), loop)

    def stop(self, patience: float = 8.0) -> None:
        """Close the services in order: running jobs keep their checkpoint and give back their lease."""
        if self._thread is None:
            return
        self._opened.wait(patience)
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(patience)

    def _live(self) -> None:
        try:
            asyncio.run(self._serve())
        except LockgrooveError as error:
            self._publish(replace(self.snapshot, ready=False, failure=error))
        except Exception as error:  # noqa: BLE001  the person must see why, whatever it was
            import structlog

            structlog.stdlib.get_logger(__name__).exception("services failed")
            cause = LockgrooveError(
                f"The services stopped: {type(error).__name__}.", "See lockgroove.log, then start again."
            )
            self._publish(replace(self.snapshot, ready=False, failure=cause))
        finally:
            self._runtime = None
            self._opened.set()

    async def _serve(self) -> None:
        from services.log import open_log
        from services.places import locate
        from services.runtime import open_runtime
        from services.settings import load_settings

        places = locate(self._data_dir)
        settings = load_settings(places)
        open_log(settings.log_level, file=places.log_file, secrets=settings.secret_values())
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with open_runtime(settings, places) as runtime:
            self._runtime = runtime
            self._opened.set()
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(self._watch(runtime))
                serving = tasks.create_task(self._answer_rest(runtime))
                await self._stop.wait()
                watching.cancel()
                serving.cancel()

    async def _answer_rest(self, runtime: Runtime) -> None:
        """Answer REST from this process, unless a daemon already does.

        What answers is loaded when somebody first connects: it is a tenth of the program's memory, and few ever do.
        """
        import structlog

        from services.rest.sockets import bound_doors

        settings = runtime.settings
        try:
            with bound_doors(settings.lockgroove_host, settings.lockgroove_port, runtime.places.socket) as doors:
                self._publish(replace(self.snapshot, address=doors.url))
                await doors.knocked()
                from services.rest.access import Access
                from services.rest.serve import answering

                names, origins = settings.lockgroove_allowed_hosts, settings.cors_origins
                async with answering(runtime, Access(settings.lockgroove_host, names=names, origins=origins), doors):
                    await asyncio.Event().wait()
        except LockgrooveError as error:
            structlog.stdlib.get_logger(__name__).info("rest not served here", reason=error.message)

    async def _watch(self, runtime: Runtime) -> None:
        """Gather a snapshot whenever something happened, at most every :data:`PUBLISH_EVERY` seconds."""
        from services.events import CollectionChanged, Origin, PlaysChanged, ShelfChanged, SpotifyChanged, WantsChanged

        changes = 0
        with runtime.events.subscribe(also=frozenset({Origin.WORKING, Origin.RESTING})) as events:
            while True:
                self._publish(await self._gather(runtime, changes))
                first = await events.next(LOOK_EVERY)
                await asyncio.sleep(PUBLISH_EVERY)
                changes += sum(
                    isinstance(event, CollectionChanged | WantsChanged | SpotifyChanged | PlaysChanged | ShelfChanged)
                    for event in (first, *events.drain())
                )

    async def _gather(self, runtime: Runtime, changes: int) -> Snapshot:
        user_id = runtime.user.id
        active = await runtime.jobs.active(user_id)
        last = await runtime.jobs.last(user_id)
        status = await runtime.discogs.status(user_id)
        return replace(
            self.snapshot,
            ready=True,
            jobs=tuple(active),
            last_job=last,
            username=status.username,
            connected=status.ready,
            way=way(status.method, status.connected_at) if status.ready else "",
            warning=status.warning or "",
            changes=changes,
        )

    def _publish(self, snapshot: Snapshot) -> None:
        if snapshot == self.snapshot:
            return
        self.snapshot = snapshot
        if not self._ringing:
            self._ringing = True
            self._ring()
