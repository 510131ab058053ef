"""The views of wishes, and what each asks for; on the services' loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.values.wishes import WatchedArtist, WatchedRelease, Wish, WishQuery, WishState
from tui.widgets.viewbar import View

if TYPE_CHECKING:
    from services.runtime import Runtime

WISHED, NEW, ARTISTS = "wishes", "new", "artists"
SHOWN = 2000
"""Wishes that are listed; the filter finds the others."""
FILTERS: tuple[WishState | None, ...] = (None, *WishState)
"""The states one key goes through; None is all."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What the three views show."""

    wishes: list[Wish]
    total: int
    releases: list[WatchedRelease]
    artists: list[WatchedArtist]

    @property
    def views(self) -> list[View]:
        return [
            View(WISHED, "Wishes", self.total),
            View(NEW, "New releases", len(self.releases)),
            View(ARTISTS, "Watched artists", len(self.artists)),
        ]


NOTHING = Lists([], 0, [], [])


async def read_lists(runtime: Runtime, query: WishQuery) -> Lists:
    """All three lists."""
    user = runtime.user.id
    wishes, total = await runtime.wishes.page(user, query, limit=SHOWN)
    releases, _ = await runtime.watched.releases(user, limit=500)
    return Lists(wishes, total, releases, await runtime.watched.artists(user))
