"""Wanted releases, and the items of an export."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage.values.ids import InstanceId, RecordPk, ReleaseId, UserId, WantPk
from storage.values.records import Format
from storage.values.states import ExportState


@dataclass(frozen=True, slots=True)
class NewWant:
    """A want as Discogs describes it now. ``date_added`` is ISO 8601 UTC text, None where Discogs has none."""

    release_id: ReleaseId
    artist_name: str
    album_title: str
    year_released: int | None = None
    label_name: str | None = None
    catalog_number: str | None = None
    formats: tuple[Format, ...] = ()
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    thumbnail_url: str | None = None
    cover_image_url: str | None = None
    notes: str = ""
    rating: int = 0
    date_added: str | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """A wanted release as kept. ``removed_at`` is set once Discogs does not list it any more."""

    pk: WantPk
    user_id: UserId
    release_id: ReleaseId
    artist_name: str
    album_title: str
    year_released: int | None
    label_name: str | None
    catalog_number: str | None
    formats: tuple[Format, ...]
    genres: tuple[str, ...]
    styles: tuple[str, ...]
    thumbnail_url: str | None
    cover_image_url: str | None
    notes: str
    rating: int
    date_added: str | None
    removed_at: str | None


class WantSort(StrEnum):
    """What a wantlist can be sorted by."""

    ADDED = "added"
    ARTIST = "artist"
    TITLE = "title"
    YEAR = "year"
    LABEL = "label"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class WantQuery:
    """Which wants, in which order; missing values come last in both directions.

    ``text`` is what a person typed: every word must begin a word of the want (accents folded). ``fulfilled`` asks for
    wants whose release is owned (True) or not (False); ``removed`` includes those that are not wanted any more.
    """

    text: str = ""
    fulfilled: bool | None = None
    removed: bool = False
    sort_by: WantSort = WantSort.ADDED
    descending: bool = True

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text.strip()) or self.fulfilled is not None


@dataclass(frozen=True, slots=True)
class WantChanges:
    """What storing wants did: how many are new (or back), how many say something else than before."""

    added: int = 0
    changed: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed)


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One release of an export. ``message`` says why it failed or was skipped; ``external_id`` marks our listing."""

    position: int
    release_id: ReleaseId
    record_pk: RecordPk | None
    title: str
    state: ExportState
    message: str | None = None
    external_id: str | None = None
    folder_id: int | None = None
    instance_id: InstanceId | None = None
    listing_id: int | None = None
    undone_at: str | None = None
