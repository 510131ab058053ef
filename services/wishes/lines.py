"""Lines of artist and title, as people write and export them: plain text, tables with a header, in any encoding in use."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.matching.qualifiers import classified
from services.matching.sources.reading import milliseconds, whole, year
from storage.values.wishes import NewWish, WishKind

LONGEST = 1000
"""Characters of a line; what is longer is no artist and title."""
_DASH = re.compile(r"\s+[-–—]+\s+|\t+")
_BULLET = re.compile(r"^\s*(?:[-–*•·▪]|\(?\d{1,4}[.)\]:]|#\d{1,4})\s+")
_YEAR_LAST = re.compile(r"[\s,]*[(\[{]\s*((?:19|20)\d\d)\s*[)\]}]\s*$|,\s*((?:19|20)\d\d)\s*$")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "artist": ("artist", "artists", "artist name", "artist name(s)", "album artist", "interpret", "künstler", "creator"),
    "title": ("title", "track", "track name", "track title", "song", "song title", "titel", "name"),
    "album": ("album", "album name", "album title", "release", "release title"),
    "year": ("year", "released", "release date", "album release date", "release year", "jahr", "date"),
    "duration": ("duration (ms)", "track duration (ms)", "duration_ms"),
    "length": ("duration", "length", "time", "dauer"),
    "release_id": ("release_id", "discogs release id"),
}  # fmt: skip
"""How columns are called, by whoever exports them; Discogs' own export of a collection or wantlist is among them."""
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is none: its number, from 1, and why."""

    line: int
    reason: str


Found = NewWish | Fault


def read_lines(text: str) -> Iterator[Found]:
    """``Artist - Title``, ``Artist - Title - Album``, the year in brackets or last, one a line; dashes or tabs between. Bullets and
    numbers before it are passed over, as are empty lines and those that begin with ``#``.
    """
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if said and not said.startswith(("# ", "#!")) and said != "#":
            yield read_line(said, number)


def read_line(said: str, number: int, *, kind: WishKind = WishKind.EITHER, duration: int | None = None) -> Found:
    """One line without blanks around it."""
    if len(said) > LONGEST:
        return Fault(number, f"It has {len(said):,} characters.")
    rest, told = _year_off(_BULLET.sub("", said))
    parts = [part.strip(" \"'“”„") for part in _DASH.split(rest)]
    parts = [part for part in parts if part]
    if len(parts) > 2 and told is None and re.fullmatch(r"(?:19|20)\d\d", parts[-1]):
        told = int(parts.pop())
    artist, *others = _with_versions(parts) or [""]
    if not others:
        return Fault(number, "There is no dash between artist and title.")
    title, album = others[0], " - ".join(others[1:])
    kind = WishKind.TRACK if album else kind
    return NewWish(artist, title, album, told, kind, duration, line=number, said=said)


def header_of(text: str) -> tuple[str, list[str]] | None:
    """The delimiter and the columns of a table, by our names ("" for one that is not known); None if the first line is no header
    that names an artist and a title or an album.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    for delimiter in _DELIMITERS:
        if delimiter not in first:
            continue
        columns = _known(next(csv.reader([first], delimiter=delimiter, skipinitialspace=True)))
        if "artist" in columns and ("title" in columns or "album" in columns):
            return delimiter, columns
    return None


def read_table(text: str, delimiter: str, columns: list[str]) -> Iterator[Found]:
    """A table with a header: a title beside an album is a track, one beside a release's number, or alone an album, is an album."""
    has_album = "album" in columns
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    is_header = True
    while True:
        before = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Fault(before, f"It is no line of a table: {error}.")
            continue
        if row is None:
            return
        if not any(cell.strip() for cell in row):
            continue
        if is_header:
            is_header = False
            continue
        told: dict[str, str] = {}
        for name, cell in zip(columns, row, strict=False):
            if name and cell.strip():
                told.setdefault(name, " ".join(cell.split()))
        yield _of_row(told, before, delimiter.join(row), has_album=has_album)


def read_bare_table(text: str) -> Iterator[Found]:
    """Comma-separated values without a header: artist, title, album, year."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    header = delimiter.join(("artist", "title", "album", "year")) + "\n"
    for found in read_table(header + text, delimiter, ["artist", "title", "album", "year"]):
        if isinstance(found, Fault):
            yield Fault(found.line - 1, found.reason)
        else:
            kind = WishKind.TRACK if found.album else WishKind.EITHER
            yield NewWish(
                found.artist,
                found.title,
                found.album,
                found.year,
                kind,
                found.duration,
                None,
                found.line - 1,
                found.said,
            )


def _of_row(told: Mapping[str, str], number: int, said: str, *, has_album: bool) -> Found:
    artist, title, album = told.get("artist", ""), told.get("title", ""), told.get("album", "")
    if not artist or not (title or album):
        return Fault(number, "It names no artist." if not artist else "It names no title.")
    if max(map(len, (artist, title, album))) > LONGEST:
        return Fault(number, "A cell of it is too long to be a name.")
    release_id = whole(told.get("release_id"))
    if release_id is not None and release_id >= 2**63:
        release_id = None
    if not title:
        title, album, kind = album, "", WishKind.ALBUM
    else:
        kind = WishKind.TRACK if album or (has_album and release_id is None) else WishKind.EITHER
        kind = WishKind.ALBUM if release_id is not None else kind
    duration = whole(told.get("duration")) or milliseconds(told.get("length"))
    return NewWish(artist, title, album, year(told.get("year")), kind, duration, release_id, number, said[:LONGEST])


def _known(names: list[str]) -> list[str]:
    """The columns by our names; of several that mean the same the first."""
    found: list[str] = []
    for name in names:
        plain = " ".join(name.strip(" \"'\ufeff").casefold().replace("_", " ").split())
        known = next(
            (own for own, theirs in _COLUMNS.items() if plain in theirs or plain.replace(" ", "_") in theirs), ""
        )
        found.append("" if known in found else known)
    return found


def _year_off(said: str) -> tuple[str, int | None]:
    """A line without the year at its end, which is one of a release only beside something else."""
    found = _YEAR_LAST.search(said)
    if found is None or not said[: found.start()].strip():
        return said, None
    return said[: found.start()].rstrip(), int(found[1] or found[2])


def _with_versions(parts: list[str]) -> list[str]:
    """What only says which version it is ("Remastered 2009") belongs to the title before it."""
    kept: list[str] = []
    for part in parts:
        if len(kept) > 1 and not part.isdigit() and classified(part) is not None:
            kept[-1] = f"{kept[-1]} ({part})"
        else:
            kept.append(part)
    return kept
