"""What Discogs, and the shelf of records, tell of albums and tracks (discogs-api.md 5 and 6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from services.matching import codes
from services.matching.music import Album, Codes, Form, Source, Track
from services.matching.sources.reading import milliseconds

if TYPE_CHECKING:
    from services.discogs.models import Release
    from services.discogs.models import Track as Listed
    from storage.values import RecordFacts, Want

_FORMS = {
    "album": Form.ALBUM,
    "lp": Form.ALBUM,
    "mini-album": Form.EP,
    "ep": Form.EP,
    "maxi-single": Form.SINGLE,
    "single": Form.SINGLE,
    "compilation": Form.COMPILATION,
}


def forms_of(formats: Iterable[tuple[str, Iterable[str]]]) -> frozenset[Form]:
    """What an album is, by the names and descriptions of its formats. A box set may be a compilation too; ``LP`` alone is said
    of EPs as well, so more telling words go before it.
    """
    found: set[Form] = set()
    for name, descriptions in formats:
        if name.casefold() == "box set":
            found.add(Form.BOX)
        found |= {_FORMS[each.casefold()] for each in descriptions if each.casefold() in _FORMS}
    if found & {Form.EP, Form.SINGLE}:
        found.discard(Form.ALBUM)
    if Form.BOX in found and Form.COMPILATION not in found:
        found.discard(Form.ALBUM)
    return frozenset(found)


def album_of_record(record: RecordFacts, key: str = "") -> Album:
    """A record on the shelf; ``key`` is what it is known by here."""
    return Album(
        title=record.album_title,
        artists=(record.artist_name,),
        year=record.year_released,
        forms=forms_of((each.name, each.descriptions) for each in record.formats),
        codes=Codes(
            barcodes=codes.some([codes.barcode(record.upc_code)]),
            discogs_release=record.discogs_id or 0,
            discogs_master=record.master_id or 0,
        ),
        source=Source.DISCOGS,
        key=key,
    )


def album_of_want(want: Want) -> Album:
    """What is wanted, known by the number of its release."""
    return Album(
        title=want.album_title,
        artists=(want.artist_name,),
        year=want.year_released,
        forms=forms_of((each.name, each.descriptions) for each in want.formats),
        codes=Codes(discogs_release=want.release_id),
        source=Source.DISCOGS,
        key=str(want.release_id),
    )


def album_of_release(release: Release) -> Album:
    """A full release: its barcodes, and how many tracks it has and how long they are."""
    listed = list(_tracks(release))
    lengths = [milliseconds(each.duration) for each in listed]
    return Album(
        title=release.title,
        artists=(release.artist_name,) if release.artists else (),
        year=release.year or None,
        tracks=len(listed) or None,
        duration=sum(each for each in lengths if each) if lengths and all(lengths) else None,
        forms=forms_of((each.name, each.descriptions) for each in release.formats),
        codes=Codes(
            barcodes=codes.some(map(codes.barcode, release.barcodes)),
            discogs_release=release.id,
            discogs_master=release.master_id,
        ),
        source=Source.DISCOGS,
        key=str(release.id),
    )


def tracks_of_release(release: Release) -> list[Track]:
    """The tracks of a full release in their order; those of its own artists are theirs."""
    album_artists = (release.artist_name,) if release.artists else ()
    own = _isrcs(release)
    listed = list(_tracks(release))
    return [
        Track(
            title=each.title,
            artists=tuple(artist.display_name for artist in each.artists) or album_artists,
            album=release.title,
            album_artists=album_artists,
            duration=milliseconds(each.duration),
            year=release.year or None,
            number=place,
            codes=Codes(isrcs=own if len(listed) == 1 else frozenset()),
            source=Source.DISCOGS,
            key=f"{release.id}/{each.position or place}",
        )
        for place, each in enumerate(listed, 1)
    ]


def _tracks(release: Release) -> Iterable[Listed]:
    for each in release.tracklist:
        if each.kind == "track":
            yield each
        elif each.kind == "index":
            yield from each.sub_tracks


def _isrcs(release: Release) -> frozenset[str]:
    return codes.some(codes.isrc(each.value) for each in release.identifiers if each.type == "ISRC")
