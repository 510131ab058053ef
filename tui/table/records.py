"""The columns of the record table and how a record's facts are written in them."""

from __future__ import annotations

from storage.values import ShelfRow, SortBy
from tui.table.badges import BEETS, COMING, PLEX, SPOTIFY, TINTS, badges
from tui.table.columns import Column

REMOVED, UNSYNCED = "✗", "⇡"
"""Signs before a record: it vanished from Discogs; it was not sent to Discogs yet. Never colour alone."""


def state(row: ShelfRow) -> str:
    """The sign before a record, blank for one that is in step (or that Discogs does not know)."""
    if row.removed_at is not None:
        return REMOVED
    return UNSYNCED if row.discogs_id is not None and not row.is_synced else ""


def year(row: ShelfRow) -> str:
    return str(row.year_released) if row.year_released else ""


def color(row: ShelfRow) -> str:
    """Colour and shape together: ``Clear, shaped``."""
    shape = "picture" if row.is_picture_disc else "shaped" if row.is_shaped else ""
    return ", ".join(filter(None, (row.vinyl_color, shape)))


def rating(row: ShelfRow) -> str:
    """Stars as text, so that they stand in any font: ``****``."""
    return "*" * row.rating


def copies(row: ShelfRow) -> str:
    return str(row.copies) if row.copies > 1 else ""


def added(row: ShelfRow) -> str:
    return row.date_added[:10]


def places(row: ShelfRow) -> str:
    """Where else the album is, as the shelf last found it."""
    return badges((PLEX, row.plex), (BEETS, row.beets), (SPOTIFY, row.spotify), (COMING, row.coming))


RECORD_COLUMNS: tuple[Column[ShelfRow], ...] = (
    Column("state", "", state, 1),
    Column("artist", "Artist", lambda row: row.artist_name, 19, grow=4, limit=40, sort=SortBy.ARTIST),
    Column("title", "Title", lambda row: row.album_title, 22, grow=6, limit=60, sort=SortBy.TITLE),
    Column("year", "Year", year, 5, priority=1, sort=SortBy.YEAR),
    Column("places", "Where", places, 5, priority=2, tints=TINTS),
    Column("label", "Label", lambda row: row.label_name or "", 14, grow=2, limit=28, priority=3, sort=SortBy.LABEL),
    Column("catalog", "Cat#", lambda row: row.catalog_number or "", 12, limit=16, priority=5, sort=SortBy.CATALOG),
    Column("size", "Size", lambda row: row.record_size or "", 5, priority=2, sort=SortBy.SIZE),
    Column("color", "Colour", color, 10, grow=1, limit=20, priority=6, sort=SortBy.COLOR),
    Column("copies", "×", copies, 2, priority=9, align="right"),
    Column("rating", "Rating", rating, 7, priority=7, sort=SortBy.RATING),
    Column("folder", "Folder", lambda row: row.folder_name or "", 12, grow=1, limit=24, priority=8, sort=SortBy.FOLDER),
    Column("added", "Added", added, 10, priority=4, sort=SortBy.ADDED),
)
"""At 80 cells: artist, title, year, places, size, label; at 120 also the day added, number and colour; at 200 all."""


def tone(row: ShelfRow) -> str | None:
    """The look of a whole line: a removed record is muted (and carries its sign)."""
    return "muted" if row.removed_at is not None else None
