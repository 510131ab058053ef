"""Asking one slskd: what every group of its calls shares (slskd-api.md 1, 2, 15)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from urllib.parse import quote

from pydantic_core import from_json

from services.errors import InvalidInput, UpstreamError, UpstreamNotFound, UpstreamRateLimited
from services.soulseek.models import Json, an_object
from services.soulseek.versions import Features
from services.upstream import Answer, Clock, Take, Timeouts, Upstream

T = TypeVar("T")

USUAL = Timeouts(connect=5, read=15, total=20)
POSITION = Timeouts(connect=5, read=20, total=20)
ENQUEUE = Timeouts(connect=5, read=90, total=90)
"""slskd connects to the user before it answers."""
BROWSE = Timeouts(connect=5, read=120, total=180)
_BUSY_TRIES = 8
_LONGEST_PAUSE = 4.0


class Calls:
    """One connection to one slskd. ``clock`` is where waiting is done; tests bring their own."""

    def __init__(self, api: Upstream, clock: Clock) -> None:
        self.api = api
        self.clock = clock
        self._features: Features | None = None
        self._learning = asyncio.Lock()

    async def features(self) -> Features:
        """What this slskd can do: its version is asked once, and again after the connection was lost."""
        async with self._learning:
            if self._features is None:
                try:
                    said = (await self.ask("GET", "/application/version", "tell its version")).document
                except UpstreamNotFound:
                    said = ""
                self._features = Features.of(said if isinstance(said, str) else "")
            return self._features

    def has_no_batches(self) -> None:
        """This build says that it is new enough, and does not know batches."""
        if self._features:
            self._features = self._features.without_batches

    async def ask(
        self,
        method: str,
        path: str,
        action: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        within: Timeouts = USUAL,
        repeatable: bool | None = None,
        parse: bool = True,
        take: Take | None = None,
        size_limit: int | None = None,
    ) -> Answer:
        """One request; ``action`` says in words what is tried. Raises the ``Upstream*`` errors with their ``code``."""
        try:
            return await self.api.request(
                method,
                path,
                action=action,
                params=params,
                json=json,
                within=within,
                repeatable=repeatable,
                parse=parse,
                take=take,
                size_limit=size_limit,
            )
        except UpstreamError as error:
            if error.status is None:
                self._features = None  # it may be another version that comes back
            raise

    async def an_object(self, path: str, action: str, *, within: Timeouts = USUAL, repeatable: bool = True) -> Json:
        """Ask for an object; anything else is an empty one."""
        return an_object((await self.ask("GET", path, action, within=within, repeatable=repeatable)).document)

    async def patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask again, a little later each time, while slskd is busy with another request of the kind (429)."""
        for number in range(_BUSY_TRIES - 1):
            try:
                return await ask()
            except UpstreamRateLimited:
                await self.clock.sleep(min(_LONGEST_PAUSE, 0.25 * 2**number) * random.uniform(0.7, 1.3))
        return await ask()


def segment(name: str, field: str = "username") -> str:
    """A name as one segment of a path, percent-encoded once (slskd-api.md 5.2). Raises :class:`InvalidInput`."""
    if not name or name in (".", ".."):
        raise InvalidInput(field, "That is no name of a Soulseek user." if field == "username" else "That is no id.")
    return quote(name, safe="")


def document_in(body: bytes) -> Json:
    """The object that a small body holds; empty for anything else, and for nothing."""
    try:
        return an_object(from_json(body))
    except ValueError:
        return {}
