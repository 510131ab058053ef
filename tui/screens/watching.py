"""The key that watches an artist, or watches them no more, from wherever an artist stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.runtime import Runtime


async def turn(runtime: Runtime, name: str, *, discogs_id: int | None = None, spotify_id: str | None = None) -> str:
    """Watch the artist, or no more if that was so; what was done, in words. On the services' loop."""
    user = runtime.user.id
    for each in await runtime.watched.artists(user):
        is_known_here = discogs_id is not None and each.discogs_id == discogs_id
        if is_known_here or (spotify_id is not None and each.spotify_id == spotify_id):
            await runtime.watched.remove(user, each.pk)
            return f"{each.name} is watched no more."
    artist, _ = await runtime.watched.add(user, name, discogs_id=discogs_id, spotify_id=spotify_id)
    return f"{artist.name} is watched: new releases are told, and listed under F6."
