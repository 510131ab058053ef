"""Searching Spotify for so many hits, however few it puts on a page."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from services.spotify.client import SpotifyClient

Wanted: TypeAlias = Literal["track", "artist", "album"]


async def hits(client: SpotifyClient, query: str, kind: Wanted, most: int = 20) -> list[dict[str, Any]]:
    """The first ``most`` tracks, artists or albums, as Spotify tells them. Raises :class:`NotConnected` and the ``Upstream*``
    errors.
    """
    found: list[dict[str, Any]] = []
    seen = 0
    while len(found) < most:
        answer = await client.search(query, [kind], offset=seen, limit=most)
        page = {"track": answer.tracks, "artist": answer.artists, "album": answer.albums}[kind]
        if page is None or not page.items:
            break
        found += [each.given for each in page.items if each is not None]
        seen += len(page.items)
        if not page.next:
            break
    return found[:most]
