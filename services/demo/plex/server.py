"""The server itself: who it is, devices, tuners, and the stream of what happens (plex-api.md 3, 11, 12)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from services.demo.broken import hang_up

from .answers import Refused, container, world_of
from .faults import PlexFault

VERSION = "1.42.2.10156-f737b826c"
PING_EVERY = 10.0
"""Seconds of silence after which the stream says that it lives."""


async def identity(request: Request) -> Response:
    world = world_of(request)
    return container(
        request,
        {"size": 0, "claimed": True, "machineIdentifier": world.machine, "version": VERSION, "apiVersion": "1.1.1"},
    )


async def root(request: Request) -> Response:
    world = world_of(request)
    return container(
        request,
        {
            "size": 0,
            "friendlyName": "Crate Server",
            "machineIdentifier": world.machine,
            "version": VERSION,
            "platform": "Linux",
            "multiuser": True,
            "myPlexUsername": "crate.digger_77",
            "updatedAt": world.now(),
        },
    )


async def devices(request: Request) -> Response:
    said = [
        {
            "id": 1,
            "name": "Crate Server",
            "platform": "Linux",
            "clientIdentifier": world_of(request).machine,
            "createdAt": 1_600_000_000,
        },
        {
            "id": 2,
            "name": "Kitchen",
            "platform": "Linux",
            "clientIdentifier": "kitchen-speaker",
            "createdAt": 1_650_000_000,
        },
    ]
    return container(request, {"size": len(said), "identifier": "com.plexapp.system.devices", "Device": said})


async def clients(request: Request) -> Response:
    return container(request, {"size": 0})


async def dvrs(request: Request) -> Response:
    """Without a tuner the server has no such place."""
    if not world_of(request).has_tuner:
        raise Refused(404)
    return container(
        request,
        {"size": 1, "DVR": [{"key": "28", "uuid": "device://tv.plex.grabbers.hdhomerun/1053C0CA", "language": "eng"}]},
    )


async def live(request: Request) -> Response:
    if not world_of(request).has_tuner:
        raise Refused(403)
    return container(request, {"size": 0})


async def notifications(request: Request) -> Response:
    return StreamingResponse(_events(request), media_type="text/event-stream")


async def _events(request: Request) -> AsyncGenerator[bytes]:
    world, faults = world_of(request), request.app.state.faults
    over: asyncio.Event = request.app.state.over
    line = world.listen()
    ended = asyncio.ensure_future(over.wait())
    upcoming = asyncio.ensure_future(line.get())
    try:
        yield b"event: ping\ndata: {}\n\n"
        while not over.is_set():
            await asyncio.wait({upcoming, ended}, timeout=PING_EVERY, return_when=asyncio.FIRST_COMPLETED)
            if faults.strikes(PlexFault.STREAM_BREAKS, "GET", request.url.path) is not None:
                await hang_up(request.scope)
                return
            if not upcoming.done():
                yield b"event: ping\ndata: {}\n\n"
                continue
            kind, said = upcoming.result()
            upcoming = asyncio.ensure_future(line.get())
            if kind == "end":
                return
            yield f"event: {kind}\ndata: {json.dumps(said, ensure_ascii=False)}\n\n".encode()
    finally:
        ended.cancel()
        upcoming.cancel()
        world.leave(line)


ROUTES = [
    Route("/", root, methods=["GET"]),
    Route("/identity", identity, methods=["GET"]),
    Route("/devices", devices, methods=["GET"]),
    Route("/clients", clients, methods=["GET"]),
    Route("/livetv/dvrs", dvrs, methods=["GET"]),
    Route("/livetv/sessions", live, methods=["GET"]),
    Route("/:/eventsource/notifications", notifications, methods=["GET"]),
]
