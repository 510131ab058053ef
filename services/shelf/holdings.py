"""What each source has, as holdings of the shelf: rows of the library, documents of Plex and beets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from services.matching import codes
from services.matching.music import Album, Codes, Source
from services.matching.sources import beets, discogs, plex, soulseek, spotify
from services.matching.sources.reading import text, whole
from services.shelf import facts
from storage.values import Document, Format, NewHolding, ShelfSource, UserId

VARIOUS = "Various Artists"
_LEAST_SHARE = 0.5
"""The part of an album's tracks that one artist must have to be taken for its artist."""


def of_rows(
    user_id: UserId, source: ShelfSource, rows: Iterable[Any], credits: Mapping[str, Mapping[str, int]]
) -> list[NewHolding]:
    """Rows of :func:`storage.shelf_albums_sources.changed`; ``credits`` are of :func:`~.credits_of`, for Spotify."""
    if source is ShelfSource.SPOTIFY:
        return [_of_spotify(user_id, row, credits.get(row.key, {})) for row in rows]
    return [_OF_ROW[source](user_id, row) for row in rows]


def _made(
    user_id: UserId,
    source: ShelfSource,
    key: str,
    marker: str,
    album: Album,
    detail: Document | None = None,
    **more: Any,
) -> NewHolding:
    return NewHolding(
        source=source,
        key=key,
        marker=marker,
        artist=", ".join(album.artists),
        title=album.title,
        year=album.year,
        tracks=album.tracks,
        detail={name: value for name, value in (detail or {}).items() if value not in (None, "", 0)},
        facts=facts.document(album),
        signs=facts.signs(user_id, album),
        **more,
    )


# -- the library ----------------------------------------------------------------------------------------------------


def _of_record(user_id: UserId, row: Any) -> NewHolding:
    formats = _formats(row.formats)
    album = Album(
        title=row.album_title,
        artists=(row.artist_name,),
        year=row.year_released,
        forms=discogs.forms_of((each.name, each.descriptions) for each in formats),
        codes=Codes(
            barcodes=codes.some([codes.barcode(row.upc_code)]),
            discogs_release=row.discogs_id or 0,
            discogs_master=row.master_id or 0,
        ),
        source=Source.DISCOGS,
    )
    names = _names(formats)
    return _made(
        user_id,
        ShelfSource.RECORDS,
        row.key,
        row.marker,
        album,
        {
            "discogsId": row.discogs_id,
            "label": row.label_name,
            "catalogNumber": row.catalog_number,
            "image": row.thumbnail_url,
        },
        ref=row.ref,
        formats=names,
        is_vinyl=_is_vinyl(formats),
        added_at=row.date_added,
        amount=max(1, row.copies),
    )


def _of_want(user_id: UserId, row: Any) -> NewHolding:
    formats = _formats(row.formats)
    album = Album(
        title=row.album_title,
        artists=(row.artist_name,),
        year=row.year_released,
        forms=discogs.forms_of((each.name, each.descriptions) for each in formats),
        codes=Codes(discogs_release=row.release_id),
        source=Source.DISCOGS,
    )
    return _made(
        user_id,
        ShelfSource.WANTS,
        row.key,
        row.marker,
        album,
        {"discogsId": row.release_id, "image": row.thumbnail_url},
        ref=row.ref,
        formats=_names(formats),
        is_vinyl=_is_vinyl(formats),
        added_at=row.date_added,
    )


def _formats(stored: str) -> list[Format]:
    return [Format(each["name"], each["qty"], each["text"], tuple(each["descriptions"])) for each in json.loads(stored)]


def _names(formats: Iterable[Format]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in formats for name in (each.name, *each.descriptions) if name))


def _is_vinyl(formats: list[Format]) -> bool:
    """A record of which no format is told was entered by hand, by somebody who had it in theirs."""
    return not formats or any(each.name.casefold() in ("vinyl", "shellac", "lathe cut") for each in formats)


def _of_spotify(user_id: UserId, row: Any, credits: Mapping[str, int]) -> NewHolding:
    artists = tuple(json.loads(row.artists)) if row.artists else ()
    if not artists:
        artists = (row.artist_name,) if row.artist_name else _most_credited(credits)
    album = spotify.album(
        {
            "id": row.key,
            "name": row.album,
            "artists": [{"name": name} for name in artists],
            "release_date": row.released or "",
            "total_tracks": row.total_tracks,
            "album_type": row.kind or "",
        }
    )
    saved, listed = int(row.saved or 0), int(row.listed or 0)
    return _made(
        user_id,
        ShelfSource.SPOTIFY,
        row.key,
        row.marker,
        album,
        {"savedTracks": saved, "playlistTracks": listed, "isChosen": bool(row.chosen), "image": row.image_url},
        added_at=row.added_at,
        amount=max(1, saved + listed),
    )


def _most_credited(credits: Mapping[str, int]) -> tuple[str, ...]:
    """Whose album it is by who its tracks are by: a guest on some of them does not make it somebody else's."""
    first = Counter[str]()
    for stored, number in credits.items():
        if names := json.loads(stored):
            first[names[0]] += number
    if not first:
        return ()
    name, number = first.most_common(1)[0]
    return (name,) if number >= first.total() * _LEAST_SHARE else (VARIOUS,)


def _of_plays(user_id: UserId, row: Any) -> NewHolding:
    album = spotify.album(
        {
            "id": row.spotify_id,
            "name": row.name,
            "artists": [{"name": row.artist_name}] if row.artist_name else [],
            "release_date": row.release_date or "",
            "total_tracks": row.total_tracks,
            "album_type": row.album_type or "",
        }
    )
    at = datetime.fromtimestamp(row.played_at / 1000, UTC).isoformat(timespec="microseconds")
    return _made(
        user_id,
        ShelfSource.PLAYS,
        row.key,
        row.marker,
        album,
        {"plays": row.plays, "lastPlayedAt": at, "image": row.image_url},
        ref=row.ref,
        amount=row.plays,
    )


def _of_download(user_id: UserId, row: Any) -> NewHolding:
    """A folder that is fetched; what it was asked for as tells more than how a stranger called it."""
    asked: Document = json.loads(row.details)
    folder = row.folder if "/" in row.folder or "\\" in row.folder else row.filename.rpartition("\\")[0] or row.folder
    named = soulseek.album(folder, username=row.username)
    title, artist = text(asked.get("album")), text(asked.get("album_artist")) or text(asked.get("artist"))
    if title:
        named = replace(named, title=title, artists=(artist,) if artist else named.artists)
    return _made(
        user_id,
        ShelfSource.DOWNLOADS,
        row.key,
        row.marker,
        named,
        {"username": row.username, "folder": row.folder, "files": row.files},
        ref=row.ref,
        added_at=row.created_at,
        amount=row.files,
    )


def _of_arrival(user_id: UserId, row: Any) -> NewHolding:
    named = soulseek.album("/".join(soulseek.parts_of(row.path)[-3:]), tracks=row.files or None)
    detail = {"path": row.path, "files": row.files, "state": row.state}
    return _made(
        user_id,
        ShelfSource.ARRIVALS,
        row.key,
        row.marker,
        named,
        detail,
        ref=row.ref,
        added_at=row.arrived_at,
        amount=max(1, row.files),
    )


_OF_ROW: dict[ShelfSource, Callable[[UserId, Any], NewHolding]] = {
    ShelfSource.RECORDS: _of_record,
    ShelfSource.WANTS: _of_want,
    ShelfSource.PLAYS: _of_plays,
    ShelfSource.DOWNLOADS: _of_download,
    ShelfSource.ARRIVALS: _of_arrival,
}


# -- files ----------------------------------------------------------------------------------------------------------

BEETS_FIELDS = (
    "id", "albumartist", "albumartists", "album", "original_year", "year", "albumtype", "albumtypes", "mb_albumid",
    "mb_releasegroupid", "discogs_albumid", "barcode", "albumtotal", "added", "path",
)  # fmt: skip
"""What beets is asked for of an album."""


def of_plex(user_id: UserId, told: Document) -> NewHolding | None:
    """An album as Plex lists it; None where that is no album."""
    album = plex.album(told)
    if not album.key or not album.title:
        return None
    added = whole(told.get("addedAt"))
    detail: Document = {"section": text(told.get("librarySectionID")), "image": text(told.get("thumb"))}
    return _made(
        user_id,
        ShelfSource.PLEX,
        album.key,
        _stamped(facts.document(album), detail, added),
        album,
        detail,
        added_at=_instant(added),
        amount=album.tracks or 1,
    )


def of_beets(user_id: UserId, told: Document) -> NewHolding | None:
    """An album as beets exports it; None where that is no album."""
    known = {
        name: value for name, value in told.items() if str(value).strip("0")
    }  # beets writes 0 for what it does not know
    album = beets.album({**known, "tracks": known.get("albumtotal")})
    if not album.key or not album.title:
        return None
    detail: Document = {"path": text(told.get("path"))}
    added = text(told.get("added"))
    return _made(
        user_id,
        ShelfSource.BEETS,
        album.key,
        _stamped(facts.document(album), detail, added),
        album,
        detail,
        added_at=_local(added),
        amount=album.tracks or 1,
    )


def _stamped(*told: object) -> str:
    return blake2b(json.dumps(told, sort_keys=True, default=str).encode(), digest_size=12).hexdigest()


def _instant(seconds: int | None) -> str | None:
    if not seconds or seconds > 32_503_680_000:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def _local(said: str) -> str | None:
    """An instant as beets writes it, in this machine's time: ``2024-03-18 12:00:00``."""
    try:
        return datetime.strptime(said, "%Y-%m-%d %H:%M:%S").astimezone(UTC).isoformat(timespec="microseconds")
    except ValueError:
        return None
