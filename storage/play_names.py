"""By what a track, an album and a recording are known, whoever tells of them (spotify-api.md 5.4, 6.8, 6.9)."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

from storage.documents import storable
from storage.fold import fold, sort_key, squeeze, words
from storage.values.plays import PlayedAlbum, PlayedTrack

_MOST_WORDS = 60
_EDITION = (
    r"(?:\d{4}\s+)?(?:digital(?:ly)?\s+)?(?:re-?master(?:ed)?|deluxe|super deluxe|expanded|anniversary|special|limited|"
    r"legacy|collector'?s?|bonus|re-?issue|explicit|mono|stereo|\d+(?:st|nd|rd|th)\b)"
)
_BRACKETED = re.compile(rf"\s*[\(\[]\s*{_EDITION}[^\)\]]*[\)\]]\s*$", re.IGNORECASE)
_DASHED = re.compile(rf"\s+[-–—]\s+{_EDITION}.*$", re.IGNORECASE)
_VARIOUS = "various artists"


@lru_cache(8192)
def listen_key(artist: str, title: str) -> str:
    """The same for every spelling of this title by this artist; empty where there is no title."""
    if not title.strip():
        return ""
    parts = (squeeze(sort_key(artist)) or fold(artist), squeeze(title) or fold(title))
    return blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()


def track_key(track: PlayedTrack) -> str:
    """What a track is kept under: Spotify's id, else its names."""
    return track.spotify_id or f"n:{listen_key(_artist(track), track.name)}"


def of_track(track: PlayedTrack) -> dict[str, str]:
    """The folded columns of a track: artist, recording, search words."""
    artist = _artist(track)
    texts = (track.name, *(each.name for each in track.artists), track.album.name if track.album else "")
    found = list(dict.fromkeys(word for text in texts for word in words(text)))
    return {
        "artist_key": sort_key(artist),
        "listen_key": listen_key(artist, track.name) or f"id:{track.spotify_id}",
        "tokens": f" {' '.join(found[:_MOST_WORDS])} ",
    }


def album_key(album: PlayedAlbum) -> str:
    """What an album is kept under: Spotify's id, else its names."""
    if album.spotify_id:
        return album.spotify_id
    named = f"{fold(album.artist_name)}\0{fold(album.name)}"
    return f"n:{blake2b(named.encode(), digest_size=12).hexdigest()}"


def of_album(album: PlayedAlbum) -> dict[str, str]:
    """The folded columns of an album. Discogs calls several artists on one record “Various”."""
    artist = "Various" if fold(album.artist_name) == _VARIOUS else album.artist_name
    return {"artist_key": sort_key(artist), "title_key": sort_key(without_edition(album.name))}


def without_edition(title: str) -> str:
    """``title`` without what only tells editions apart: “(Remastered 2011)”, “- Deluxe Edition”. Live stays."""
    plain = storable(title)
    for _ in range(3):
        shorter = _DASHED.sub("", _BRACKETED.sub("", plain)).strip()
        if not shorter or shorter == plain:
            return plain
        plain = shorter
    return plain


def _artist(track: PlayedTrack) -> str:
    return track.artists[0].name if track.artists else ""
