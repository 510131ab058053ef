"""What there is to hear: artists, albums, tracks, episodes and local files, in the shapes of spotify-api.md 3."""

from __future__ import annotations

import functools
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from services.demo.catalogue import Document

API = "https://api.spotify.com/v1"
"""Addresses in the documents begin like the real ones; the server puts its own in their place."""
WEB = "https://open.spotify.com"
PICTURES = "https://i.scdn.co/image"
_SIDES = ((640, "b273"), (300, "1e02"), (64, "4851"))


@dataclass(frozen=True, eq=False)
class Artist:
    """Whoever makes music. Without a picture its ``images`` are empty."""

    id: str
    name: str
    genres: tuple[str, ...] = ()
    pictured: bool = True

    @functools.cached_property
    def simple(self) -> Document:
        return reference("artist", self.id) | {"name": self.name}

    @functools.cached_property
    def full(self) -> Document:
        return self.simple | {"images": pictures(self.id) if self.pictured else [], "genres": list(self.genres)}


@dataclass(frozen=True, eq=False)
class Album:
    """An album, single or compilation; an EP is a single. ``released`` is as precise as it is long, or ``0000``."""

    id: str
    name: str
    kind: str
    artists: tuple[Artist, ...]
    released: str
    total_tracks: int
    upc: str = ""
    label: str = ""

    @functools.cached_property
    def simple(self) -> Document:
        return reference("album", self.id) | {
            "album_type": self.kind,
            "total_tracks": self.total_tracks,
            "images": pictures(self.id),
            "name": self.name,
            "release_date": self.released,
            "release_date_precision": {4: "year", 7: "month"}.get(len(self.released), "day"),
            "artists": [artist.simple for artist in self.artists],
        }


@dataclass(frozen=True, eq=False)
class Track:
    """A track. With a ``restriction`` (market, product, explicit) it cannot be played."""

    id: str
    name: str
    album: Album
    artists: tuple[Artist, ...]
    number: int
    duration_ms: int
    disc: int = 1
    explicit: bool = False
    isrc: str = ""
    restriction: str = ""

    @property
    def uri(self) -> str:
        return f"spotify:track:{self.id}"

    @functools.cached_property
    def simple(self) -> Document:
        """As in the list of an album: neither album nor ISRC."""
        document = reference("track", self.id) | {
            "artists": [artist.simple for artist in self.artists],
            "disc_number": self.disc,
            "duration_ms": self.duration_ms,
            "explicit": self.explicit,
            "name": self.name,
            "track_number": self.number,
            "is_local": False,
            "is_playable": not self.restriction,
        }
        return document | ({"restrictions": {"reason": self.restriction}} if self.restriction else {})

    @functools.cached_property
    def full(self) -> Document:
        ids = {"isrc": self.isrc} if self.isrc else {}
        return self.simple | {"album": self.album.simple, "external_ids": ids}


@dataclass(frozen=True, eq=False)
class Episode:
    """An episode of a podcast."""

    id: str
    name: str
    show: str
    duration_ms: int

    @property
    def uri(self) -> str:
        return f"spotify:episode:{self.id}"

    def shown(self, *, as_episode: bool) -> Document:
        """Whoever does not ask for episodes gets them dressed up as tracks (2.11)."""
        common = reference("episode", self.id) | {
            "name": self.name,
            "duration_ms": self.duration_ms,
            "explicit": False,
            "is_playable": True,
        }
        show = reference("show", self.id) | {"name": self.show, "images": pictures(self.id)}
        if as_episode:
            return common | {"show": show, "images": pictures(self.id), "release_date": "2026-01-01"}
        as_artist = {**show, "type": "show"}
        return common | {
            "album": show | {"album_type": "show", "artists": [as_artist], "release_date": "2026-01-01"},
            "artists": [as_artist],
            "external_ids": {},
            "is_local": False,
            "disc_number": 0,
            "track_number": 0,
        }


@dataclass(frozen=True, eq=False)
class LocalFile:
    """A file of somebody's own in a playlist: no ids, and a URI of names (3.7)."""

    name: str
    artist: str
    album: str
    seconds: int

    @property
    def uri(self) -> str:
        return ":".join(("spotify:local", *map(quote_plus, (self.artist, self.album, self.name)), str(self.seconds)))

    @property
    def full(self) -> Document:
        nobody: Document = {"external_urls": {}, "href": None, "id": None, "uri": None}
        return {
            "album": nobody
            | {
                "album_type": None,
                "available_markets": [],
                "images": [],
                "name": self.album,
                "release_date": None,
                "release_date_precision": None,
                "type": "album",
                "artists": [],
            },
            "artists": [nobody | {"name": self.artist, "type": "artist"}],
            "available_markets": [],
            "disc_number": 0,
            "duration_ms": self.seconds * 1000,
            "explicit": False,
            "external_ids": {},
            "external_urls": {},
            "href": None,
            "id": None,
            "is_local": True,
            "name": self.name,
            "popularity": 0,
            "preview_url": None,
            "track_number": 0,
            "type": "track",
            "uri": self.uri,
        }


@dataclass
class SpotifyCatalogue:
    """Everything with an id. ``relinked`` names, for an id, the copy that is handed out in its place (3.6)."""

    artists: dict[str, Artist] = field(default_factory=dict[str, Artist])
    albums: dict[str, Album] = field(default_factory=dict[str, Album])
    tracks: dict[str, Track] = field(default_factory=dict[str, Track])
    episodes: dict[str, Episode] = field(default_factory=dict[str, Episode])
    relinked: dict[str, str] = field(default_factory=dict[str, str])
    albums_of: dict[str, list[Album]] = field(default_factory=lambda: defaultdict[str, list[Album]](list))
    tracks_of: dict[str, list[Track]] = field(default_factory=lambda: defaultdict[str, list[Track]](list))

    def file(self, album: Album, tracks: list[Track]) -> None:
        """Take in an album with its tracks, and whoever made them."""
        self.albums[album.id] = album
        for artist in album.artists:
            self.artists.setdefault(artist.id, artist)
            self.albums_of[artist.id].append(album)
        for track in tracks:
            self.tracks[track.id] = track
            self.tracks_of[album.id].append(track)
            for artist in track.artists:
                self.artists.setdefault(artist.id, artist)

    def heard_as(self, track_id: str) -> Track | None:
        """The track that is handed out for an id."""
        return self.tracks.get(self.relinked.get(track_id, track_id))

    def full_album(self, album: Album) -> Document:
        """With its tracks, its barcode, and what is left of the rest (2.4)."""
        tracks = self.tracks_of[album.id]
        return album.simple | {
            "tracks": {
                "href": f"{API}/albums/{album.id}/tracks?offset=0&limit=50",
                "limit": 50,
                "next": None if len(tracks) <= 50 else f"{API}/albums/{album.id}/tracks?offset=50&limit=50",
                "offset": 0,
                "previous": None,
                "total": len(tracks),
                "items": [track.simple for track in tracks[:50]],
            },
            "copyrights": [{"text": f"{album.released[:4]} {album.label}", "type": "P"}],
            "external_ids": {"upc": album.upc} if album.upc else {},
            "genres": [],
        }


def reference(kind: str, known_as: str) -> Document:
    """What everything with an id has."""
    return {
        "external_urls": {"spotify": f"{WEB}/{kind}/{known_as}"},
        "href": f"{API}/{kind}s/{known_as}",
        "id": known_as,
        "type": kind,
        "uri": f"spotify:{kind}:{known_as}",
    }


def pictures(known_as: str) -> list[Document]:
    """Three sizes, the widest first (3.9)."""
    shade = hashlib.sha256(known_as.encode()).hexdigest()[:24]
    return [{"url": f"{PICTURES}/ab67616d0000{size}{shade}", "height": side, "width": side} for side, size in _SIDES]
