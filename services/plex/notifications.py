"""What Plex tells by itself: one stream from the server for everybody here who listens (plex-api.md 12)."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import cast

import structlog
from pydantic_core import from_json

from services.errors import LockgrooveError
from services.plex.reading import Document, an_object, first_object, text
from services.upstream import ServerEvent

log = structlog.stdlib.get_logger(__name__)

PATH = "/:/eventsource/notifications"
SILENCE = 60.0
"""Seconds without a byte after which the stream is taken for dead; the server says something every 15."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 120.0
"""Seconds before the stream is opened again, doubling."""
_LINE = 256
"""Notifications that wait for a slow listener; the oldest are lost."""
_LINGER = 30.0
"""Seconds that a follower goes on after somebody last asked."""
_WRAPPED = "NotificationContainer"


@dataclass(frozen=True, slots=True)
class Notification:
    """Something that happened: its type (``playing``, ``timeline``, ``activity``, ...) and the members that come with it."""

    kind: str
    said: Document

    @property
    def frame(self) -> str:
        """The JSON that a listener on Plex's WebSocket would get: lists in a container (plex-api.md 12.2)."""
        members = {name: _listed(value) for name, value in self.said.items()}
        size = max((len(each) for each in members.values()), default=0)
        return json.dumps({_WRAPPED: {"type": self.kind, "size": size, **members}}, ensure_ascii=False)

    @property
    def is_change(self) -> bool:
        """Whether what plays or what the libraries hold is another now."""
        if self.kind == "playing":
            return True
        entry = first_object(next(iter(self.said.values()), None))
        if self.kind == "activity":
            is_scan = text(an_object(entry.get("Activity")).get("type")) == "library.update.section"
            return is_scan and entry.get("event") == "ended"
        return self.kind == "timeline" and text(entry.get("state")) in ("5", "9") and "mediaState" not in entry

    @classmethod
    def of(cls, event: ServerEvent) -> Notification | None:
        """None for what only shows that the stream lives, and for what cannot be read."""
        if event.kind == "ping":
            return None
        try:
            said = an_object(from_json(event.data))
        except ValueError:
            return None
        if wrapped := an_object(said.get(_WRAPPED)):
            kind = text(wrapped.get("type")) or event.kind
            return cls(kind, {name: value for name, value in wrapped.items() if name not in ("type", "size")})
        return cls(event.kind, said)


def _listed(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else [value]


class _Listener:
    """One listener's bounded line."""

    def __init__(self) -> None:
        self.line: deque[Notification] = deque(maxlen=_LINE)
        self.arrived = asyncio.Event()
        self.is_over = False
        self.error: Exception | None = None


class Notifications:
    """The one stream; ``open`` begins it. It is open while somebody listens."""

    def __init__(self, open: Callable[[], AsyncGenerator[ServerEvent]]) -> None:
        self._open = open
        self._listeners: set[_Listener] = set()
        self._reading: asyncio.Task[None] | None = None

    async def listen(self) -> AsyncGenerator[Notification]:
        """What is told from now on, until the server ends it; nothing that was told before. Raises the ``Upstream*`` errors.

        Close the generator to stop listening.
        """
        listener = _Listener()
        self._listeners.add(listener)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(), name="plex notifications")
        try:
            while True:
                await listener.arrived.wait()
                listener.arrived.clear()
                while listener.line:
                    yield listener.line.popleft()
                if listener.error is not None:
                    raise listener.error
                if listener.is_over:
                    return
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                await self.close()

    async def close(self) -> None:
        """End the stream, and with it everybody's listening."""
        reading, self._reading = self._reading, None
        if reading is not None and reading is not asyncio.current_task():
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self) -> None:
        error: Exception | None = None
        try:
            async with aclosing(self._open()) as events:
                async for event in events:
                    if (told := Notification.of(event)) is not None:
                        for listener in self._listeners:
                            listener.line.append(told)
                            listener.arrived.set()
        except LockgrooveError as failed:
            error = failed
        finally:
            if self._reading is asyncio.current_task():
                self._reading = None
            for listener in tuple(self._listeners):
                listener.error, listener.is_over = error, True
                listener.arrived.set()


class Follower:
    """Tells whoever asks again and again when something changed; opens a stream that broke again, later each time."""

    def __init__(self, notifications: Callable[[], Notifications]) -> None:
        self._notifications = notifications
        self._changed = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._asked_at = 0.0

    async def change(self, seconds: float) -> bool:
        """Return True as soon as what plays or what there is may be another, False after ``seconds``. Never raises: without a
        stream the time passes.
        """
        self._asked_at = asyncio.get_running_loop().time()
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow(), name="plex follower")
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True

    async def close(self) -> None:
        """Stop following."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    async def _follow(self) -> None:
        following = asyncio.create_task(self._follow_on())
        loop = asyncio.get_running_loop()
        try:
            while loop.time() - self._asked_at < _LINGER and not following.done():
                await asyncio.wait({following}, timeout=_LINGER)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _follow_on(self) -> None:
        pause = FIRST_PAUSE
        while True:
            with suppress(LockgrooveError):
                async with aclosing(self._notifications().listen()) as told:
                    async for each in told:
                        pause = FIRST_PAUSE
                        if each.is_change:
                            self._changed.set()
            log.debug("plex notifications ended", again_in=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
