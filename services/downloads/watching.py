"""The downloads folder: what is in it, and being told when something changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from pathlib import Path

import structlog
from watchfiles import awatch  # pyright: ignore[reportUnknownVariableType]

from services.beets.grounds import Music, look, units
from services.errors import InvalidInput

log = structlog.stdlib.get_logger(__name__)

_MOST_UNITS = 5_000
_DEBOUNCE = 800
"""Milliseconds for which changes are gathered."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds. ``quiet``: how long nothing must have changed in a folder until it counts as whole; ``told``: the same where
    the queue said that it is; ``look``: between two looks while something is on its way; ``idle``: while nothing is.
    """

    quiet: float = 30.0
    told: float = 2.0
    look: float = 2.0
    idle: float = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the downloads folder. ``settled`` are those in which nothing moves any more."""

    music: dict[str, Music]
    settled: frozenset[str]


class Watch:
    """Looks at a folder again and again and remembers since when each album in it has been as it is."""

    def __init__(self, rhythm: Rhythm) -> None:
        self._rhythm = rhythm
        self._since: dict[str, tuple[str, float]] = {}

    def look(self, folder: Path, told: Collection[str]) -> Seen:
        """What is in ``folder`` now; reads the disk, so call it in a thread. ``told`` are the folders of which somebody
        said that they are whole. Raises :class:`OSError`.
        """
        music: dict[str, Music] = {}
        settled: set[str] = set()
        now, clock = time.time(), time.monotonic()
        for unit in units(folder)[:_MOST_UNITS]:
            try:
                found = look(unit)
            except (OSError, InvalidInput) as error:  # gone again, or no album
                log.info("a folder in the downloads folder is left out", error=str(error))
                continue
            if not found.files:
                continue
            key = str(unit)
            music[key] = found
            signs = f"{found.stamp} {found.newest}"
            if self._since.get(key, ("", 0.0))[0] != signs:
                self._since[key] = signs, clock
            quiet = self._rhythm.told if key in told else self._rhythm.quiet
            is_old = now - found.newest >= 0 and now - found.newest >= quiet
            if not found.is_unfinished and (is_old or clock - self._since[key][1] >= quiet):
                settled.add(key)
        self._since = {key: since for key, since in self._since.items() if key in music}
        return Seen(music, frozenset(settled))


async def changes(folder: Path, stop: asyncio.Event) -> AsyncGenerator[None]:
    """Comes back whenever something below ``folder`` changed, until ``stop`` is set. Where that cannot be told (a network
    disk, too many folders) it never does.
    """
    try:
        async for _ in awatch(folder, stop_event=stop, debounce=_DEBOUNCE, recursive=True):
            yield
    except (OSError, RuntimeError) as error:
        log.warning("the downloads folder is looked at from time to time only", error=str(error))
        await stop.wait()
