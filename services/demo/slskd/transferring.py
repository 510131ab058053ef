"""``/transfers`` (slskd-api.md sections 5 and 6)."""

from __future__ import annotations

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.demo.catalogue import Document

from .asking import OFFLINE, Declined, body_of, daemon_of, guid_in, logged_in, name_in
from .batching import ROUTES as BATCHES
from .batching import files_in, holding, is_refused
from .faults import SlskdFault
from .network import Temper
from .records import Phase, Transfer

_DIRECTIONS = {"downloads": "Download", "uploads": "Upload"}


# --- listing


async def everything(request: Request) -> Response:
    listed = _listed(request)
    users = dict.fromkeys(transfer.username for transfer in listed)
    return JSONResponse([_of_user(request, name, listed) for name in users])


async def of_user(request: Request) -> Response:
    name = name_in(request)
    listed = [transfer for transfer in _listed(request) if transfer.username == name]
    if not listed:
        raise Declined(404)
    return JSONResponse(_of_user(request, name, listed))


def _listed(request: Request) -> list[Transfer]:
    engine = daemon_of(request).engine
    with_removed = request.query_params.get("includeRemoved", "false").lower() == "true"
    kept = engine.transfers if with_removed else engine.current
    return [transfer for transfer in kept if transfer.direction == _direction(request)]


def _direction(request: Request) -> str:
    return _DIRECTIONS[request.url.path.split("/transfers/")[1].split("/")[0]]


def _of_user(request: Request, name: str, listed: list[Transfer]) -> Document:
    daemon = daemon_of(request)
    folders: dict[str, list[Document]] = {}
    for transfer in listed:
        if transfer.username == name:
            folder = transfer.filename.rpartition("\\")[0]
            folders.setdefault(folder, []).append(transfer.document(daemon.dialect, daemon.now))
    directories = [{"directory": path, "fileCount": len(files), "files": files} for path, files in folders.items()]
    return {"username": name, "directories": directories}


# --- one


async def one(request: Request) -> Response:
    daemon, transfer_id = daemon_of(request), guid_in(request)
    transfer = daemon.engine.find(transfer_id)
    if request.method == "DELETE":
        return _delete(request, transfer)
    if transfer is None:
        raise Declined(404)
    return JSONResponse(transfer.document(daemon.dialect, daemon.now))


def _delete(request: Request, transfer: Transfer | None) -> Response:
    daemon = daemon_of(request)
    removes = request.query_params.get("remove", "false").lower() == "true"
    if removes and daemon.dialect.remove_is_strict:
        if transfer is None:
            raise Declined(404)
        if not transfer.phase.is_over:
            raise Declined(500, "Can't remove a transfer before it is complete")
    if transfer and not getattr(request.state, SlskdFault.CANCEL_IGNORED.value):
        daemon.engine.cancel(transfer, daemon.now)
        if removes and transfer.phase.is_over:
            transfer.removed = True
    return Response(status_code=204)


async def position(request: Request) -> Response:
    daemon, transfer = daemon_of(request), daemon_of(request).engine.find(guid_in(request))
    if transfer is None:
        raise Declined(404)
    logged_in(daemon)
    peer = daemon.network.peers.get(transfer.username)
    if peer is None or not peer.is_online:
        raise Declined(500, OFFLINE.format(transfer.username))
    if transfer.phase is not Phase.REMOTE:
        raise Declined(500, "The download is not active or is not queued remotely")
    return JSONResponse(transfer.place or 0)


async def clear(request: Request) -> Response:
    for transfer in daemon_of(request).engine.current:
        if transfer.direction == _direction(request) and transfer.phase.is_over:
            transfer.removed = True
    return Response(status_code=204)


# --- asking for files


async def enqueue(request: Request) -> Response:
    """The form of all versions: an array (slskd-api.md 5.2)."""
    daemon, username, wanted = daemon_of(request), name_in(request), cast("object", await body_of(request))
    if not isinstance(wanted, list):
        raise Declined(400, "The JSON value could not be converted to a list of QueueDownloadRequest.")
    async with holding(request):
        files = files_in(cast("object", wanted), daemon.dialect)
        if len({name for name, _ in files}) < len(files):
            raise Declined(500, "An item with the same key has already been added.")
        logged_in(daemon)
        peer = daemon.network.peers.get(username)
        if daemon.dialect.checks_presence_first and (peer is None or not peer.is_online):
            raise Declined(500, OFFLINE.format(username))
        if peer is not None and peer.temper is Temper.UNREACHABLE:
            raise Declined(500, f"Failed to establish a direct or indirect message connection to {username}")
        enqueued, failed = _take(request, username, files)
        if peer is None or not peer.is_online:  # before 0.24: the records stay, and wait for ever
            for transfer in enqueued:
                transfer.due = float("inf")
            raise Declined(500, OFFLINE.format(username))
        if not daemon.dialect.enqueue_tells:
            return Response(status_code=201)
        told: list[Any] = [*failed] if daemon.dialect.failed_are_names else [{} for _ in failed]
        documents = [transfer.document(daemon.dialect, daemon.now) for transfer in enqueued]
        return JSONResponse({"enqueued": documents, "failed": told}, 201)


def _take(request: Request, username: str, files: list[tuple[str, int]]) -> tuple[list[Transfer], list[str]]:
    daemon = daemon_of(request)
    enqueued: list[Transfer] = []
    failed: list[str] = []
    for name, size in files:
        if daemon.dialect.enqueue_tells and is_refused(request, username, name):
            failed.append(name)
            continue
        if active := daemon.engine.active(
            username, name
        ):  # before 0.24 a second request could kill what was running (slskd-api.md 12)
            active.end(Phase.ERRORED, daemon.now, "A duplicate request ended this transfer")
        enqueued.append(daemon.engine.add(username, name, size, daemon.now))
    return enqueued, failed


ROUTES = [
    *BATCHES,
    *(
        route
        for kind in ("downloads", "uploads")
        for route in (
            Route(f"/api/v0/transfers/{kind}", everything, methods=["GET"]),
            Route(f"/api/v0/transfers/{kind}/all/completed", clear, methods=["DELETE"]),
            Route(f"/api/v0/transfers/{kind}/{{username}}/{{id}}", one, methods=["GET", "DELETE"]),
            Route(f"/api/v0/transfers/{kind}/{{username}}", of_user, methods=["GET"]),
        )
    ),
    Route("/api/v0/transfers/downloads/{username}", enqueue, methods=["POST"]),
    Route("/api/v0/transfers/downloads/{username}/{id}/position", position, methods=["GET"]),
]
