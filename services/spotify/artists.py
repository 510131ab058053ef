"""Followed artists and what they released: asked for when somebody looks, kept with their age."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from services.errors import UpstreamError
from services.events import Events, SpotifyChanged
from services.spotify.client import SpotifyClient
from services.spotify.connect import Spotify
from services.spotify.facts import artist_of, release_of
from services.spotify.models import Album, Artist
from storage import artist_preferences, followed
from storage.engine import Storage
from storage.values import ArtistQuery, ArtistRelease, FollowedArtist, NewArtist, UserId

log = structlog.get_logger(__name__)

FRESH = timedelta(days=1)
"""How old the releases that are shown of an artist may be before Spotify is asked again."""
BEFORE_ALL = "0" * 22
"""An id before every other: where the first page is asked for without one, artists were lost (spotify-api.md 2.2)."""
MOST_PAGES = 400
"""Pages after which a list that never ends is left (spotify-api.md 6.6)."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A release as it is shown: one of the ids under which it is, and all of them, the shown one first.

    ``selected`` is whether any of them is wanted in step; ``is_gone`` that Spotify lists none of them any more.
    """

    release: ArtistRelease
    ids: tuple[str, ...]
    selected: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Discography:
    """The releases of one artist, newest first. ``read_at`` is when Spotify was asked, ``trouble`` why it could not be
    asked just now.
    """

    artist_id: str
    editions: tuple[Edition, ...] = ()
    read_at: str | None = None
    trouble: str = ""


class Artists:
    """The followed artists of every user. Lists come from the library; Spotify is asked for one artist at a time."""

    def __init__(self, spotify: Spotify, storage: Storage, events: Events) -> None:
        self._spotify = spotify
        self._storage = storage
        self._events = events

    async def order(self, user_id: UserId, query: ArtistQuery) -> array[int]:
        """The keys of the followed artists that ``query`` asks for, in its order."""
        async with self._storage.read() as conn:
            return await followed.order(conn, user_id, query)

    async def some(self, user_id: UserId, pks: Sequence[int]) -> list[FollowedArtist]:
        """These artists, in the order given."""
        async with self._storage.read() as conn:
            return await followed.some(conn, user_id, pks)

    async def listed(self, user_id: UserId) -> list[Artist]:
        """All followed artists as Spotify tells them now; they are kept as well.

        Raises :class:`NotConnected` and what Spotify answers.
        """
        client = (await self._spotify.client(user_id)).interactive
        async with self._spotify.watched(user_id):
            told, is_complete = await _read_all(client)
        async with self._storage.write() as conn:
            await followed.keep(conn, user_id, [artist_of(each) for each in told])
            if is_complete:
                await followed.mark_unlisted_removed(conn, user_id, [each.id for each in told])
        self._events.publish(SpotifyChanged(user_id))
        return told

    async def releases(self, user_id: UserId, artist_id: str) -> list[Album]:
        """All albums, singles and compilations of an artist as Spotify tells them now, every id; they are kept as well.

        Raises :class:`NotConnected` and what Spotify answers.
        """
        client = (await self._spotify.client(user_id)).interactive
        async with self._spotify.watched(user_id):
            told = await read_releases(client, artist_id)
        async with self._storage.write() as conn:
            await followed.keep_releases(conn, user_id, artist_id, [release_of(each) for each in told])
        self._events.publish(SpotifyChanged(user_id))
        return told

    async def kept_discography(self, user_id: UserId, artist_id: str) -> Discography:
        """What is kept of an artist's releases, editions folded; asks nobody."""
        async with self._storage.read() as conn:
            kept = await followed.releases(conn, user_id, artist_id)
            chosen = {
                each.release_id
                for each in await artist_preferences.of_artist(conn, user_id, artist_id)
                if each.selected
            }
            artist = await followed.get(conn, user_id, artist_id)
        return Discography(artist_id, fold_editions(kept, chosen), artist.releases_at if artist else None)

    async def discography(self, user_id: UserId, artist_id: str, *, refresh: bool = False) -> Discography:
        """The releases of an artist, at most a day old; kept ones where Spotify cannot be asked, with the reason.

        Raises :class:`NotConnected` and what Spotify answers, only where nothing is kept.
        """
        kept = await self.kept_discography(user_id, artist_id)
        if not refresh and kept.read_at is not None and _age(kept.read_at) < FRESH:
            return kept
        try:
            await self.releases(user_id, artist_id)
        except UpstreamError as error:
            if kept.read_at is None:
                raise
            log.warning("old_releases_shown", artist=artist_id, read_at=kept.read_at, error=error.message)
            return Discography(artist_id, kept.editions, kept.read_at, f"{error.message} {error.hint}".strip())
        return await self.kept_discography(user_id, artist_id)


@dataclass(slots=True)
class _Group:
    members: list[ArtistRelease] = field(default_factory=list[ArtistRelease])


def fold_editions(kept: Sequence[ArtistRelease], chosen: set[str]) -> tuple[Edition, ...]:
    """Releases with the same group key as one, in the order of ``kept``; listed ones are shown before gone ones."""
    groups: dict[str, _Group] = {}
    for each in kept:
        groups.setdefault(each.group_key, _Group()).members.append(each)
    return tuple(
        Edition(
            release=members[0],
            ids=tuple(each.release_id for each in members),
            selected=any(each.release_id in chosen for each in members),
            is_gone=all(each.gone_at is not None for each in members),
        )
        for group in groups.values()
        for members in [sorted(group.members, key=lambda each: each.gone_at is not None)]
    )


async def read_followed(client: SpotifyClient) -> tuple[list[NewArtist], bool]:
    """All followed artists, and whether they are as many as Spotify says there are."""
    told, is_complete = await _read_all(client)
    return [artist_of(each) for each in told], is_complete


async def _read_all(client: SpotifyClient) -> tuple[list[Artist], bool]:
    found: dict[str, Artist] = {}
    total = await _walk(client, None, found)
    if len(found) < total:
        total = await _walk(client, BEFORE_ALL, found)
    if len(found) < total:
        log.info("followed_artists_short", found=len(found), total=total)
    return list(found.values()), len(found) >= total


async def _walk(client: SpotifyClient, after: str | None, found: dict[str, Artist]) -> int:
    """Follow the cursor from ``after`` on, adding to ``found``; returns how many Spotify says there are."""
    total, seen = 0, set[str]()
    for _ in range(MOST_PAGES):
        page = await client.followed_artists(after)
        named = {each.id: each for each in page.items if each is not None and each.id}
        found.update(named)
        total = page.total or 0
        is_new = not named.keys() <= seen
        seen |= named.keys()
        after = page.after
        if not after or not is_new:
            break
    return total


async def read_releases(client: SpotifyClient, artist_id: str) -> list[Album]:
    """All releases of an artist. Neither total nor the next page can be trusted (spotify-api.md 2.3): the end is an empty
    page, one without a new id, or one behind the total.
    """
    found: dict[str, Album] = {}
    offset = 0
    for _ in range(MOST_PAGES):
        page = await client.artist_releases(artist_id, offset=offset)
        named = {each.id: each for each in page.items if each is not None and each.id}
        is_new = not named.keys() <= found.keys()
        found.update(named)
        offset += len(page.items)
        if not is_new or offset >= (page.total or 0):
            break
    return list(found.values())


def _age(read_at: str) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(read_at)
