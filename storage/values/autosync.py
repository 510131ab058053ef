"""Auto-sync: the tracks that a listener has on Spotify and nowhere else, and what became of looking for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AutosyncState(StrEnum):
    """Where a track stands that was looked for."""

    SEARCHING = "searching"
    """Soulseek is being asked; one that is left over from a killed run is asked for again."""
    REQUESTED = "requested"
    """It stands in the download queue."""
    ARRIVED = "arrived"
    """It is on the disk, and beets has not filed it yet: it is its turn, a person is asked, or nobody wants that."""
    IMPORTED = "imported"
    FAILED = "failed"


class Failure(StrEnum):
    """Why it failed (harmony-contract.md section 18)."""

    SEARCH = "search"
    NO_RESULTS = "no_results"
    QUALITY = "quality"
    DOWNLOAD = "download"
    IMPORT = "import"


MOST_FAILURES = 3
"""After so many a track is not looked for any more until somebody says so."""


@dataclass(frozen=True, slots=True)
class AutosyncTrack:
    """One track that was looked for. ``failures`` counts since the last success, ``error`` says the last one in words;
    ``download_id`` is the first attempt of its last request, ``path`` where it came to lie on this machine.
    """

    id: int
    track_key: str
    spotify_id: str | None
    artist: str
    title: str
    album: str
    priority: int
    state: AutosyncState
    failure: Failure | None
    failures: int
    error: str | None
    download_id: int | None
    path: str | None
    attempted_at: str
    changed_at: str

    @property
    def is_skipped(self) -> bool:
        """Whether it failed too often to be looked for again by itself."""
        return self.state is AutosyncState.FAILED and self.failures >= MOST_FAILURES


@dataclass(frozen=True, slots=True)
class Listed:
    """One track as it stands in the playlists or among the saved ones. ``playlist`` is the name of the playlist, empty for a saved
    one; ``pk`` is where the next page goes on.
    """

    pk: str
    spotify_id: str | None
    title: str
    artists: tuple[str, ...]
    album: str
    album_id: str | None
    duration_ms: int | None
    is_local: bool = False
    playlist: str = ""
