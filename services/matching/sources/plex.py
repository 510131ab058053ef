"""What Plex tells of albums and tracks (plex-api.md 4.3), as documents as it sends them."""

from __future__ import annotations

from services.matching import codes
from services.matching.music import Album, Codes, Form, Source, Track
from services.matching.sources.reading import Document, first, objects, text, whole, year

_FORMS = {
    "album": Form.ALBUM,
    "ep": Form.EP,
    "single": Form.SINGLE,
    "compilation": Form.COMPILATION,
}


def _musicbrainz(document: Document) -> frozenset[str]:
    return codes.some(codes.musicbrainz(each.get("id")) for each in objects(document.get("Guid")))


def _filled(*told: object) -> tuple[str, ...]:
    return tuple(name for name in map(text, told) if name)[:1]


def album(document: Document) -> Album:
    """An album; its length is not told."""
    kinds = {
        text(each.get("tag")).casefold() for name in ("Format", "Subformat") for each in objects(document.get(name))
    }
    return Album(
        title=text(document.get("title")),
        artists=_filled(document.get("parentTitle"), document.get("artist"), document.get("grandparentTitle")),
        year=year(first(document, "year", "originallyAvailableAt")),
        tracks=whole(first(document, "leafCount", "childCount")),
        forms=frozenset(_FORMS[each] for each in kinds if each in _FORMS),
        codes=Codes(musicbrainz=_musicbrainz(document)),
        source=Source.PLEX,
        key=text(document.get("ratingKey")),
    )


def track(document: Document) -> Track:
    """A track; one of a compilation has its own artist in ``originalTitle``."""
    return Track(
        title=text(document.get("title")),
        artists=_filled(document.get("originalTitle"), document.get("artist"), document.get("grandparentTitle")),
        album=text(first(document, "album", "parentTitle")),
        album_artists=_filled(document.get("grandparentTitle")),
        duration=whole(document.get("duration")),
        year=year(first(document, "parentYear", "year")),
        number=whole(document.get("index")),
        disc=whole(document.get("parentIndex")),
        codes=Codes(musicbrainz=_musicbrainz(document)),
        source=Source.PLEX,
        key=text(document.get("ratingKey")),
    )
