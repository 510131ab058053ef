"""The shelf: albums with every place where they are, and which of them are asked for.

Apart from :mod:`storage.values.shelf`, which the first paint needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from storage.values.ids import Document


class ShelfSource(StrEnum):
    """Who tells of an album. They stand in the order in which what they say of it is believed."""

    RECORDS = "records"
    WANTS = "wants"
    BEETS = "beets"
    PLEX = "plex"
    SPOTIFY = "spotify"
    PLAYS = "plays"
    ARRIVALS = "arrivals"
    DOWNLOADS = "downloads"

    @property
    def rank(self) -> int:
        """0 for the most trusted."""
        return list(ShelfSource).index(self)

    @property
    def is_owners(self) -> bool:
        """Whether it belongs to the owner of the installation alone."""
        return self in (ShelfSource.BEETS, ShelfSource.PLEX, ShelfSource.ARRIVALS, ShelfSource.DOWNLOADS)


class Decision(StrEnum):
    """What a person says of a place of an album. It holds for ever, whatever is read again."""

    CONFIRM = "confirm"
    """It is that album."""
    REJECT = "reject"
    """It is not; it goes where it fits else."""
    SPLIT = "split"
    """It is not, and nothing else that is here either: it becomes an album of its own."""
    JOIN = "join"
    """It is the album that is named with it."""


class ShelfList(StrEnum):
    """The two lists that people ask for."""

    MISSING_FILES = "missing-files"
    """On vinyl, without files."""
    NOT_OWNED = "not-owned"
    """Played or there as files, not owned."""


class ShelfSort(StrEnum):
    """What albums can be sorted by."""

    ARTIST = "artist"
    TITLE = "title"
    YEAR = "year"
    PLAYS = "plays"
    ADDED = "added"
    """When it last came to a place."""


@dataclass(frozen=True, slots=True)
class NewHolding:
    """An album as one source has it. ``key`` is what the source knows it by, ``ref`` the key of the source's own row here, where
    there is one; ``marker`` changes with anything that is said of it, ``facts`` only with what tells whether two are the same.

    ``signs`` are what it shares with albums that it may be (positive ones are of identifiers). ``formats`` are as Discogs names
    them; ``amount`` counts what lies behind it: copies, saved tracks, plays, files. ``detail`` is for who shows it.
    """

    source: ShelfSource
    key: str
    marker: str
    artist: str
    title: str
    year: int | None = None
    tracks: int | None = None
    formats: tuple[str, ...] = ()
    is_vinyl: bool = False
    added_at: str | None = None
    amount: int = 1
    ref: int | None = None
    detail: Document = field(default_factory=dict[str, object])
    facts: Document = field(default_factory=dict[str, object])
    signs: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ShelfPlace:
    """Where an album is: how sure it is that it is this album (0 to 1; 1 for what stands alone) and why. ``decision`` is what a
    person said, None where nobody did; ``missing_since`` since when its source cannot be asked.
    """

    source: ShelfSource
    key: str
    artist: str
    title: str
    year: int | None
    tracks: int | None
    formats: tuple[str, ...]
    is_vinyl: bool
    added_at: str | None
    amount: int
    detail: Document
    confidence: float
    reason: str
    decision: Decision | None = None
    missing_since: str | None = None


@dataclass(frozen=True, slots=True)
class ShelfAlbum:
    """An album, with how often it is in each kind of place. ``records`` of which ``vinyls`` are on vinyl; ``files`` are albums of
    Plex and beets; ``coming`` are downloads and arrivals; ``plays`` of the person. ``confidence`` is that of the least sure place
    about which nobody decided. ``places`` are empty in the rows of a window.
    """

    pk: int
    artist: str
    title: str
    year: int | None
    tracks: int | None
    formats: tuple[str, ...]
    records: int
    vinyls: int
    wants: int
    plex: int
    beets: int
    spotify: int
    coming: int
    plays: int
    added_at: str | None
    confidence: float
    places: tuple[ShelfPlace, ...] = ()

    @property
    def files(self) -> int:
        return self.plex + self.beets

    @property
    def is_unsure(self) -> bool:
        """Whether somebody should look whether its places belong together."""
        return self.confidence < SURE


SURE = 0.9
"""From here on at most one in a hundred is wrong."""


@dataclass(frozen=True, slots=True)
class ShelfQuery:
    """Which albums, in which order. What is None is not asked; every word of ``text`` must begin a word of artist or title (of
    any place, accents folded), or be the year (``1979``, ``1970-1979``, ``1970s``); ``format`` is a format of a record such
    as ``Vinyl``, ``CD`` or ``LP``.
    """

    text: str = ""
    list: ShelfList | None = None
    owned: bool | None = None
    vinyl: bool | None = None
    wanted: bool | None = None
    files: bool | None = None
    plex: bool | None = None
    beets: bool | None = None
    spotify: bool | None = None
    coming: bool | None = None
    played: bool | None = None
    unsure: bool | None = None
    year_from: int | None = None
    year_to: int | None = None
    format: str = ""
    sort_by: ShelfSort = ShelfSort.ARTIST
    descending: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return self != ShelfQuery(sort_by=self.sort_by, descending=self.descending)


@dataclass(frozen=True, slots=True)
class ShelfCounts:
    """How many albums there are, and how many are in each kind of place and list."""

    albums: int = 0
    owned: int = 0
    vinyl: int = 0
    wanted: int = 0
    files: int = 0
    plex: int = 0
    beets: int = 0
    spotify: int = 0
    coming: int = 0
    played: int = 0
    unsure: int = 0
    missing_files: int = 0
    not_owned: int = 0


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands: when it was last read whole, how many albums it has, and since when it cannot be read, and why."""

    source: ShelfSource
    holdings: int = 0
    read_at: str | None = None
    failing_since: str | None = None
    error: str | None = None
