"""What is wanted: the tracks of playlists and the saved ones, as they are kept, but for what the preferences leave out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from services.matching.music import Codes, Source, Track
from storage import artist_preferences, autosync
from storage.engine import Storage
from storage.values import UserId
from storage.values.autosync import Listed

IN_PLAYLIST, SAVED, LOCAL = 10, 20, 1
"""Points of priority. Those of popularity (harmony-contract.md 18.2) are missing: Spotify tells it no more, and nobody keeps it."""
_PAGE = 500
Identity = tuple[str, str]
"""Artist and title, trimmed and in lower case: the contract's own test of sameness."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One wanted track. ``key`` is its Spotify id, else "artist::title"; ``playlist`` the first one that it stands in,
    ``playlists`` in how many it does; ``duration_ms`` None where unknown.
    """

    key: str
    spotify_id: str | None
    title: str
    artists: tuple[str, ...]
    album: str
    album_id: str | None
    duration_ms: int | None
    priority: int
    is_saved: bool = False
    playlist: str = ""
    playlists: int = 0

    @property
    def artist(self) -> str:
        return self.artists[0]

    @property
    def identity(self) -> Identity:
        return identity(self.artist, self.title)

    @property
    def track(self) -> Track:
        """As the matching sees it."""
        codes = Codes(spotify=self.spotify_id or "")
        return Track(
            self.title,
            self.artists,
            self.album,
            duration=self.duration_ms,
            codes=codes,
            source=Source.SPOTIFY,
            key=self.key,
        )

    @property
    def reason(self) -> str:
        """Why it is wanted, in words."""
        parts = ["saved"] if self.is_saved else []
        if self.playlists:
            more = f" and {self.playlists - 1} more" if self.playlists > 1 else ""
            parts.append(f"in the playlist “{self.playlist}”{more}")
        return ", ".join(parts)


def identity(artist: str, title: str) -> Identity:
    """See :data:`Identity`."""
    return artist.strip().lower(), title.strip().lower()


class Wishes:
    """All that is wanted, each once by its identity; of several the higher priority counts."""

    def __init__(self, chosen: dict[str, bool]) -> None:
        """``chosen``: whether a release is wanted in step, by its id; empty: every one is (harmony-contract.md section 15)."""
        self._chosen = chosen
        self._by_identity: dict[Identity, Wish] = {}
        self.left_out = 0
        """Places that the preferences leave out."""

    def __len__(self) -> int:
        return len(self._by_identity)

    def take(self, listed: Iterable[Listed]) -> None:
        """Some more places of playlists or saved tracks."""
        for each in listed:
            artists = tuple(name for artist in each.artists if (name := artist.strip()))
            if not artists or not each.title.strip():
                continue
            if self._chosen and each.album_id and not self._chosen.get(each.album_id):
                self.left_out += 1
                continue
            self._add(each, artists)

    def _add(self, each: Listed, artists: tuple[str, ...]) -> None:
        priority = (IN_PLAYLIST if each.playlist else SAVED) + (LOCAL if each.is_local else 0)
        same = identity(artists[0], each.title)
        key = each.spotify_id or f"{same[0]}::{same[1]}"
        fresh = Wish(
            key, each.spotify_id, each.title.strip(), artists, each.album, each.album_id, each.duration_ms, priority,
            is_saved=not each.playlist, playlist=each.playlist, playlists=1 if each.playlist else 0,
        )  # fmt: skip
        before = self._by_identity.get(same)
        if before is not None:
            best = fresh if fresh.priority > before.priority else before
            fresh = replace(
                best,
                is_saved=before.is_saved or fresh.is_saved,
                playlist=before.playlist or fresh.playlist,
                playlists=before.playlists + fresh.playlists,
            )
        self._by_identity[same] = fresh

    @property
    def all(self) -> list[Wish]:
        """In the order in which they are looked for: priority, artist, title."""
        return sorted(self._by_identity.values(), key=lambda each: (-each.priority, *each.identity))


async def read(storage: Storage, user_id: UserId) -> Wishes:
    """Every page of what is kept; asks nobody."""
    async with storage.read() as conn:
        chosen = {each.release_id: each.selected for each in await artist_preferences.every(conn, user_id)}
    wishes = Wishes(chosen)
    await _pages(storage, user_id, autosync.in_playlists, wishes)
    await _pages(storage, user_id, autosync.saved, wishes)
    return wishes


async def _pages(
    storage: Storage, user_id: UserId, ask: Callable[..., Awaitable[list[Listed]]], wishes: Wishes
) -> None:
    after = ""
    while True:
        async with storage.read() as conn:
            page = await ask(conn, user_id, after, _PAGE)
        wishes.take(page)
        if len(page) < _PAGE:
            return
        after = page[-1].pk
