"""The Spotify Web API as a row of methods that read like its documentation, on its surface of 2026 (spotify-api.md 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Self, cast
from urllib.parse import quote

from pydantic import BeforeValidator
from pydantic_core import from_json

from services.errors import InvalidInput, UpstreamError
from services.spotify import kinds
from services.spotify.calls import Calls
from services.spotify.models import (
    Album,
    AlbumPage,
    Artist,
    ArtistList,
    ArtistPage,
    AudioFeatures,
    FeaturesList,
    ItemPage,
    Playlist,
    PlaylistPage,
    Profile,
    RecentPage,
    Recommended,
    SavedPage,
    SearchResult,
    Snapshot,
    Track,
    TrackPage,
)
from services.spotify.refusals import SERVICE
from services.spotify.tolerance import Said, an_object
from services.upstream import Priority

MOST_URIS = 100
"""Rows that one change of a playlist may carry (spotify-api.md 2.12)."""
MOST_LIBRARY_URIS = 40
"""Uris that one change of the library may carry (spotify-api.md 2.16)."""
RELEASE_GROUPS = "album,single,compilation"
DAY, HOUR, MINUTE = 86_400.0, 3600.0, 60.0
_ID = re.compile(r"[0-9A-Za-z]{22}")
_LINK = re.compile(r"https?://open\.spotify\.com/(?:intl-\w+/)?(?P<kind>\w+)/(?P<id>[0-9A-Za-z]{22})(?:[/?#].*)?")


def spotify_id(given: str, kind: str, field: str = "id") -> str:
    """The 22-character id in an id, a ``spotify:`` URI or a link (spotify-api.md 3.1). Raises :class:`InvalidInput`."""
    text = given.strip()
    found = text.removeprefix(f"spotify:{kind}:")
    if link := _LINK.fullmatch(text):
        found = link["id"] if link["kind"] == kind else ""
    if not _ID.fullmatch(found):
        raise InvalidInput(field, f"That is no Spotify id of a {kind}.", "It has 22 letters and digits.")
    return found


class SpotifyClient:
    """Spotify for one listener. Every method is one request, and raises the ``Upstream*`` errors of
    :mod:`services.errors` with their ``code``, and :class:`NotConnected` where only signing in (again) helps.

    Calls are background work unless made through :attr:`interactive`.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    @property
    def interactive(self) -> Self:
        """The same client, whose calls go before background work and are never waited for long."""
        return type(self)(self._calls.at(Priority.INTERACTIVE))

    async def profile(self) -> Profile:
        """Who is connected."""
        return await self._calls.get(Profile, kinds.PROFILE, "/me", "say whose account this is")

    async def recently_played(self, *, limit: int = 50) -> RecentPage:
        """The newest plays: always asked without ``after``, so that late ones are seen too (spotify-api.md 2.18)."""
        return await self._calls.page(
            RecentPage, kinds.HISTORY, "/me/player/recently-played", "tell what was played", {}, most=limit
        )

    async def followed_artists(self, after: str | None = None) -> ArtistPage:
        """One page of followed artists, from behind the one with the id ``after``."""
        params = {"type": "artist", **({"after": after} if after else {})}
        action = "list the followed artists"
        page = await self._calls.page(_Following, kinds.FOLLOWING, "/me/following", action, params)
        return page.artists or ArtistPage.model_validate(page.given)

    async def artist_releases(self, artist_id: str, *, offset: int = 0) -> AlbumPage:
        """One page of an artist's releases, ten at most. ``next`` and ``total`` cannot be trusted: stop at an empty page
        or one without a new id (spotify-api.md 2.3).
        """
        path = f"/artists/{spotify_id(artist_id, 'artist')}/albums"
        params = {"include_groups": RELEASE_GROUPS, "offset": offset}
        return await self._calls.page(AlbumPage, kinds.ARTIST_ALBUMS, path, "list an artist's releases", params)

    async def artist(self, artist_id: str) -> Artist:
        """One artist."""
        path = f"/artists/{spotify_id(artist_id, 'artist')}"
        return await self._calls.get(Artist, kinds.CATALOG, path, "read an artist", good_for=HOUR)

    async def playlists(self, offset: int = 0) -> PlaylistPage:
        """One page of the listener's playlists, owned and followed; withheld ones are null."""
        params = {"offset": offset}
        return await self._calls.page(PlaylistPage, kinds.PLAYLISTS, "/me/playlists", "list the playlists", params)

    async def playlist(self, playlist_id: str) -> Playlist:
        """One playlist; its first rows only where the listener owns it or contributes to it."""
        path, params = _playlist(playlist_id), {"additional_types": "track,episode"}
        return await self._calls.get(Playlist, kinds.PLAYLIST, path, "read a playlist", params)

    async def playlist_items(self, playlist_id: str, offset: int = 0, *, limit: int | None = None) -> ItemPage:
        """One page of a playlist's rows. Refused with ``not_accessible`` for a playlist of others (spotify-api.md 2.11)."""
        path, params = f"{_playlist(playlist_id)}/items", {"offset": offset, "additional_types": "track,episode"}
        action = "read what is in a playlist"
        return await self._calls.page(ItemPage, kinds.PLAYLIST_ITEMS, path, action, params, most=limit)

    async def create_playlist(self, name: str, *, public: bool = False, description: str = "") -> Playlist:
        """Make a playlist. Never repeated by itself."""
        action = "make a playlist"
        body = {"name": name, "public": public, "description": description}
        answer = await self._calls.send(kinds.PLAYLIST_WRITE, "POST", "/me/playlists", action, body=body)
        return self._calls.read(Playlist, _document(answer.content), action)

    async def add_items(self, playlist_id: str, uris: Sequence[str], position: int | None = None) -> str:
        """Add tracks in this order, at the end or from ``position`` on, 100 with each request; answers the new snapshot
        id. Not repeated by itself: after an error without a status of 400 to 499 look at the playlist before trying
        again (spotify-api.md 2.12).
        """
        snapshot = ""
        for number, part in enumerate(_parts(uris, MOST_URIS)):
            place = {} if position is None else {"position": position + number * MOST_URIS}
            snapshot = await self._change(
                playlist_id, "POST", "add to a playlist", {"uris": part, **place}, repeatable=False
            )
        return snapshot

    async def remove_items(self, playlist_id: str, uris: Sequence[str], snapshot_id: str | None = None) -> str:
        """Remove all occurrences of these uris (spotify-api.md 2.14); answers the new snapshot id."""
        snapshot = snapshot_id
        for part in _parts(uris, MOST_URIS):
            body = {"items": [{"uri": uri} for uri in part], **_of(snapshot)}
            snapshot = await self._change(playlist_id, "DELETE", "remove from a playlist", body) or None
        return snapshot or ""

    async def reorder(
        self,
        playlist_id: str,
        range_start: int,
        insert_before: int,
        range_length: int = 1,
        snapshot_id: str | None = None,
    ) -> str:
        """Move a block so that it comes before the row that is at ``insert_before`` now; answers the new snapshot id."""
        body = {
            "range_start": range_start,
            "insert_before": insert_before,
            "range_length": range_length,
            **_of(snapshot_id),
        }
        return await self._change(playlist_id, "PUT", "reorder a playlist", body, repeatable=False)

    async def replace_items(self, playlist_id: str, uris: Sequence[str]) -> str:
        """Make these all that is in the playlist; when they were added is lost (spotify-api.md 2.13)."""
        first, rest = list(uris[:MOST_URIS]), uris[MOST_URIS:]
        snapshot = await self._change(playlist_id, "PUT", "replace what is in a playlist", {"uris": first})
        return await self.add_items(playlist_id, rest) if rest else snapshot

    async def saved_tracks(self, offset: int = 0, *, limit: int | None = None) -> SavedPage:
        """One page of saved tracks, newest first."""
        params = {"offset": offset}
        return await self._calls.page(
            SavedPage, kinds.LIBRARY, "/me/tracks", "list the saved tracks", params, most=limit
        )

    async def save(self, uris: Sequence[str]) -> None:
        """Save to the library in this order, 40 with each request: the last one is listed first (spotify-api.md 2.16)."""
        for part in _parts(uris, MOST_LIBRARY_URIS):
            await self._library("PUT", "save to the library", part)

    async def unsave(self, uris: Sequence[str]) -> None:
        """Take out of the library."""
        for part in _parts(uris, MOST_LIBRARY_URIS):
            await self._library("DELETE", "remove from the library", part)

    async def contains(self, uris: Sequence[str]) -> list[bool]:
        """For each uri, whether it is in the library."""
        held: list[bool] = []
        for part in _parts(uris, MOST_LIBRARY_URIS):
            params, action = {"uris": ",".join(part)}, "look into the library"
            found = (await self._calls.ask(kinds.LIBRARY, "/me/library/contains", action, params)).json()
            held += [entry is True for entry in cast("list[object]", found)] if isinstance(found, list) else []
        if len(held) != len(uris):
            raise UpstreamError(SERVICE, "Spotify answered for more or fewer things than it was asked about.", "", 200)
        return held

    async def top_tracks(self, *, time_range: str = "medium_term", limit: int = 20, offset: int = 0) -> TrackPage:
        """The tracks the listener plays most; Spotify counts anew about daily."""
        params = {"time_range": time_range, "offset": offset}
        return await self._calls.page(
            TrackPage, kinds.TOP, "/me/top/tracks", "tell the top tracks", params, most=limit, good_for=DAY
        )

    async def top_artists(self, *, time_range: str = "medium_term", limit: int = 20, offset: int = 0) -> ArtistList:
        """The artists the listener plays most."""
        params = {"time_range": time_range, "offset": offset}
        return await self._calls.page(
            ArtistList, kinds.TOP, "/me/top/artists", "tell the top artists", params, most=limit, good_for=DAY
        )

    async def search(
        self, query: str, types: Iterable[str], *, limit: int | None = None, offset: int = 0
    ) -> SearchResult:
        """One page of hits of each type (``track``, ``artist``, ``album``, ``playlist``), ten at most."""
        params = {"q": query, "type": ",".join(types), "offset": offset}
        return await self._calls.page(
            SearchResult, kinds.SEARCH, "/search", "search", params, most=limit, good_for=5 * MINUTE
        )

    async def try_large_pages(self) -> str:
        """Find out whether Spotify takes pages of 50 of its catalogue; answers the id of some track, empty if none."""
        params: dict[str, str | int] = {"q": "a", "type": "track"}
        found = await self._calls.try_large(SearchResult, kinds.SEARCH, "/search", "search", params)
        tracks = found.tracks.items if found and found.tracks else ()
        return next((track.id for track in tracks if track and track.id), "")

    async def track(self, track_id: str) -> Track:
        """One track."""
        path = f"/tracks/{spotify_id(track_id, 'track')}"
        return await self._calls.get(Track, kinds.CATALOG, path, "read a track", good_for=HOUR)

    async def album(self, album_id: str) -> Album:
        """One album, whole."""
        path = f"/albums/{spotify_id(album_id, 'album')}"
        return await self._calls.get(Album, kinds.CATALOG, path, "read an album", good_for=HOUR)

    async def audio_features(self, track_ids: Sequence[str]) -> list[AudioFeatures | None]:
        """Measures of up to 100 tracks, in the order asked for; closed for most apps (spotify-api.md 2.7)."""
        ids = [spotify_id(track_id, "track") for track_id in track_ids[:MOST_URIS]]
        action = "read measures of tracks"
        if len(ids) == 1:
            path = f"/audio-features/{ids[0]}"
            return [await self._calls.get(AudioFeatures, kinds.AUDIO_FEATURES, path, action, good_for=DAY)]
        params = {"ids": ",".join(ids)}
        page = await self._calls.get(
            FeaturesList, kinds.AUDIO_FEATURES, "/audio-features", action, params, good_for=DAY
        )
        return list(page.audio_features)

    async def recommendations(self, seeds: Mapping[str, Sequence[str]], *, limit: int = 20) -> Recommended:
        """Tracks like ``seeds`` (lists under ``seed_tracks``, ``seed_artists``, ``seed_genres``, five in all); closed for
        most apps (spotify-api.md 2.8).
        """
        given = {name: ",".join(values) for name, values in seeds.items() if values}
        return await self._calls.get(
            Recommended, kinds.RECOMMENDATIONS, "/recommendations", "recommend tracks", {**given, "limit": limit}
        )

    async def _library(self, method: str, action: str, uris: Sequence[str]) -> None:
        params = {"uris": ",".join(uris)}
        await self._calls.send(kinds.LIBRARY_WRITE, method, "/me/library", action, params=params, repeatable=True)

    async def _change(
        self, playlist_id: str, method: str, action: str, body: object, *, repeatable: bool = True
    ) -> str:
        path = f"{_playlist(playlist_id)}/items"
        answer = await self._calls.send(kinds.PLAYLIST_WRITE, method, path, action, body=body, repeatable=repeatable)
        return self._calls.read(Snapshot, _document(answer.content), action).snapshot_id


class _Following(Said):
    artists: Annotated[ArtistPage | None, BeforeValidator(an_object)] = None


def _playlist(playlist_id: str) -> str:
    return f"/playlists/{quote(playlist_id.strip().removeprefix('spotify:playlist:'), safe='')}"


def _of(snapshot_id: str | None) -> dict[str, str]:
    return {"snapshot_id": snapshot_id} if snapshot_id else {}


def _parts(uris: Sequence[str], most: int) -> list[list[str]]:
    return [list(uris[start : start + most]) for start in range(0, len(uris), most)]


def _document(body: bytes) -> object:
    """The JSON of a successful change; an empty object where the body is anything else (spotify-api.md 1.8)."""
    try:
        document: object = from_json(body)
    except ValueError:
        return {}
    return cast("object", document) if isinstance(document, dict) else {}
