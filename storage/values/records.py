"""Records and what is known of their releases."""

from __future__ import annotations

from dataclasses import dataclass

from storage.values.ids import Document, RecordPk, ReleaseId, UserId


@dataclass(frozen=True, slots=True)
class Format:
    """One entry of a release's ``formats`` array (discogs-api.md 5.2)."""

    name: str
    qty: int = 1
    text: str | None = None
    descriptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What is known about a release before it is anybody's record: everything Discogs (or a form, or a file) says.

    ``is_shaped`` is a cut outline, ``is_picture_disc`` a picture in the vinyl: separate facts. The wire's
    ``isShapedVinyl`` is either of them (records-contract.md section 1).
    """

    artist_name: str
    album_title: str
    year_released: int | None = None
    label_name: str | None = None
    catalog_number: str | None = None
    discogs_id: ReleaseId | None = None
    master_id: int | None = None
    discogs_uri: str | None = None
    thumbnail_url: str | None = None
    cover_image_url: str | None = None
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ()
    upc_code: str | None = None
    record_size: str | None = None
    vinyl_color: str | None = None
    is_shaped: bool = False
    is_picture_disc: bool = False


@dataclass(frozen=True, slots=True)
class Record(RecordFacts):
    """A record somebody owns, with what its copies say. Instants are ISO 8601 UTC text."""

    pk: RecordPk = RecordPk(0)
    record_id: str = ""
    user_id: UserId = UserId("")
    is_synced: bool = False
    data_source: str = "manual"
    notes: str | None = None
    copies: int = 0
    folder_name: str | None = None
    rating: int = 0
    date_added: str = ""
    removed_at: str | None = None
    created_at: str = ""
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record about to be stored. Its id and instants are made where None (a restore or an import brings its own)."""

    facts: RecordFacts
    data_source: str = "discogs"
    is_synced: bool = False
    notes: str | None = None
    record_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A value of a facet or chart and how many records have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class YearAdded:
    """How many were added in a year and its leading genres, most first; one with several genres counts in each."""

    year: int
    added: int
    genres: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the dashboard shows of a collection, counted in records; removed ones are not."""

    records: int
    copies: int
    unsynced: int
    removed: int
    rated: int
    average_rating: float | None
    by_decade: tuple[Count, ...]
    by_format: tuple[Count, ...]
    by_genre: tuple[Count, ...]
    by_style: tuple[Count, ...]
    by_label: tuple[Count, ...]
    drift: tuple[YearAdded, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueRelease:
    """A release met through the API: the parsed answer and when it was fetched (ISO 8601 UTC)."""

    release_id: ReleaseId
    detail: Document
    fetched_at: str
