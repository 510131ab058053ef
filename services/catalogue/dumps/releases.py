"""What is filed of a release, and how it is parsed where it does not look as it usually does."""

from __future__ import annotations

from typing import NamedTuple

from services.catalogue.dumps.elements import Element, Malformed, element, tidy, whole_number
from services.catalogue.dumps.sections import UNTITLED, Label, Tag, artist_line, catno_of, in_words, tags_of, year_of
from storage.catalogue.kinds import Kind


class Release(NamedTuple):
    """What is filed of a release. ``artists`` and ``credits`` are ids without 0, each once; ``credits`` are all others."""

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


def parsed(raw: bytes) -> Release:
    """The release in an element from ``<release`` to before ``</release>``, whatever dumps have ever looked like.

    Through an XML parser, so it takes ten times as long as lifting. Raises :class:`Malformed`.
    """
    root = element(raw + b"</release>")
    number = whole_number(root.get("id") or root.findtext("id"))
    if root.tag != "release" or not number:
        raise Malformed("it has no id")
    title, by = tidy(root.findtext("title")), [_credit(artist) for artist in root.findall("artists/artist")]
    artist = artist_line([credit[1:] for credit in by])
    if not title and not artist:
        raise Malformed("it has neither title nor artist")
    others = (*root.iterfind("extraartists/artist"), *root.iterfind("tracklist//artist"))
    artists = dict.fromkeys(credit[0] for credit in by if credit[0])
    credits = {whole_number(artist.findtext("id")) for artist in others}.difference(artists, (0,))
    entries = [_format(entry) for entry in root.findall("formats/format")]
    line, formats = in_words([entry for entry in entries if entry[0]])
    master = root.find("master_id")
    return Release(
        number,
        title or UNTITLED,
        artist,
        year_of(root.findtext("released") or ""),
        tidy(root.findtext("country")) or None,
        line or None,
        0 if master is None else whole_number(master.text),
        master is not None and master.get("is_main_release") == "true",
        tuple(artists),
        tuple(sorted(credits)),
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
