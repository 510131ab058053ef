"""Pictures of artists, releases and playlists, from the servers that Spotify names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx

from services.covers import Covers
from services.errors import UpstreamError
from services.settings import Settings
from services.upstream import Limiters, Manners, Priority, Upstream

_MANNERS = Manners("Spotify images", 60, 30, "scdn.co", burst=4)
_HOMES = ("scdn.co", "spotifycdn.com")
_LARGEST = 15_000_000


class Pictures:
    """Kept on disk as covers are. Close it at the end.

    Addresses of pictures are good for a while only (spotify-api.md 3.9); one that has gone is simply not shown.
    """

    def __init__(self, settings: Callable[[], Settings], limiters: Limiters, *, cache_dir: Path) -> None:
        self._settings = settings
        first = settings()
        self._api = Upstream(
            "Spotify images",
            first.spotify_api_base,
            limiter=limiters.of(_MANNERS, first.spotify_api_base),
            headers={"User-Agent": first.discogs_user_agent},
            size_limit=_LARGEST,
        )
        self._covers = Covers("Spotify", cache_dir / "spotify", self._fetch)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def get(self, url: str | None) -> Path | None:
        """The file of a picture, None if there is none. Raises :class:`UpstreamError`; no credential is sent anywhere."""
        return await self._covers.get(url)

    async def _fetch(self, url: str) -> bytes:
        asked, base = httpx.URL(url), httpx.URL(self._settings().spotify_api_base)
        is_beside_api = (asked.scheme, asked.netloc) == (base.scheme, base.netloc)
        is_home = asked.scheme == "https" and any(
            asked.host == home or asked.host.endswith(f".{home}") for home in _HOMES
        )
        if not is_beside_api and not is_home:
            raise UpstreamError("Spotify", f"The picture is not on a server of Spotify ({asked.host or 'no host'}).")
        answer = await self._api.request(
            "GET", url, action="send a picture", priority=Priority.INTERACTIVE, wait_limit=30.0, parse=False
        )
        return answer.content
