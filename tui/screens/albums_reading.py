"""What the shelf's page asks of the services."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from storage.errors import LockgrooveError
from storage.values import ReleaseId
from storage.values.shelf_albums import Decision, ShelfAlbum, ShelfPlace, ShelfSource
from tui.screens.albums_words import ShelfStanding, sought

if TYPE_CHECKING:
    from services.discogs.models import Release
    from services.runtime import Runtime
    from tui.app import LockgrooveApp

_BETWEEN = re.compile(r"[\s/\\|]+")
_SIGNS = '-–—[](){}<>"“”‘’,;:!?…&+*'
PATIENCE = 4.0
"""Seconds that Discogs has to tell how many tracks a record has, before the search goes without."""


async def standing(runtime: Runtime) -> ShelfStanding:
    """How the shelf stands; asks no service."""
    user_id = runtime.user.id
    counts = await runtime.shelf.counts(user_id)
    sources = tuple(await runtime.shelf.sources(user_id))
    connected = {each.source for each in sources if each.read_at and each.source is not ShelfSource.SPOTIFY}
    if runtime.plex.is_configured:
        connected.add(ShelfSource.PLEX)
    if (await runtime.plays.state(user_id)).connection.state not in ("unconfigured", "unauthenticated"):
        connected.add(ShelfSource.SPOTIFY)
    return ShelfStanding(counts, sources, frozenset(connected))


async def decide(runtime: Runtime, album: ShelfAlbum, place: ShelfPlace, decision: Decision) -> ShelfAlbum:
    """Say what a place of an album is; the album in which it is then."""
    return await runtime.shelf.decide(runtime.user.id, album.pk, place.source, place.key, decision)


async def whole(runtime: Runtime, pk: int) -> ShelfAlbum:
    """An album with its places. Raises :class:`NotFound`."""
    return await runtime.shelf.get(runtime.user.id, pk)


async def question(runtime: Runtime, pk: int) -> tuple[str, int | None]:
    """What to ask Soulseek for an album, and how many tracks it has where the shelf tells, or the release on Discogs."""
    from services.autosync.choosing import searched

    album = await whole(runtime, pk)
    tracks = album.tracks or await _tracks(runtime, album)
    return words_for(sought(album.artist, searched(album.title))), tracks


def words_for(text: str) -> str:
    """Words for Soulseek, which takes one that begins with a dash for one that must not be there; signs stand in no path."""
    return " ".join(word for each in _BETWEEN.split(text) if (word := each.strip(_SIGNS)))


async def _tracks(runtime: Runtime, album: ShelfAlbum) -> int | None:
    ids = [
        each.detail.get("discogsId") for each in album.places if each.source in (ShelfSource.RECORDS, ShelfSource.WANTS)
    ]
    release_id = next((ReleaseId(each) for each in ids if isinstance(each, int)), None)
    if release_id is None:
        return None
    release = await runtime.discogs.kept_release(release_id)
    if release is None:
        try:
            async with asyncio.timeout(PATIENCE):
                release = await runtime.discogs.release(runtime.user.id, release_id)
        except (LockgrooveError, TimeoutError):
            return None
    return track_count(release)


def track_count(release: Release) -> int | None:
    """How many tracks a release has: headings left out, the parts of one counted each."""
    return sum(len(each.sub_tracks) or 1 for each in release.tracklist if each.kind != "heading") or None


async def search_files(app: LockgrooveApp, pk: int) -> None:
    """Let Soulseek be searched for an album of the shelf."""
    try:
        text, tracks = await app.bridge.call(lambda runtime: question(runtime, pk))
    except LockgrooveError as error:
        app.say(error)
        return
    app.search_soulseek(text, tracks)
