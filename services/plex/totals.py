"""How much music a Plex Media Server holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LibraryTotals:
    """How much music there is, over all music libraries."""

    artists: int = 0
    albums: int = 0
    tracks: int = 0

    def __add__(self, other: LibraryTotals) -> LibraryTotals:
        return LibraryTotals(self.artists + other.artists, self.albums + other.albums, self.tracks + other.tracks)
