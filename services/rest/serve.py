"""The servers: REST over TCP and over the owner's socket, health on a port of its own.

uvicorn runs inside the loop of whoever serves (the daemon, or the services' loop of the app); its signal handlers stay
off, because ending the program is the program's own business.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
import uvicorn
from starlette.types import ASGIApp

from services.rest.access import Access, OwnersDoor
from services.rest.app import make_app
from services.rest.connections import Connection
from services.rest.health import Health
from services.rest.sockets import Doors, bind_port, bound_doors, url_of
from services.runtime import Runtime

if TYPE_CHECKING:
    from services.rest.metrics import Metrics

log = structlog.stdlib.get_logger(__name__)
IDLE_SECONDS = 75
"""How long a connection is kept that nobody asks anything on: longer than proxies keep theirs (60), which would otherwise
ask on one that is just being closed.
"""


@dataclass(frozen=True, slots=True)
class Bound:
    """Where REST is served. ``health_url`` is None where health has no port of its own."""

    url: str
    socket: Path | None
    health_url: str | None


class HealthPort:
    """The open health port: where it is and what it says."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.health = Health()


@asynccontextmanager
async def open_health_port(host: str = "127.0.0.1", port: int = 8005) -> AsyncGenerator[HealthPort]:
    """Serve health, ``starting`` at first: open it before the runtime, so that a slow start can be watched.

    Raises :class:`Conflict` or :class:`InvalidInput` naming ``LOCKGROOVE_HEALTH_PORT`` if the port cannot be had.
    """
    listener = bind_port(host, port, "LOCKGROOVE_HEALTH_PORT")
    opened = HealthPort(url_of(listener))
    async with _running([(opened.health, listener)]):
        yield opened


@asynccontextmanager
async def open_surface(
    runtime: Runtime,
    access: Access,
    *,
    port: int = 8004,
    socket_path: Path | None = None,
    health_port: HealthPort | None = None,
) -> AsyncGenerator[Bound]:
    """Serve the REST surface of ``runtime`` on ``access.host`` and ``port`` and, if given, on the owner's socket.

    Raises :class:`Conflict` or :class:`InvalidInput` naming the mend if an address cannot be had.
    """
    with bound_doors(access.host, port, socket_path) as doors:
        async with answering(runtime, access, doors, health_port) as bound:
            yield bound


@asynccontextmanager
async def answering(
    runtime: Runtime, access: Access, doors: Doors, health_port: HealthPort | None = None
) -> AsyncGenerator[Bound]:
    """Let in and answer whoever comes to ``doors``.

    Leaving the context ends it in order: ``/ready`` says so at once, and for ``LOCKGROOVE_DRAIN_DELAY`` seconds everything
    is answered as before (only where health has a port of its own, so that somebody can have asked); then no new
    connections, running streams get their last event and their end, other answers ``LOCKGROOVE_DRAIN_SECONDS``. A second
    cancellation cuts that short.
    """
    health = health_port.health if health_port else Health()
    async with AsyncExitStack() as stack:
        metrics = await _metrics(stack, runtime) if health_port else None
        app = make_app(runtime, access=access, health=health, observe=metrics and metrics.requested)
        stack.push_async_callback(app.state.limits.close)
        served: list[tuple[ASGIApp, socket.socket]] = [(app, doors.port)]
        if doors.owners is not None:
            served.append((OwnersDoor(app), doors.owners))
        health.metrics = metrics and metrics.text
        stack.callback(setattr, health, "metrics", None)
        health.ready(runtime.storage.check)
        async with _running(served, patience=runtime.settings.lockgroove_drain_seconds, closing=app.state.closing):
            log.info("serving", url=doors.url, health=health_port and health_port.url)
            try:
                yield Bound(doors.url, doors.path, health_port.url if health_port else None)
            finally:
                health.drain()
                if health_port:
                    log.info("draining", delay=runtime.settings.lockgroove_drain_delay)
                    await asyncio.sleep(runtime.settings.lockgroove_drain_delay)


async def _metrics(stack: AsyncExitStack, runtime: Runtime) -> Metrics | None:
    if not runtime.settings.lockgroove_metrics:
        return None
    from services.rest.metrics import counting  # nobody else pays for it

    return await stack.enter_async_context(counting(runtime))


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def _running(
    doors: list[tuple[ASGIApp, socket.socket]], *, patience: int = 1, closing: asyncio.Event | None = None
) -> AsyncGenerator[None]:
    """Run one server per door while the context lasts, then let each finish what it answers, within ``patience`` seconds."""
    servers = [_Server(_config(app, patience)) for app, _ in doors]
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener]), name=f"serve {listener.getsockname()}")
        for server, (_, listener) in zip(servers, doors, strict=True)
    ]
    try:
        yield  # the sockets listen already: whoever connects before a server is up waits in line
    finally:
        if closing is not None:
            closing.set()
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)


def _config(app: ASGIApp, patience: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=patience,
    )
