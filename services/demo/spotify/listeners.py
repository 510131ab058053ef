"""Who listens: one account with its plays, playlists, saved tracks and followed artists."""

from __future__ import annotations

import base64
from bisect import insort
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from services.demo.catalogue import Document

from .catalogue import API, WEB, Episode, LocalFile, Track, reference

SPOTIFY = "spotify"
"""The owner of editorial playlists: there for people, not for apps (6.16)."""
_SNAPSHOTS = 30


class Play(NamedTuple):
    """One listen: when it ended (UTC, ms), what, and the kind and URI it was played from."""

    played_at: int
    track: Track
    context: str = ""


@dataclass(eq=False)
class Row:
    """One row of a playlist; two rows with the same track are two rows. ``item`` None: vanished."""

    item: Track | Episode | LocalFile | None
    added_at: str | None
    added_by: str | None
    stored_id: str = ""
    """The id it was added under, where another copy is handed out for it."""

    @property
    def uri(self) -> str:
        """What it is deleted by."""
        if self.item is None:
            return ""
        return f"spotify:track:{self.stored_id}" if self.stored_id else self.item.uri


class Playlist:
    """A playlist. Every write makes another :attr:`snapshot_id`; old snapshots are remembered for moves."""

    def __init__(
        self,
        known_as: str,
        name: str,
        owner: str,
        *,
        description: str = "",
        public: bool = False,
        collaborators: set[str] | None = None,
    ) -> None:
        self.id = known_as
        self.name = name
        self.owner = owner
        self.description = description
        self.public = public
        self.collaborators = collaborators or set[str]()
        self.collaborative = bool(collaborators)
        self.rows: list[Row] = []
        self._version = 0
        self._snapshots: deque[tuple[str, list[Row]]] = deque(maxlen=_SNAPSHOTS)
        self.changed()

    @property
    def snapshot_id(self) -> str:
        return self._snapshots[-1][0]

    def changed(self) -> str:
        """Take a snapshot; call it after every write."""
        self._version += 1
        text = f"{self._version:08d},{self.id}"
        self._snapshots.append((base64.b64encode(text.encode()).decode(), list(self.rows)))
        return self.snapshot_id

    def at(self, snapshot_id: str) -> list[Row] | None:
        """The rows as they were at a snapshot; None if that is unknown."""
        return next((rows for known, rows in self._snapshots if known == snapshot_id), None)

    def may_read(self, user: str) -> bool:
        """Whether the rows are shown to this person's app: only to the owner and collaborators (2.11)."""
        return user == self.owner or user in self.collaborators

    def simple(self) -> Document:
        """As in a list of playlists."""
        return self.metadata() | {"items": {"href": f"{API}/playlists/{self.id}/items", "total": len(self.rows)}}

    def metadata(self) -> Document:
        """All but the rows."""
        image = {"url": f"https://i.scdn.co/image/ab67616d00001e02{self.id}", "height": None, "width": None}
        return reference("playlist", self.id) | {
            "collaborative": self.collaborative,
            "description": self.description,
            "images": [image] if self.rows else [],
            "name": self.name,
            "owner": user_reference(self.owner) | {"display_name": self.owner},
            "public": None if self.collaborative else self.public,
            "snapshot_id": self.snapshot_id,
        }


@dataclass(eq=False)
class Listener:
    """One account. ``playlists`` are the ids in its library, owned and followed; ``saved`` maps URIs to when."""

    id: str
    account_id: str
    name: str | None = None
    plays: list[Play] = field(default_factory=list[Play])
    playlists: list[str] = field(default_factory=list[str])
    saved: dict[str, str] = field(default_factory=dict[str, str])
    followed: set[str] = field(default_factory=set[str])

    def play(self, play: Play) -> None:
        """One more listen, wherever in time it was: those made offline arrive late with their old time."""
        insort(self.plays, play, key=lambda known: known.played_at)

    def recent(self) -> list[Play]:
        """The last 50, newest first: all that the API knows (2.18)."""
        return self.plays[:-51:-1]

    def most_played(self, since: int) -> Counter[Track]:
        """Tracks by plays after ``since`` (UTC, ms)."""
        return Counter(play.track for play in self.plays if play.played_at > since)

    def profile(self) -> Document:
        """As a development-mode app sees it (2.1)."""
        return user_reference(self.id) | {"account_id": self.account_id, "display_name": self.name, "images": []}


def user_reference(user: str) -> Document:
    """Somebody, as the rest of the API names people."""
    return {
        "external_urls": {"spotify": f"{WEB}/user/{user}"},
        "href": f"{API}/users/{user}",
        "id": user,
        "type": "user",
        "uri": f"spotify:user:{user}",
    }
