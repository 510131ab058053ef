"""From what Discogs answers to what is stored: facts of a release, copies of a collection."""

from __future__ import annotations

from services.discogs.models import BasicInformation, CollectionItem, Release, SearchFound
from services.discogs.names import barcode as barcode_digits
from services.discogs.names import best_barcode, catalog_number, is_checked_barcode, plain_artists
from services.discogs.vinyl import read_formats
from services.discogs.wantlist_calls import WantItem
from storage.instants import instant
from storage.values import InstanceId, NewCopy, NewWant, RecordFacts, RecordPk, ReleaseId

UNKNOWN_ARTIST = "Unknown Artist"
UNTITLED = "Untitled"


def facts_of(said: BasicInformation | Release, web_base: str) -> RecordFacts:
    """The facts in a collection item's basic information or in a full release (records-contract.md 1).

    ``web_base`` is the address of the Discogs web site, for the link that the terms ask for.
    """
    formats = said.format_values
    vinyl = read_formats(formats)
    return RecordFacts(
        artist_name=said.artist_name.strip() or UNKNOWN_ARTIST,
        album_title=said.title.strip() or UNTITLED,
        year_released=_year(said.year),
        label_name=said.label_name or None,
        catalog_number=catalog_number(said.labels[0].catno) if said.labels else None,
        discogs_id=ReleaseId(said.id),
        master_id=said.master_id or None,
        discogs_uri=release_uri(web_base, said.id),
        thumbnail_url=said.thumb or None,
        cover_image_url=said.cover_url or None,
        genres=said.genres,
        styles=said.styles,
        formats=formats,
        upc_code=best_barcode(said.barcodes) if isinstance(said, Release) else None,
        record_size=vinyl.size,
        vinyl_color=vinyl.color,
        is_shaped=vinyl.is_shaped,
        is_picture_disc=vinyl.is_picture_disc,
    )


def facts_of_hit(hit: SearchFound, web_base: str) -> RecordFacts:
    """The facts in a search hit, whose title joins artist and title and whose barcodes are a mixed bag (4.1)."""
    artist, joined, title = hit.title.partition(" - ")
    if not joined:
        artist, title = "", hit.title
    vinyl = read_formats(hit.format_values)
    codes = [value for value in hit.barcode if is_checked_barcode(barcode_digits(value) or "")]
    return RecordFacts(
        artist_name=plain_artists(artist) or UNKNOWN_ARTIST,
        album_title=title.strip() or UNTITLED,
        year_released=_year(hit.year),
        label_name=plain_artists(hit.label[0]) or None if hit.label else None,
        catalog_number=catalog_number(hit.catno),
        discogs_id=ReleaseId(hit.id),
        master_id=hit.master_id or None,
        discogs_uri=release_uri(web_base, hit.id),
        thumbnail_url=hit.thumb or None,
        cover_image_url=hit.cover_url or None,
        genres=hit.genre,
        styles=hit.style,
        formats=hit.format_values,
        upc_code=best_barcode(codes),
        record_size=vinyl.size,
        vinyl_color=vinyl.color,
        is_shaped=vinyl.is_shaped,
        is_picture_disc=vinyl.is_picture_disc,
    )


def copy_of(item: CollectionItem, pk: RecordPk) -> NewCopy:
    """The copy that a collection item is, belonging to record ``pk``."""
    return NewCopy(
        instance_id=InstanceId(item.instance_id),
        record_pk=pk,
        release_id=ReleaseId(item.id),
        folder_id=item.folder_id,
        date_added=item.date_added or instant(),
        rating=_rating(item.rating),
        fields=item.field_values,
    )


def want_of(item: WantItem) -> NewWant:
    """The want that an item of the wantlist is; it says enough of a release that was never fetched."""
    said = item.basic_information
    return NewWant(
        release_id=ReleaseId(item.id),
        artist_name=said.artist_name.strip() or UNKNOWN_ARTIST,
        album_title=said.title.strip() or UNTITLED,
        year_released=_year(said.year),
        label_name=said.label_name or None,
        catalog_number=said.catalog_number,
        formats=said.format_values,
        genres=said.genres,
        styles=said.styles,
        thumbnail_url=said.thumb or None,
        cover_image_url=said.cover_url or None,
        notes=item.notes,
        rating=_rating(item.rating),
        date_added=item.date_added or None,
    )


def release_uri(web_base: str, release_id: int) -> str:
    """Where a person sees the release."""
    return f"{web_base.rstrip('/')}/release/{release_id}"


def _year(value: int | None) -> int | None:
    return value if value and 1 <= value <= 9999 else None


def _rating(value: int) -> int:
    return min(max(value, 0), 5)
