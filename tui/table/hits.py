"""What a search on Discogs or in the catalogue found, as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.table.columns import Column

if TYPE_CHECKING:
    from services.discogs import models
    from storage.values.found import CatalogueHit


@dataclass(frozen=True, slots=True)
class Hit:
    """A release that was found; ``owned`` is whether it is in the collection here or there, ``wanted`` whether it is
    on the wantlist."""

    release_id: int
    title: str
    year: str
    formats: str
    label: str
    catalog_number: str
    country: str
    owned: bool
    wanted: bool


def hit(found: models.SearchFound, *, owned: bool, wanted: bool) -> Hit:
    """A search result as a line of the table."""
    return Hit(
        release_id=found.id,
        title=found.title,
        year=str(found.year or ""),
        formats=", ".join(found.format),
        label=found.label[0] if found.label else "",
        catalog_number=found.catno,
        country=found.country,
        owned=owned or found.user_data.in_collection,
        wanted=wanted or found.user_data.in_wantlist,
    )


def hit_known(found: CatalogueHit, *, owned: bool, wanted: bool) -> Hit:
    """A release of the catalogue as a line of the table."""
    return Hit(
        release_id=found.id,
        title=f"{found.artist} – {found.title}" if found.artist else found.title,
        year=str(found.year or ""),
        formats=found.format or "",
        label=found.label or "",
        catalog_number=found.catno or "",
        country=found.country or "",
        owned=owned,
        wanted=wanted,
    )


def signs(row: Hit) -> str:
    """``●`` for what is owned, ``w`` for what is wanted, each in its place."""
    return ("●" if row.owned else " ") + ("w" if row.wanted else "")


HIT_COLUMNS: tuple[Column[Hit], ...] = (
    Column("signs", "", signs, 2),
    Column("title", "Artist – Title", lambda row: row.title, 24, grow=6),
    Column("year", "Year", lambda row: row.year, 5, priority=1),
    Column("formats", "Format", lambda row: row.formats, 14, grow=2, limit=34, priority=2),
    Column("label", "Label", lambda row: row.label, 12, grow=1, limit=26, priority=3),
    Column("catalog", "Cat#", lambda row: row.catalog_number, 12, limit=16, priority=4),
    Column("country", "Country", lambda row: row.country, 8, limit=12, priority=5),
)
