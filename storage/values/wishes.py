"""What is wanted by its name alone, artists who are watched, and what they released."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WishKind(StrEnum):
    """What a line asks for."""

    ALBUM = "album"
    TRACK = "track"
    EITHER = "either"
    """Artist and title, and nothing that tells whether the title is that of an album."""


class WishState(StrEnum):
    """How a wish stands. Wishes are listed in this order: first what a person can do something about."""

    UNSURE = "unsure"
    """Something fits, nothing surely: a person picks."""
    FOUND = "found"
    """It is known which release is meant, and it is neither owned nor on the wantlist."""
    MISSING = "missing"
    """Nothing that is known here fits."""
    WAITING = "waiting"
    """It has not been looked at yet."""
    WANTED = "wanted"
    """It is on the Discogs wantlist."""
    HERE = "here"
    """It is owned, or there as files."""


class Fitting(StrEnum):
    """Where something that fits a wish was found."""

    RECORDS = "records"
    FILES = "files"
    WANTS = "wants"
    CATALOGUE = "catalogue"
    DISCOGS = "discogs"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that a wish may mean: how sure that is (0 to 1; at least 0.99 of those from 0.9 on are right) and why.

    ``key`` is what its source knows it by, ``release_id`` the Discogs release where there is one.
    """

    source: Fitting
    key: str
    artist: str
    title: str
    year: int | None = None
    about: str = ""
    """Format, label, country or the like, for whoever chooses."""
    release_id: int | None = None
    confidence: float = 0.0
    reason: str = ""
    is_track: bool = False

    @property
    def name(self) -> str:
        """By which it is chosen: source and key."""
        return f"{self.source}:{self.key}"


@dataclass(frozen=True, slots=True)
class NewWish:
    """A line as it was understood. ``album`` is that of a track; ``duration`` in milliseconds; ``line`` is its number in what
    was read, from 1; ``said`` is how it stood there.
    """

    artist: str
    title: str
    album: str = ""
    year: int | None = None
    kind: WishKind = WishKind.EITHER
    duration: int | None = None
    release_id: int | None = None
    line: int = 0
    said: str = ""

    @property
    def text(self) -> str:
        """What to search for."""
        return " ".join(filter(None, (self.artist, self.title)))


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish as kept. ``origin`` says where it came from (a file's name); ``candidates`` the surest first; ``choice`` is the name
    of the one that a person picked, which stays whatever is found later.
    """

    pk: int
    kind: WishKind
    artist: str
    title: str
    album: str
    year: int | None
    duration: int | None
    release_id: int | None
    said: str
    origin: str
    state: WishState
    candidates: tuple[Candidate, ...]
    choice: str | None
    matched_at: str | None
    created_at: str

    @property
    def text(self) -> str:
        """What to search for."""
        return " ".join(filter(None, (self.artist, self.title)))

    @property
    def best(self) -> Candidate | None:
        """What was picked, else the surest."""
        picked = next((each for each in self.candidates if each.name == self.choice), None)
        return picked or (self.candidates[0] if self.candidates else None)


@dataclass(frozen=True, slots=True)
class WishQuery:
    """Which wishes: in one of ``states`` (none: in any), every word of ``text`` beginning one of theirs."""

    text: str = ""
    states: tuple[WishState, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text.strip() or self.states)


class ReleaseState(StrEnum):
    """What became of a release of a watched artist."""

    KNOWN = "known"
    """It was there when watching began, is old, or was told of under another id: nobody was told."""
    NEW = "new"
    IGNORED = "ignored"
    WANTED = "wanted"


@dataclass(frozen=True, slots=True)
class WatchedArtist:
    """An artist whose new releases are told; known to Discogs, to Spotify or to both. ``discogs_at`` and ``spotify_at`` are when
    each was last asked, ``trouble`` why one could not be.
    """

    pk: int
    name: str
    discogs_id: int | None
    spotify_id: str | None
    added_at: str
    discogs_at: str | None = None
    spotify_at: str | None = None
    trouble: str | None = None
    new: int = 0


@dataclass(frozen=True, slots=True)
class SeenRelease:
    """A release as a service lists it. ``key`` is the same whenever it is listed, ``title_key`` the same at both services;
    ``released`` is a year or a date, empty where it is not known.
    """

    source: str
    key: str
    title: str
    title_key: str
    released: str = ""
    kind: str = ""
    about: str = ""
    release_id: int | None = None
    spotify_id: str | None = None


@dataclass(frozen=True, slots=True)
class WatchedRelease:
    """A release of a watched artist as kept."""

    pk: int
    artist_pk: int
    artist: str
    source: str
    key: str
    title: str
    released: str
    kind: str
    about: str
    release_id: int | None
    spotify_id: str | None
    state: ReleaseState
    told_at: str | None
    seen_at: str
