"""The columns of what a person offers on Discogs, and how a listing is written in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.offers import grades, money
from tui.table.columns import Column

if TYPE_CHECKING:
    from services.discogs.market_models import Listing

SIGNS = {"Draft": "○", "For Sale": "●", "Sold": "✓", "Expired": "!"}
"""The sign before a listing; the status stands beside it in words."""


LISTING_COLUMNS: tuple[Column[Listing], ...] = (
    Column("sign", "", lambda row: SIGNS.get(row.status, "?"), 1),
    Column("status", "Status", lambda row: row.status, 9, limit=10, priority=1, sort="status"),
    Column("artist", "Artist", lambda row: row.release.artist, 16, grow=3, limit=34, sort="artist"),
    Column("title", "Title", lambda row: row.release.title, 18, grow=4, limit=46, sort="item"),
    Column("grades", "Record / sleeve", grades, 15, limit=18, priority=2),
    Column("price", "Price", lambda row: money(row.price), 12, limit=14, align="right", sort="price"),
    Column("posted", "Listed", lambda row: row.posted[:10], 10, priority=3, sort="listed"),
    Column("comments", "Comments", lambda row: row.comments, 20, grow=4, limit=80, priority=4),
)
"""At 80 cells: status, artist, title, grades, price; at 120 also the day and comments."""


def tone(row: Listing) -> str | None:
    """The look of a whole line: what cannot be changed any more is muted."""
    return "faint" if row.status == "Sold" else "warning" if row.status == "Expired" else None
