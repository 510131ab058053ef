"""What Plex tells, as values: libraries, artists, albums and tracks, what plays, what was played, playlists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

from services.plex.reading import Document, Told, an_object, is_set, number, objects, text, whole

T = TypeVar("T")


class Kind(IntEnum):
    """Plex's numbers for what is in a music library (plex-api.md 4.1)."""

    ARTIST = 8
    ALBUM = 9
    TRACK = 10


@dataclass(frozen=True, slots=True)
class Section:
    """A library of the server. ``key`` is its id; ``locations`` are folders as the server sees them."""

    key: str
    title: str
    type: str
    uuid: str = ""
    is_refreshing: bool = False
    scanned_at: int | None = None
    stamp: str = ""
    """Another one after every change of what is in it; empty where the server does not tell."""
    locations: tuple[str, ...] = ()

    @property
    def is_music(self) -> bool:
        return self.type == "artist"

    @classmethod
    def of(cls, said: Document) -> Section:
        return cls(
            key=text(said.get("key")),
            title=text(said.get("title")),
            type=text(said.get("type")),
            uuid=text(said.get("uuid")),
            is_refreshing=is_set(said.get("refreshing")),
            scanned_at=whole(said.get("scannedAt")),
            stamp=f"{text(changed)} {text(said.get('scannedAt'))}" if (changed := said.get("contentChangedAt")) else "",
            locations=tuple(text(each.get("path")) for each in objects(said.get("Location")) if each.get("path")),
        )


@dataclass(frozen=True, slots=True)
class Media:
    """The file of a track: kbit/s, Hz, bits, bytes; ``file`` is the server's path."""

    codec: str = ""
    container: str = ""
    bitrate: int | None = None
    channels: int | None = None
    sampling_rate: int | None = None
    bit_depth: int | None = None
    size: int | None = None
    file: str = ""

    @classmethod
    def of(cls, said: Document) -> Media:
        part = first(objects(said.get("Part")))
        sound = first([each for each in objects(part.get("Stream")) if whole(each.get("streamType")) == 2])
        return cls(
            codec=text(said.get("audioCodec") or sound.get("codec")),
            container=text(said.get("container") or part.get("container")),
            bitrate=whole(said.get("bitrate") or sound.get("bitrate")),
            channels=whole(said.get("audioChannels") or sound.get("channels")),
            sampling_rate=whole(sound.get("samplingRate")),
            bit_depth=whole(sound.get("bitDepth")),
            size=whole(part.get("size")),
            file=text(part.get("file")),
        )


@dataclass(frozen=True, slots=True)
class Item:
    """An artist, album or track. ``parent`` of a track is its album, ``grandparent`` the album's artist; ``parent`` of an
    album is its artist. Times are Unix seconds, ``duration`` milliseconds, ``rating`` 0 to 10.
    """

    key: str
    type: str
    title: str
    parent_key: str = ""
    parent_title: str = ""
    grandparent_key: str = ""
    grandparent_title: str = ""
    original_title: str = ""
    section_key: str = ""
    section_title: str = ""
    summary: str = ""
    year: int | None = None
    released: str = ""
    label: str = ""
    index: int | None = None
    disc: int | None = None
    duration: int | None = None
    tracks: int | None = None
    plays: int = 0
    rating: float | None = None
    added_at: int | None = None
    played_at: int | None = None
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    media: Media | None = None
    playlist_item: str = ""
    """Its place's id where it stands in a playlist: the same track may stand there twice."""

    @property
    def artist(self) -> str:
        """Who made it; a compilation's track has its own artist beside that of the album."""
        if self.type == "track":
            return self.original_title or self.grandparent_title
        return self.parent_title if self.type == "album" else self.title

    @property
    def album(self) -> str:
        return self.parent_title if self.type == "track" else self.title if self.type == "album" else ""

    @classmethod
    def of(cls, said: Document) -> Item:
        media = objects(said.get("Media"))
        return cls(
            key=text(said.get("ratingKey")),
            type=text(said.get("type")),
            title=text(said.get("title")),
            parent_key=text(said.get("parentRatingKey")),
            parent_title=text(said.get("parentTitle")),
            grandparent_key=text(said.get("grandparentRatingKey")),
            grandparent_title=text(said.get("grandparentTitle")),
            original_title=text(said.get("originalTitle")),
            section_key=text(said.get("librarySectionID")),
            section_title=text(said.get("librarySectionTitle")),
            summary=text(said.get("summary")),
            year=whole(said.get("year") or said.get("parentYear")),
            released=text(said.get("originallyAvailableAt")),
            label=text(said.get("studio") or said.get("parentStudio")),
            index=whole(said.get("index")),
            disc=whole(said.get("parentIndex")),
            duration=whole(said.get("duration")),
            tracks=whole(said.get("leafCount")),
            plays=whole(said.get("viewCount")) or 0,
            rating=number(said.get("userRating")),
            added_at=whole(said.get("addedAt")),
            played_at=whole(said.get("lastViewedAt")),
            genres=tags(said, "Genre"),
            styles=tags(said, "Style"),
            media=Media.of(media[0]) if media else None,
            playlist_item=text(said.get("playlistItemID")),
        )


def first(found: Sequence[Document]) -> Document:
    """The first object, an empty one where there is none."""
    return found[0] if found else {}


def tags(said: Document, name: str) -> tuple[str, ...]:
    """The tags in one of an item's lists (``Genre``, ``Style``, ...)."""
    return tuple(text(each.get("tag")) for each in objects(said.get(name)) if each.get("tag"))


@dataclass(frozen=True, slots=True)
class Session:
    """Something that plays now, for somebody on some player; ``offset`` is how far it is, in milliseconds."""

    key: str
    item: Item
    state: str
    offset: int
    user: str
    player: str
    product: str
    machine: str

    @classmethod
    def of(cls, said: Document) -> Session:
        player, user = an_object(said.get("Player")), an_object(said.get("User"))
        return cls(
            key=text(said.get("sessionKey")),
            item=Item.of(said),
            state=text(player.get("state")),
            offset=whole(said.get("viewOffset")) or 0,
            user=text(user.get("title")),
            player=text(player.get("title")),
            product=text(player.get("product")),
            machine=text(player.get("machineIdentifier")),
        )


@dataclass(frozen=True, slots=True)
class Played:
    """One line of the history. What was removed since has no ``key`` in its item."""

    item: Item
    at: int | None
    account: str

    @classmethod
    def of(cls, said: Document) -> Played:
        return cls(Item.of(said), whole(said.get("viewedAt")), text(said.get("accountID")))


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist of the token's account; a smart one is filled by a rule and cannot be changed by hand."""

    key: str
    title: str
    summary: str = ""
    type: str = ""
    is_smart: bool = False
    items: int = 0
    duration: int | None = None
    updated_at: int | None = None

    @classmethod
    def of(cls, said: Document) -> Playlist:
        return cls(
            key=text(said.get("ratingKey")),
            title=text(said.get("title")),
            summary=text(said.get("summary")),
            type=text(said.get("playlistType")),
            is_smart=is_set(said.get("smart")),
            items=whole(said.get("leafCount")) or 0,
            duration=whole(said.get("duration")),
            updated_at=whole(said.get("updatedAt")),
        )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, from ``offset`` on, and how long the whole list is."""

    rows: Sequence[T]
    offset: int
    total: int


def page_of(told: Told, make: Callable[[Document], T], start: int) -> Page[T]:
    """The page that was asked for from ``start`` on. A server may ignore that, and then
    sends the list from its beginning (plex-api.md 2)."""
    rows = [make(each) for each in told.listed("Metadata", "Directory")]
    given, total = (whole(told.container.get(name)) for name in ("offset", "totalSize"))
    is_heeded = given is not None or total is not None
    offset = (start if is_heeded else 0) if given is None else given
    return Page(rows, offset, offset + len(rows) if total is None else total)
