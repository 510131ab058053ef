"""``/users`` (slskd-api.md section 7)."""

from __future__ import annotations

import asyncio
import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .asking import Declined, daemon_of, logged_in, name_in, object_in, online
from .records import shared


async def status(request: Request) -> Response:
    daemon = daemon_of(request)
    logged_in(daemon)
    peer = daemon.network.peers.get(name_in(request))
    return JSONResponse({"isPrivileged": False, "presence": "Online" if peer and peer.is_online else "Offline"})


async def info(request: Request) -> Response:
    peer = online(daemon_of(request), name_in(request))
    return JSONResponse(
        {
            "description": peer.description,
            "hasPicture": False,
            "hasFreeUploadSlot": peer.has_free_slot,
            "queueLength": peer.queue,
            "uploadSlots": peer.slots,
        }
    )


async def endpoint(request: Request) -> Response:
    peer = online(daemon_of(request), name_in(request))
    return JSONResponse({"addressFamily": "InterNetwork", "address": peer.address, "port": peer.port})


async def browse(request: Request) -> Response:
    """The whole share; made in a thread, as a large one has megabytes."""
    daemon = daemon_of(request)
    peer = online(daemon, name_in(request))
    body = await asyncio.to_thread(
        lambda: json.dumps(
            {
                "directories": [shared(folder) for folder in peer.folders if not folder.is_locked],
                "directoryCount": sum(not folder.is_locked for folder in peer.folders),
                "lockedDirectories": [shared(folder) for folder in peer.folders if folder.is_locked],
                "lockedDirectoryCount": sum(folder.is_locked for folder in peer.folders),
            }
        ).encode()
    )
    daemon.browsing[peer.name] = len(body)
    return Response(body, media_type="application/json")


async def browse_status(request: Request) -> Response:
    """Of a share that is, or lately was, on its way."""
    daemon, name = daemon_of(request), name_in(request)
    size = daemon.browsing.get(name)
    if size is None:
        raise Declined(404)
    said = {"username": name, "bytesTransferred": size, "bytesRemaining": 0, "percentComplete": 100.0, "size": size}
    return JSONResponse(said)


async def directory(request: Request) -> Response:
    daemon, wanted = daemon_of(request), (await object_in(request)).get("directory")
    if not isinstance(wanted, str) or not wanted:
        raise Declined(400, "Directory may not be null or empty")
    peer = online(daemon, name_in(request))
    found = [shared(f) for f in peer.folders if f.path == wanted or f.path.startswith(f"{wanted}\\")]
    if not daemon.dialect.directory_is_list:
        return JSONResponse(found[0] if found else {"name": wanted, "fileCount": 0, "files": []})
    return JSONResponse(found)


ROUTES = [
    Route("/api/v0/users/{username}/status", status, methods=["GET"]),
    Route("/api/v0/users/{username}/info", info, methods=["GET"]),
    Route("/api/v0/users/{username}/endpoint", endpoint, methods=["GET"]),
    Route("/api/v0/users/{username}/browse", browse, methods=["GET"]),
    Route("/api/v0/users/{username}/browse/status", browse_status, methods=["GET"]),
    Route("/api/v0/users/{username}/directory", directory, methods=["POST"]),
]
