"""The programs on the person's own machines, Plex, slskd and beets: what sets them up, and what they say when asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Daemon:
    """One of them: its title, and the settings that it cannot do without."""

    title: str
    needs: tuple[str, ...]


DAEMONS = {
    "plex": Daemon("Plex", ("PLEX_BASE_URL", "PLEX_TOKEN")),
    "soulseek": Daemon("Soulseek", ("SLSKD_URL", "SLSKD_API_KEY")),
    "beets": Daemon("beets", ()),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one of them said. ``hint`` is what to do where it is not ``well``."""

    well: bool
    said: str
    hint: str = ""


async def ask(runtime: Runtime, name: str) -> Verdict:
    """Ask one of :data:`DAEMONS` how it is; on the services' loop. Never raises for its own trouble."""
    match name:
        case "plex":
            plex = await runtime.plex.status()
            if not plex.is_connected:
                return Verdict(False, plex.problem, plex.hint)
            held = plex.library
            said = "answers"
            if held is not None:
                said += f": {number(held.artists)} artists, {number(held.albums)} albums, {number(held.tracks)} tracks"
            return Verdict(True, said)
        case "soulseek":
            slskd = await runtime.soulseek.status()
            if slskd.ready:
                return Verdict(True, f"slskd {slskd.version} answers and is logged in")
            return Verdict(False, slskd.message, slskd.hint)
        case _:
            beets = await runtime.beets.status()
            return Verdict(beets.is_ready, f"version {beets.version.text}" if beets.version else beets.message)
