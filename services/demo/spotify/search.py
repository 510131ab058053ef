"""``GET /search``: words and filters over the catalogue, ten a page at most (spotify-api.md 2.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from storage.fold import fold

from .answers import answer, page, world_of
from .catalogue import Album, Artist, Track
from .listeners import SPOTIFY, Playlist
from .refusals import Refused

_KINDS = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")
_FILTER = re.compile(r'\b(artist|album|track|year|isrc|upc|genre|tag):(?:"([^"]*)"|(\S+))')
_DEEPEST = 1000


async def search(request: Request) -> Response:
    """One page object per type that was asked for; playlists of Spotify's own are null."""
    wanted = request.query_params.get("q", "")
    if not wanted.strip():
        raise Refused(400, "No search query")
    kinds = request.query_params.get("type", "").split(",")
    if kinds == [""]:
        raise Refused(400, "Missing parameter type")
    if unknown := [kind for kind in kinds if kind not in _KINDS]:
        raise Refused(400, f"Bad search type field {unknown[0]}")
    catalogue = world_of(request).catalogue
    asked = _Wanted(wanted)
    most = 50 if "page_50" in request.app.state.open else 10
    rows: dict[str, list[Any]] = {
        "track": [known for known in catalogue.tracks.values() if asked.track(known)] if "track" in kinds else [],
        "album": [known for known in catalogue.albums.values() if asked.album(known)] if "album" in kinds else [],
        "artist": [known for known in catalogue.artists.values() if asked.artist(known)] if "artist" in kinds else [],
        "playlist": [known for known in world_of(request).playlists.values() if asked.playlist(known)],
    }
    shows: dict[str, Callable[[Any], Any]] = {
        "track": lambda known: known.full,
        "artist": lambda known: known.full,
        "album": lambda known: known.simple,
        "playlist": lambda known: None if known.owner == SPOTIFY else known.simple(),
    }
    found = {
        f"{kind}s": page(
            request, rows.get(kind, []), shows.get(kind, lambda _: None), most=most, default=5, deepest=_DEEPEST
        )
        for kind in kinds
    }
    return answer(request, found)


class _Wanted:
    """A search as typed: the filters in it, and the words that are left."""

    def __init__(self, text: str) -> None:
        self.filters = {name: quoted or bare for name, quoted, bare in _FILTER.findall(text)}
        self.words = fold(_FILTER.sub(" ", text).replace('"', " ")).split()

    def track(self, known: Track) -> bool:
        artists = " ".join(artist.name for artist in known.artists)
        return (
            self._all_in(f"{known.name} {artists} {known.album.name}")
            and self._says("track", known.name)
            and self._says("artist", artists)
            and self._says("album", known.album.name)
            and self._is("isrc", known.isrc)
            and self._year(known.album.released)
            and not {"upc", "tag"} & self.filters.keys()
        )

    def album(self, known: Album) -> bool:
        artists = " ".join(artist.name for artist in known.artists)
        return (
            self._all_in(f"{known.name} {artists}")
            and self._says("album", known.name)
            and self._says("artist", artists)
            and self._is("upc", known.upc)
            and self._year(known.released)
            and not {"isrc", "track", "genre", "tag"} & self.filters.keys()
        )

    def artist(self, known: Artist) -> bool:
        return (
            self._all_in(known.name)
            and self._says("artist", known.name)
            and not {"isrc", "upc", "album", "track", "year", "tag"} & self.filters.keys()
        )

    def playlist(self, known: Playlist) -> bool:
        return self._all_in(known.name) and (known.public or known.owner == SPOTIFY) and not self.filters

    def _all_in(self, text: str) -> bool:
        folded = fold(text)
        return all(word in folded for word in self.words)

    def _says(self, name: str, text: str) -> bool:
        return name not in self.filters or fold(self.filters[name]) in fold(text)

    def _is(self, name: str, text: str) -> bool:
        return name not in self.filters or self.filters[name].upper() == text.upper()

    def _year(self, released: str) -> bool:
        if "year" not in self.filters:
            return True
        first, _, last = self.filters["year"].partition("-")
        return first <= released[:4] <= (last or first)


ROUTES = [Route("/v1/search", search, methods=["GET"])]
