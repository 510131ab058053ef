"""What Spotify says was played lately, taken in: one page, one transaction (spotify-api.md 2.18, 4.7)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from services.errors import LockgrooveError
from services.events import Events, PlaysChanged
from services.spotify.connect import Spotify
from services.spotify.images import cover
from services.spotify.models import PlayedItem, RecentPage, Track
from storage import play_intake, play_syncs, play_tracks, plays
from storage.engine import Storage
from storage.play_names import track_key
from storage.values import UserId
from storage.values.plays import Heard, PlayedAlbum, PlayedArtist, PlayedTrack, PlaySource

MOST = 50
"""Plays that Spotify hands out; what was before them it does not tell."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """What one look brought: plays that Spotify told of, those of them that are new here, and whether some may be
    missing between them and what was known before.
    """

    told: int
    new: int
    has_gap: bool = False


class RecentPlays:
    """Fetches what a listener played lately. Always all 50 and without a lower end: late offline plays are older than
    the last one known, and what is known is dropped by its key.
    """

    def __init__(self, spotify: Spotify, storage: Storage, events: Events) -> None:
        self._spotify = spotify
        self._storage = storage
        self._events = events

    async def fetch(self, user_id: UserId, *, found: Callable[[int], None] = lambda count: None) -> Received:
        """Ask Spotify for the user's last plays and store those that are new, all or none. ``found`` is told how many
        are not known here before they are stored.

        Raises :class:`NotConnected` and the ``Upstream*`` errors, the reason kept for the person to see.
        """
        async with self._storage.write() as conn:
            await play_syncs.begin(conn, user_id)
        try:
            client = await self._spotify.client(user_id)
            async with self._spotify.watched(user_id):
                page = await client.recently_played(limit=MOST)
        except LockgrooveError as error:
            async with self._storage.write() as conn:
                await play_syncs.failed(conn, user_id, error.message)
            raise
        received = await self._store(user_id, page, found)
        if received.new:
            self._events.publish(PlaysChanged(user_id))
        return received

    async def _store(self, user_id: UserId, page: RecentPage, found: Callable[[int], None]) -> Received:
        told = [each for each in map(_read, page.items) if each is not None]
        tracks = [play_tracks.prepared(track) for track, _ in told]
        heard = [each for _, each in told]
        async with self._storage.write() as conn:
            before = await plays.newest_at(conn, user_id, PlaySource.API)
            known = await plays.known(conn, user_id, [(each.at, each.track_key) for each in heard])
            fresh = {(each.at, each.track_key) for each in heard} - known
            found(len(fresh))
            stored = await play_intake.add(conn, user_id, heard, await play_tracks.keep(conn, tracks))
            gap = _gap(len(page.items), heard, known, before)
            if gap is not None:
                await play_syncs.add_gap(conn, user_id, *gap)
            await play_syncs.done(conn, user_id)
        if gap is not None:
            log.warning("plays may be missing", user=user_id, since=gap[0], until=gap[1])
        return Received(len(told), stored.new, gap is not None)


def _gap(count: int, heard: Sequence[Heard], known: set[tuple[int, str]], before: int | None) -> tuple[int, int] | None:
    """From when to when something may be missing: all that Spotify hands out is new, and newer than what was known."""
    if count < MOST or not heard or known or before is None:
        return None
    oldest = min(each.at for each in heard)
    return (before, oldest) if oldest > before else None


def _read(item: PlayedItem) -> tuple[PlayedTrack, Heard] | None:
    """A play as it is stored; None for what says neither when nor what."""
    track = item.track
    if track is None or item.played_at is None or not (track.id or track.name) or track.type not in ("", "track"):
        return None
    played = _track(track)
    context = item.context.uri if item.context else ""
    return played, Heard(track_key(played), item.played_at, PlaySource.API, context=context or None)


def _track(track: Track) -> PlayedTrack:
    album = track.album
    artists = tuple(PlayedArtist(each.name, each.id or None) for each in track.artists if each.name or each.id)
    return PlayedTrack(
        track.name,
        artists,
        PlaySource.API,
        track.id or None,
        None
        if album is None or not album.name
        else PlayedAlbum(
            album.name,
            album.artists[0].name if album.artists else (artists[0].name if artists else ""),
            album.id or None,
            album.album_type or None,
            album.release_date or None,
            album.total_tracks,
            cover(album.images),
        ),
        track.duration_ms,
        track.explicit,
        track.isrc or None,
    )


def now_ms() -> int:
    """This instant as plays count."""
    return int(time.time() * 1000)
