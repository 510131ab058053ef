"""What happens, told to whoever listens in this process: screens, streams, watchers.

Everything here belongs to the services' loop: publish and subscribe from its thread only. What other processes did is
told by :mod:`services.news`, late and only that something changed; the database is what they share.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from storage.values import Activity, ConnectionState, Job, UserId


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job moved: its state or its progress is another."""

    job: Job


@dataclass(frozen=True, slots=True)
class ActivityAdded:
    """The feed has a new entry."""

    user_id: UserId
    activity: Activity


@dataclass(frozen=True, slots=True)
class CollectionChanged:
    """Records of this user were added, changed or removed; ask again what is shown."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class WantsChanged:
    """The wantlist of this user changed; ask again what is shown."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class SpotifyChanged:
    """Playlists, followed artists or releases that are kept of this user changed; ask again what is shown."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class PlaysChanged:
    """Plays of this user came in; ask again what is shown."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class DownloadsChanged:
    """Downloads of this user moved; ask again what is shown."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class ArrivalsChanged:
    """Something arrived to be filed, or became something else; ask again what is shown."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class ShelfChanged:
    """Albums of this user's shelf are others, or elsewhere; ask again what is shown."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """An outside account was connected, refused or taken away (``state`` None)."""

    user_id: UserId
    service: str
    state: ConnectionState | None


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The configuration was read again and these settings (upper-case names) differ."""

    names: tuple[str, ...]


UserEvent = (
    CollectionChanged | WantsChanged | PlaysChanged | SpotifyChanged | DownloadsChanged | ArrivalsChanged | ShelfChanged
)
"""That something of a user changed."""

Event = JobChanged | ActivityAdded | UserEvent | ConnectionChanged | SettingsChanged


class Origin(Enum):
    """Where something happened."""

    HERE = "here"
    WORKING = "working"
    """In another process, which also runs jobs."""
    RESTING = "resting"
    """In another process, which runs none."""


class Subscription:
    """One listener's bounded line of events. Iterate it; iteration ends when :class:`Events` is closed.

    When the listener is slow the oldest events are lost and counted in ``lost``; the publisher never waits.
    """

    def __init__(self, kinds: tuple[type[Event], ...], size: int, also: frozenset[Origin] = frozenset()) -> None:
        self._kinds = kinds
        self._origins = {Origin.HERE, *also}
        self._line: deque[Event] = deque(maxlen=size)
        self._arrived = asyncio.Event()
        self._closed = False
        self.lost = 0

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while not self._line:
            if self._closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._line.popleft()

    async def next(self, timeout: float) -> Event | None:
        """The next event, None if none came within ``timeout`` seconds or the line is closed."""
        try:
            async with asyncio.timeout(timeout):
                return await anext(self, None)
        except TimeoutError:
            return None

    def drain(self) -> list[Event]:
        """Everything in line, without waiting."""
        taken = list(self._line)
        self._line.clear()
        return taken

    def offer(self, event: Event, origin: Origin = Origin.HERE) -> None:
        """Put ``event`` in line if it is of a kind and origin that this listener asked for."""
        if origin not in self._origins:
            return
        if self._kinds and not isinstance(event, self._kinds):
            return
        if len(self._line) == self._line.maxlen:
            self.lost += 1
        self._line.append(event)
        self._arrived.set()

    def close(self) -> None:
        """End the iteration after what is in line."""
        self._closed = True
        self._arrived.set()


class Events:
    """The broadcast of one runtime."""

    def __init__(self) -> None:
        self._listeners: set[Subscription] = set()
        self._thread = threading.get_ident()
        self._closed = False

    def publish(self, event: Event, origin: Origin = Origin.HERE) -> None:
        """Tell every listener; never waits. Call it after the change is committed, from the services' thread."""
        if threading.get_ident() != self._thread:
            raise RuntimeError("Events belong to the services' loop; use loop.call_soon_threadsafe from elsewhere.")
        for listener in tuple(self._listeners):
            listener.offer(event, origin)

    @contextmanager
    def subscribe(
        self, *kinds: type[Event], size: int = 256, also: frozenset[Origin] = frozenset()
    ) -> Generator[Subscription]:
        """Listen while the context lasts, to ``kinds`` or to everything, holding at most ``size`` events: those of this
        process, and what other processes (``also``) are known to have changed.
        """
        listener = Subscription(kinds, size, also)
        if self._closed:
            listener.close()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every listener's iteration; the runtime is closing."""
        self._closed = True
        for listener in tuple(self._listeners):
            listener.close()
