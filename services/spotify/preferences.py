"""Which releases of artists are wanted in step (harmony-contract.md section 15)."""

from __future__ import annotations

from collections.abc import Sequence

from services.errors import InvalidInput
from storage import artist_preferences
from storage.engine import Storage
from storage.values import ArtistPreference, UserId


class Preferences:
    """The choices of every user. One outlives the release it is about: what vanishes on Spotify stays chosen."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def every(self, user_id: UserId) -> list[ArtistPreference]:
        """All of them, by artist id, then release id; those that say no are among them."""
        async with self._storage.read() as conn:
            return await artist_preferences.every(conn, user_id)

    async def of_artist(self, user_id: UserId, artist_id: str) -> dict[str, bool]:
        """What is chosen of one artist, by release id."""
        async with self._storage.read() as conn:
            return {
                each.release_id: each.selected for each in await artist_preferences.of_artist(conn, user_id, artist_id)
            }

    async def save(self, user_id: UserId, wanted: Sequence[ArtistPreference]) -> list[ArtistPreference]:
        """Keep these choices beside those there are, the first of several for one release; none at all forgets every
        choice. Returns all of them.

        Raises :class:`InvalidInput` for a blank id anywhere; then nothing is stored.
        """
        named = [ArtistPreference(each.artist_id.strip(), each.release_id.strip(), each.selected) for each in wanted]
        if not all(each.artist_id and each.release_id for each in named):
            raise InvalidInput("preferences", "artist_id and release_id must not be empty")
        async with self._storage.write() as conn:
            if named:
                await artist_preferences.put(conn, user_id, named)
            else:
                await artist_preferences.clear(conn, user_id)
            return await artist_preferences.every(conn, user_id)
