"""How a :class:`Record` lies in its table: the plain columns, the folded keys, the search tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row

from storage.documents import pack, storable, unpack
from storage.fold import optional_key, size_key, sort_key
from storage.search import tokens
from storage.tables import record
from storage.values import Format, Record, RecordFacts

_NAMES = [field.name for field in fields(Record)]
COLUMNS = [record.c["id" if name == "pk" else name] for name in _NAMES]
"""The columns that make a :class:`Record`, in the order of its fields."""
FACTS = frozenset(field.name for field in fields(RecordFacts))


def from_row(row: Row[Any]) -> Record:
    """The record in a row of :data:`COLUMNS`."""
    found = dict(zip(_NAMES, row, strict=True))
    found["genres"] = tuple(unpack(found["genres"]))
    found["styles"] = tuple(unpack(found["styles"]))
    found["formats"] = tuple(
        Format(entry["name"], entry["qty"], entry["text"], tuple(entry["descriptions"]))
        for entry in unpack(found["formats"])
    )
    return Record(**found)


def to_row(held: Record) -> dict[str, Any]:
    """Every column of ``held`` but its key, with what is derived from them."""
    row = {name: _plain(getattr(held, name)) for name in _NAMES if name != "pk"}
    row["genres"], row["styles"] = pack(held.genres), pack(held.styles)
    row["formats"] = pack(
        [{"name": f.name, "qty": f.qty, "text": f.text, "descriptions": f.descriptions} for f in held.formats]
    )
    row.update(
        artist_key=sort_key(row["artist_name"]),
        title_key=sort_key(row["album_title"]),
        label_key=optional_key(row["label_name"]),
        catalog_key=optional_key(row["catalog_number"]),
        size_key=size_key(row["record_size"]),
        color_key=optional_key(row["vinyl_color"]),
        folder_key=optional_key(row["folder_name"]),
        tokens=tokens(held),
    )
    return row


def to_summary(held: Record) -> dict[str, Any]:
    """The columns of ``held`` that sum up its copies, with what is derived from them."""
    return {
        "copies": held.copies,
        "folder_name": _plain(held.folder_name),
        "folder_key": optional_key(held.folder_name),
        "rating": held.rating,
        "date_added": held.date_added,
        "removed_at": held.removed_at,
        "tokens": tokens(held),
    }


def _plain(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


def from_rows(rows: Sequence[Row[Any]]) -> list[Record]:
    """The records in ``rows``."""
    return [from_row(row) for row in rows]
