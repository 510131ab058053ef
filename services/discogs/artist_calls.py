"""What Discogs lists of an artist (discogs-api.md 4.2): albums once each, as masters, and releases that have none."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from services.tolerance import Text, as_list

from .calls import Calls
from .models import Pagination, Said
from .tolerance import Whole, Year

MAIN = "Main"
"""The role of what is the artist's own."""


class ListedRelease(Said):
    """One entry: a ``master`` (with its ``main_release``) or a ``release``. ``artist`` and ``title`` are text."""

    id: int
    type: Text = "release"
    role: Text = ""
    title: Text = ""
    artist: Text = ""
    year: Year = None
    main_release: Whole = 0
    format: Text = ""
    label: Text = ""

    @property
    def release_id(self) -> int:
        """A release that can be wanted."""
        return self.main_release if self.type == "master" and self.main_release else self.id


class ListedReleases(Said):
    pagination: Pagination
    releases: Annotated[tuple[ListedRelease, ...], BeforeValidator(as_list)] = ()


class ArtistCalls:
    """The calls under ``/artists``."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def newest(self, artist_id: int, per_page: int = 100) -> tuple[ListedRelease, ...]:
        """What came out last, the newest first; what has no year stands last and may not be among them."""
        page = await self._calls.get(
            ListedReleases,
            f"/artists/{artist_id}/releases",
            f"list what artist {artist_id} released",
            {"sort": "year", "sort_order": "desc", "per_page": per_page},
        )
        return page.releases
