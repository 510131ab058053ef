"""How the simulated Discogs answers: JSON bodies, errors, pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.demo.catalogue import API, IMAGES, Document
from services.demo.declined import Declined

T = TypeVar("T")

_MOST_PER_PAGE = 100
_PICTURES = ("thumb", "cover_image", "uri150", "thumbnail_url")


def answer(request: Request, document: object, status: int = 200) -> Response:
    """A JSON answer, its addresses on this server; without a credential its picture addresses are empty."""
    if not request.scope["state"]["credential"]:
        document = _without_pictures(document)
    base = str(request.base_url).rstrip("/")
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    body = body.replace(API, base).replace(IMAGES, f"{base}/images")
    return Response(body.encode("utf-8", "surrogatepass"), status, media_type="application/json")


def nothing() -> Response:
    """204 with an empty body."""
    return Response(status_code=204)


def declined(error: Declined) -> Response:
    """An error as Discogs words it: one message, or two parts for a validation error (discogs-api.md 7)."""
    document: Document = {"message": error.message}
    if error.place:
        detail = {"msg": error.message, "loc": list(error.place), "type": "value_error"}
        document = {"detail": [detail], "message": 'See "detail" for validation errors.'}
    return Response(json.dumps(document), error.status, media_type="application/json")


def page(
    request: Request, key: str, rows: Sequence[T], show: Callable[[T], Document], *, cap: int | None = None
) -> Document:
    """One page of ``rows`` (discogs-api.md 3): at most 100, 404 past the end, neighbours in ``urls``."""
    number, per_page = whole(request, "page", 1), min(whole(request, "per_page", 50), _MOST_PER_PAGE)
    reachable = len(rows) if cap is None else min(len(rows), cap)
    pages = max(1, -(-reachable // per_page))
    if number > pages:
        raise Declined(404, "The requested resource was not found.")
    start = (number - 1) * per_page
    shown = [show(row) for row in rows[start : start + per_page]]
    if request.scope["state"].get("short_pages") and 1 < number < pages:
        del shown[-2:]
    urls = _neighbours(request, number, pages, per_page)
    pagination = {"page": number, "pages": pages, "per_page": per_page, "items": len(rows), "urls": urls}
    return {"pagination": pagination, key: shown}


def whole(request: Request, name: str, default: int) -> int:
    """A number from the query, at least 1."""
    try:
        return max(1, int(request.query_params.get(name, default)))
    except ValueError:
        return default


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; empty if none was."""
    raw = await request.body()
    if not raw:
        return {}
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise Declined(422, "Input is not valid JSON", place=("body",)) from error
    if not isinstance(document, dict):
        raise Declined(422, "Input should be an object", place=("body",))
    return cast(dict[str, Any], document)


def _neighbours(request: Request, number: int, pages: int, per_page: int) -> dict[str, str]:
    others: dict[str, int] = {}
    if number > 1:
        others |= {"first": 1, "prev": number - 1}
    if number < pages:
        others |= {"last": pages, "next": number + 1}
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in ("page", "per_page")]
    return {
        name: f"{API}{request.url.path}?{urlencode([*kept, ('page', other), ('per_page', per_page)])}"
        for name, other in others.items()
    }


def _without_pictures(document: object) -> object:
    if isinstance(document, list):
        return [_without_pictures(item) for item in cast(list[object], document)]
    if not isinstance(document, dict):
        return document
    known = cast(Document, document)
    hidden = (*_PICTURES, "uri", "resource_url") if "uri150" in known else _PICTURES
    return {key: "" if key in hidden else _without_pictures(value) for key, value in known.items()}
