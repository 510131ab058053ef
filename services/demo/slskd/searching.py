"""``/searches`` (slskd-api.md section 4)."""

from __future__ import annotations

import asyncio
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .asking import Declined, daemon_of, guid_in, logged_in, object_in
from .records import Search


async def searches(request: Request) -> Response:
    daemon = daemon_of(request)
    if request.method == "GET":
        return JSONResponse([search.document() for search in daemon.searches.values()])
    board = request.app.state
    if daemon.dialect.limits and board.beginning:
        raise Declined(429, "Only one concurrent search request is allowed. Wait until the previous request completes.")
    board.beginning += 1
    try:
        return await _begin(request)
    finally:
        board.beginning -= 1


async def _begin(request: Request) -> Response:
    daemon, wanted = daemon_of(request), await object_in(request)
    await asyncio.sleep(0.005)  # long enough for another request to be refused meanwhile
    text = wanted.get("searchText")
    if not isinstance(text, str) or not text.strip():
        raise Declined(400, "SearchText may not be null or empty")
    logged_in(daemon, 409)
    try:
        search_id = str(uuid.UUID(wanted["id"])) if wanted.get("id") else str(uuid.uuid4())
    except ValueError:
        raise Declined(400, "The JSON value could not be converted to System.Guid.") from None
    if search_id in daemon.searches:
        raise Declined(500, "An item with the same key has already been added.")
    timeout = wanted.get("searchTimeout", 15_000)
    if daemon.dialect.number >= (0, 24, 5) and timeout < 5:
        raise Declined(400, "SearchTimeout must be at least 5.")
    search = daemon.search(
        search_id,
        text,
        timeout=timeout / 1000,
        response_limit=wanted.get("responseLimit", 250),
        file_limit=wanted.get("fileLimit", 25_000),
        least_files=wanted.get("minimumResponseFileCount", 1) if wanted.get("filterResponses", True) else 1,
    )
    return JSONResponse(search.document())


async def one(request: Request) -> Response:
    daemon, search = daemon_of(request), _search(request)
    match request.method:
        case "PUT":
            if not search.is_complete:
                search.end("Cancelled", daemon.now)
            return Response(status_code=200)
        case "DELETE":
            del daemon.searches[search.id]
            return Response(status_code=204)
        case _:
            wants_all = request.query_params.get("includeResponses", "false").lower() == "true"
            return JSONResponse(search.document(with_responses=wants_all))


async def responses(request: Request) -> Response:
    return JSONResponse(_search(request).responses())


def _search(request: Request) -> Search:
    search = daemon_of(request).searches.get(guid_in(request))
    if search is None:
        raise Declined(404)
    return search


ROUTES = [
    Route("/api/v0/searches", searches, methods=["GET", "POST"]),
    Route("/api/v0/searches/{id}", one, methods=["GET", "PUT", "DELETE"]),
    Route("/api/v0/searches/{id}/responses", responses, methods=["GET"]),
]
