"""``/transfers/downloads/batches`` of 0.26 (slskd-api.md 5.3), and what both forms of asking for files check."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from services.demo.catalogue import Document

from .asking import OFFLINE, Declined, body_of, daemon_of, guid_in, logged_in
from .daemon import Batch
from .dialect import Dialect
from .faults import SlskdFault
from .network import Temper
from .records import instant

_MOST_AT_ONCE = 2


class BatchRoute(Route):
    """There only where this version has batches: others take "batches" for the name of a user."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        has_batches = scope["app"].state.daemon.dialect.batches
        if not has_batches or scope.get("state", {}).get(SlskdFault.NO_BATCHES.value):
            return Match.NONE, {}
        return super().matches(scope)


async def make(request: Request) -> Response:
    daemon, wanted = daemon_of(request), await body_of(request)
    if not isinstance(wanted, dict):
        raise Declined(400, "The JSON value could not be converted to a batch.")
    given = cast("dict[str, Any]", wanted)
    async with holding(request):
        username, options = str(given.get("username") or ""), cast("Document", given.get("options") or {})
        if not username:
            raise Declined(400, "Username is required")
        files = files_in(given.get("files"), daemon.dialect)
        destination = str(options.get("destination") or "")
        if destination.startswith(("/", "\\")) or ".." in re.split(r"[\\/]", destination):
            raise Declined(400, "The destination must be relative and may not traverse")
        batch_id = given.get("id")
        if batch_id and batch_id in daemon.batches:
            raise Declined(409, f"A batch with id {batch_id} already exists")
        logged_in(daemon)
        peer = daemon.network.peers.get(username)
        if peer is None or not peer.is_online:
            raise Declined(404, OFFLINE.format(username))
        if peer.temper is Temper.UNREACHABLE:
            raise Declined(500, f"Failed to establish a direct or indirect message connection to {username}")
        batch = daemon.batch(batch_id or str(uuid.uuid4()), username, given.get("searchId"), options)
        failures: list[Document] = []
        for name, size in files:
            if is_refused(request, username, name) or name in {each.filename for each in batch.transfers}:
                failures.append({"filename": name, "message": f"The download of {name} is already in progress"})
                continue
            transfer = daemon.engine.add(username, name, size, daemon.now)
            transfer.batch_id, transfer.destination = batch.id, destination
            batch.transfers.append(transfer)
        status = 201 if not failures else 207 if batch.transfers else 200
        return JSONResponse({"batch": _document(request, batch), "failures": failures}, status)


async def look(request: Request) -> Response:
    batch = daemon_of(request).batches.get(guid_in(request))
    if batch is None:
        raise Declined(404)
    return JSONResponse(_document(request, batch))


def _document(request: Request, batch: Batch) -> Document:
    daemon = daemon_of(request)
    said: Document = {
        "id": batch.id,
        "username": batch.username,
        "direction": "Download",
        "createdAt": instant(batch.made),
        "transfers": [transfer.document(daemon.dialect, daemon.now) for transfer in batch.transfers],
        "options": {"destination": batch.options["destination"]} if batch.options.get("destination") else {},
    }
    return said | ({"searchId": batch.search_id} if batch.search_id else {})


@asynccontextmanager
async def holding(request: Request) -> AsyncGenerator[None]:
    """One request for files in flight; 429 for the third (0.24)."""
    board = request.app.state
    if daemon_of(request).dialect.limits and board.enqueuing >= _MOST_AT_ONCE:
        raise Declined(429, "Only two concurrent operations are allowed. Wait until a previous operation completes.")
    board.enqueuing += 1
    try:
        await asyncio.sleep(0.005)  # the peer is looked for: long enough for others to be refused meanwhile
        yield
    finally:
        board.enqueuing -= 1


def is_refused(request: Request, username: str, filename: str) -> bool:
    """Whether a file is not taken: it is under way already, or a fault wants it so."""
    part: str | None = getattr(request.state, SlskdFault.TAKES_NOT.value)
    if part is not None and part in filename:
        return True
    return daemon_of(request).engine.active(username, filename) is not None


def files_in(wanted: object, dialect: Dialect) -> list[tuple[str, int]]:
    """Names and sizes; 400 for none, for what is no file, and (0.26) for a path that climbs."""
    if not isinstance(wanted, list) or not wanted:
        raise Declined(400, "At least one file is required")
    files: list[tuple[str, int]] = []
    for each in cast("list[object]", wanted):
        if not isinstance(each, dict):
            raise Declined(400, "One or more requests is null")
        given = {name.lower(): value for name, value in cast("dict[str, Any]", each).items()}
        name = given.get("filename")
        if not isinstance(name, str) or not name:
            raise Declined(400, "One or more filenames is null or empty")
        if dialect.batches and {".", ".."} & set(re.split(r"[\\/]", name)):
            raise Declined(400, "One or more filenames contains a relative path segment")
        files.append((name, int(given.get("size") or 0)))
    return files


ROUTES = [
    BatchRoute("/api/v0/transfers/downloads/batches", make, methods=["POST"]),
    BatchRoute("/api/v0/transfers/downloads/batches/{id}", look, methods=["GET"]),
]
