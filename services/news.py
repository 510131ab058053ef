"""What other processes changed: told through the library, a few seconds late, to whoever shows it or works on it here.

:class:`services.events.Events` reaches one process. Beside a daemon that syncs, an open app would show what was there
before; a process that only answers REST has nobody to bring the shelf up to date. So that something of a user changed,
never what, is kept for a minute, and every process looks for it now and then.
"""

from __future__ import annotations

import asyncio
import uuid

import structlog

from services.errors import LockgrooveError
from services.events import (
    ArrivalsChanged,
    CollectionChanged,
    DownloadsChanged,
    Events,
    Origin,
    PlaysChanged,
    ShelfChanged,
    SpotifyChanged,
    UserEvent,
    WantsChanged,
)
from storage import short_lived
from storage.engine import Storage
from storage.short_lived import Kind
from storage.values import UserId

EVERY = 2.0
"""Seconds between two looks, and between two times that something is told."""
_KEPT = 60.0
"""Seconds for which it is kept that something changed; a process that stood still for longer asks anew anyway."""
_TOLD: dict[str, type[UserEvent]] = {
    kind.__name__: kind
    for kind in (
        CollectionChanged,
        WantsChanged,
        SpotifyChanged,
        PlaysChanged,
        DownloadsChanged,
        ArrivalsChanged,
        ShelfChanged,
    )
}

log = structlog.stdlib.get_logger(__name__)


class News:
    """The ear and the voice of one process. ``works`` says that it runs jobs, and so acts on its own news itself."""

    def __init__(self, storage: Storage, events: Events, *, works: bool, every: float = EVERY) -> None:
        self._storage = storage
        self._events = events
        self._every = every
        self._by = f"{'works' if works else 'rests'} {uuid.uuid4().hex}"
        self._number = 0
        self._untold: set[tuple[UserId, str]] = set()
        self._heard: dict[str, str] | None = None

    async def run(self) -> None:
        """Tell and listen until cancelled; what is untold then is told."""
        with self._events.subscribe(*_TOLD.values(), size=4096) as here:
            try:
                while True:
                    await self._turn()
                    await asyncio.sleep(self._every)
                    self._untold |= {_of(event) for event in here.drain()}
            finally:
                self._untold |= {_of(event) for event in here.drain()}
                await self._tell()

    async def _turn(self) -> None:
        await self._tell()
        try:
            await self._listen()
        except LockgrooveError as error:
            log.info("what other processes changed could not be read", error=error.message)

    async def _tell(self) -> None:
        if not self._untold:
            return
        self._number += 1
        try:
            async with self._storage.write() as conn:
                for user_id, name in sorted(self._untold):
                    value = f"{self._by} {self._number}"
                    await short_lived.put(conn, Kind.NEWS, f"{user_id} {name}", value, seconds=_KEPT)
        except LockgrooveError as error:
            log.info("what changed could not be told to other processes", error=error.message)
        else:
            self._untold.clear()

    async def _listen(self) -> None:
        async with self._storage.read() as conn:
            kept = await short_lived.every(conn, Kind.NEWS)
        before, self._heard = self._heard, kept
        if before is None:
            return  # whoever has just started has asked for nothing yet
        for key, value in kept.items():
            by = value.rpartition(" ")[0]
            if by != self._by and before.get(key) != value:
                user_id, _, name = key.partition(" ")
                if kind := _TOLD.get(name):  # a newer version may tell of more
                    origin = Origin.WORKING if by.startswith("works ") else Origin.RESTING
                    self._events.publish(kind(UserId(user_id)), origin)


def _of(event: object) -> tuple[UserId, str]:
    assert isinstance(event, tuple(_TOLD.values()))
    return event.user_id, type(event).__name__
