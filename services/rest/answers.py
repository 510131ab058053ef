"""What every answer has in common: security headers, a request id, a bound on the body, never a bare 500."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.rest.errors import answer_with

log = structlog.stdlib.get_logger(__name__)

BODY_LIMIT = 1_000_000
"""Largest request body, in bytes."""
_DISCARD_LIMIT = 8 * BODY_LIMIT
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}
"""discogsography-contract.md section 5: on every answer, also redirects and 500."""


class Answers:
    """The outermost layer around the app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        request_id = uuid.uuid4().hex[:16]
        started = False

        async def send_dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update({**_SECURITY, "X-Request-ID": request_id})
                if state.get("personal"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self.app(scope, _bounded(scope, receive, lambda: started), send_dressed)
        except Exception:
            log.exception("request_broke", request_id=request_id, method=scope["method"], path=scope["path"])
            if not started:
                await _unexpected(request_id)(scope, receive, send_dressed)
            # A half-sent answer is left unfinished: the server then breaks the connection, which tells the client.


def _unexpected(request_id: str) -> ASGIApp:
    return answer_with(
        500,
        "internal",
        f"Something unexpected happened. The log has the cause under request {request_id}.",
        hint="Try again; if it stays, report it with that part of the log.",
    )


def _bounded(scope: Scope, receive: Receive, is_answered: Callable[[], bool]) -> Receive:
    """``receive``, raising 413 once the body passes the limit, unless the answer has begun without looking at it.

    What follows is read and dropped up to a second limit, because a connection that is closed with unread data loses
    the answer.
    """
    size = 0
    announced = Headers(scope=scope).get("content-length", "")
    too_large = announced.isdecimal() and int(announced) > BODY_LIMIT

    async def receive_bounded() -> Message:
        nonlocal size, too_large
        message = await receive()
        while message["type"] == "http.request":
            size += len(message.get("body", b""))
            too_large = too_large or size > BODY_LIMIT
            if not too_large or is_answered():
                break
            if not message.get("more_body", False) or size > _DISCARD_LIMIT:
                raise HTTPException(413, "The body is larger than 1 MB.")
            message = await receive()
        return message

    return receive_bounded
