"""What lists and searches need of a release, lifted out of its element.

An element has four thousand bytes, of which a fifth matters here, so it is not parsed: it is cut into its sections at
their tags, which cannot occur in text. Whatever does not look as it does in every dump of the last years is parsed
properly instead (:func:`parsed`); both ways say the same of every release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from services.catalogue.dumps import sections
from services.catalogue.dumps.elements import Element, Malformed, element, tidy, whole_number
from services.catalogue.dumps.sections import Label, Tag, artist_line, catno_of, in_words, tags_of, year_of
from storage.catalogue.kinds import Kind

UNTITLED = "Untitled"
"""The title of a release that has none."""
_ID = re.compile(rb'<release id="([1-9]\d{0,8})"[^>]*>')
_CREDIT = re.compile(rb"<artist>(?:<id>(\d{1,9})</id><name>)?")


class Release(NamedTuple):
    """What is filed of a release. ``artists`` and ``credits`` are ids without 0, each once; ``credits`` are all others.

    ``doubtful`` is how much of the element, from its beginning, may have tags that are not closed; 0 means all of it.
    """

    id: int
    title: str
    artist: str
    year: int | None
    country: str | None
    format: str | None
    master: int
    is_main: bool
    artists: tuple[int, ...]
    credits: tuple[int, ...]
    labels: tuple[Label, ...]
    tags: tuple[Tag, ...]
    barcodes: tuple[str, ...]
    doubtful: int = 0


def release(raw: bytes) -> Release:
    """The release in an element from ``<release`` to before ``</release>``. Raises :class:`Malformed`."""
    try:
        return _lifted(raw)
    except sections.Unusual:
        return parsed(raw)


def _lifted(raw: bytes) -> Release:
    match = _ID.match(raw)
    if match is None:
        raise sections.Unusual
    cut = sections.in_order(raw, match.end())
    if cut is None:
        cut = sections.in_any_order(raw, match.end())
    credited = set(_CREDIT.findall(cut.tracklist)) if b"<artist>" in cut.tracklist else set[bytes]()
    if cut.extraartists:
        credited.update(_CREDIT.findall(cut.extraartists))
    if b"" in credited:
        raise sections.Unusual
    artists, artist = sections.artists(cut.artists)
    line, tags = sections.tags(cut.genres, cut.styles, cut.formats)
    return _release(
        int(match[1]),
        sections.text(cut.title),
        artist,
        sections.year(cut.released),
        sections.kept_text(cut.country),
        line,
        whole_number(cut.master.decode()) if cut.master else 0,
        cut.is_main,
        artists,
        map(int, credited),
        sections.labels(cut.labels),
        tags,
        sections.barcodes(cut.identifiers) if cut.identifiers else (),
        cut.doubtful,
    )


def parsed(raw: bytes) -> Release:
    """Like :func:`release`, through an XML parser: slower, and for everything that dumps have ever looked like."""
    root = element(raw + b"</release>")
    number = whole_number(root.get("id") or root.findtext("id"))
    if root.tag != "release" or not number:
        raise Malformed("it has no id")
    by = [_credit(artist) for artist in root.findall("artists/artist")]
    others = root.iterfind("extraartists/artist"), root.iterfind("tracklist//artist")
    entries = [_format(entry) for entry in root.findall("formats/format")]
    line, formats = in_words([entry for entry in entries if entry[0]])
    master = root.find("master_id")
    return _release(
        number,
        tidy(root.findtext("title")),
        artist_line([credit[1:] for credit in by]),
        year_of(root.findtext("released") or ""),
        tidy(root.findtext("country")),
        line,
        0 if master is None else whole_number(master.text),
        master is not None and master.get("is_main_release") == "true",
        tuple(dict.fromkeys(credit[0] for credit in by)),
        (whole_number(artist.findtext("id")) for found in others for artist in found),
        tuple(_label(label) for label in root.findall("labels/label")),
        tags_of(Kind.GENRE, (tidy(genre.text) for genre in root.findall("genres/genre")))
        + tags_of(Kind.STYLE, (tidy(style.text) for style in root.findall("styles/style")))
        + formats,
        tuple(
            tidy(identifier.get("value"))
            for identifier in root.findall("identifiers/identifier")
            if identifier.get("type") == "Barcode"
        ),
    )


def _credit(artist: Element) -> tuple[int, str, str, str]:
    number = whole_number(artist.findtext("id"))
    return number, tidy(artist.findtext("name")), tidy(artist.findtext("anv")), tidy(artist.findtext("join"))


def _label(label: Element) -> Label:
    name = label.get("name") or label.findtext("name") or label.text
    return Label(whole_number(label.get("id")), tidy(name), catno_of(tidy(label.get("catno"))))


def _format(entry: Element) -> tuple[str, str, list[str]]:
    name = tidy(entry.get("name") or entry.text)
    descriptions = [tidy(each.text) for each in entry.findall("descriptions/description")]
    return name, entry.get("qty") or "", [each for each in descriptions if each]


def _release(
    number: int,
    title: str,
    artist: str,
    year: int | None,
    country: str,
    line: str,
    master: int,
    is_main: bool,
    artists: tuple[int, ...],
    others: Iterable[int],
    labels: tuple[Label, ...],
    tags: tuple[Tag, ...],
    barcodes: tuple[str, ...],
    doubtful: int = 0,
) -> Release:
    """The release put together. Raises :class:`Malformed` if nothing is left to call it by."""
    if not title and not artist:
        raise Malformed("it has neither title nor artist")
    if 0 in artists:
        artists = tuple(each for each in artists if each)
    credits = set(others)
    credits.difference_update(artists)
    credits.discard(0)
    return Release(
        number,
        title or UNTITLED,
        artist,
        year,
        country or None,
        line or None,
        master,
        is_main,
        artists,
        tuple(sorted(credits)),
        labels,
        tags,
        barcodes,
        doubtful,
    )
