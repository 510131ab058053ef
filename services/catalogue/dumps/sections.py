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

_KEPT = 1 << 14

_ARTIST = re.compile(
    r"<artist>(?:<id>(\d{1,9})</id><name>([^<]*)</name>(?:<anv/>|<anv>([^<]*)</anv>)(?:<join/>|<join>([^<]*)</join>))?"
)
_LABEL = re.compile(r'<label(?: name="([^"<]*)" catno="([^"<]*)" id="(\d{1,9})"/)?')
_GENRE = re.compile(r"<(?:genre|style)>([^<]*)</")
_FORMAT = re.compile(r'<(?:format(?: name="([^"<]*)" qty="([^"<]*)" text="[^"<]*")?|description>([^<]*)</)')
_IDENTIFIER = re.compile(r'<identifier ((?:[^">]|"[^"]*")*)>')
_BARCODE = re.compile(rb'<identifier type="Barcode"(?: description="[^"]*")? value="([^"]*)"/>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_SEVERAL = re.compile(r"[2-9]|[1-9][0-9]{1,3}")
"""A quantity worth saying; some have sixty digits."""
_NAMESAKE = re.compile(r" \(\d+\)$")
_TAG = re.compile(rb"<(\w+)( [^<>]*?)?(/?)>")
_MIDDLE = re.compile(
    rb"(?:<genres>((?:<genre>[^<]*</genre>)*)</genres>|<genres/>)?"
    rb"(?:<styles>((?:<style>[^<]*</style>)*)</styles>|<styles/>)?"
    rb"(?:<country>([^<]*)</country>|<country/>)?(?:<released>([^<]*)</released>|<released/>)?"
    rb"(?:<notes>[^<]*</notes>|<notes/>)?(?:<data_quality>[^<]*</data_quality>)?"
    rb'(?:<master_id is_main_release="(true|false)">(\d{1,10})</master_id>)?<tracklist>'
)
"""From behind the formats to the tracks."""
_BEHIND = re.compile(
    rb"</tracklist>(?:<identifiers/>|<identifiers>((?:<identifier [^<>]*/>)*)</identifiers>)?"
    rb'(?:<videos/>|<videos>(?:<video [^<>]*">(?:<title>[^<]*</title>)?(?:<description>[^<]*</description>|<description/>)?'
    rb"</video>)*</videos>)?(?:<companies/>|<companies>(?:<company><id>\d+</id><name>[^<]*</name>"
    rb"(?:<catno/>|<catno>[^<]*</catno>)<entity_type>\d+</entity_type><entity_type_name>[^<]*</entity_type_name>"
    rb"<resource_url>[^<]*</resource_url></company>)*</companies>)?"
)
"""From the end of the tracks to the end, with every tag closed."""

_NAMES = (
    *(b"artists", b"title", b"labels", b"extraartists", b"formats", b"genres", b"styles", b"country", b"released"),
    *(b"notes", b"data_quality", b"master_id", b"tracklist", b"identifiers", b"videos", b"companies"),
)
_BEFORE = (b"artists", b"title", b"labels", b"extraartists", b"formats", b"genres", b"styles", b"country", b"released")
_AFTER = (b"tracklist", b"identifiers")
_ENDS = {
    **{b"<%b>" % name: b"</%b>" % name for name in _NAMES},
    **{b"<%b/>" % name: b"" for name in _NAMES},
    **{b'<master_id is_main_release="%b">' % said: b"</master_id>" for said in (b"true", b"false")},
}
"""What the sections begin and end with."""

Tag = tuple[Kind, str]


class Label(NamedTuple):
    """A label as a release names it; ``id`` 0 where it says none, ``catno`` empty where there is none."""

    id: int
    name: str
    catno: str


class Sections(NamedTuple):
    """What is in the sections that matter here, empty where there is none; behind ``doubtful`` every tag is closed."""

    artists: bytes
    title: bytes
    labels: bytes
    extraartists: bytes
    formats: bytes
    genres: bytes
    styles: bytes
    country: bytes
    released: bytes
    master: bytes
    is_main: bool
    tracklist: bytes
    identifiers: bytes
    doubtful: int


class Unusual(Exception):
    """Not as elements usually are."""


def in_order(raw: bytes, at: int) -> Sections | None:
    """The sections from ``at`` to the end of ``raw``, None unless each is there once and in the usual order.

    Says what :func:`in_any_order` says, in a third of the time.
    """
    find, starts = raw.find, raw.startswith
    by = find(b"</artists>", at)
    title = find(b"</title>", by)
    labels = find(b"</labels>", title)
    extra = formats = labels + 9
    if starts(b"<extraartists/>", extra):
        formats += 15
    elif starts(b"<extraartists>", extra):
        formats = find(b"</extraartists>", extra) + 15
    end = find(b"</formats>", formats)
    if not (
        0 < by < title < labels < formats < end
        and starts(b"<artists>", at)
        and starts(b"</artists><title>", by)
        and starts(b"</title><labels>", title)
        and starts(b"<formats>", formats)
    ):
        return None
    match = _MIDDLE.match(raw, end + 10)
    if match is None:
        return None
    tracks = match.end()
    last = find(b"</tracklist>", tracks)
    behind = _BEHIND.fullmatch(raw, last) if last > 0 else None
    if behind is None:
        return None
    genres, styles, country, released, main, master = match.groups(b"")
    return Sections(
        raw[at + 9 : by],
        raw[by + 17 : title],
        raw[title + 16 : labels],
        raw[extra + 14 : formats - 15] if formats - extra > 15 else b"",
        raw[formats + 9 : end],
        genres,
        styles,
        country,
        released,
        master,
        main == b"true",
        raw[tracks:last],
        behind[1] or b"",
        last + 12,
    )


def in_any_order(raw: bytes, at: int) -> Sections:
    """The sections from ``at`` to the end of ``raw``, the first of several. Raises :class:`Unusual` as :func:`sections` does."""
    found = sections(raw, at).get
    main = found(b'<master_id is_main_release="true">')
    master = main or found(b'<master_id is_main_release="false">') or found(b"<master_id>", b"")
    before, behind = ([found(b"<%b>" % name, b"") for name in names] for names in (_BEFORE, _AFTER))
    return Sections._make((*before, master, main is not None, *behind, 0))


def sections(raw: bytes, at: int) -> dict[bytes, bytes]:
    """What is in the sections from ``at`` to the end of ``raw``, by their tags; the first of several.

    Raises :class:`Unusual` unless they stand one directly behind the other.
    """
    found: dict[bytes, bytes] = {}
    find, ends = raw.find, _ENDS
    length = len(raw)
    while at < length:
        start = find(b">", at) + 1
        tag = raw[at:start]
        end = ends.get(tag)
        if end is None:
            end = _end(tag)
        stop = find(end, start)
        if stop < 0:
            raise Unusual
        if tag not in found:
            found[tag] = raw[start:stop]
        at = stop + len(end)
    return found


def _end(tag: bytes) -> bytes:
    """The end of a section that begins with an unusual tag; none if it is empty."""
    match = _TAG.fullmatch(tag)
    if match is None or (match[1] in _NAMES and match[2]):
        raise Unusual
    return b"" if match[3] else b"</%b>" % match[1]


def text(section: bytes) -> str:
    """The text that is all there is in a section."""
    if b"<" in section:
        raise Unusual
    return plain(section.decode("utf-8", "replace"))


kept_text = lru_cache(_KEPT)(text)


@lru_cache(_KEPT)
def year(section: bytes) -> int | None:
    """The year of a release."""
    return year_of(section.decode("utf-8", "replace"))


@lru_cache(_KEPT)
def artists(section: bytes) -> tuple[tuple[int, ...], str]:
    """The ids of artists, each once, and all of them in one line."""
    found = _ARTIST.findall(section.decode("utf-8", "replace"))
    if any(not each[0] for each in found):
        raise Unusual
    line = artist_line([(plain(name), plain(anv), plain(join)) for _, name, anv, join in found])
    return tuple(dict.fromkeys(int(each[0]) for each in found)), line


def labels(section: bytes) -> tuple[Label, ...]:
    """The labels, as often as they are named."""
    found: list[Label] = []
    for name, catno, number in _LABEL.findall(section.decode("utf-8", "replace")):
        if not number:
            raise Unusual
        found.append(Label(int(number), plain(name), catno_of(plain(catno))))
    return tuple(found)


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


def barcodes(section: bytes) -> tuple[str, ...]:
    """The barcodes among identifiers."""
    count = section.count(b'type="Barcode"')
    if not count:
        return ()
    found = _BARCODE.findall(section)
    if len(found) == count:
        return tuple([plain(value.decode("utf-8", "replace")) for value in found])
    text = section.decode("utf-8", "replace")
    each = (dict(_ATTRIBUTE.findall(attributes)) for attributes in _IDENTIFIER.findall(text))
    return tuple([plain(found.get("value", "")) for found in each if found.get("type") == "Barcode"])


def artist_line(credits: Sequence[tuple[str, str, str]]) -> str:
    """Artists (name, name used here, join to the next) in one line as printed, without namesake numbers (6.3)."""
    line = connector = ""
    for name, used, join in credits:
        line += connector + (used or _NAMESAKE.sub("", name))
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
