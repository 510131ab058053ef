"""What a simulated Plex has in its libraries, in the shapes of plex-api.md 4.3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.demo.catalogue import Document

TYPES = {1: "movie", 8: "artist", 9: "album", 10: "track"}
"""Plex's numbers for what is in a library."""
TAGS = ("genre", "style", "mood", "country", "similar", "collection", "label", "format")


@dataclass(eq=False)
class Section:
    """A library: music (``artist``) or films (``movie``)."""

    key: str
    title: str
    type: str
    uuid: str
    folders: tuple[str, ...]
    things: list[Thing] = field(default_factory=list["Thing"], repr=False)
    is_refreshing: bool = False
    scanned_at: int = 0
    changed_at: int = 0

    def told(self) -> Document:
        return {
            "key": self.key,
            "type": self.type,
            "title": self.title,
            "agent": "tv.plex.agents.music" if self.type == "artist" else "tv.plex.agents.movie",
            "scanner": "Plex Music" if self.type == "artist" else "Plex Movie",
            "language": "en-US",
            "uuid": self.uuid,
            "refreshing": self.is_refreshing,
            "filters": True,
            "hidden": 0,
            "createdAt": 1_600_000_000,
            "updatedAt": self.scanned_at,
            "scannedAt": self.scanned_at,
            "contentChangedAt": self.changed_at,
            "art": "/:/resources/artist-fanart.jpg",
            "thumb": "/:/resources/artist.png",
            "composite": f"/library/sections/{self.key}/composite/{self.scanned_at}",
            "Location": [{"id": place, "path": folder} for place, folder in enumerate(self.folders, 1)],
        }


@dataclass(eq=False)
class Thing:
    """An artist, album, track or film. ``said`` is what its own element says beyond what every one has."""

    key: int
    type: str
    title: str
    section: Section = field(repr=False)
    parent: Thing | None = field(default=None, repr=False)
    children: list[Thing] = field(default_factory=list["Thing"], repr=False)
    said: dict[str, Any] = field(default_factory=dict[str, Any])
    tags: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    locked: set[str] = field(default_factory=set[str])
    media: Document | None = None
    file: str = ""
    added_at: int = 0
    updated_at: int = 0
    plays: int = 0
    played_at: int | None = None
    rating: float | None = None
    offset: int | None = None

    @property
    def path(self) -> str:
        return f"/library/metadata/{self.key}"

    def tracks(self) -> list[Thing]:
        """The thing itself if it is played, else all that is below it."""
        return [track for child in self.children for track in child.tracks()] if self.children else [self]

    def told(self) -> Document:
        """As it stands in a list."""
        family = "" if self.type in ("track", "movie") else "/children"
        found: Document = {
            "ratingKey": str(self.key),
            "key": f"{self.path}{family}",
            "guid": f"plex://{self.type}/{self.key:024x}",
            "type": self.type,
            "title": self.title,
            "titleSort": self.said.get("titleSort", self.title),
            "summary": self.said.get("summary", ""),
            "librarySectionID": int(self.section.key),
            "librarySectionTitle": self.section.title,
            "librarySectionKey": f"/library/sections/{self.section.key}",
            "addedAt": self.added_at,
            "updatedAt": self.updated_at,
            "thumb": f"{self.path}/thumb/{self.updated_at}",
            **{name: value for name, value in self.said.items() if not name.startswith("_")},
        }
        for name, value in (
            ("viewCount", self.plays or None),
            ("lastViewedAt", self.played_at),
            ("userRating", self.rating),
            ("viewOffset", self.offset),
        ):
            if value is not None:
                found[name] = value
        for prefix, above in self._above():
            found |= {
                f"{prefix}RatingKey": str(above.key),
                f"{prefix}Key": above.path,
                f"{prefix}Guid": f"plex://{above.type}/{above.key:024x}",
                f"{prefix}Title": above.title,
                f"{prefix}Thumb": f"{above.path}/thumb/{above.updated_at}",
            }
        if self.type == "album":
            found |= {
                "leafCount": len(self.children),
                "viewedLeafCount": sum(1 for each in self.children if each.plays),
            }
        if self.type == "track" and self.parent is not None:
            year, studio = self.parent.said.get("year"), self.parent.said.get("studio")
            found |= ({"parentYear": year} if year else {}) | ({"parentStudio": studio} if studio else {})
        for tag in TAGS:
            if listed := self.tags.get(tag):
                found[tag.capitalize()] = [{"tag": each} for each in listed]
        if self.media is not None:
            found["Media"] = [self._media()]
        return found

    def told_whole(self) -> Document:
        """As it is told alone: with guids, locked fields, the ids of its tags."""
        found = self.told()
        if self.locked:
            found["Field"] = [{"locked": True, "name": name} for name in sorted(self.locked)]
        found["Guid"] = [{"id": f"mbid://{self.key:08x}-0000-4000-8000-000000000000"}]
        for tag in TAGS:
            for place, each in enumerate(found.get(tag.capitalize(), [])):
                each |= {"id": 1000 + place, "filter": f"{tag}={1000 + place}"}
        return found

    def _above(self) -> list[tuple[str, Thing]]:
        if self.parent is None:
            return []
        higher = self.parent.parent
        return [("parent", self.parent), *([("grandparent", higher)] if higher is not None else [])]

    def _media(self) -> Document:
        assert self.media is not None
        sound = self.media
        duration = self.said.get("duration", 0)
        return {
            "id": self.key + 1_000_000,
            "duration": duration,
            "bitrate": sound["bitrate"],
            "audioChannels": 2,
            "audioCodec": sound["codec"],
            "container": sound["container"],
            "hasVoiceActivity": False,
            "Part": [
                {
                    "id": self.key + 2_000_000,
                    "key": f"/library/parts/{self.key + 2_000_000}/{self.added_at}/file.{sound['container']}",
                    "duration": duration,
                    "file": self.file,
                    "size": duration * sound["bitrate"] // 8,
                    "container": sound["container"],
                    "Stream": [
                        {
                            "id": self.key + 3_000_000,
                            "streamType": 2,
                            "selected": True,
                            "codec": sound["codec"],
                            "index": 0,
                            "channels": 2,
                            "bitrate": sound["bitrate"],
                            "samplingRate": 44_100,
                            **({"bitDepth": 16} if sound["codec"] == "flac" else {}),
                        }
                    ],
                }
            ],
        }
