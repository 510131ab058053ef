"""A user's collection and wantlist as lists and figures (discogsography-contract.md section 12)."""

from __future__ import annotations

from dataclasses import dataclass

from storage.values.ids import ReleaseId
from storage.values.records import Count, YearAdded


@dataclass(frozen=True, slots=True)
class ListedRelease:
    """One copy in the collection, or one wanted release. ``date_added`` is an instant, None where Discogs has none;
    ``folder_id`` is None for a want; ``rating`` is 0 (none) to 5.
    """

    release_id: ReleaseId
    title: str
    artist: str
    year: int | None
    label: str | None
    catalog_number: str | None
    genres: tuple[str, ...]
    styles: tuple[str, ...]
    rating: int
    date_added: str | None
    folder_id: int | None = None


@dataclass(frozen=True, slots=True)
class CollectionFigures:
    """How a collection is made up, counted in copies. Largest first, but decades and ``drift`` in their order;
    ``by_format`` has formats and sizes together; ``average_rating`` is the mean of the ratings above 0, None if there
    are none.
    """

    total: int
    by_genre: tuple[Count, ...]
    by_decade: tuple[tuple[int, int], ...]
    by_label: tuple[Count, ...]
    by_style: tuple[Count, ...]
    by_format: tuple[Count, ...]
    drift: tuple[YearAdded, ...]
    unique_artists: int
    unique_labels: int
    average_rating: float | None
