"""The shapes under ``/api/records`` (records-contract.md section 1), camelCase on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field

from services.records.entry import RecordChanges, RecordEntry
from services.records.hits import SearchHit
from services.rest.wire import CamelModel, FilledWords, RecordId, ReleaseNumber, ReleaseText, Words
from storage.values import Record, ReleaseId

Year = Annotated[int, Field(strict=True, ge=1, le=9999)]
Flag = Annotated[bool, Field(strict=True)]
Names = Annotated[tuple[Words, ...] | None, AfterValidator(lambda names: names or ())]
"""A list of texts; null empties it like any other field."""


class RecordShape(CamelModel):
    """A record somebody owns."""

    record_id: RecordId = Field(description="Ours; the only id that never changes.")
    artist_name: str
    album_title: str
    year_released: int | None
    label_name: str | None = Field(description="The first label.")
    catalog_number: str | None
    discogs_id: str | None = Field(description="The Discogs release, digits as a string; once per owner.")
    discogs_uri: str | None
    is_synced_with_discogs: bool = Field(description="Known to be in the owner's Discogs collection.")
    thumbnail_url: str | None
    cover_image_url: str | None
    genres: list[str]
    styles: list[str]
    upc_code: str | None = Field(description="The barcode.")
    record_size: str | None = Field(description='`12"`, `10"`, `7"`, ...; null when it is no vinyl or not known.')
    vinyl_color: str | None = Field(description="Null for plain vinyl.")
    is_shaped_vinyl: bool = Field(description="A picture disc or a cut shape.")
    is_picture_disc: bool = Field(description="A picture disc.")
    data_source: str = Field(description="`discogs`, `manual` or the file it was imported from.")
    notes: str | None
    rating: int = Field(description="0 to 5; 0 is not rated.")
    folder: str | None = Field(description="The Discogs folder of the newest copy.")
    copies: int = Field(description="How many copies are in the Discogs collection.")
    date_added: str = Field(description="When the newest copy was added, ISO 8601.")
    removed_at: datetime | None = Field(description="When it was found to be gone from Discogs.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, record: Record) -> Self:
        """The record as it travels."""
        return cls.model_construct(
            record_id=record.record_id,
            artist_name=record.artist_name,
            album_title=record.album_title,
            year_released=record.year_released,
            label_name=record.label_name,
            catalog_number=record.catalog_number,
            discogs_id=_digits(record.discogs_id),
            discogs_uri=record.discogs_uri,
            is_synced_with_discogs=record.is_synced,
            thumbnail_url=record.thumbnail_url,
            cover_image_url=record.cover_image_url,
            genres=list(record.genres),
            styles=list(record.styles),
            upc_code=record.upc_code,
            record_size=record.record_size,
            vinyl_color=record.vinyl_color,
            is_shaped_vinyl=record.is_shaped or record.is_picture_disc,
            is_picture_disc=record.is_picture_disc,
            data_source=record.data_source,
            notes=record.notes,
            rating=record.rating,
            folder=record.folder_name,
            copies=record.copies,
            date_added=record.date_added,
            removed_at=_moment(record.removed_at),
            created_at=_moment(record.created_at),
            updated_at=_moment(record.updated_at),
        )


class RecordList(CamelModel):
    records: list[RecordShape]
    count: int = Field(description="How many records match, also beyond `limit`.")


class RecordAnswer(CamelModel):
    record: RecordShape


class RecordDone(CamelModel):
    record: RecordShape
    message: str


class Done(CamelModel):
    message: str


class SearchResult(CamelModel):
    """A release on Discogs. Size, colour and shape come from the full release and are absent if it could not be had."""

    discogs_id: str
    artist_name: str
    album_title: str
    year_released: int | None
    label_name: str | None
    catalog_number: str | None
    discogs_uri: str | None
    thumbnail_url: str | None
    cover_image_url: str | None
    genres: list[str]
    styles: list[str]
    upc_code: str | None
    country: str | None
    owned_as: str | None = Field(description="The `recordId` of the caller's record of this release.")
    record_size: str | None = None
    vinyl_color: str | None = None
    is_shaped_vinyl: bool = False

    @classmethod
    def of(cls, hit: SearchHit) -> Self:
        """The hit as it travels."""
        facts = hit.facts
        found = cls(
            discogs_id=str(facts.discogs_id),
            artist_name=facts.artist_name,
            album_title=facts.album_title,
            year_released=facts.year_released,
            label_name=facts.label_name,
            catalog_number=facts.catalog_number,
            discogs_uri=facts.discogs_uri,
            thumbnail_url=facts.thumbnail_url,
            cover_image_url=facts.cover_image_url,
            genres=list(facts.genres),
            styles=list(facts.styles),
            upc_code=facts.upc_code,
            country=hit.country,
            owned_as=hit.owned_as,
        )
        if hit.vinyl is not None:
            found.record_size = facts.record_size
            found.vinyl_color = facts.vinyl_color
            found.is_shaped_vinyl = facts.is_shaped or facts.is_picture_disc
        return found


class SearchList(CamelModel):
    results: list[SearchResult]
    count: int


class _Optional(CamelModel):
    """What a person may say about a record beyond artist and title."""

    year_released: Year | None = None
    label_name: Words | None = None
    catalog_number: Words | None = None
    discogs_id: ReleaseText | None = None
    discogs_uri: Words | None = None
    thumbnail_url: Words | None = None
    cover_image_url: Words | None = None
    genres: Names = ()
    styles: Names = ()
    upc_code: Words | None = None
    record_size: Words | None = None
    vinyl_color: Words | None = None
    is_shaped: Flag = Field(default=False, alias="isShapedVinyl")
    is_picture_disc: Flag = False
    notes: Words | None = None


class NewRecord(_Optional):
    """A record typed in by hand."""

    artist_name: FilledWords
    album_title: FilledWords

    def entry(self) -> RecordEntry:
        """What the records service takes."""
        return RecordEntry(**self.model_dump())


class RecordEdit(_Optional):
    """What to change: absent fields stay, null clears."""

    artist_name: FilledWords = ""
    album_title: FilledWords = ""

    def changes(self) -> RecordChanges:
        """What the records service takes: only what was sent."""
        return RecordChanges(**self.model_dump(exclude_unset=True))


class FetchOrder(CamelModel):
    """Which release to fetch."""

    release_id: ReleaseNumber


class UpdateOrder(CamelModel):
    """Which record to overwrite with which release."""

    record_id: RecordId
    discogs_id: ReleaseText


class SyncReadiness(CamelModel):
    """Whether a sync can start; asks nobody."""

    ready: bool
    missing: list[str] = Field(description="The settings that are lacking, e.g. `DISCOGS_TOKEN`.")


class SyncProgress(CamelModel):
    """One event of the sync stream."""

    phase: Literal["pull", "push", "done"]
    pulled: int = Field(description="Records that were new here.")
    pushed: int = Field(description="Records added to the Discogs collection.")
    skipped: int = Field(description="Items that were already in step.")
    errors: list[str] = Field(description="What could not be done, one sentence each.")
    total_discogs_items: int = Field(description="Items in the Discogs collection, 0 until known.")


def _digits(release: ReleaseId | None) -> str | None:
    return None if release is None else str(release)


def _moment(stored: str | None) -> datetime | None:
    return None if not stored else datetime.fromisoformat(stored)
