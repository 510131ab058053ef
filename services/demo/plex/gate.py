"""What stands before every answer of the simulated Plex: the token, the log, and what goes wrong today."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.demo.broken import hang_up, send_endlessly, send_half
from services.demo.catalogue import Document
from services.demo.servers import linger

from .answers import Refused
from .faults import PlexFault, PlexFaults
from .world import PlexWorld

_OPEN = ("/identity",)
_MARKS = {PlexFault.XML_ALWAYS: "xml_always", PlexFault.NO_PAGING: "no_paging"}
"""Faults that the answers themselves look at."""
_INSTEAD = {
    PlexFault.TOKEN_REVOKED: 401,
    PlexFault.FORBIDDEN: 403,
    PlexFault.SERVER_ERROR: 500,
    PlexFault.STARTING: 503,
}


class Gate:
    """Looks at the token, logs, and lets faults strike."""

    def __init__(self, app: ASGIApp, *, world: PlexWorld, faults: PlexFaults, requests: list[Document]) -> None:
        self._app = app
        self._world = world
        self._faults = faults
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {}
        if scope["type"] != "http" or scope["path"].startswith("/_sim/"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        query = scope["query_string"].decode()
        entry: Document = {
            "method": scope["method"],
            "path": scope["path"],
            "query": query,
            "headers": {
                name: value for name, value in headers.items() if name.startswith("x-plex-") or name == "accept"
            },
            "length": headers.get("content-length", "0"),
            "status": None,
            "at": time.time(),
        }
        self._requests.append(entry)

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            await send(message)

        known = headers.get("x-plex-token") == self._world.token
        if not known and f"X-Plex-Token={self._world.token}" not in query and scope["path"] not in _OPEN:
            await Refused(401).response()(scope, receive, send_noting)
            return
        await self._answer(scope, receive, send_noting)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The real answer, unless something goes wrong on the way."""

        def strikes(fault: PlexFault) -> str | None:
            trouble = self._faults.strikes(fault, scope["method"], scope["path"])
            return trouble.value if trouble else None

        if (late := strikes(PlexFault.HANG)) is not None:
            await linger(scope, float(late or 30))
        if strikes(PlexFault.DROP_CONNECTION) is not None:
            await hang_up(scope)
        elif strikes(PlexFault.TRUNCATED) is not None:
            await send_half(scope, send)
        elif strikes(PlexFault.OVERSIZED) is not None:
            await send_endlessly(send)
        elif (instead := self._instead(strikes)) is not None:
            await instead(scope, receive, send)
        else:
            for fault, mark in _MARKS.items():
                scope["state"][mark] = strikes(fault) is not None
            await self._app(scope, receive, send)

    def _instead(self, strikes: Callable[[PlexFault], str | None]) -> Response | None:
        for fault, status in _INSTEAD.items():
            if strikes(fault) is not None:
                return Refused(status).response()
        if strikes(PlexFault.HTML_200) is not None:
            return Response("<html><title>A router</title><body>Log in</body></html>", media_type="text/html")
        if strikes(PlexFault.EMPTY_BODY) is not None:
            return Response(b"", 200)
        if strikes(PlexFault.BAD_JSON) is not None:
            return Response(b'{"MediaContainer": {"size": ', media_type="application/json")
        if strikes(PlexFault.REDIRECT_AWAY) is not None:
            return RedirectResponse("http://elsewhere.invalid/web/index.html", 302)
        return None
