"""What an entry of an export says (spotify-api.md 5.2, 5.3), whichever of the many forms it has.

Who listened where on what (addresses, countries, devices) is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast
from urllib.parse import unquote_plus

from storage.play_names import track_key
from storage.values.plays import Heard, PlayedAlbum, PlayedArtist, PlayedTrack, PlaySource

SHORTEST_PLAY = 30_000
"""Milliseconds that make a play, as Spotify itself counts (spotify-api.md 5.4)."""
_MILLISECONDS = 10**11
"""From here on a timestamp is in milliseconds, below it in seconds."""
_FIRST = 1_136_073_600_000
"""The first of January 2006, before there was a Spotify."""
_HOUR = 3_600_000
_LONGEST_NAME = 2000
_TRACK = re.compile(r"spotify:track:([0-9A-Za-z]{1,64})")
_LOCAL = "spotify:local:"


class EntryKind(StrEnum):
    """What an entry is, or why it is no play."""

    MUSIC = "music"
    PRIVATE = "private"
    PODCAST = "podcasts"
    AUDIOBOOK = "audiobooks"
    NAMELESS = "nameless"
    """Something was heard, but not what."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry; only music has ``track`` and ``heard``."""

    kind: EntryKind
    track: PlayedTrack | None = None
    heard: Heard | None = None


def is_history(entry: object) -> bool:
    """Whether this is an entry of a listening history, judged by its keys: the names of files changed several times."""
    if not isinstance(entry, dict):
        return False
    return entry.keys() >= {"ts", "ms_played"} or entry.keys() >= {"endTime", "msPlayed"}


def is_extended(entry: Mapping[str, Any]) -> bool:
    """Whether it is of the extended history, which has every play to the second."""
    return "ts" in entry


def read_entry(entry: object, *, private: bool = False) -> Entry:
    """What ``entry`` says; ``private`` also takes what was heard in a private session."""
    if not isinstance(entry, dict):
        return Entry(EntryKind.UNREADABLE)
    said = cast("dict[str, Any]", entry)
    try:
        return _extended(said, private=private) if is_extended(said) else _account(said)
    except (ValueError, TypeError, KeyError, OverflowError):
        return Entry(EntryKind.UNREADABLE)


def _extended(said: Mapping[str, Any], *, private: bool) -> Entry:
    ended, ms = _instant(said["ts"]), _milliseconds(said["ms_played"])
    if said.get("incognito_mode") is True and not private:
        return Entry(EntryKind.PRIVATE)
    name = _text(said.get("master_metadata_track_name"))
    uri = _text(said.get("spotify_track_uri"))
    if not name and not uri:
        if _any(said, "audiobook_title", "audiobook_uri", "audiobook_chapter_uri"):
            return Entry(EntryKind.AUDIOBOOK)
        is_podcast = _any(said, "episode_name", "episode_show_name", "spotify_episode_uri")
        return Entry(EntryKind.PODCAST if is_podcast else EntryKind.NAMELESS)
    track = _track(
        uri,
        name,
        _text(said.get("master_metadata_album_artist_name")),
        _text(said.get("master_metadata_album_album_name")),
    )
    if track is None:
        return Entry(EntryKind.NAMELESS)
    skipped = said.get("skipped")
    heard = Heard(
        track_key(track),
        _really_ended(said, ended, ms),
        PlaySource.EXPORT,
        ms,
        None if skipped is None else bool(skipped),
        counted=ms >= SHORTEST_PLAY,
    )
    return Entry(EntryKind.MUSIC, track, heard)


def _account(said: Mapping[str, Any]) -> Entry:
    ended, ms = _instant(said["endTime"]), _milliseconds(said["msPlayed"])
    artist, name = _text(said.get("artistName")), _text(said.get("trackName"))
    if name:
        track = _named(name, artist, "", PlaySource.ACCOUNT)
        heard = Heard(track_key(track), ended, PlaySource.ACCOUNT, ms, counted=ms >= SHORTEST_PLAY)
        return Entry(EntryKind.MUSIC, track, heard)
    if _any(said, "podcastName", "episodeName"):
        return Entry(EntryKind.PODCAST)
    is_book = any("book" in key.lower() or "chapter" in key.lower() for key in said)
    return Entry(EntryKind.AUDIOBOOK if is_book else EntryKind.NAMELESS)


def _really_ended(said: Mapping[str, Any], ended: int, ms: int) -> int:
    """When it was heard to its end: what was played offline is told by when it was reported, beside when it began."""
    began = said.get("offline_timestamp")
    if said.get("offline") is not True or not isinstance(began, int | float) or isinstance(began, bool):
        return ended
    instant = round(began if began > _MILLISECONDS else began * 1000)
    return instant + ms if _FIRST <= instant <= ended + _HOUR else ended


@lru_cache(4096)
def _track(uri: str, name: str, artist: str, album: str) -> PlayedTrack | None:
    found = _TRACK.fullmatch(uri)
    if found is not None:
        kept = PlayedAlbum(album, artist) if album else None
        artists = (PlayedArtist(artist),) if artist else ()
        return PlayedTrack(name, artists, PlaySource.EXPORT, found[1], kept)
    if uri.startswith(_LOCAL):
        parts = [unquote_plus(part) for part in uri.removeprefix(_LOCAL).split(":")]
        told = [part.strip()[:_LONGEST_NAME] for part in (*parts, "", "", "")]
        artist, album, name = artist or told[0], album or told[1], name or told[2]
    return _named(name, artist, album, PlaySource.EXPORT) if name else None


def _named(name: str, artist: str, album: str, source: PlaySource) -> PlayedTrack:
    artists = (PlayedArtist(artist),) if artist else ()
    return PlayedTrack(name, artists, source, None, PlayedAlbum(album, artist) if album else None)


def _any(said: Mapping[str, Any], *keys: str) -> bool:
    return any(said.get(key) for key in keys)


def _text(value: object) -> str:
    return value.strip()[:_LONGEST_NAME] if isinstance(value, str) else ""


def _instant(value: object) -> int:
    """``2026-09-14T20:01:55Z`` or ``2026-09-14 20:01``, both UTC, in milliseconds. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("no instant")
    moment = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    instant = round(moment.timestamp() * 1000)
    if instant < _FIRST:
        raise ValueError("before there was a Spotify")
    return instant


def _milliseconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value > 2**53:
        raise ValueError("no length of time")
    return int(value)
