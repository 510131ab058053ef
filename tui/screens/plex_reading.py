"""The lists of the page of Plex, and how the services are asked for their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.table.paged import Ask, Part
from tui.table.plex import PlexLine
from tui.widgets.viewbar import View

if TYPE_CHECKING:
    from services.plex.client import PlexClient
    from services.plex.models import Item, Played, Playlist, Section, Session
    from services.plex.totals import LibraryTotals
    from services.runtime import Runtime

PLAYING, ARTISTS, ALBUMS, TRACKS = "playing", "artists", "albums", "tracks"
PLAYLISTS, HISTORY, LIBRARIES = "playlists", "history", "libraries"
TOPS = (PLAYING, ARTISTS, ALBUMS, TRACKS, PLAYLISTS, HISTORY, LIBRARIES)
TITLES = ("Playing", "Artists", "Albums", "Tracks", "Playlists", "History", "Libraries")
SORTED = {ARTISTS: 8, ALBUMS: 9, TRACKS: 10}
"""The lists that can be sorted and narrowed, with Plex's number for what is in them."""
SORTS = {"title": "titleSort", "added": "addedAt", "rating": "userRating", "plays": "viewCount", "year": "year"}
ORDERS = {
    ARTISTS: ("title", "added", "rating", "plays"),
    ALBUMS: ("title", "year", "added", "rating"),
    TRACKS: ("title", "rating", "plays"),
}
DESCENDING_FIRST = frozenset({"added", "rating", "plays", "year"})
LIVE = 4.0
"""Seconds after which what plays is looked at again, if Plex does not say before that it changed."""
_OPEN = {"artist": "artist", "album": "album", "playlist": "playlist"}


@dataclass(frozen=True)
class Place:
    """A list that is shown: one of :data:`TOPS`, or what is in an ``artist``, ``album`` or ``playlist`` (with its ``key``)."""

    list: str
    key: str = ""
    title: str = ""
    text: str = ""
    sort: str = "title"
    descending: bool = False


@dataclass(frozen=True)
class PlexState:
    """How Plex is: what is set, what answered. ``problem`` is why nothing did."""

    is_configured: bool
    sections: Sequence[Section] = ()
    totals: LibraryTotals | None = None
    problem: str = ""


def inside(line: PlexLine) -> Place | None:
    """The list that a row leads into, None where it leads nowhere."""
    return Place(_OPEN[line.kind], line.key, line.title) if line.kind in _OPEN and line.key else None


def views(totals: LibraryTotals | None) -> Sequence[View]:
    """The lists to choose from, with how many there are where that is known."""
    counts = {} if totals is None else {ARTISTS: totals.artists, ALBUMS: totals.albums, TRACKS: totals.tracks}
    return [View(key, title, counts.get(key)) for key, title in zip(TOPS, TITLES, strict=True)]


async def client(runtime: Runtime) -> PlexClient:
    """The client, for the owner: Plex is theirs."""
    from services.errors import OwnersOnly

    if runtime.user.id != runtime.owner.id:
        raise OwnersOnly("Plex belongs to the owner of this installation.", "LOCKGROOVE_USER names somebody else.")
    return (await runtime.plex.client()).interactive


async def look(runtime: Runtime) -> PlexState:
    """How Plex is. Raises what asking raises."""
    if not runtime.plex.is_configured:
        return PlexState(is_configured=False)
    await client(runtime)
    return PlexState(True, await runtime.plex.music(), await runtime.plex.statistics())


def ask_for(place: Place, section: str) -> Ask[PlexLine]:
    """How the rows of a list are asked for; ``section`` is the music library that is looked at."""

    async def ask(runtime: Runtime, start: int, size: int) -> Part[PlexLine]:
        from services.plex.models import Kind

        plex = await client(runtime)
        match place.list:
            case "artists" | "albums" | "tracks":
                sort = SORTS[place.sort] + (":desc" if place.descending else "")
                filters: dict[str, str | int] = {"title": place.text} if place.text else {}
                kind = Kind(SORTED[place.list])
                found = await plex.items(section, kind, start, size, sort=sort, filters=filters)
            case "artist":
                found = await plex.items(
                    section, Kind.ALBUM, start, size, sort="year:desc", filters={"artist.id": place.key}
                )
            case "album":
                found = await plex.children(place.key, start, size)
            case "playlist":
                found = await plex.playlist_items(place.key, start, size)
            case "playlists":
                lists = await plex.playlists(start, size)
                return Part([_playlist(lists.offset + n, each) for n, each in enumerate(lists.rows, 1)], lists.total)
            case "history":
                played = await plex.history(start, size, section=section)
                return Part([_played(played.offset + n, each) for n, each in enumerate(played.rows, 1)], played.total)
            case _:
                sections = await runtime.plex.music()
                return Part([_section(n, each) for n, each in enumerate(sections, 1)], len(sections))
        return Part([item_line(found.offset + n, each) for n, each in enumerate(found.rows, 1)], found.total)

    return ask


async def playing(runtime: Runtime) -> list[PlexLine]:
    """What plays now, music before all else."""
    sessions = await (await client(runtime)).sessions()
    sessions.sort(key=lambda each: each.item.type != "track")
    return [session_line(n, each) for n, each in enumerate(sessions, 1)]


def item_line(place: int, item: Item) -> PlexLine:
    """An artist, album or track as a row."""
    disc = f"{item.disc}-" if item.disc and item.disc > 1 else ""
    media = item.media
    return PlexLine(
        place,
        item.type,
        item.key,
        item.title,
        artist=item.artist,
        album=item.album,
        year=item.year,
        count=item.tracks,
        duration=item.duration,
        rating=item.rating,
        plays=item.plays,
        at=item.added_at,
        sound=" ".join(part for part in (media.codec, str(media.bitrate or "")) if part) if media else "",
        note=f"{disc}{item.index}" if item.type == "track" and item.index else "",
        item=item,
    )


def session_line(place: int, session: Session) -> PlexLine:
    """Something that plays as a row."""
    item = session.item
    return PlexLine(
        place,
        item.type if item.key else "",
        item.key,
        item.title,
        artist=item.artist if item.type == "track" else item.type,
        album=item.album,
        duration=item.duration,
        offset=session.offset,
        rating=item.rating,
        state=session.state or "playing",
        note=" · ".join(part for part in (session.player or session.product, session.user) if part),
        item=item,
    )


def _played(place: int, played: Played) -> PlexLine:
    item = played.item
    is_gone = not item.key
    return PlexLine(
        place,
        "" if is_gone else item.type,
        item.key,
        item.title,
        artist=item.artist,
        album=item.album,
        at=played.at,
        state="gone" if is_gone else "",
        item=None if is_gone else item,
    )


def _playlist(place: int, playlist: Playlist) -> PlexLine:
    kind = "smart: filled by a rule" if playlist.is_smart else ""
    note = " · ".join(part for part in (kind, playlist.summary) if part)
    return PlexLine(
        place, "playlist", playlist.key, playlist.title, count=playlist.items, duration=playlist.duration, note=note
    )


def _section(place: int, section: Section) -> PlexLine:
    state = "scanning" if section.is_refreshing else ""
    folders = ", ".join(section.locations)
    return PlexLine(place, "section", section.key, section.title, at=section.scanned_at, state=state, note=folders)


async def details(runtime: Runtime, line: PlexLine) -> tuple[Item, Sequence[Item]]:
    """The item of a row, whole, and the tracks of an album (the first page of them)."""
    plex = await client(runtime)
    item = await plex.metadata(line.key)
    return item, (await plex.children(line.key)).rows if item.type == "album" else ()
