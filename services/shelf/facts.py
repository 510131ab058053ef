"""An album as it is kept on the shelf to be compared: the facts of the matching engine as a document, and its signs as numbers."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from services.matching import albums
from services.matching.albums import Prepared
from services.matching.music import Album, Codes, Form
from services.matching.neighbours import album_signs
from storage.values import Document, UserId

_PREPARED = 4096
"""Albums that are kept ready: those of the artists at hand are compared again and again."""


def document(album: Album) -> Document:
    """What tells whether two albums are the same, as JSON can hold it; what is not known is left out."""
    codes = album.codes
    told: dict[str, Any] = {
        "title": album.title,
        "artists": list(album.artists),
        "year": album.year,
        "tracks": album.tracks,
        "duration": album.duration,
        "forms": sorted(album.forms),
        "barcodes": sorted(codes.barcodes),
        "musicbrainz": sorted(codes.musicbrainz),
        "group": codes.group,
        "release": codes.discogs_release,
        "master": codes.discogs_master,
        "spotify": codes.spotify,
        "source": str(album.source),
    }
    return {name: value for name, value in told.items() if value}


def album(told: Document) -> Album:
    """The album that :func:`document` told of."""
    return Album(
        title=told.get("title", ""),
        artists=tuple(told.get("artists", ())),
        year=told.get("year"),
        tracks=told.get("tracks"),
        duration=told.get("duration"),
        forms=frozenset(Form(each) for each in told.get("forms", ())),
        codes=Codes(
            barcodes=frozenset(told.get("barcodes", ())),
            musicbrainz=frozenset(told.get("musicbrainz", ())),
            group=told.get("group", ""),
            discogs_release=told.get("release", 0),
            discogs_master=told.get("master", 0),
            spotify=told.get("spotify", ""),
        ),
        source=told.get("source", ""),
    )


@lru_cache(_PREPARED)
def prepared(facts: str) -> Prepared:
    """The album in a kept document, ready to be compared."""
    return albums.prepare(album(json.loads(facts)))


def signs(user_id: UserId, told: Album) -> frozenset[int]:
    """What it shares with albums of this user that it may be; numbers above zero are of identifiers."""
    return frozenset(_number(user_id, sign) for sign in album_signs(albums.prepare(told)))


def _number(user_id: UserId, sign: str) -> int:
    found = int.from_bytes(blake2b(f"{user_id}\0{sign}".encode(), digest_size=8).digest()) >> 1
    return found if sign.startswith("=") else -found - 1
