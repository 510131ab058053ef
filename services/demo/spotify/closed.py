"""What a development-mode app lost in 2024 and 2026 (spotify-api.md 0.8, 2): there, and refused."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .refusals import FORBIDDEN, Refused

_PATHS = (
    "/albums",
    "/artists",
    "/shows",
    "/episodes",
    "/chapters",
    "/audiobooks",
    "/artists/{id}/top-tracks",
    "/artists/{id}/related-artists",
    "/audio-analysis/{id}",
    "/browse/{rest:path}",
    "/markets",
    "/me/tracks",
    "/me/tracks/contains",
    "/me/albums",
    "/me/albums/contains",
    "/me/episodes/contains",
    "/me/shows/contains",
    "/me/audiobooks/contains",
    "/me/following",
    "/me/following/contains",
    "/playlists/{id}/tracks",
    "/playlists/{id}/followers",
    "/playlists/{id}/followers/contains",
    "/users/{id}",
    "/users/{id}/playlists",
)
_GONE = ("/recommendations/available-genre-seeds",)


async def closed(request: Request) -> Response:
    raise Refused(403, FORBIDDEN)


async def gone(request: Request) -> Response:
    """404 with an empty body."""
    return Response(b"", 404)


_EVERY = ["GET", "POST", "PUT", "DELETE"]
ROUTES = [
    *(Route(f"/v1{path}", closed, methods=_EVERY) for path in _PATHS),
    *(Route(f"/v1{path}", gone, methods=_EVERY) for path in _GONE),
]
"""To be asked last: some of these paths are open to other methods."""
