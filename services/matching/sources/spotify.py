"""What Spotify tells of albums and tracks (spotify-api.md 3), as documents as it sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching import codes
from services.matching.music import Album, Codes, Form, Source, Track
from services.matching.sources.reading import Document, an_object, first, names, objects, text, whole, year
from services.tolerance import as_list

if TYPE_CHECKING:
    from storage.values import Playable

_FORMS = {
    "album": frozenset((Form.ALBUM,)),
    "single": frozenset((Form.SINGLE, Form.EP)),
    "ep": frozenset((Form.EP,)),
    "compilation": frozenset((Form.COMPILATION, Form.BOX)),
}
"""Spotify calls an EP a single."""


def artists_of(document: Document) -> tuple[str, ...]:
    """The names in ``artists``, or what ``artist`` says."""
    if isinstance(document.get("artists"), list):
        return names(document["artists"])
    said = document.get("artist")
    single = text(said) or text(an_object(said).get("name"))
    return (single,) if single else ()


def tracks_in(document: Document) -> int | None:
    """How many tracks an album has, by whichever key tells (harmony-contract.md 13.5)."""
    for key in ("total_tracks", "trackCount", "leafCount", "childCount", "track_count"):
        if (found := whole(document.get(key))) is not None:
            return found
    listed = document.get("tracks")
    return len(as_list(an_object(listed).get("items") or listed)) or None


def album(document: Document) -> Album:
    """An album, whole or simplified."""
    told = an_object(document.get("external_ids"))
    lengths = [whole(each.get("duration_ms")) for each in objects(an_object(document.get("tracks")).get("items"))]
    tracks = tracks_in(document)
    is_whole = bool(lengths) and all(lengths) and len(lengths) == tracks
    return Album(
        title=text(document.get("name")),
        artists=artists_of(document),
        year=year(first(document, "release_date", "year", "release_year")),
        tracks=tracks,
        duration=sum(each for each in lengths if each) if is_whole else None,
        forms=_FORMS.get(text(document.get("album_type")).casefold(), frozenset()),
        codes=Codes(
            barcodes=codes.some(codes.barcode(told.get(name)) for name in ("upc", "ean")),
            spotify=codes.spotify(document.get("id")),
        ),
        source=Source.SPOTIFY,
        key=text(document.get("id")),
    )


def track(document: Document) -> Track:
    """A track, whole or simplified."""
    on = document.get("album")
    record = an_object(on)
    return Track(
        title=text(document.get("name")),
        artists=artists_of(document),
        album=text(record.get("name")) or text(on),
        album_artists=names(record.get("artists")),
        duration=whole(document.get("duration_ms")),
        year=year(record.get("release_date")),
        number=whole(document.get("track_number")),
        disc=whole(document.get("disc_number")),
        codes=Codes(
            isrcs=codes.some([codes.isrc(an_object(document.get("external_ids")).get("isrc"))]),
            spotify=codes.spotify(document.get("id")),
        ),
        source=Source.SPOTIFY,
        key=text(document.get("id")),
    )


def track_of(playable: Playable) -> Track:
    """A track of a playlist or a saved one, as kept."""
    return Track(
        title=playable.name,
        artists=playable.artists,
        album=playable.album,
        duration=playable.duration_ms,
        codes=Codes(spotify=playable.track_id or ""),
        source=Source.SPOTIFY,
        key=playable.track_id or playable.uri or "",
    )
