"""What beets tells of albums and tracks: lines of its export, as JSON documents (beets-cli.md 7)."""

from __future__ import annotations

from services.matching import codes
from services.matching.music import Album, Codes, Form, Source, Track
from services.matching.sources.reading import Document, first, milliseconds, names, text, whole, year

_FORMS = {
    "album": Form.ALBUM,
    "ep": Form.EP,
    "single": Form.SINGLE,
    "compilation": Form.COMPILATION,
}


def _artists(document: Document, *keys: str) -> tuple[str, ...]:
    """The first of these that names anybody: a list of names, or a line of them."""
    for key in keys:
        if found := names(document.get(key)):
            return found
    return ()


def _isrcs(value: object) -> frozenset[str]:
    return codes.some(codes.isrc(each) for each in text(value).replace("\\␀", ";").replace("/", ";").split(";"))


def album(document: Document) -> Album:
    """An album. ``tracks`` are counted by whoever asks beets; ``albumtotal`` is what its tags say there should be."""
    told = f"{text(document.get('albumtype'))} {text(document.get('albumtypes'))}".casefold()
    return Album(
        title=text(document.get("album")),
        artists=_artists(document, "albumartists", "albumartist", "artist"),
        year=year(first(document, "original_year", "year")),
        tracks=whole(first(document, "tracks", "albumtotal", "tracktotal")),
        duration=milliseconds(document.get("albumlength")),
        forms=frozenset(
            form for name, form in _FORMS.items() if name in told.replace(";", " ").replace(",", " ").split()
        ),
        codes=Codes(
            barcodes=codes.some([codes.barcode(text(document.get("barcode")))]),
            musicbrainz=codes.some([codes.musicbrainz(document.get("mb_albumid"))]),
            group=codes.musicbrainz(document.get("mb_releasegroupid")),
            discogs_release=codes.discogs(document.get("discogs_albumid")),
        ),
        source=Source.BEETS,
        key=text(document.get("id")),
    )


def track(document: Document) -> Track:
    """A track."""
    return Track(
        title=text(document.get("title")),
        artists=_artists(document, "artists", "artist", "albumartist"),
        album=text(document.get("album")),
        album_artists=_artists(document, "albumartists", "albumartist"),
        duration=milliseconds(document.get("length")),
        year=year(first(document, "original_year", "year")),
        number=whole(document.get("track")),
        disc=whole(document.get("disc")),
        codes=Codes(
            isrcs=_isrcs(document.get("isrc")),
            musicbrainz=codes.some(
                map(codes.musicbrainz, (document.get("mb_trackid"), document.get("mb_releasetrackid")))
            ),
        ),
        source=Source.BEETS,
        key=text(document.get("id")),
    )
