"""Everything in one simulated Plex: its libraries, what plays, what was played, playlists, queues, and who listens to it."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from services.demo.catalogue import Document

from .things import Section, Thing

FIRST_KEY = 1001
OWNER = 1
"""The owner's account on every server."""


@dataclass(eq=False)
class Entry:
    """One place in a playlist or a queue; the same track may have two."""

    id: int
    track: Thing


@dataclass(eq=False)
class Playlist:
    """A playlist of the owner. A ``rule`` makes it smart: it cannot be changed by hand."""

    key: int
    title: str
    entries: list[Entry] = field(default_factory=list[Entry])
    summary: str = ""
    rule: str = ""
    updated_at: int = 0

    def told(self) -> Document:
        return {
            "ratingKey": str(self.key),
            "key": f"/playlists/{self.key}/items",
            "guid": f"com.plexapp.agents.none://{uuid.uuid5(uuid.NAMESPACE_URL, str(self.key))}",
            "type": "playlist",
            "title": self.title,
            "summary": self.summary,
            "smart": bool(self.rule),
            "playlistType": "audio",
            "composite": f"/playlists/{self.key}/composite/{self.updated_at}",
            "duration": sum(each.track.said.get("duration", 0) for each in self.entries),
            "leafCount": len(self.entries),
            "addedAt": self.updated_at,
            "updatedAt": self.updated_at,
            **({"content": self.rule} if self.rule else {}),
        }


@dataclass(eq=False)
class Queue:
    """A play queue."""

    id: int
    uri: str
    entries: list[Entry]
    chosen: int = 0
    is_shuffled: bool = False
    version: int = 1


@dataclass(eq=False)
class Playing:
    """A track that plays on some player."""

    key: int
    track: Thing
    player: Document
    state: str = "playing"
    offset: int = 0
    user: str = "crate.digger_77"
    since: float = 0.0
    """When it was at ``offset``; what plays goes on from there, by whole seconds."""

    def at(self, now: float) -> int:
        """How far it is, in milliseconds; beyond its length where it is over."""
        return self.offset + (1000 * int(now - self.since) if self.state == "playing" else 0)


class PlexWorld:
    """One server. ``clock`` counts seconds. Change it from the loop that serves it, or while nobody is connected."""

    def __init__(self, *, token: str = "demo-plex-token", clock: Callable[[], float] = time.time) -> None:
        self.token = token
        self.clock = clock
        self.machine = "5f1e9d6c8b7a4d3e9f0a1b2c3d4e5f6a7b8c9d0e"
        self.sections: dict[str, Section] = {}
        self.things: dict[int, Thing] = {}
        self.playlists: dict[int, Playlist] = {}
        self.queues: dict[int, Queue] = {}
        self.playing: dict[int, Playing] = {}
        self.history: list[Document] = []
        self.arrived: list[tuple[Section, str, Callable[[], Thing]]] = []
        """Folders on disk that no scan has seen: the library, the folder, and what makes the album of it."""
        self.has_tuner = True
        self._next = FIRST_KEY
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Queue[tuple[str, Document]]]] = set()

    def number(self) -> int:
        """An id that nothing has yet."""
        self._next += 1
        return self._next

    def now(self) -> int:
        return int(self.clock())

    # --- libraries

    def add_section(self, title: str, type: str, folders: tuple[str, ...]) -> Section:
        key = str(len(self.sections) + 1)
        known_as = str(uuid.uuid5(uuid.NAMESPACE_URL, title))
        section = Section(key, title, type, known_as, folders, scanned_at=self.now(), changed_at=self.now())
        self.sections[key] = section
        return section

    def file(self, thing: Thing) -> Thing:
        """Take something into its library."""
        self.things[thing.key] = thing
        thing.section.things.append(thing)
        thing.added_at = thing.added_at or self.now()
        thing.updated_at = thing.updated_at or thing.added_at
        if thing.parent is not None:
            thing.parent.children.append(thing)
        return thing

    def of_type(self, section: Section, type: str) -> list[Thing]:
        return [each for each in section.things if each.type == type]

    def changed(self, thing: Thing) -> None:
        """Something is said differently of a thing now."""
        thing.updated_at = self.now()
        self.tell("timeline", _entry(thing, 5))

    def scan(self, section: Section, folder: str | None = None) -> int:
        """Take in what has arrived in the library's folders, or below one of them; returns how many albums."""
        name = {"type": "library.update.section", "title": f"Scanning {section.title}", "cancellable": True}
        activity = {"uuid": str(uuid.uuid4()), "Activity": name | {"Context": {"librarySectionID": section.key}}}
        self.tell("activity", {"ActivityNotification": activity | {"event": "started"}})
        found = [
            (where, make)
            for place, where, make in self.arrived
            if place is section and (folder is None or where == folder or where.startswith(f"{folder.rstrip('/')}/"))
        ]
        self.arrived = [each for each in self.arrived if (each[1], each[2]) not in found]
        for _, make in found:
            self.tell("timeline", _entry(make(), 5))
        section.scanned_at = self.now()
        if found:
            section.changed_at = max(self.now(), section.changed_at + 1)
        self.tell("activity", {"ActivityNotification": activity | {"event": "ended"}})
        return len(found)

    # --- playing

    def play(self, track: Thing, *, player: Document | None = None, state: str = "playing", offset: int = 0) -> Playing:
        """Something plays on a player, in place of what played there before."""
        on = player or {"title": "Kitchen", "machineIdentifier": "kitchen-speaker", "product": "Plexamp"}
        machine = on["machineIdentifier"]
        known = next((each for each in self.playing.values() if each.player["machineIdentifier"] == machine), None)
        key = known.key if known else self.number()
        playing = self.playing[key] = Playing(key, track, on, state, offset, since=self.clock())
        self.tell("playing", self._notice(playing))
        return playing

    def move(self, playing: Playing, state: str, offset: int) -> None:
        """The player says where it is; past nine tenths it counts as played, and when it stops it is gone."""
        playing.state, playing.offset, playing.since = state, offset, self.clock()
        playing.track.offset = offset or None
        if state == "stopped":
            self.playing.pop(playing.key, None)
            if offset >= 0.9 * playing.track.said.get("duration", 0) > 0:
                self.played(playing.track)
        self.tell("playing", self._notice(playing))

    def settle(self) -> None:
        """Whatever has come to its end counts as played, and the next track of the album plays."""
        for playing in list(self.playing.values()):
            track = playing.track
            if track.parent is None or playing.at(self.clock()) < track.said["duration"]:
                continue
            self.played(track)
            album = track.parent.children
            self.play(album[(album.index(track) + 1) % len(album)], player=playing.player)

    def played(self, track: Thing, at: int | None = None) -> None:
        """It was played to its end: that counts, and stands in the history."""
        track.plays, track.played_at, track.offset = track.plays + 1, at or self.now(), None
        self.history.append({"track": track, "at": at or self.now(), "id": len(self.history) + 1})

    def _notice(self, playing: Playing) -> Document:
        return {
            "PlaySessionStateNotification": {
                "sessionKey": str(playing.key),
                "clientIdentifier": playing.player["machineIdentifier"],
                "guid": "",
                "ratingKey": str(playing.track.key),
                "url": "",
                "key": playing.track.path,
                "viewOffset": playing.offset,
                "state": playing.state,
            }
        }

    # --- playlists

    def add_playlist(self, title: str, tracks: Iterable[Thing], *, rule: str = "", summary: str = "") -> Playlist:
        playlist = Playlist(self.number(), title, summary=summary, rule=rule, updated_at=self.now())
        playlist.entries = self.entries(tracks)
        self.playlists[playlist.key] = playlist
        return playlist

    def entries(self, tracks: Iterable[Thing]) -> list[Entry]:
        return [Entry(self.number(), track) for track in tracks]

    # --- who listens

    def tell(self, kind: str, said: Document) -> None:
        """Tell everybody who is connected to the stream of notifications, from whatever thread."""
        for loop, line in tuple(self._listeners):
            loop.call_soon_threadsafe(line.put_nowait, (kind, said))

    def listen(self) -> asyncio.Queue[tuple[str, Document]]:
        line: asyncio.Queue[tuple[str, Document]] = asyncio.Queue()
        self._listeners.add((asyncio.get_running_loop(), line))
        return line

    def leave(self, line: asyncio.Queue[tuple[str, Document]]) -> None:
        self._listeners = {each for each in self._listeners if each[1] is not line}

    @property
    def listening(self) -> int:
        """How many streams are open."""
        return len(self._listeners)


def _entry(thing: Thing, state: int) -> Document:
    number = {"artist": 8, "album": 9, "track": 10}.get(thing.type, 1)
    return {
        "TimelineEntry": {
            "identifier": "com.plexapp.plugins.library",
            "sectionID": thing.section.key,
            "itemID": str(thing.key),
            "type": number,
            "title": thing.title,
            "state": state,
            "updatedAt": thing.updated_at,
        }
    }
