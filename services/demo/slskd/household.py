"""The daemon about itself: ``/application``, ``/server``, ``/session``, ``/options``, ``/events`` (slskd-api.md 2, 3, 9)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from services.demo.catalogue import Document

from .asking import Declined, daemon_of
from .daemon import Daemon
from .faults import SlskdFault


async def health(request: Request) -> Response:
    return PlainTextResponse("Healthy")


async def version(request: Request) -> Response:
    return JSONResponse(daemon_of(request).dialect.version)


async def session(request: Request) -> Response:
    """The gate has looked at the key."""
    return Response(status_code=200)


async def server(request: Request) -> Response:
    daemon = daemon_of(request)
    match request.method:
        case "PUT":
            daemon.come_back()
            return Response(status_code=200)
        case "DELETE":
            daemon.log_out()
            return Response(status_code=204)
        case _:
            return JSONResponse(_server(daemon))


async def application(request: Request) -> Response:
    daemon = daemon_of(request)
    return JSONResponse(
        {
            "version": {"full": daemon.dialect.version, "current": daemon.dialect.version, "isUpdateAvailable": False},
            "pendingReconnect": False,
            "pendingRestart": False,
            "server": _server(daemon),
            "user": {"username": "demo.cockpit"},
            "rooms": [],
            "users": [],
        }
    )


def _server(daemon: Daemon) -> Document:
    return {
        "address": "vps.slsknet.org",
        "state": daemon.state,
        "isConnected": "Connected" in daemon.state.split(", "),
        "isLoggedIn": daemon.is_logged_in,
        "isTransitioning": daemon.logs_in_at is not None,
    }


async def options(request: Request) -> Response:
    """What matters of it; the rest of the real one is long."""
    daemon = daemon_of(request)
    download: Document = {"slots": 500, "speedLimit": 1000}
    if daemon.dialect.batches:
        download["retry"] = {"attempts": daemon.dialect.attempts, "delay": 5000, "incomplete": "resume"}
        download["destination"] = {"subdirectory": "${SOURCE_DIRECTORY}", "exists": "rename"}
    return JSONResponse(
        {
            "instanceName": "default",
            "headless": False,
            "remoteConfiguration": False,
            "remoteFileManagement": False,
            "directories": {"downloads": str(daemon.downloads), "incomplete": str(daemon.incomplete)},
            **({"transfers": {"download": download}} if daemon.dialect.batches else {}),
        }
    )


async def events(request: Request) -> Response:
    """Newest first."""
    daemon = daemon_of(request)
    if daemon.dialect.number < (0, 22, 0):
        raise Declined(404)
    try:
        offset, limit = (int(request.query_params.get(name, usual)) for name, usual in (("offset", 0), ("limit", 100)))
    except ValueError:
        raise Declined(400, "The value is not valid.") from None
    if offset < 0 or limit <= 0:
        raise Declined(400, "Offset must be greater than or equal to zero and limit must be greater than zero")
    lost = getattr(request.state, SlskdFault.LOST_EVENTS.value)
    newest = [] if lost else daemon.happenings[::-1]
    page = [happening.document() for happening in newest[offset : offset + limit]]
    return JSONResponse(page, headers={"X-Total-Count": str(len(newest))})


ROUTES = [
    Route("/health", health, methods=["GET"]),
    Route("/api/v0/application", application, methods=["GET"]),
    Route("/api/v0/application/version", version, methods=["GET"]),
    Route("/api/v0/session", session, methods=["GET"]),
    Route("/api/v0/server", server, methods=["GET", "PUT", "DELETE"]),
    Route("/api/v0/options", options, methods=["GET"]),
    Route("/api/v0/events", events, methods=["GET"]),
]
