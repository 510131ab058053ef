"""The ways of looking at plays, and how each is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from storage.values.plays import Play, Top, TopKind
from tui.text import clean
from tui.widgets.viewbar import View

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.spotify.plays import Period

TIMELINE, MISSED, RHYTHM = "timeline", "not_owned", "when"
VIEWS = (
    View(TIMELINE, "Timeline"),
    View(TopKind.ARTISTS, "Artists"),
    View(TopKind.ALBUMS, "Albums"),
    View(TopKind.TRACKS, "Tracks"),
    View(MISSED, "Not owned"),
    View(RHYTHM, "When"),
)
PERIODS = ("all", "4 weeks", "6 months", "year")
"""The values of :class:`services.spotify.plays.Period` in the order one key goes through, which is not imported here."""
SHOWN = 200
"""Lines of what was played most."""


def sought(chosen: Top | Play) -> str:
    """What to look for as a record: artist and album where there is one, else artist and title."""
    if isinstance(chosen, Play):
        return clean(f"{chosen.album_artist} {chosen.album or chosen.name}".strip())
    return clean(f"{chosen.artist_name} {chosen.name}".strip())


def period_of(name: str) -> Period:
    """The period of that name."""
    from services.spotify.plays import Period

    return Period(name)


def now() -> int:
    """This instant, as plays count."""
    from services.spotify.recent import now_ms

    return now_ms()


async def tops(runtime: Runtime, view: str, period: Period, text: str) -> Sequence[Top]:
    """What a view of what was played most shows."""
    if view == MISSED:
        return await runtime.plays.not_owned(runtime.user.id, period, text=text, limit=SHOWN)
    return await runtime.plays.top(runtime.user.id, TopKind(view), period, text=text, limit=SHOWN)
