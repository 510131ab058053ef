"""What Spotify says, as the values that are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

from services.spotify.images import cover
from services.spotify.models import Album, Artist, Playlist, PlaylistRow, SavedRow, Track
from storage.fold import fold
from storage.instants import from_seconds
from storage.values import ItemKind, NewArtist, NewItem, NewPlaylist, NewRelease, Playable, SavedTrack

_LEAST = 160
"""Pixels that a picture shown of an artist has at least (spotify-api.md 2.21)."""
_NO_WORD = re.compile(r"[\W_]+")


def playlist_of(told: Playlist, *, me: str, position: int, total: int = 0) -> NewPlaylist:
    """A listed playlist; ``me`` is Spotify's id of the listener, ``position`` its place in their order, ``total`` how many
    items are known of where Spotify does not say.
    """
    own = bool(me) and told.owner.id == me
    return NewPlaylist(
        playlist_id=told.id,
        name=told.name,
        track_count=max(0, total if told.total is None else told.total),
        description=told.plain_description,
        owner_id=told.owner.id,
        owner_name=told.owner.display_name or told.owner.id,
        is_own=own,
        is_editable=own or bool(told.collaborative),
        collaborative=bool(told.collaborative),
        public=told.public,
        snapshot_id=told.snapshot_id,
        image_url=cover(told.images),
        position=position,
    )


def item_of(row: PlaylistRow) -> NewItem:
    """A place of a playlist; what vanished keeps its place."""
    added_at = None if row.added_at is None else from_seconds(row.added_at / 1000)
    if row.track is None or not (row.track.uri or row.track.name):
        return NewItem(Playable(), ItemKind.VANISHED, added_at)
    kind = ItemKind.EPISODE if row.track.type == "episode" else ItemKind.TRACK
    return NewItem(playable_of(row.track), kind, added_at, bool(row.is_local or row.track.is_local))


def playable_of(track: Track) -> Playable:
    """A track or an episode, under the URI that the listener's own list has of it: where Spotify shows another copy of a
    recording, the one asked for is what can be removed (spotify-api.md 3.6).
    """
    asked = track.given.get("linked_from")
    own = cast("dict[str, Any]", asked) if isinstance(asked, dict) else {}
    album = track.album or track.show
    return Playable(
        uri=str(own.get("uri") or "") or track.uri or None,
        track_id=str(own.get("id") or "") or track.id or None,
        name=track.name,
        artists=tuple(artist.name for artist in track.artists if artist.name),
        album=album.name if album else "",
        album_id=(album.id or None) if album else None,
        duration_ms=track.duration_ms,
        album_type=(track.album.album_type or None) if track.album else None,
        album_released=(track.album.release_date or None) if track.album else None,
        album_tracks=track.album.total_tracks if track.album else None,
        album_image=cover(track.album.images) if track.album else None,
    )


def saved_of(row: SavedRow) -> SavedTrack | None:
    """A saved track; None for a row without one."""
    if row.track is None or not row.track.id:
        return None
    return SavedTrack(playable_of(row.track), from_seconds((row.added_at or 0) / 1000))


def artist_of(told: Artist) -> NewArtist:
    """A followed artist with the smallest picture that is large enough."""
    return NewArtist(told.id, told.name, cover(told.images, least=_LEAST))


def release_of(told: Album) -> NewRelease:
    """A release, with the key of the editions that are shown as one."""
    return NewRelease(
        release_id=told.id,
        title=told.name,
        kind=told.album_type,
        released=told.release_date,
        precision=told.release_date_precision,
        total_tracks=told.total_tracks,
        image_url=cover(told.images, least=64),
        artists=tuple(artist.name for artist in told.artists if artist.name),
        group_key=group_key(told),
    )


def group_key(told: Album) -> str:
    """The same for what is one release under several ids: title, type, year and number of tracks (spotify-api.md 2.3).

    One without a title (taken down) is a group of its own.
    """
    title = _NO_WORD.sub(" ", fold(told.name)).strip() or fold(told.name)
    return "|".join((title or told.id, told.album_type, str(told.year or ""), str(told.total_tracks or "")))


def ids_of(told: Iterable[Artist | Album | None]) -> set[str]:
    """The ids in a page, nulls and nameless ones left out."""
    return {each.id for each in told if each is not None and each.id}
