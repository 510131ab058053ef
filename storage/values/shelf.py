"""A table of records: which, in which order, and one line of it. Needed for the first paint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage.values.ids import RecordPk, ReleaseId


class SortBy(StrEnum):
    """The columns a table of records can be sorted by."""

    ARTIST = "artist"
    TITLE = "title"
    YEAR = "year"
    LABEL = "label"
    CATALOG = "catalog"
    SIZE = "size"
    COLOR = "color"
    FOLDER = "folder"
    RATING = "rating"
    ADDED = "added"
    CREATED = "createdAt"


SORTS: dict[SortBy, tuple[str, ...]] = {
    SortBy.ARTIST: ("artist_key", "title_key"),
    SortBy.TITLE: ("title_key", "artist_key"),
    SortBy.YEAR: ("year_released",),
    SortBy.LABEL: ("label_key",),
    SortBy.CATALOG: ("catalog_key",),
    SortBy.SIZE: ("size_key",),
    SortBy.COLOR: ("color_key",),
    SortBy.FOLDER: ("folder_key",),
    SortBy.RATING: ("rating",),
    SortBy.ADDED: ("date_added",),
    SortBy.CREATED: ("created_at",),
}
"""The columns behind each sort; the record's key comes last, so the order is total. Nulls last in both directions."""


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which records, in which order. Values inside one filter are alternatives, filters combine with AND.

    ``text`` is what a person typed: every word must begin a word of the record (accents folded). ``removed`` says
    whether records that vanished from Discogs are included (they are shown, marked). ``files``, ``plex``, ``beets``, ``spotify``
    and ``coming`` ask where else the album of the record is, or is not, as the shelf last found it.
    """

    text: str = ""
    sizes: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    decades: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    ratings: tuple[int, ...] = ()
    shaped: bool | None = None
    synced: bool | None = None
    removed: bool = True
    files: bool | None = None
    plex: bool | None = None
    beets: bool | None = None
    spotify: bool | None = None
    coming: bool | None = None
    sort_by: SortBy = SortBy.ARTIST
    descending: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(
            self.text.strip()
            or self.sizes
            or self.colors
            or self.folders
            or self.genres
            or self.styles
            or self.decades
            or self.labels
            or self.ratings
            or self.shaped is not None
            or self.synced is not None
            or not self.removed
            or self.asks_places
        )

    @property
    def asks_places(self) -> bool:
        """Whether it matters where else the album of a record is."""
        asked = (self.files, self.plex, self.beets, self.spotify, self.coming)
        return any(each is not None for each in asked)


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """One line of the collection table: only what a table shows. The last five tell in which album of the shelf it is, and in how
    many albums of Plex and so on that is; nothing where the shelf has not seen it yet."""

    pk: RecordPk
    record_id: str
    artist_name: str
    album_title: str
    year_released: int | None
    label_name: str | None
    catalog_number: str | None
    record_size: str | None
    vinyl_color: str | None
    is_shaped: bool
    is_picture_disc: bool
    folder_name: str | None
    rating: int
    copies: int
    date_added: str
    discogs_id: ReleaseId | None
    is_synced: bool
    removed_at: str | None
    album_pk: int | None = None
    plex: int = 0
    beets: int = 0
    spotify: int = 0
    coming: int = 0
