"""How records look as text and as JSON (the wire names of records-contract.md section 1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.cli.output import fields, table

if TYPE_CHECKING:
    from storage.values import Format, Record, Want

_HEADINGS = ("ARTIST", "TITLE", "YEAR", "LABEL", "CAT#", "SIZE", "COLOUR", "ID")


def title_of(record: Record | Want) -> str:
    """The record as one names it: artist, title and year."""
    year = f" ({record.year_released})" if record.year_released else ""
    return f"{record.artist_name} – {record.album_title}{year}"


def print_records(records: Sequence[Record]) -> None:
    """A table of records; the id is last, for the next command."""
    if not records:
        return
    table(
        _HEADINGS,
        [
            (
                record.artist_name,
                record.album_title,
                str(record.year_released or ""),
                record.label_name or "",
                record.catalog_number or "",
                record.record_size or "",
                record.vinyl_color or "",
                record.record_id,
            )
            for record in records
        ],
    )


def print_record(record: Record) -> None:
    """Everything known about one record, a fact a line; unknown facts are left out."""
    facts = [
        ("Artist", record.artist_name),
        ("Title", record.album_title),
        ("Year", str(record.year_released or "")),
        ("Label", record.label_name or ""),
        ("Catalogue number", record.catalog_number or ""),
        ("Barcode", record.upc_code or ""),
        ("Formats", "\n".join(formats(record.formats))),
        ("Size", record.record_size or ""),
        ("Colour", record.vinyl_color or ""),
        ("Outline", "shaped" if record.is_shaped else ""),
        ("Picture disc", "yes" if record.is_picture_disc else ""),
        ("Genres", ", ".join(record.genres)),
        ("Styles", ", ".join(record.styles)),
        ("Folder", record.folder_name or ""),
        ("Rating", f"{record.rating} of 5" if record.rating else ""),
        ("Copies", str(record.copies) if record.copies > 1 else ""),
        ("Notes", record.notes or ""),
        ("Discogs", record.discogs_uri or (str(record.discogs_id) if record.discogs_id else "")),
        ("In Discogs collection", "yes" if record.is_synced else "no"),
        ("Vanished from Discogs", record.removed_at or ""),
        ("Added", record.date_added),
        ("Source", record.data_source),
        ("ID", record.record_id),
    ]
    fields([(name, value) for name, value in facts if value])


def formats(entries: Sequence[Format]) -> list[str]:
    """The formats of a release, each in a few words: ``2 × Vinyl, LP, Album``."""
    return [
        ", ".join(
            part for part in (f"{f.qty} × {f.name}" if f.qty > 1 else f.name, *f.descriptions, f.text or "") if part
        )
        for f in entries
    ]


def wire(record: Record) -> dict[str, object]:
    """The record under the names that the REST surface uses."""
    from services.rest.record_shapes import RecordShape

    return RecordShape.of(record).model_dump(mode="json", by_alias=True)
