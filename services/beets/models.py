"""What beets tells: its library as tracks and albums, itself, and what a change came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from storage.values.ids import Document


class Shelf(StrEnum):
    """What a query is about."""

    TRACKS = "tracks"
    ALBUMS = "albums"


@dataclass(frozen=True, slots=True)
class BeetsEntry:
    """A track or an album of the library. Figures are as beets writes them (``3:45``, ``320kbps``), empty where there is
    none; of an album ``title`` is empty and ``path`` its folder.
    """

    id: int
    artist: str
    album: str
    title: str
    year: str
    length: str
    format: str
    bitrate: str
    path: str

    @property
    def pk(self) -> int:
        """What lists know it by."""
        return self.id


@dataclass(frozen=True, slots=True)
class BeetsVersion:
    """Which beets it is. ``number`` is its version, comparable; ``plugins`` are those its configuration loads."""

    text: str
    number: tuple[int, ...]
    plugins: tuple[str, ...]

    @property
    def can_upgrade(self) -> bool:
        """Whether a copy of what is there already can take its place or be left out (since 2.14)."""
        return self.number >= (2, 14)


@dataclass(frozen=True, slots=True)
class BeetsConfiguration:
    """What the person's own configuration says that matters here: where the music and the library's file lie, what happens to
    duplicates (empty where it says nothing), and whether lists have an order of their own.
    """

    music: Path
    library: Path
    duplicates: str
    has_own_order: bool


@dataclass(frozen=True, slots=True)
class BeetsStatus:
    """Whether beets can be asked. ``message`` says what is the matter, and what to do, where it cannot."""

    version: BeetsVersion | None
    message: str = ""

    @property
    def is_ready(self) -> bool:
        return self.version is not None


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did, or would do: ``count`` items, and what beets said line by line. ``lost`` are the tracks whose
    files are gone, which an update forgets.
    """

    count: int
    lines: tuple[str, ...]
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a query is about to touch: how many tracks, and the first of them."""

    count: int
    ids: tuple[int, ...]
    first: tuple[BeetsEntry, ...]


def entry(told: Document, shelf: Shelf) -> BeetsEntry:
    """One line of the export plug-in."""

    def text(*names: str) -> str:
        return next((str(told[name]) for name in names if told.get(name) not in (None, "")), "")

    year = text("year")
    return BeetsEntry(
        id=int(text("id") or 0),
        artist=text("artist", "albumartist") if shelf is Shelf.TRACKS else text("albumartist"),
        album=text("album"),
        title=text("title"),
        year="" if year.strip("0") == "" else year,
        length=text("length"),
        format=text("format"),
        bitrate=text("bitrate"),
        path=text("path"),
    )
