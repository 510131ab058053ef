"""What Plex holds and plays as rows of a table: read by windows from the server, never whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui.table.columns import Column
from tui.table.kept import length
from tui.words import number

if TYPE_CHECKING:
    from services.plex.models import Item

STAR, HALF = "★", "½"
BAR_CELLS = 12


@dataclass(frozen=True, slots=True)
class PlexLine:
    """One row. ``pk`` is its place in the list, from 1; ``kind`` says what it is: ``artist``, ``album``, ``track``,
    ``playlist``, ``section``, or empty for what only stands there. Times are Unix seconds, lengths milliseconds.
    """

    pk: int
    kind: str
    key: str
    title: str
    artist: str = ""
    album: str = ""
    year: int | None = None
    count: int | None = None
    duration: int | None = None
    offset: int | None = None
    rating: float | None = None
    plays: int = 0
    at: int | None = None
    sound: str = ""
    note: str = ""
    state: str = ""
    item: Item | None = None


def stars(rating: float | None) -> str:
    """A rating of 0 to 10 as up to five stars; empty where there is none."""
    if rating is None:
        return ""
    whole, half = divmod(round(rating), 2)
    return STAR * whole + HALF * half or "0"


def when(at: int | None) -> str:
    """A time as a day and a minute of this machine's local time; empty where nobody knows."""
    if at is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M}"
    except (OverflowError, OSError, ValueError):
        return ""


def progress(line: PlexLine) -> str:
    """How far something is, as a bar and as times."""
    if not line.duration or line.offset is None:
        return ""
    done = round(BAR_CELLS * min(line.offset, line.duration) / line.duration)
    return f"{'━' * done}{'─' * (BAR_CELLS - done)} {length(line.offset)} / {length(line.duration)}"


def tone(line: PlexLine) -> str | None:
    """The look of a whole line; the state's word says the same."""
    return "faint" if line.state in ("paused", "gone") else None


def _count(line: PlexLine) -> str:
    return "" if line.count is None else number(line.count)


def _plays(line: PlexLine) -> str:
    return number(line.plays) if line.plays else ""


def _place(line: PlexLine) -> str:
    return str(line.pk)


_TITLE: Column[PlexLine] = Column("title", "Title", lambda line: line.title, 20, grow=5, limit=70, sort="title")
_ARTIST: Column[PlexLine] = Column("artist", "Artist", lambda line: line.artist, 16, grow=4, limit=44)
_ALBUM: Column[PlexLine] = Column("album", "Album", lambda line: line.album, 16, grow=4, limit=50, priority=2)
_YEAR: Column[PlexLine] = Column("year", "Year", lambda line: str(line.year or ""), 5, priority=1, sort="year")
_RATING: Column[PlexLine] = Column("rating", "Rating", lambda line: stars(line.rating), 7, priority=1, sort="rating")
_PLAYS: Column[PlexLine] = Column("plays", "Plays", _plays, 6, priority=3, align="right", sort="plays")
_LENGTH: Column[PlexLine] = Column("length", "Length", lambda line: length(line.duration), 6, priority=1, align="right")
_ADDED: Column[PlexLine] = Column("added", "Added", lambda line: when(line.at)[:10], 10, priority=4, sort="added")
_SOUND: Column[PlexLine] = Column("sound", "Sound", lambda line: line.sound, 10, priority=3)

COLUMNS: dict[str, tuple[Column[PlexLine], ...]] = {
    "artists": (_TITLE, _RATING, _PLAYS, _ADDED),
    "albums": (
        _TITLE,
        _ARTIST,
        _YEAR,
        Column("count", "Tracks", _count, 6, priority=2, align="right"),
        _RATING,
        _ADDED,
    ),
    "tracks": (_TITLE, _ARTIST, _ALBUM, _LENGTH, _RATING, _PLAYS, _SOUND),
    "artist": (_TITLE, _YEAR, Column("count", "Tracks", _count, 6, align="right"), _RATING, _ADDED),
    "album": (
        Column("place", "", lambda line: line.note, 5, align="right"),
        _TITLE,
        Column("artist", "Artist", lambda line: line.artist, 14, grow=3, limit=40, priority=3),
        _LENGTH,
        _RATING,
        _PLAYS,
        _SOUND,
    ),
    "playlist": (Column("place", "", _place, 4, align="right"), _TITLE, _ARTIST, _ALBUM, _LENGTH, _RATING),
    "playing": (
        Column("state", "", lambda line: line.state, 8),
        _TITLE,
        _ARTIST,
        Column("progress", "How far", progress, BAR_CELLS + 14, limit=BAR_CELLS + 16),
        Column("note", "Where, who", lambda line: line.note, 14, grow=4, limit=40, priority=1),
    ),
    "history": (Column("at", "Played", lambda line: when(line.at), 16), _TITLE, _ARTIST, _ALBUM),
    "playlists": (
        _TITLE,
        Column("count", "Tracks", _count, 7, align="right"),
        Column("length", "Length", lambda line: length(line.duration), 8, align="right", priority=1),
        Column("note", "", lambda line: line.note, 14, grow=3, limit=60, priority=1),
    ),
    "libraries": (
        _TITLE,
        Column("state", "", lambda line: line.state, 9),
        Column("at", "Scanned", lambda line: when(line.at), 16, priority=1),
        Column("note", "Folders", lambda line: line.note, 20, grow=5, limit=100, priority=2),
    ),
}
"""By the list that is shown."""
