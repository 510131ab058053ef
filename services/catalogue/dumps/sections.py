"""The sections of a release's element, ``<artists>`` and the like, and what each of them says.

Many say the same as many others, so what they said is kept for a while.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from services.catalogue.dumps.elements import plain
from storage.catalogue.kinds import Kind

FIRST_YEAR = 1860
"""No record is older; earlier years are mistakes (discogs-api.md 9.3)."""
LATEST_YEAR = datetime.now(UTC).year + 1

UNTITLED = "Untitled"
"""The title of a release that has none."""
_KEPT = 1 << 14

_ARTIST = re.compile(
    r"<artist>(?:<id>(\d{1,9})</id><name>([^<]*)</name>(?:<anv/>|<anv>([^<]*)</anv>)(?:<join/>|<join>([^<]*)</join>))?"
)
_LABEL = re.compile(r'<label name="([^"<]*)" catno="([^"<]*)" id="')
_ANY_LABEL = re.compile(r'<label ((?:[^">]|"[^"]*")*)>')
_GENRE = re.compile(r"<(?:genre|style)>([^<]*)</")
_FORMAT = re.compile(r'<(?:format(?: name="([^"<]*)" qty="([^"<]*)" text="[^"<]*")?|description>([^<]*)</)')
_IDENTIFIER = re.compile(r'<identifier ((?:[^">]|"[^"]*")*)>')
_BARCODE = re.compile(rb'<identifier type="Barcode"(?: description="[^"]*")? value="([^"]*)"/>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_SEVERAL = re.compile(r"[2-9]|[1-9][0-9]{1,3}")
"""A quantity worth saying; some have sixty digits."""
_NAMESAKE = re.compile(r" \(\d+\)$")
Tag = tuple[Kind, str]
Named = tuple[str, str]
"""A label and the catalogue number there."""


class Label(NamedTuple):
    """A label as a release names it; ``id`` 0 where it says none, ``catno`` empty where there is none."""

    id: int
    name: str
    catno: str


class Unusual(Exception):
    """Not as elements usually are."""


def title(told: bytes | str) -> str:
    """A title: read already, or the text of its section."""
    return told if isinstance(told, str) else plain(told.decode("utf-8", "replace")) or UNTITLED


@lru_cache(_KEPT)
def country(told: bytes | str | None) -> str | None:
    """A country, likewise."""
    return plain(told.decode("utf-8", "replace")) or None if isinstance(told, bytes) else told


@lru_cache(_KEPT)
def year(section: bytes) -> int | None:
    """The year of a release."""
    return year_of(section.decode("utf-8", "replace"))


@lru_cache(_KEPT)
def artists(told: bytes | str) -> str:
    """Artists in one line: read already, or their section, or the name of the only one."""
    if isinstance(told, str):
        return told
    said = told.decode("utf-8", "replace")
    if not said.startswith("<"):
        return artist_line([(plain(said), "", "")])
    return artist_line([(plain(name), plain(anv), plain(join)) for _, name, anv, join in _ARTIST.findall(said)])


def labels(told: bytes | Sequence[Named]) -> Sequence[Named]:
    """Labels as often as they are named, without their ids: read already, or their section."""
    if not isinstance(told, bytes):
        return told
    text = told.decode("utf-8", "replace")
    found = _LABEL.findall(text)
    if len(found) != text.count("<label"):
        each = [dict(_ATTRIBUTE.findall(attributes)) for attributes in _ANY_LABEL.findall(text)]
        found = [(label.get("name", ""), label.get("catno", "")) for label in each]
    return [(plain(name), catno_of(plain(catno))) for name, catno in found]


@lru_cache(_KEPT)
def tags(genres: bytes, styles: bytes, formats: bytes) -> tuple[str, tuple[Tag, ...]]:
    """The formats in words, and genres, styles and the words of formats."""
    line, words = _formats(formats)
    return line, _words(Kind.GENRE, genres) + _words(Kind.STYLE, styles) + words


def _words(kind: Kind, section: bytes) -> tuple[Tag, ...]:
    found = _GENRE.findall(section.decode("utf-8", "replace"))
    if len(found) != section.count(b"<genre") + section.count(b"<style"):
        raise Unusual
    return tags_of(kind, map(plain, found))


def _formats(section: bytes) -> tuple[str, tuple[Tag, ...]]:
    entries: list[tuple[str, str, list[str]]] = []
    for name, quantity, description in _FORMAT.findall(section.decode("utf-8", "replace")):
        if description and entries:
            entries[-1][2].append(plain(description))
        elif name:
            entries.append((plain(name), quantity, []))
        else:
            raise Unusual
    return in_words(entries)


def barcodes(told: bytes | Sequence[str]) -> Sequence[str]:
    """Barcodes: read already, or those among identifiers, which their section has."""
    if not isinstance(told, bytes):
        return told
    count = told.count(b'type="Barcode"')
    if not count:
        return ()
    found = _BARCODE.findall(told)
    if len(found) == count:
        return tuple([plain(value.decode("utf-8", "replace")) for value in found])
    text = told.decode("utf-8", "replace")
    each = (dict(_ATTRIBUTE.findall(attributes)) for attributes in _IDENTIFIER.findall(text))
    return tuple([plain(found.get("value", "")) for found in each if found.get("type") == "Barcode"])


def artist_line(credits: Sequence[tuple[str, str, str]]) -> str:
    """Artists (name, name used here, join to the next) in one line as printed, without namesake numbers (6.3)."""
    line = connector = ""
    for name, used, join in credits:
        line += connector + (used or (_NAMESAKE.sub("", name) if name.endswith(")") else name))
        connector = ", " if join in ("", ",") else f" {join} "
    return line


def year_of(released: str) -> int | None:
    """The year of a date as dumps have it (``1999-03-00``), None where it has none or an impossible one."""
    digits = released.strip()[:4]
    if len(digits) != 4 or not digits.isascii() or not digits.isdigit():
        return None
    year = int(digits)
    return year if FIRST_YEAR <= year <= LATEST_YEAR else None


def tags_of(kind: Kind, names: Iterable[str]) -> tuple[Tag, ...]:
    """Genres or styles, each once; numbers among them are leftovers of something else (9.3)."""
    return tuple((kind, name) for name in dict.fromkeys(names) if name and not name.isdigit())


def in_words(entries: Sequence[tuple[str, str, list[str]]]) -> tuple[str, tuple[Tag, ...]]:
    """Formats (name, quantity, descriptions) as one line, ``2×Vinyl, LP, Album``, and as words to be found by."""
    lines = [
        ", ".join((f"{quantity}×{name}" if _SEVERAL.fullmatch(quantity) else name, *descriptions))
        for name, quantity, descriptions in entries
    ]
    words = dict.fromkeys(word for name, _, descriptions in entries for word in (name, *descriptions))
    return " + ".join(lines), tuple((Kind.FORMAT, word) for word in words)


def catno_of(typed: str) -> str:
    """A catalogue number as typed, empty where that says that there is none."""
    return "" if typed.casefold() == "none" else typed
