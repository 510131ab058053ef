"""Playlists: those that are kept, and one read anew."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

from services.errors import NotFound, UpstreamError
from services.events import Events, SpotifyChanged
from services.spotify.client import SpotifyClient
from services.spotify.connect import Spotify
from services.spotify.facts import item_of, playlist_of
from services.spotify.library import read_items
from services.spotify.models import Playlist as PlaylistTold
from services.spotify.models import PlaylistRow
from storage import playlist_items, playlists
from storage.engine import Storage
from storage.values import ItemQuery, ItemsState, Playlist, PlaylistItem, PlaylistQuery, UserId

PAGE = 50
"""Rows of a playlist that Spotify answers at once (spotify-api.md 2.11)."""


class Playlists:
    """The playlists of every user. Lists come from the library; Spotify is asked for one playlist at a time."""

    def __init__(self, spotify: Spotify, storage: Storage, events: Events) -> None:
        self._spotify = spotify
        self._storage = storage
        self._events = events

    async def every(self, user_id: UserId) -> list[Playlist]:
        """All that are kept, the last changed first; asks nobody."""
        async with self._storage.read() as conn:
            return await playlists.every(conn, user_id)

    async def order(self, user_id: UserId, query: PlaylistQuery) -> array[int]:
        """The keys of the playlists that ``query`` asks for, in its order."""
        async with self._storage.read() as conn:
            return await playlists.order(conn, user_id, query)

    async def some(self, user_id: UserId, pks: Sequence[int]) -> list[Playlist]:
        """These playlists, in the order given."""
        async with self._storage.read() as conn:
            return await playlists.some(conn, user_id, pks)

    async def get(self, user_id: UserId, playlist_id: str) -> Playlist | None:
        """A kept playlist; None where it was never listed."""
        async with self._storage.read() as conn:
            return await playlists.get(conn, user_id, playlist_id)

    async def item_order(self, user_id: UserId, query: ItemQuery) -> array[int]:
        """The keys of the kept items that ``query`` asks for, in the playlist's order."""
        async with self._storage.read() as conn:
            return await playlist_items.order(conn, query) if await self._is_theirs(user_id, query) else array("q")

    async def some_items(self, user_id: UserId, query: ItemQuery, pks: Sequence[int]) -> list[PlaylistItem]:
        """These kept items of one playlist, in the order given."""
        async with self._storage.read() as conn:
            if not await self._is_theirs(user_id, query):
                return []
            return await playlist_items.some(conn, query.playlist_pk, pks)

    async def rows(
        self, user_id: UserId, playlist_id: str, *, limit: int, offset: int
    ) -> tuple[list[PlaylistRow], int]:
        """Rows of a playlist as Spotify has them now, and how many there are; asked for page by page.

        Raises :class:`NotConnected` and what Spotify answers.
        """
        client = (await self._spotify.client(user_id)).interactive
        found: list[PlaylistRow] = []
        async with self._spotify.watched(user_id):
            while True:
                page = await client.playlist_items(
                    playlist_id, offset + len(found), limit=min(PAGE, limit - len(found))
                )
                found += page.items
                total = page.total or 0
                if len(found) >= limit or not page.items or offset + len(found) >= total:
                    return found[:limit], total

    async def refresh(self, user_id: UserId, playlist_id: str) -> Playlist:
        """Read a kept playlist anew, with its items where its snapshot is another than theirs; as it is kept then.

        Raises :class:`NotFound`, :class:`NotConnected` and what Spotify answers.
        """
        held = await self.get(user_id, playlist_id)
        if held is None:
            raise NotFound("That playlist is not among yours.", "Sync first, then try again.")
        client = (await self._spotify.client(user_id)).interactive
        async with self._spotify.watched(user_id):
            return await self.read(client, user_id, held)

    async def read(self, client: SpotifyClient, user_id: UserId, held: Playlist, *, anew: bool = False) -> Playlist:
        """The same with a client at hand; ``anew`` reads the items in any case."""
        told, held = await self.look(client, user_id, held)
        if anew or not held.is_current:
            first = [item_of(row) for row in told.items.items] if told.items else []
            found = (
                first if told.items and first and len(first) >= (told.total or 0) else await read_items(client, held)
            )
            async with self._storage.write() as conn:
                if found is None:
                    await playlist_items.note_not_accessible(conn, held.pk)
                else:
                    await playlist_items.replace(conn, held.pk, found, held.snapshot_id)
            held = await self._again(user_id, held)
        self._events.publish(SpotifyChanged(user_id))
        return held

    async def look(self, client: SpotifyClient, user_id: UserId, held: Playlist) -> tuple[PlaylistTold, Playlist]:
        """What Spotify says of a kept playlist now, with one request; its name, number and snapshot are kept."""
        told = await client.playlist(held.playlist_id)
        me = told.owner.id if held.is_own else ""
        listed = playlist_of(told, me=me, position=held.position, total=held.track_count)
        listed = replace(listed, playlist_id=held.playlist_id)
        if held.removed_at is None:
            async with self._storage.write() as conn:
                await playlists.keep_listed(conn, user_id, [listed])
        return told, await self._again(user_id, held)

    async def _again(self, user_id: UserId, held: Playlist) -> Playlist:
        return await self.get(user_id, held.playlist_id) or held

    async def _is_theirs(self, user_id: UserId, query: ItemQuery) -> bool:
        async with self._storage.read() as conn:
            return bool(await playlists.some(conn, user_id, [query.playlist_pk]))


def why_not_editable(held: Playlist) -> str:
    """Why nothing can be changed in a playlist, empty where it can."""
    if held.removed_at is not None:
        return "It is not in your Spotify library any more."
    if not held.is_editable:
        return f"It belongs to {held.owner_name or 'somebody else'}; only its owner and collaborators can change it."
    if held.items_state is ItemsState.NOT_ACCESSIBLE:
        return "Spotify does not show this app what is in it."
    return ""


def is_lost(error: UpstreamError) -> bool:
    """Whether a write may have been carried out although there was no (usable) answer."""
    return error.status is None or error.status >= 500
