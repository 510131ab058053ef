"""Rows of the collection file that Discogs lets its users download, read and checked (discogs-api.md section 8)."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.discogs.names import catalog_number, plain_artists
from services.discogs.vinyl import read_formats
from services.errors import InvalidInput
from services.records.entry import plain
from storage.instants import instant
from storage.values import Format, Problem, RecordFacts, ReleaseId

COLUMNS = (
    "Catalog#",
    "Artist",
    "Title",
    "Label",
    "Format",
    "Rating",
    "Released",
    "release_id",
    "CollectionFolder",
    "Date Added",
)
PREFIX = "Collection "
UNCATEGORIZED = "Uncategorized"
DEFAULT_FIELDS = {"Media": "Media Condition", "Sleeve": "Sleeve Condition", "Notes": "Notes"}
"""The custom fields of a new account and what their columns are called; any other column is called as its field."""
_BARE = {name.casefold(): name for name in ("Media Condition", "Sleeve Condition", "Notes")}
_NEEDED = ("artist", "title", "release_id")
_QUANTITY = re.compile(r"(\d{1,4})x(?=\S)")
_SIZE = re.compile(r'\d{1,2}½?"')
_SHORT = {
    "Comp": "Compilation",
    "RE": "Reissue",
    "RM": "Remastered",
    "RP": "Repress",
    "Ltd": "Limited Edition",
    "Num": "Numbered",
    "W/Lbl": "White Label",
    "TP": "Test Pressing",
    "S/Sided": "Single Sided",
    "Pic": "Picture Disc",
    "Dlx": "Deluxe Edition",
    "S/Edition": "Special Edition",
    "P/Mixed": "Partially Mixed",
}
_MEDIA = {
    "CD": "CD",
    "CDr": "CDr",
    "Cass": "Cassette",
    "File": "File",
    "DVD": "DVD",
    "DVDr": "DVDr",
    "Blu-ray": "Blu-ray",
    "SACD": "SACD",
    "Box": "Box Set",
    "VHS": "VHS",
    "Shellac": "Shellac",
    "Flexi": "Flexi-disc",
    "Lathe": "Lathe Cut",
    "Acetate": "Acetate",
    "Reel": "Reel-To-Reel",
    "8-Trk": "8-Track Cartridge",
    "Minidisc": "Minidisc",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One good line: a copy of a release. ``fields`` is {column name without prefix: value}; ``date_added`` ISO 8601."""

    line: int
    facts: RecordFacts
    folder: str
    rating: int
    date_added: str | None
    fields: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two lines the same copy."""
        release = self.facts.discogs_id or (self.facts.artist_name, self.facts.album_title, self.facts.catalog_number)
        return (release, self.folder.casefold(), self.date_added, tuple(sorted(self.fields.items())))


@dataclass(slots=True)
class Sheet:
    """A whole file: its good rows, and by line what is wrong with the others."""

    rows: list[Row] = field(default_factory=list[Row])
    problems: list[Problem] = field(default_factory=list[Problem])


def read_sheet(lines: Iterable[str], web_base: str) -> Sheet:
    """Read and check every line; columns may be missing, added or in another order, in any case.

    Raises :class:`InvalidInput` for a file that is no collection export at all.
    """
    sheet = Sheet()
    reader = csv.reader(lines)
    header = _header(next(_parsed(reader), list[str]()))
    seen: dict[tuple[object, ...], int] = {}
    for cells in _parsed(reader):
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        try:
            row = _row(line, header, cells, web_base)
        except ValueError as error:
            sheet.problems.append(Problem(f"line {line}", str(error)))
            continue
        first = seen.setdefault(row.identity, line)
        if first != line:
            sheet.problems.append(Problem(f"line {line}", f"This is the same copy as line {first}."))
        else:
            sheet.rows.append(row)
    return sheet


def _parsed(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        line = getattr(reader, "line_num", 0)
        raise InvalidInput(
            "file", f"Line {line} cannot be read as CSV ({error}).", "Download the file again from Discogs."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput("file", "The file is not UTF-8 text.", "Download it again from Discogs.") from error


def _header(cells: Sequence[str]) -> dict[str, int]:
    """Where each column is, by its name in lower case."""
    header = {cell.strip().lstrip("\ufeff").casefold(): position for position, cell in enumerate(cells)}
    if lacking := [name for name in _NEEDED if name not in header]:
        hint = "On discogs.com, open your collection, choose Export and download the file it makes."
        if "listing_id" in header:
            hint = f"It looks like an inventory. {hint}"
        raise InvalidInput("file", f"This is no Discogs collection file: it lacks {', '.join(lacking)}.", hint)
    return header


def _row(line: int, header: Mapping[str, int], cells: Sequence[str], web_base: str) -> Row:
    """The row, or a :class:`ValueError` that says what is wrong with it."""
    if len(cells) != len(header) and any(cell.strip() for cell in cells[len(header) :]):
        raise ValueError(f"It has {len(cells)} cells where the first line has {len(header)}; a comma lacks its quotes.")
    if len(cells) < len(header):
        raise ValueError(f"It has only {len(cells)} of {len(header)} cells; the file may have been cut off.")

    def cell(name: str) -> str:
        position = header.get(name.casefold())
        return "" if position is None else plain(cells[position])

    release = cell("release_id")
    if release and not (release.isascii() and release.isdigit() and 0 < int(release) < 2**63):
        raise ValueError(f"release_id “{release}” is no number of a release.")
    artist, title = plain_artists(cell("Artist")), cell("Title")
    if not artist or not title:
        raise ValueError(f"The {'artist' if not artist else 'title'} is missing.")
    return Row(
        line=line,
        facts=_facts(cell, artist, title, int(release) if release else None, web_base),
        folder=cell("CollectionFolder") or UNCATEGORIZED,
        rating=_rating(cell("Rating")),
        date_added=_date(cell("Date Added")),
        fields=_fields(header, cells),
    )


def _facts(cell: Callable[[str], str], artist: str, title: str, release: int | None, web_base: str) -> RecordFacts:
    numbers, labels = cell("Catalog#"), cell("Label")
    formats = read_format(cell("Format"))
    vinyl = read_formats(formats)
    return RecordFacts(
        artist_name=artist,
        album_title=title,
        year_released=_year(cell("Released")),
        label_name=plain_artists(_first(labels, numbers)) or None,
        catalog_number=catalog_number(_first(numbers, labels)),
        discogs_id=ReleaseId(release) if release else None,
        discogs_uri=f"{web_base.rstrip('/')}/release/{release}" if release else None,
        formats=formats,
        record_size=vinyl.size,
        is_shaped=vinyl.is_shaped,
        is_picture_disc=vinyl.is_picture_disc,
    )


def _first(joined: str, other: str) -> str:
    """The first of several labels or numbers, where both columns agree on how many; names hold commas, too."""
    parts = joined.split(", ")
    return parts[0] if len(parts) == len(other.split(", ")) else joined


def _rating(value: str) -> int:
    if value in {"", "0", "1", "2", "3", "4", "5"}:
        return int(value or 0)
    raise ValueError(f"Rating “{value}” is not 1 to 5.")


def _year(value: str) -> int | None:
    if not value or value == "0":
        return None
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
        raise ValueError(f"Released “{value}” is no year.")
    return int(value[:4]) or None


def _date(value: str) -> str | None:
    if not value:
        return None
    try:
        return instant(datetime.fromisoformat(value))
    except ValueError:
        raise ValueError(f"Date Added “{value}” is no date like 2020-11-12 12:24:52.") from None


def _fields(header: Mapping[str, int], cells: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, position in header.items():
        custom = _BARE.get(name) or (name[len(PREFIX) :] if name.startswith(PREFIX.casefold()) else None)
        if custom and (value := plain(cells[position], lines=True)):
            found[_BARE.get(custom, custom)] = value
    return found


def read_format(text: str) -> tuple[Format, ...]:
    """The abbreviated format column, ``2xLP, Album, Ltd + CD``, as far as it can be told; colours are cut off in it."""
    return tuple(_entry(part.split(", ")) for part in text.split(" + ") if part.strip())


def _entry(words: Sequence[str]) -> Format:
    quantity, first = 1, words[0].strip()
    if found := _QUANTITY.match(first):
        quantity, first = int(found[1]), first[found.end() :]
    rest = [_SHORT.get(word.strip(), word.strip()) for word in words[1:]]
    if first in _MEDIA:
        return Format(_MEDIA[first], quantity, None, tuple(rest))
    if first == "LP" or _SIZE.fullmatch(first):
        return Format("Vinyl", quantity, None, (first, *rest))
    return Format(first, quantity, None, tuple(rest))
