"""Wishes, new releases and watched artists as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.values.wishes import Candidate, WatchedArtist, WatchedRelease, Wish, WishKind, WishState
from tui.table.columns import Column
from tui.words import ago

if TYPE_CHECKING:
    from services.wishes.wishes import Previewed

STATES = {
    WishState.UNSURE: "choose",
    WishState.FOUND: "found",
    WishState.MISSING: "not known",
    WishState.WAITING: "waiting",
    WishState.WANTED: "wanted",
    WishState.HERE: "have it",
}
"""What a wish stands at, in a word."""
SIGNS = {
    WishState.UNSURE: "?",
    WishState.FOUND: "◆",
    WishState.MISSING: "·",
    WishState.WAITING: "…",
    WishState.WANTED: "w",
    WishState.HERE: "●",
}
_TONES = {WishState.UNSURE: "warning", WishState.HERE: "good", WishState.WANTED: "good", WishState.WAITING: "faint"}
PLACES = {
    "records": "your records",
    "files": "your files",
    "wants": "your wantlist",
    "catalogue": "the catalogue",
    "discogs": "Discogs",
}


def means(candidate: Candidate | None) -> str:
    """What something is taken for."""
    if candidate is None:
        return ""
    year = f" ({candidate.year})" if candidate.year else ""
    return f"{candidate.artist} – {candidate.title}{year}, in {PLACES[candidate.source]}"


def percent(candidate: Candidate | None) -> str:
    """How sure that is."""
    return "" if candidate is None else f"{min(99, int(candidate.confidence * 100))} %"


def wish_tone(row: Wish) -> str | None:
    """The look of a whole line; its sign says the same."""
    return _TONES.get(row.state)


def _title(title: str, album: str, kind: WishKind) -> str:
    return f"{title} ({album})" if album and kind is WishKind.TRACK else title


WISH_COLUMNS: tuple[Column[Wish], ...] = (
    Column("sign", "", lambda row: SIGNS[row.state], 1),
    Column("artist", "Artist", lambda row: row.artist, 16, grow=3, limit=40),
    Column("title", "Title", lambda row: _title(row.title, row.album, row.kind), 18, grow=4, limit=60),
    Column("year", "Year", lambda row: str(row.year or ""), 5, priority=3),
    Column("state", "State", lambda row: STATES[row.state], 9),
    Column("means", "Taken for", lambda row: means(row.best), 18, grow=5, limit=90, priority=1),
    Column("sure", "Sure", lambda row: percent(row.best), 5, priority=2, align="right"),
    Column("origin", "From", lambda row: row.origin, 10, grow=1, limit=24, priority=4),
)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A line of a list before it is kept, or one that says nothing (``fault``); ``line`` is its number."""

    line: int
    previewed: Previewed | None
    fault: str = ""


def preview_tone(row: PreviewRow) -> str | None:
    """The look of a line of a preview."""
    if row.previewed is None:
        return "bad"
    return "faint" if row.previewed.is_known else _TONES.get(row.previewed.state)


def _becomes(row: PreviewRow) -> str:
    shown = row.previewed
    if shown is None:
        return row.fault
    if shown.is_known:
        return "there already"
    found = shown.candidates[0] if shown.candidates else None
    return f"{STATES[shown.state]}: {means(found)}" if found else STATES[shown.state]


PREVIEW_COLUMNS: tuple[Column[PreviewRow], ...] = (
    Column("line", "Line", lambda row: str(row.line), 5, align="right"),
    Column("artist", "Artist", lambda row: row.previewed.wish.artist if row.previewed else "", 14, grow=3, limit=34),
    Column(
        "title",
        "Title",
        lambda row: (
            _title(row.previewed.wish.title, row.previewed.wish.album, row.previewed.wish.kind) if row.previewed else ""
        ),
        14,
        grow=3,
        limit=44,
    ),
    Column("becomes", "Becomes", _becomes, 22, grow=5, limit=100),
)

CANDIDATE_COLUMNS: tuple[Column[Candidate], ...] = (
    Column("sure", "Sure", percent, 5, align="right"),
    Column("source", "Where", lambda row: PLACES[row.source], 13),
    Column("name", "Artist – Title", lambda row: f"{row.artist} – {row.title}", 22, grow=5, limit=70),
    Column("year", "Year", lambda row: str(row.year or ""), 5, priority=1),
    Column("about", "About", lambda row: row.about, 14, grow=3, limit=40, priority=2),
    Column("why", "Why", lambda row: row.reason, 14, grow=4, limit=80, priority=3),
)

NEW_COLUMNS: tuple[Column[WatchedRelease], ...] = (
    Column("artist", "Artist", lambda row: row.artist, 16, grow=3, limit=40),
    Column("title", "Title", lambda row: row.title, 18, grow=4, limit=60),
    Column("released", "Released", lambda row: row.released, 10),
    Column("source", "Told by", lambda row: row.source.capitalize(), 8),
    Column(
        "about", "About", lambda row: ", ".join(filter(None, (row.kind, row.about))), 12, grow=3, limit=50, priority=1
    ),
    Column("told", "Told", lambda row: ago(row.told_at), 11, priority=2),
)

WATCHED_COLUMNS: tuple[Column[WatchedArtist], ...] = (
    Column("name", "Artist", lambda row: row.name, 20, grow=4, limit=50),
    Column("new", "New", lambda row: str(row.new or ""), 4, align="right"),
    Column("discogs", "Discogs asked", lambda row: _asked(row.discogs_id, row.discogs_at), 14),
    Column("spotify", "Spotify asked", lambda row: _asked(row.spotify_id, row.spotify_at), 14),
    Column("trouble", "Trouble", lambda row: row.trouble or "", 12, grow=4, limit=90, priority=1),
)


def _asked(known_as: object, asked_at: str | None) -> str:
    """When a service was asked for an artist; a dash where it does not know them."""
    return "–" if known_as is None else ago(asked_at) or "not yet"
