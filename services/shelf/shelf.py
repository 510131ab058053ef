"""The door to the shelf: pages, windows and counts of albums with their places, what a person decides, and its refresh."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.errors import InvalidInput, NotFound
from services.events import Events, ShelfChanged
from services.jobs import Jobs
from services.shelf.job import SHELF
from services.shelf.weaving import weave
from storage import shelf_albums, shelf_albums_deciding
from storage.engine import Storage
from storage.listed import CHUNK
from storage.values import Decision, Job, ShelfAlbum, ShelfCounts, ShelfQuery, ShelfSource, SourceState, UserId

__all__ = ["SHELF", "Shelf"]


class Shelf:
    """Everybody's own. Asks nobody: what it tells is what the last refresh found."""

    def __init__(self, storage: Storage, jobs: Jobs, events: Events) -> None:
        self._storage = storage
        self._jobs = jobs
        self._events = events

    async def page(
        self, user_id: UserId, query: ShelfQuery, *, limit: int = 50, offset: int = 0
    ) -> tuple[list[ShelfAlbum], int]:
        """A page (at most 500) of the albums that ``query`` asks for, with their places, and how many there are in all."""
        async with self._storage.read() as conn:
            found, count = await shelf_albums.page(conn, user_id, query, limit=min(limit, CHUNK), offset=offset)
            return await _with_places(conn, user_id, found), count

    async def order(self, user_id: UserId, query: ShelfQuery) -> array[int]:
        """The keys of all albums that ``query`` asks for, in its order."""
        async with self._storage.read() as conn:
            return await shelf_albums.order(conn, user_id, query)

    async def some(self, user_id: UserId, pks: Sequence[int]) -> list[ShelfAlbum]:
        """These albums in the order given, without their places; those that are gone are left out."""
        async with self._storage.read() as conn:
            return await shelf_albums.some(conn, user_id, pks)

    async def get(self, user_id: UserId, album_id: int) -> ShelfAlbum:
        """One album with its places. Raises :class:`NotFound`."""
        async with self._storage.read() as conn:
            found = await _with_places(conn, user_id, await shelf_albums.some(conn, user_id, [album_id]))
        if not found:
            raise _no_such_album()
        return found[0]

    async def of(self, user_id: UserId, source: ShelfSource, keys: Sequence[str]) -> dict[str, ShelfAlbum]:
        """The albums to which these belong that ``source`` knows by ``keys``; without their places."""
        async with self._storage.read() as conn:
            return await shelf_albums.of(conn, user_id, source, keys)

    async def counts(self, user_id: UserId) -> ShelfCounts:
        """How many albums are where."""
        async with self._storage.read() as conn:
            return await shelf_albums.counts(conn, user_id)

    async def sources(self, user_id: UserId) -> list[SourceState]:
        """How each source stands that was read or tried for this user."""
        async with self._storage.read() as conn:
            return await shelf_albums.sources(conn, user_id)

    async def refresh(self, user_id: UserId) -> tuple[Job, bool]:
        """Bring the shelf together anew, or attach to the job that does so now (then True comes with it)."""
        return await self._jobs.start(SHELF, user_id)

    async def decide(
        self,
        user_id: UserId,
        album_id: int,
        source: ShelfSource,
        key: str,
        decision: Decision,
        *,
        to: int | None = None,
    ) -> ShelfAlbum:
        """A person says what this place of the album is; ``to`` is the album that it joins. Answers the album in which the place is
        then. Raises :class:`NotFound`, and :class:`InvalidInput` for a join without another album.
        """
        if (decision is Decision.JOIN) != (to is not None) or to == album_id:
            raise InvalidInput("to", "Joining needs another album, and nothing else has one.", "Send its id as `to`.")
        async with self._storage.write() as conn:
            pk = await shelf_albums_deciding.decide(conn, user_id, album_id, (source, key), decision, to)
        if pk is None:
            raise NotFound("There is no such place of an album on your shelf.", "`GET /api/shelf` lists them.")
        if decision is Decision.REJECT:
            await weave(self._storage, self._storage.write, user_id, [pk])
        self._events.publish(ShelfChanged(user_id))
        return await self.get(user_id, (await self.of(user_id, source, [key]))[key].pk)

    async def join(self, user_id: UserId, album_id: int, to: int) -> ShelfAlbum:
        """A person says that an album is the same as ``to``, in which all its places are then. Raises :class:`NotFound`, and
        :class:`InvalidInput` for an album that is to join itself.
        """
        if album_id == to:
            raise InvalidInput("to", "An album cannot join itself.", "Choose another one.")
        async with self._storage.write() as conn:
            if not await shelf_albums_deciding.join(conn, user_id, album_id, to):
                raise _no_such_album()
        self._events.publish(ShelfChanged(user_id))
        return await self.get(user_id, to)


async def _with_places(conn: AsyncConnection, user_id: UserId, found: list[ShelfAlbum]) -> list[ShelfAlbum]:
    places = await shelf_albums.places(conn, user_id, [each.pk for each in found])
    return [replace(each, places=tuple(places.get(each.pk, ()))) for each in found]


def _no_such_album() -> NotFound:
    return NotFound("There is no such album on your shelf.", "`GET /api/shelf` lists them.")
