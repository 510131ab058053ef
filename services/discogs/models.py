"""What Discogs answers, as models at the edge: tolerant, because "missing" is its normal encoding for "empty".

Years come as numbers or text, quantities as text, unknown keys are ignored (discogs-api.md 10, "Data shape"). Instants
become ISO 8601 UTC text with microseconds, as the store keeps them.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.tolerance import Text, Texts, as_list
from storage import values

from . import names
from .tolerance import Amount, Instant, Whole, Year

_NAMESAKE = re.compile(r" \(\d+\)$")


class Said(BaseModel):
    """The base of everything Discogs says."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, defer_build=True)


class Identity(Said):
    """Who the credential belongs to."""

    id: int
    username: str
    consumer_name: Text = ""


class Pagination(Said):
    """Where a page stands. Walk until ``page == pages``: middle pages may be short (discogs-api.md 3)."""

    page: Whole = 1
    pages: Whole = 1
    per_page: Whole = 50
    items: Whole = 0


class CollectionFolder(Said):
    id: int
    name: Text = ""
    count: Whole = 0

    @property
    def value(self) -> values.Folder:
        """The folder as the store keeps it."""
        return values.Folder(self.id, self.name, self.count)


class FolderList(Said):
    folders: tuple[CollectionFolder, ...] = ()


class CollectionField(Said):
    """A custom field of the collection (discogs-api.md 4.4)."""

    id: int
    name: Text = ""
    type: Text = "textarea"
    position: Whole = 0
    options: Texts = ()
    lines: Whole = 1
    public: bool = True

    @property
    def value(self) -> values.CollectionField:
        """The field as the store keeps it."""
        return values.CollectionField(self.id, self.name, self.type, self.position, self.options)


class FieldList(Said):
    definitions: tuple[CollectionField, ...] = Field(default=(), alias="fields")


class Credit(Said):
    """An artist as credited: ``anv`` is the name used here, ``join`` leads to the next artist."""

    id: Whole = 0
    name: Text = ""
    anv: Text = ""
    join: Text = ""
    role: Text = ""
    tracks: Text = ""

    @property
    def display_name(self) -> str:
        """The name as printed, without the number that tells namesakes apart (discogs-api.md 6.3)."""
        return self.anv.strip() or _NAMESAKE.sub("", self.name)


Credits = Annotated[tuple[Credit, ...], BeforeValidator(as_list)]


def credited(artists: tuple[Credit, ...]) -> str:
    """The artists in one line: no blank before a comma, blanks around other joins, the last join ignored."""
    line, connector = "", ""
    for artist in artists:
        line += connector + artist.display_name
        join = artist.join.strip()
        connector = ", " if join in ("", ",") else f" {join} "
    return line


class LabelCredit(Said):
    """A label or company on a release, with the catalogue number it gave."""

    id: Whole = 0
    name: Text = ""
    catno: Text = ""
    entity_type: Text = ""
    entity_type_name: Text = ""

    @property
    def display_name(self) -> str:
        """The name without the number that tells namesakes apart."""
        return _NAMESAKE.sub("", self.name)


Labels = Annotated[tuple[LabelCredit, ...], BeforeValidator(as_list)]


class FormatEntry(Said):
    """One entry of ``formats``; see :mod:`services.discogs.vinyl` for what it says."""

    name: Text = ""
    qty: Whole = 1
    text: Text = ""
    descriptions: Texts = ()

    @property
    def value(self) -> values.Format:
        """The entry as the store keeps it."""
        return values.Format(self.name, self.qty, self.text or None, self.descriptions)


Formats = Annotated[tuple[FormatEntry, ...], BeforeValidator(as_list)]


class Listed(Said):
    """What every release in a list has: its formats and its pictures."""

    formats: Formats = ()
    thumb: Text = ""
    cover_image: Text = ""

    @property
    def format_values(self) -> tuple[values.Format, ...]:
        """The formats as the store keeps them."""
        return tuple(entry.value for entry in self.formats)

    @property
    def cover_url(self) -> str:
        """The large picture, empty if there is none (the spacer is none)."""
        return "" if "spacer.gif" in self.cover_image else self.cover_image


class BasicInformation(Listed):
    """What collection items, wants and full releases all say about a release: enough for a list."""

    id: int
    title: Text = ""
    year: Year = None
    master_id: Whole = 0
    artists: Credits = ()
    labels: Labels = ()
    genres: Texts = ()
    styles: Texts = ()

    @property
    def artist_name(self) -> str:
        """All artists in one line, as printed."""
        return credited(self.artists)

    @property
    def label_name(self) -> str | None:
        """The first label."""
        return self.labels[0].display_name if self.labels else None

    @property
    def catalog_number(self) -> str | None:
        """The first catalogue number; ``none`` means that there is none (discogs-api.md 6.4)."""
        return next(filter(None, (names.catalog_number(label.catno) for label in self.labels)), None)


class FieldValue(Said):
    field_id: int
    value: Text = ""


class CollectionItem(Said):
    """One copy (instance) in a collection. ``id`` is the release, ``rating`` 0 means unrated."""

    id: int
    instance_id: int
    folder_id: Whole = 1
    rating: Whole = 0
    date_added: Instant = ""
    notes: Annotated[tuple[FieldValue, ...], BeforeValidator(as_list)] = ()
    basic_information: BasicInformation

    @property
    def field_values(self) -> dict[str, str]:
        """The custom fields that hold something: {field id: value}."""
        return {str(note.field_id): note.value for note in self.notes if note.value}


class CollectionPage(Said):
    pagination: Pagination
    releases: tuple[CollectionItem, ...] = ()


class AddedInstance(Said):
    """A copy just added. Only these keys are promised (discogs-api.md 4.4)."""

    instance_id: int
    folder_id: Whole = 1
    rating: Whole = 0
    date_added: Instant = ""


class CollectionValue(Said):
    """What the collection is worth, as Discogs prints it in the user's currency (``€1,120.09``)."""

    minimum: Text = ""
    median: Text = ""
    maximum: Text = ""


class Identifier(Said):
    """A barcode, matrix, label code ... (discogs-api.md 6.1)."""

    type: Text = ""
    value: Text = ""
    description: Text = ""


class Track(Said):
    """``kind`` is ``track``, ``heading`` or ``index``; an index has ``sub_tracks``."""

    position: Text = ""
    kind: Text = Field(default="track", alias="type_")
    title: Text = ""
    duration: Text = ""
    artists: Credits = ()
    extraartists: Credits = ()
    sub_tracks: Annotated[tuple[Track, ...], BeforeValidator(as_list)] = ()


class Picture(Said):
    """An image; without a credential Discogs leaves the addresses empty."""

    type: Text = ""
    uri: Text = ""
    uri150: Text = ""
    width: Whole = 0
    height: Whole = 0


class Rating(Said):
    count: Whole = 0
    average: Amount = None


class Community(Said):
    have: Whole = 0
    want: Whole = 0
    rating: Rating = Rating()


class Release(BasicInformation):
    """A full release (discogs-api.md 5.1)."""

    status: Text = ""
    uri: Text = ""
    artists_sort: Text = ""
    series: Labels = ()
    companies: Labels = ()
    country: Text = ""
    released: Text = ""
    released_formatted: Text = ""
    notes: Text = ""
    identifiers: Annotated[tuple[Identifier, ...], BeforeValidator(as_list)] = ()
    tracklist: Annotated[tuple[Track, ...], BeforeValidator(as_list)] = ()
    extraartists: Credits = ()
    images: Annotated[tuple[Picture, ...], BeforeValidator(as_list)] = ()
    community: Community = Community()
    num_for_sale: Whole = 0
    lowest_price: Amount = None
    data_quality: Text = ""
    date_changed: Instant = ""

    @property
    def cover_url(self) -> str:
        """The primary picture: a full release has no ``cover_image`` (discogs-api.md 5.1)."""
        best = sorted(self.images, key=lambda picture: picture.type != "primary")
        return next((picture.uri for picture in best if picture.uri), super().cover_url)

    @property
    def barcodes(self) -> tuple[str, ...]:
        """The barcodes as typed by contributors."""
        return tuple(i.value for i in self.identifiers if i.type == "Barcode" and i.value)


class Ownership(Said):
    in_collection: bool = False
    in_wantlist: bool = False


class SearchFound(Listed):
    """One hit of a search. ``title`` joins artist and title with `` - ``; an artist or label has little else."""

    id: int
    type: Text = "release"
    title: Text = ""
    year: Year = None
    country: Text = ""
    format: Texts = ()
    label: Texts = ()
    genre: Texts = ()
    style: Texts = ()
    catno: Text = ""
    barcode: Texts = ()
    master_id: Whole = 0
    uri: Text = ""
    user_data: Ownership = Ownership()


class SearchPage(Said):
    pagination: Pagination
    results: tuple[SearchFound, ...] = ()
