"""Everybody and everything in one simulated Spotify."""

from __future__ import annotations

import random
import string
from datetime import UTC, datetime

from .catalogue import Episode, LocalFile, SpotifyCatalogue, Track
from .listeners import SPOTIFY, Listener, Play, Playlist, Row

BASE_62 = string.digits + string.ascii_letters


class SpotifyWorld:
    """The catalogue, the listeners (the first is who the program acts for) and all playlists."""

    def __init__(self, catalogue: SpotifyCatalogue, seed: int = 1) -> None:
        self.catalogue = catalogue
        self.listeners: dict[str, Listener] = {}
        self.playlists: dict[str, Playlist] = {}
        self._lots = random.Random(f"spotify world {seed}")

    @property
    def first(self) -> Listener:
        return next(iter(self.listeners.values()))

    def new_id(self) -> str:
        """22 base-62 characters that nothing has yet."""
        return spotify_id(self._lots)

    def join(self, user: str, name: str | None = None) -> Listener:
        """One more account; nothing in it."""
        listener = Listener(user, account_id="".join(self._lots.choices(BASE_62, k=10)), name=name)
        self.listeners[user] = listener
        return listener

    def join_many(
        self, number: int, plays: int = 50, *, beginning: str = "listener", until: int | None = None
    ) -> list[str]:
        """Accounts named ``listener-1``..., each with ``plays`` listens three minutes apart; returns their ids.

        ``until`` is when the last one ended (UTC, ms; default now).
        """
        last = until or int(datetime.now(UTC).timestamp() * 1000)
        tracks = list(self.catalogue.tracks.values())
        users: list[str] = []
        for count in range(1, number + 1):
            listener = self.join(f"{beginning}-{count}", f"Listener {count}")
            first = last - plays * 180_000 - count * 7
            listener.plays = [
                Play(first + place * 180_000, tracks[(count * 13 + place * 7) % len(tracks)]) for place in range(plays)
            ]
            users.append(listener.id)
        return users

    def add_playlist(
        self,
        owner: str,
        name: str,
        items: list[Track | Episode | LocalFile | None] | None = None,
        *,
        description: str = "",
        public: bool = False,
        collaborators: set[str] | None = None,
        added_at: str = "2024-05-12T09:30:00Z",
        known_as: str = "",
    ) -> Playlist:
        """A playlist with these rows, in the library of its owner (and of no one else)."""
        playlist = Playlist(
            known_as or self.new_id(),
            name,
            owner,
            description=description,
            public=public,
            collaborators=collaborators,
        )
        playlist.rows = [Row(item, added_at, owner) for item in items or ()]
        playlist.changed()
        self.playlists[playlist.id] = playlist
        if owner in self.listeners:
            self.listeners[owner].playlists.insert(0, playlist.id)
        return playlist

    def add_editorial(self, name: str) -> Playlist:
        """A playlist of Spotify's own, which no app gets to see."""
        return self.add_playlist(SPOTIFY, name, known_as="37i9dQZF1" + self.new_id()[:13])


def spotify_id(lots: random.Random) -> str:
    """22 base-62 characters."""
    return "".join(lots.choices(BASE_62, k=22))


def instant(milliseconds: int) -> str:
    """A time as ``played_at`` has it."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def seconds(moment: datetime) -> str:
    """A time as ``added_at`` has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
