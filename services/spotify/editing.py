"""Changing playlists on Spotify; what is kept follows each change (spotify-api.md 2.12 to 2.14).

Nothing is written over that somebody else changed meanwhile: where the snapshot on Spotify is another than the one that
was looked at, the playlist is read anew and the change is not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import structlog

from services.errors import Conflict, InvalidInput, UpstreamError
from services.events import Events, SpotifyChanged
from services.spotify.addresses import LOCAL, playable_uris
from services.spotify.client import MOST_URIS, SpotifyClient
from services.spotify.connect import Spotify
from services.spotify.facts import item_of
from services.spotify.playlists import PAGE, Playlists, is_lost, why_not_editable
from storage import playlist_items
from storage.engine import Storage
from storage.values import NewItem, Playlist, UserId

log = structlog.get_logger(__name__)


class PlaylistChanged(Conflict):
    """The playlist is another on Spotify than the one that was looked at; it was read anew and nothing was sent."""

    kind = "playlist_changed"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}” was changed on Spotify meanwhile. It was read anew; your change was not sent.",
            "Look at it as it is now, then do it again.",
        )


class NotEditable(Conflict):
    """Nothing can be changed in this playlist."""

    kind = "not_editable"


@dataclass(frozen=True, slots=True)
class Edited:
    """What a change did: how many items, and the playlist's snapshot then."""

    count: int
    snapshot_id: str


@dataclass(frozen=True, slots=True)
class _At:
    """A playlist as Spotify has it; ``held`` is the kept one where its items are those of the same snapshot."""

    playlist_id: str
    name: str
    total: int
    snapshot_id: str
    held: Playlist | None = None

    @classmethod
    def of(cls, kept: Playlist) -> Self:
        held = kept if kept.is_current else None
        return cls(kept.playlist_id, kept.name, kept.track_count, kept.snapshot_id, held)


class Editing:
    """Adds, removes and moves. ``seen`` is the snapshot that whoever asks is looking at; None where they do not say: the
    change is then made to the playlist as it is.

    Raises :class:`NotConnected`, what Spotify answers, :class:`NotEditable` and :class:`PlaylistChanged`.
    """

    def __init__(self, spotify: Spotify, playlists: Playlists, storage: Storage, events: Events) -> None:
        self._spotify = spotify
        self._playlists = playlists
        self._storage = storage
        self._events = events

    async def occurrences(self, user_id: UserId, playlist_id: str, uris: Sequence[str]) -> dict[str, int]:
        """How often each URI stands in the kept playlist: removing it takes all of these."""
        held = await self._playlists.get(user_id, playlist_id)
        if held is None:
            return {}
        async with self._storage.read() as conn:
            return await playlist_items.occurrences(conn, held.pk, uris)

    async def add(
        self,
        user_id: UserId,
        playlist_id: str,
        uris: Sequence[str],
        position: int | None = None,
        seen: str | None = None,
    ) -> Edited:
        """Add tracks or episodes (ids, URIs or links) in this order, at the end or before the item at ``position``.

        Raises :class:`InvalidInput` for what cannot be added. What is there already is added again.
        """
        wanted = playable_uris(uris)
        client = await self._client(user_id)
        async with self._spotify.watched(user_id):
            at = await self._looked_at(client, user_id, playlist_id, seen)
            place = at.total if position is None else position
            if not 0 <= place <= at.total:
                raise InvalidInput("position", f"There is no position {place}; the playlist has {at.total} items.")
            for start in range(0, len(wanted), MOST_URIS):
                at = await self._add(client, user_id, at, wanted[start : start + MOST_URIS], place + start)
        return Edited(len(wanted), at.snapshot_id)

    async def remove(self, user_id: UserId, playlist_id: str, uris: Sequence[str], seen: str | None = None) -> Edited:
        """Remove tracks or episodes by the URIs that the playlist has of them: all occurrences of each go.

        Raises :class:`InvalidInput` for local files, which can only be removed in Spotify's own apps.
        """
        wanted = list(dict.fromkeys(playable_uris(uris)))
        client = await self._client(user_id)
        async with self._spotify.watched(user_id):
            at = await self._looked_at(client, user_id, playlist_id, seen)
            before = at.total
            for start in range(0, len(wanted), MOST_URIS):
                part = wanted[start : start + MOST_URIS]
                snapshot = await client.remove_items(at.playlist_id, part, at.snapshot_id or None)
                if not snapshot or at.held is None:
                    at = await self._at(client, user_id, at)
                    continue
                async with self._storage.write() as conn:
                    gone = await playlist_items.remove(conn, at.held.pk, part, snapshot)
                at = await self._followed(user_id, at, snapshot, at.total - gone)
            if at.held is not None:
                at = await self._checked(client, user_id, at)
        return Edited(before - at.total, at.snapshot_id)

    async def move(
        self, user_id: UserId, playlist_id: str, start: int, before: int, length: int = 1, seen: str | None = None
    ) -> Edited:
        """Move ``length`` items from ``start`` on so that they precede the one that is at ``before`` now (the number of
        items: to the end). What Spotify has then is looked at once; where it is another order, it is read anew.
        """
        client = await self._client(user_id)
        async with self._spotify.watched(user_id):
            at = await self._looked_at(client, user_id, playlist_id, seen)
            if length < 1 or not (start >= 0 and start + length <= at.total and 0 <= before <= at.total):
                raise InvalidInput(
                    "range_start",
                    f"There is no such place: the playlist has {at.total} items, counted from 0.",
                )
            if start <= before <= start + length:
                return Edited(0, at.snapshot_id)
            try:
                snapshot = await client.reorder(at.playlist_id, start, before, length, at.snapshot_id or None)
            except UpstreamError as error:
                if not is_lost(error):
                    raise
                log.warning("move_without_answer", error=error.message)
                snapshot = ""
            if not snapshot or at.held is None:
                at = await self._at(client, user_id, at)
                return Edited(length, at.snapshot_id)
            async with self._storage.write() as conn:
                await playlist_items.move(conn, at.held.pk, start, before, length, snapshot)
            at = await self._followed(user_id, at, snapshot, at.total)
            await self._verify(client, user_id, at, before if before < start else before - length)
        return Edited(length, at.snapshot_id)

    # -- one step -----------------------------------------------------------------------------------------------------

    async def _client(self, user_id: UserId) -> SpotifyClient:
        return (await self._spotify.client(user_id)).interactive

    async def _looked_at(self, client: SpotifyClient, user_id: UserId, playlist_id: str, seen: str | None) -> _At:
        """The playlist as Spotify has it now. Raises :class:`PlaylistChanged` where that is not what was ``seen``."""
        before = await self._playlists.get(user_id, playlist_id)
        if before is None:
            told = await client.playlist(playlist_id)
            return _At(playlist_id, told.name, told.total or 0, told.snapshot_id)
        if why := why_not_editable(before):
            raise NotEditable(f"“{before.name}” cannot be changed. {why}")
        _, now = await self._playlists.look(client, user_id, before)
        if seen is not None and now.snapshot_id != seen:
            await self._playlists.read(client, user_id, now)
            raise PlaylistChanged(now.name)
        return _At.of(now)

    async def _at(self, client: SpotifyClient, user_id: UserId, at: _At) -> _At:
        """How the playlist is after a change that was not followed: read anew where its items are kept."""
        if at.held is not None:
            return _At.of(await self._playlists.read(client, user_id, at.held, anew=True))
        known = await self._playlists.get(user_id, at.playlist_id)
        if known is not None:
            _, now = await self._playlists.look(client, user_id, known)
            self._events.publish(SpotifyChanged(user_id))
            return _At.of(now)
        told = await client.playlist(at.playlist_id)
        return _At(at.playlist_id, told.name, told.total or 0, told.snapshot_id)

    async def _add(self, client: SpotifyClient, user_id: UserId, at: _At, uris: Sequence[str], place: int) -> _At:
        """Add at most 100, and keep the rows that Spotify shows then. Raises :class:`PlaylistChanged` where no answer came
        and somebody else is at the same playlist, so that nobody can tell whether they were added.
        """
        snapshot = await self._send(client, at, uris, None if place == at.total else place)
        if snapshot and at.held is None:
            return await self._at(client, user_id, at)
        rows = await self._rows(client, at.playlist_id, place, len(uris))
        is_there = [row.playable.uri for row in rows] == list(uris)
        if snapshot and not is_there and (await client.playlist(at.playlist_id)).snapshot_id == snapshot:
            # Nobody else was at it: Spotify shows other copies of these recordings, and removes by what was added.
            rows = [replace(row, playable=replace(row.playable, uri=uri)) for row, uri in zip(rows, uris, strict=False)]
            is_there = len(rows) == len(uris)
        if is_there and at.held is not None and snapshot:
            async with self._storage.write() as conn:
                await playlist_items.add(conn, at.held.pk, rows, place, snapshot)
            return await self._followed(user_id, at, snapshot, at.total + len(uris))
        now = await self._at(client, user_id, at)
        if not is_there and not snapshot:
            raise PlaylistChanged(at.name)
        return now

    async def _send(self, client: SpotifyClient, at: _At, uris: Sequence[str], position: int | None) -> str:
        """Add, and where no answer came look before it is tried once more: what is added twice stays twice. The snapshot
        then; empty where the playlist did change and nobody said by what.
        """
        try:
            return await client.add_items(at.playlist_id, uris, position)
        except UpstreamError as error:
            if not is_lost(error):
                raise
            log.warning("add_without_answer", error=error.message)
        if (await client.playlist(at.playlist_id)).snapshot_id != at.snapshot_id:
            return ""
        return await client.add_items(at.playlist_id, uris, position)

    async def _rows(self, client: SpotifyClient, playlist_id: str, start: int, count: int) -> list[NewItem]:
        found: list[NewItem] = []
        while len(found) < count:
            page = await client.playlist_items(playlist_id, start + len(found), limit=min(PAGE, count - len(found)))
            if not page.items:
                break
            found += [item_of(row) for row in page.items]
        return found[:count]

    async def _verify(self, client: SpotifyClient, user_id: UserId, at: _At, place: int) -> None:
        """Whether Spotify has the order that is kept, around the place that something was moved to."""
        if at.held is None:
            return
        start = max(0, place - PAGE // 2)
        there = [
            row.playable.uri for row in await self._rows(client, at.playlist_id, start, min(PAGE, at.total - start))
        ]
        async with self._storage.read() as conn:
            here = await playlist_items.page(conn, at.held.pk, limit=len(there), offset=start)
        if there != [each.playable.uri for each in here]:
            log.warning("order_differs_after_move", playlist=at.playlist_id)
            await self._playlists.read(client, user_id, at.held, anew=True)

    async def _checked(self, client: SpotifyClient, user_id: UserId, at: _At) -> _At:
        """How the playlist is after items were removed: Spotify keeps what it has under another URI than it shows
        (spotify-api.md 3.6), and says nothing.
        """
        told = await client.playlist(at.playlist_id)
        if told.total in (None, at.total):
            return at
        log.warning("removed_less_than_asked", playlist=at.playlist_id)
        return await self._at(client, user_id, at)

    async def _followed(self, user_id: UserId, at: _At, snapshot: str, total: int) -> _At:
        self._events.publish(SpotifyChanged(user_id))
        held = await self._playlists.get(user_id, at.playlist_id)
        return replace(at, snapshot_id=snapshot, total=total, held=held)


def is_local(uri: str | None) -> bool:
    """Whether this is a file on somebody's computer, which the API neither adds nor removes."""
    return bool(uri) and str(uri).startswith(LOCAL)
