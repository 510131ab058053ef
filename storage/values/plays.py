"""What is known of plays: as the sources tell them, as they are kept, and what they add up to.

Instants are milliseconds since 1970 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PlaySource(StrEnum):
    """Who told of a listen, the most exact first."""

    API = "api"
    """Recently played: the track with everything about it, the instant to the millisecond."""
    EXPORT = "export"
    """The extended streaming history: to the second, and how long it was heard."""
    ACCOUNT = "account"
    """The account data: names only, to the minute."""


@dataclass(frozen=True, slots=True)
class PlayedArtist:
    """An artist of a track; local files and exports have no ``id``."""

    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class PlayedAlbum:
    """An album as a source tells it. ``release_date`` is Spotify's text: a year, a month or a day."""

    name: str
    artist_name: str
    spotify_id: str | None = None
    album_type: str | None = None
    release_date: str | None = None
    total_tracks: int | None = None
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class PlayedTrack:
    """A track as a source tells it, all its artists in order."""

    name: str
    artists: tuple[PlayedArtist, ...]
    source: PlaySource
    spotify_id: str | None = None
    album: PlayedAlbum | None = None
    duration_ms: int | None = None
    explicit: bool | None = None
    isrc: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One listen as a source tells it: which track (by :func:`storage.play_names.track_key`), when it ended, and for how
    many milliseconds it was heard. ``counted`` is whether that makes it a play.
    """

    track_key: str
    at: int
    source: PlaySource
    ms_played: int | None = None
    skipped: bool | None = None
    context: str | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class PlaysStored:
    """What became of listens: rows that are new, those found to be one that was there, those known before."""

    new: int = 0
    merged: int = 0
    known: int = 0

    def __add__(self, other: PlaysStored) -> PlaysStored:
        return PlaysStored(self.new + other.new, self.merged + other.merged, self.known + other.known)


@dataclass(frozen=True, slots=True)
class Play:
    """One play as it is shown. ``artists`` is all of them in one line; ``ms_played`` is how long it was heard, where an
    export said so; ``context`` is the address of the playlist, album or artist it was played from.
    """

    pk: int
    played_at: int
    name: str
    artists: str
    album: str
    source: PlaySource
    ms_played: int | None
    duration_ms: int | None
    skipped: bool | None
    context: str | None
    spotify_id: str | None
    album_artist: str
    release_date: str | None


@dataclass(frozen=True, slots=True)
class PlayQuery:
    """Which plays: all words of ``text`` begin words of track, artists or album; ``since`` is the first instant."""

    text: str = ""
    since: int | None = None
    sort_by: str = "played"
    descending: bool = True

    @property
    def is_filtered(self) -> bool:
        return bool(self.text.strip()) or self.since is not None


class TopKind(StrEnum):
    """What is counted by."""

    ARTISTS = "artists"
    ALBUMS = "albums"
    TRACKS = "tracks"


@dataclass(frozen=True, slots=True)
class Top:
    """How much an artist, an album or a track was played. ``ms`` is the time it was heard for; where nobody told, the
    length of the track stands in. ``last_at`` is its last play. ``owned`` is whether a record of the album is there.
    """

    name: str
    artist_name: str
    plays: int
    ms: int
    last_at: int
    owned: bool | None = None


@dataclass(frozen=True, slots=True)
class DayPlayed:
    """How much was played on one day."""

    day: date
    plays: int
    ms: int


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When somebody listens: every day with plays, oldest first; plays by hour of the day, by weekday (Monday first)."""

    days: tuple[DayPlayed, ...] = ()
    by_hour: tuple[int, ...] = (0,) * 24
    by_weekday: tuple[int, ...] = (0,) * 7

    @property
    def by_month(self) -> list[tuple[date, int]]:
        """Plays of each month from the first to the last, by its first day; months without any included."""
        counts: dict[date, int] = {}
        for each in self.days:
            month = each.day.replace(day=1)
            counts[month] = counts.get(month, 0) + each.plays
        if not counts:
            return []
        found: list[tuple[date, int]] = []
        month, last = min(counts), max(counts)
        while month <= last:
            found.append((month, counts.get(month, 0)))
            month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
        return found


@dataclass(frozen=True, slots=True)
class Offset:
    """From ``since`` on, local time is ``ms`` ahead of UTC."""

    since: int
    ms: int


@dataclass(frozen=True, slots=True)
class PlayGap:
    """Between these instants plays may be missing: Spotify hands out the last 50, and all of them were new."""

    since: int
    until: int
    found_at: str


@dataclass(frozen=True, slots=True)
class PlaySync:
    """When plays were last asked for and last received (instants as stored), and what went wrong the last time."""

    attempted_at: str
    synced_at: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class PlaysSummary:
    """All plays in a line: how many there are, the first, the last, and how many since some instant."""

    plays: int
    first_at: int | None
    last: Play | None
    lately: int
