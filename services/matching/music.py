"""Albums and tracks as they are compared, whatever service told of them: what is not known is empty or None."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Source(StrEnum):
    """Where an album or a track was told of."""

    DISCOGS = "discogs"
    SPOTIFY = "spotify"
    PLEX = "plex"
    SOULSEEK = "soulseek"
    BEETS = "beets"
    TEXT = "text"
    """Typed or pasted by a person."""


class Form(StrEnum):
    """What an album is by its size and purpose."""

    ALBUM = "album"
    EP = "EP"
    SINGLE = "single"
    COMPILATION = "compilation"
    BOX = "box set"


NO_CODES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Codes:
    """Identifiers, each as :mod:`services.matching.codes` normalises it. Several barcodes or MusicBrainz ids of one thing are
    usual; ``musicbrainz`` holds those of its release, recording or track, ``group`` that of its release group.
    """

    barcodes: frozenset[str] = NO_CODES
    isrcs: frozenset[str] = NO_CODES
    musicbrainz: frozenset[str] = NO_CODES
    group: str = ""
    discogs_release: int = 0
    discogs_master: int = 0
    spotify: str = ""


@dataclass(frozen=True, slots=True)
class Album:
    """An album. ``artists`` are as credited, one or several to an entry; ``duration`` in milliseconds is that of all its tracks;
    ``forms`` are all that it may be (Spotify's "single" is an EP too), none where nothing is said.
    """

    title: str
    artists: tuple[str, ...] = ()
    year: int | None = None
    tracks: int | None = None
    duration: int | None = None
    forms: frozenset[Form] = frozenset()
    codes: Codes = Codes()
    source: str = ""
    key: str = ""
    """What its source knows it by."""


@dataclass(frozen=True, slots=True)
class Track:
    """A track. ``artists`` are its own where it has any, else those of its album; ``duration`` in milliseconds."""

    title: str
    artists: tuple[str, ...] = ()
    album: str = ""
    album_artists: tuple[str, ...] = ()
    duration: int | None = None
    year: int | None = None
    number: int | None = None
    disc: int | None = None
    codes: Codes = Codes()
    source: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How sure it is that two are the same (0 to 1), and why, in words."""

    confidence: float
    reasons: tuple[str, ...] = field(default=())

    @property
    def reason(self) -> str:
        """The reasons as one line."""
        return ", ".join(self.reasons)
