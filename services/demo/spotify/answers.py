"""How the simulated Spotify answers: JSON with its own addresses, pages, limits, what was sent."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.demo.catalogue import Document

from .catalogue import API, PICTURES
from .listeners import Listener
from .refusals import Refused
from .world import SpotifyWorld

T = TypeVar("T")

_ID = re.compile(r"[0-9A-Za-z]{22}")
_ELSEWHERE = "https://elsewhere.invalid/v1"


def answer(request: Request, document: object, status: int = 200, *, tagged: bool = False) -> Response:
    """A JSON answer, its addresses on this server; ``tagged`` with an ETag, and 304 if that is known already (1.9)."""
    base = str(request.base_url).rstrip("/")
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    body = body.replace(API, f"{base}/v1").replace(PICTURES, f"{base}/images")
    content = body.encode("utf-8", "surrogatepass")
    if not tagged:
        return Response(content, status, media_type="application/json; charset=utf-8")
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "public, max-age=300"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, status, headers, media_type="application/json; charset=utf-8")


def done() -> Response:
    """200 with nothing in it."""
    return Response(b"", 200)


def page(
    request: Request,
    rows: Sequence[T],
    show: Callable[[T], Any],
    *,
    most: int = 50,
    default: int = 20,
    deepest: int | None = None,
    phantom: bool = False,
) -> Document:
    """One page of ``rows``: ``href, items, limit, next, offset, previous, total`` (spotify-api.md 2)."""
    limit, offset = limit_of(request, most, default), offset_of(request, deepest)
    kept = [
        f"{quote(key)}={quote(value, safe=',:')}"
        for key, value in request.query_params.multi_items()
        if key not in ("limit", "offset")
    ]

    def address(start: int) -> str:
        return f"{API}{request.url.path.removeprefix('/v1')}?" + "&".join([*kept, f"offset={start}", f"limit={limit}"])

    shown = [show(row) for row in rows[offset : offset + limit]]
    following = address(offset + limit) if phantom or offset + limit < len(rows) else None
    if following and request.scope["state"].get("next_elsewhere"):
        following = following.replace(API, _ELSEWHERE)
    return {
        "href": address(offset),
        "items": shown,
        "limit": limit,
        "next": following,
        "offset": offset,
        "previous": address(max(0, offset - limit)) if offset else None,
        "total": len(rows),
    }


def limit_of(request: Request, most: int = 50, default: int = 20) -> int:
    """The page size that was asked for. Refuses what is not between 1 and ``most``."""
    wanted = request.query_params.get("limit", str(default))
    if not wanted.isascii() or not wanted.isdigit() or not 1 <= int(wanted) <= most:
        raise Refused(400, "Invalid limit")
    return int(wanted)


def offset_of(request: Request, deepest: int | None = None) -> int:
    wanted = request.query_params.get("offset", "0")
    if not wanted.isascii() or not wanted.isdigit() or (deepest is not None and int(wanted) > deepest):
        raise Refused(400, "Invalid offset")
    return int(wanted)


async def body_of(request: Request) -> Document:
    """The JSON object that was sent; empty if none was."""
    raw = await request.body()
    if not raw:
        return {}
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise Refused(400, "Error parsing JSON.") from error
    if not isinstance(document, dict):
        raise Refused(400, "Error parsing JSON.")
    return cast(Document, document)


def id_of(request: Request, name: str = "id") -> str:
    """The id in the path. Refuses what cannot be one."""
    known_as: str = request.path_params[name]
    if not _ID.fullmatch(known_as):
        raise Refused(400, "Invalid base62 id")
    return known_as


def split_uri(uri: object) -> tuple[str, str]:
    """The kind and the id of a ``spotify:`` URI. Refuses anything else."""
    parts = uri.split(":") if isinstance(uri, str) else []
    if len(parts) != 3 or parts[0] != "spotify":
        raise Refused(400, "Invalid uri")
    if parts[1] != "user" and not _ID.fullmatch(parts[2]):
        raise Refused(400, "Invalid base62 id")
    return parts[1], parts[2]


def world_of(request: Request) -> SpotifyWorld:
    return request.app.state.world


def listener_of(request: Request) -> Listener:
    """Who asks. An application on its own has no account."""
    user = request.scope["state"]["account"]
    if not user:
        raise Refused(403, "This request requires user authentication.")
    return world_of(request).listeners[user]


def need(request: Request, *scopes: str) -> None:
    """Refuse whoever was not given all of these (spotify-api.md 1.7)."""
    listener_of(request)
    if not set(scopes) <= request.scope["state"]["scopes"]:
        raise Refused(403, "Insufficient client scope")


def struck(request: Request, name: str) -> bool:
    """Whether a fault changes what is answered here."""
    return bool(request.scope["state"].get(name))
