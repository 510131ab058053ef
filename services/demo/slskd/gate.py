"""What stands before every answer of the simulated slskd: the key, the log, and what goes wrong today."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.demo.broken import hang_up, into_the_void, send_half
from services.demo.catalogue import Document
from services.demo.servers import linger

from .daemon import Daemon
from .faults import SlskdFault, SlskdFaults

API = "/api/v0"
_LONGEST_LOGGED = 100_000
"""Bytes of an answer; a longer one is not kept."""
_INSTEAD = (
    SlskdFault.UNAUTHORIZED,
    SlskdFault.FORBIDDEN,
    SlskdFault.BUSY,
    SlskdFault.SERVER_ERROR,
    SlskdFault.PLAIN_ERROR,
    SlskdFault.HTML_502,
    SlskdFault.EMPTY_BODY,
    SlskdFault.EMPTY_LIST,
    SlskdFault.BAD_JSON,
)


class Gate:
    """Checks the key, lets time go by, logs requests with their answers, and lets faults strike.

    Names in the path stay percent-encoded for the routes, which decode them once, as slskd does (slskd-api.md 5.2).
    """

    def __init__(
        self, app: ASGIApp, *, daemon: Daemon, faults: SlskdFaults, requests: list[Document], url_base: str
    ) -> None:
        self._app = app
        self._daemon = daemon
        self._faults = faults
        self._requests = requests
        self._url_base = url_base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path.startswith("/_sim"):
            await self._app(scope, receive, send)
            return
        if self._daemon.is_away:
            await hang_up(scope)
            return
        raw = scope["raw_path"].decode("ascii").partition("?")[0]
        if not raw.startswith(f"{self._url_base}/"):
            await Response(status_code=404)(scope, receive, send)
            return
        path = raw.removeprefix(self._url_base)
        scope = {**scope, "path": path, "state": {}}
        if not path.startswith(f"{API}/"):
            await self._app(scope, receive, send)
            return
        self._daemon.catch_up()
        headers, body = Headers(scope=scope), await _read(receive)
        entry = _entry(scope, path, headers, body)
        self._requests.append(entry)
        answered = bytearray()

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            elif len(answered) < _LONGEST_LOGGED:
                answered.extend(message.get("body", b""))
                if not message.get("more_body", False) and len(answered) < _LONGEST_LOGGED:
                    entry["answer"] = bytes(answered).decode("utf-8", "replace")
            await send(message)

        sent = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive_again() -> Message:
            return next(sent, None) or await receive()

        if headers.get("x-api-key") != self._daemon.key:
            await Response(status_code=401)(scope, receive_again, send_noting)
        elif body and "json" not in headers.get("content-type", ""):
            await Response(status_code=415)(scope, receive_again, send_noting)
        else:
            await self._answer(entry, scope, receive_again, send_noting)

    async def _answer(self, entry: Document, scope: Scope, receive: Receive, send: Send) -> None:
        """The real answer, unless something goes wrong on the way."""
        method, path = scope["method"], scope["path"].removeprefix(API)

        def strikes(fault: SlskdFault) -> str | None:
            trouble = self._faults.strikes(fault, method, path)
            return trouble.value if trouble else None

        if (late := strikes(SlskdFault.SLOW)) is not None:
            await linger(scope, float(late or 1))
        if strikes(SlskdFault.DROP_CONNECTION) is not None:
            await hang_up(scope)
            return
        for fault in _INSTEAD:
            if fault in (SlskdFault.EMPTY_BODY, SlskdFault.EMPTY_LIST, SlskdFault.BAD_JSON) and method != "GET":
                continue
            if (value := strikes(fault)) is not None:
                entry["fault"] = fault.value
                await _instead(fault, value)(scope, receive, send)
                return
        for fault in (SlskdFault.CANCEL_IGNORED, SlskdFault.NO_BATCHES, SlskdFault.LOST_EVENTS):
            scope["state"][fault.value] = strikes(fault) is not None
        scope["state"][SlskdFault.TAKES_NOT.value] = strikes(SlskdFault.TAKES_NOT) if method == "POST" else None
        if strikes(SlskdFault.TRUNCATED) is not None:
            entry["fault"] = SlskdFault.TRUNCATED.value
            await send_half(scope, send)
        elif strikes(SlskdFault.DO_THEN_DROP) is not None:
            await self._app(scope, receive, into_the_void)
            await hang_up(scope)
        else:
            await self._app(scope, receive, send)


def _instead(fault: SlskdFault, value: str) -> Response:
    text = value or "Object reference not set to an instance of an object."
    match fault:
        case SlskdFault.UNAUTHORIZED:
            return Response(status_code=401)
        case SlskdFault.FORBIDDEN:
            return Response(status_code=403)
        case SlskdFault.BUSY:
            return JSONResponse("Another request is being processed", 429)
        case SlskdFault.SERVER_ERROR:
            return JSONResponse(text, 500)
        case SlskdFault.PLAIN_ERROR:
            return PlainTextResponse(text, 500)
        case SlskdFault.HTML_502:
            return HTMLResponse("<html><title>502 Bad Gateway</title></html>", 502)
        case SlskdFault.EMPTY_LIST:
            return JSONResponse([])
        case SlskdFault.BAD_JSON:
            return Response('[{"username": "al', media_type="application/json")
        case _:
            return Response(status_code=200)


def _entry(scope: Scope, path: str, headers: Headers, body: bytes) -> Document:
    text = body.decode("utf-8", "replace")
    try:
        understood: object = json.loads(text) if text else None
    except ValueError:
        understood = text
    return {
        "method": scope["method"],
        "path": path,
        "query": dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
        "body": understood,
        "content_type": headers.get("content-type", ""),
        "status": None,
        "answer": None,
        "fault": "",
        "at": time.time(),
    }


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
