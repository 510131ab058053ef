"""The catalogue's routes: tracks, albums, artists; and what closed in 2024 (spotify-api.md 2.3-2.8)."""

from __future__ import annotations

import random

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import Document

from .answers import answer, id_of, limit_of, page, struck, world_of
from .catalogue import API, Album, Track
from .refusals import FORBIDDEN, NOT_FOUND, Refused

_GROUPS = ("album", "single", "compilation", "appears_on")
_SHARES = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence")


async def track(request: Request) -> Response:
    found = world_of(request).catalogue.heard_as(id_of(request))
    if found is None:
        raise Refused(404, NOT_FOUND)
    return answer(request, found.full, tagged=True)


async def album(request: Request) -> Response:
    return answer(request, world_of(request).catalogue.full_album(_album(request)), tagged=True)


async def album_tracks(request: Request) -> Response:
    tracks = world_of(request).catalogue.tracks_of[_album(request).id]
    return answer(request, page(request, tracks, lambda found: found.simple))


async def artist(request: Request) -> Response:
    found = world_of(request).catalogue.artists.get(id_of(request))
    if found is None:
        raise Refused(404, NOT_FOUND)
    return answer(request, found.full, tagged=True)


async def artist_albums(request: Request) -> Response:
    """Ten a page at most; ``include_groups`` chooses kinds, ``appears_on`` records of others."""
    catalogue = world_of(request).catalogue
    artist_id = id_of(request)
    if artist_id not in catalogue.artists:
        raise Refused(404, NOT_FOUND)
    groups = request.query_params.get("include_groups", ",".join(_GROUPS)).split(",")
    if not set(groups) <= set(_GROUPS):
        raise Refused(400, "Invalid album type")
    albums = [known for known in catalogue.albums_of[artist_id] if known.kind in groups]
    if "appears_on" in groups:
        albums += _appearances(request, artist_id)
    phantom = struck(request, "phantom_pages")
    shown = page(request, albums, lambda found: found.simple, most=_most(request), default=5, phantom=phantom)
    if phantom and not shown["items"] and shown["offset"] < 2 * len(albums):
        shown["items"] = [known.simple for known in albums[: shown["limit"]]]
    return answer(request, shown)


async def audio_features(request: Request) -> Response:
    """Closed: 403 without a message."""
    _closed_unless(request, "audio_features", Refused(403))
    found = world_of(request).catalogue.tracks.get(id_of(request))
    if found is None:
        raise Refused(404, NOT_FOUND)
    return answer(request, _features(found))


async def several_audio_features(request: Request) -> Response:
    """Closed: 403 without a message. Open, up to 100 ids, null for those that are unknown."""
    _closed_unless(request, "audio_features", Refused(403))
    ids = request.query_params.get("ids", "").split(",")
    if len(ids) > 100:
        raise Refused(400, "Too many ids requested")
    known = (world_of(request).catalogue.tracks.get(known_as) for known_as in ids)
    return answer(request, {"audio_features": [_features(found) if found else None for found in known]})


async def recommendations(request: Request) -> Response:
    """Closed: 404 with an empty body."""
    if "recommendations" not in request.app.state.open:
        return Response(b"", 404)
    seeds: list[Document] = [
        {
            "initialPoolSize": 500,
            "afterFilteringSize": 250,
            "afterRelinkingSize": 250,
            "id": known_as,
            "type": kind,
            "href": None if kind == "genre" else f"{API}/{kind}s/{known_as}",
        }
        for kind in ("artist", "track", "genre")
        for known_as in filter(None, request.query_params.get(f"seed_{kind}s", "").split(","))
    ]
    if not 1 <= len(seeds) <= 5:
        raise Refused(400, "invalid request")
    limit = limit_of(request, 100)
    tracks = list(world_of(request).catalogue.tracks.values())
    drawn = random.Random(str(request.query_params)).sample(tracks, min(limit, len(tracks)))
    return answer(request, {"seeds": seeds, "tracks": [found.full for found in drawn]})


async def several_tracks(request: Request) -> Response:
    """Closed since 2026: 403 "Forbidden". Open, up to 50 ids, null for those that are unknown."""
    _closed_unless(request, "batch_get", Refused(403, FORBIDDEN))
    ids = request.query_params.get("ids", "").split(",")
    if len(ids) > 50:
        raise Refused(400, "Too many ids requested")
    found = (world_of(request).catalogue.heard_as(known_as) for known_as in ids)
    return answer(request, {"tracks": [known.full if known else None for known in found]})


def _album(request: Request) -> Album:
    found = world_of(request).catalogue.albums.get(id_of(request))
    if found is None:
        raise Refused(404, NOT_FOUND)
    return found


def _appearances(request: Request, artist_id: str) -> list[Album]:
    tracks = world_of(request).catalogue.tracks.values()
    found = {
        known.album.id: known.album
        for known in tracks
        if any(by.id == artist_id for by in known.artists) and all(by.id != artist_id for by in known.album.artists)
    }
    return list(found.values())


def _most(request: Request) -> int:
    return 50 if "page_50" in request.app.state.open else 10


def _closed_unless(request: Request, capability: str, refusal: Refused) -> None:
    if capability not in request.app.state.open:
        raise refusal


def _features(found: Track) -> Document:
    lots = random.Random(found.id)
    return {name: round(lots.random(), 3) for name in _SHARES} | {
        "analysis_url": f"{API}/audio-analysis/{found.id}",
        "duration_ms": found.duration_ms,
        "id": found.id,
        "key": lots.randrange(-1, 12),
        "loudness": round(lots.uniform(-30, 0), 3),
        "mode": lots.randrange(2),
        "tempo": round(lots.uniform(60, 190), 3),
        "time_signature": lots.randrange(3, 8),
        "track_href": f"{API}/tracks/{found.id}",
        "type": "audio_features",
        "uri": found.uri,
    }


ROUTES = [
    Route("/v1/tracks", several_tracks, methods=["GET"]),
    Route("/v1/tracks/{id}", track, methods=["GET"]),
    Route("/v1/albums/{id}", album, methods=["GET"]),
    Route("/v1/albums/{id}/tracks", album_tracks, methods=["GET"]),
    Route("/v1/artists/{id}", artist, methods=["GET"]),
    Route("/v1/artists/{id}/albums", artist_albums, methods=["GET"]),
    Route("/v1/audio-features", several_audio_features, methods=["GET"]),
    Route("/v1/audio-features/{id}", audio_features, methods=["GET"]),
    Route("/v1/recommendations", recommendations, methods=["GET"]),
]
