"""What is held: the tracks of Plex and of beets, read page by page and never all at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from services.beets import file
from services.beets.library import Beets
from services.beets.models import BeetsConfiguration, Shelf
from services.errors import NotConnected
from services.matching.music import Source, Track
from services.matching.sources import beets as of_beets
from services.plex.client import PAGE
from services.plex.connect import Plex
from services.plex.models import Item, Kind

_OF_BEETS = 500


async def in_plex(plex: Plex) -> AsyncGenerator[list[Track]]:
    """All tracks of the music libraries. Raises :class:`NotConnected` and the ``Upstream*`` errors: a library that is read in
    part would look as if the rest were missing.
    """
    client = await plex.client()
    for section in await plex.music():
        start, total = 0, 1
        while start < total:
            page = await client.items(section.key, Kind.TRACK, start, PAGE)
            if not page.rows:
                break
            yield [of_item(each) for each in page.rows]
            start, total = page.offset + len(page.rows), page.total


def of_item(item: Item) -> Track:
    """A track of Plex as the matching sees it (harmony-contract.md 18.3 names the artist of the album first)."""
    album_artists = (item.grandparent_title,) if item.grandparent_title else ()
    own = (item.original_title,) if item.original_title else album_artists
    return Track(
        item.title, own, item.parent_title, album_artists, item.duration, item.year, item.index, item.disc,
        source=Source.PLEX, key=item.key,
    )  # fmt: skip


async def has_beets(beets: Beets) -> bool:
    """Whether there is a beets at all. Raises :class:`BeetsFailed` where there is one that does not work."""
    try:
        await beets.version()
    except NotConnected:
        return False
    return True


async def in_beets(beets: Beets) -> AsyncGenerator[list[Track]]:
    """All tracks of the library of beets. Raises :class:`NotConnected` and :class:`BeetsFailed`."""
    known = await beets.where()
    after = 0
    while (page := await asyncio.to_thread(_page, known, after)) is not None:
        if not page:
            return
        yield [each for _, each in page]
        after = page[-1][0]
    ids = await beets.ids("", Shelf.TRACKS)  # the file cannot be read: beets itself tells, slowly
    for start in range(0, len(ids), _OF_BEETS):
        entries = await beets.entries(ids[start : start + _OF_BEETS])
        yield [_of(each.id, each.title, each.artist, each.album, each.length) for each in entries]


def _page(known: BeetsConfiguration, after: int) -> list[tuple[int, Track]] | None:
    rows = file.tracks(known.library, after, _OF_BEETS)
    return None if rows is None else [(row[0], of_beets.track(_document(row))) for row in rows]


def _document(row: Sequence[object]) -> dict[str, object]:
    return dict(zip(file.TRACK_FIELDS, row, strict=True))


def _of(id: int, title: str, artist: str, album: str, length: str) -> Track:
    told = {"id": id, "title": title, "artist": artist, "album": album, "length": length}
    return of_beets.track(told)
