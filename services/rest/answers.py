"""What every answer has in common: security headers, a request id, bounds on size and time, never a bare 500."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from services.rest.errors import answer_with
from services.rest.routes import template

log = structlog.stdlib.get_logger(__name__)

Observe = Callable[[str, str, int, float], None]
"""Is told the method, the template of the route (``unmatched`` without one), the status and the seconds of a request."""
_GIVEN_UP = 499
"""In place of the status where serving ended before there was one."""
SLOW_SECONDS = 1.0
"""A request that takes longer is told at INFO, whatever it was."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
BODY_LIMIT = 1_000_000
"""Largest request body, in bytes."""
STRANGERS_BODY_LIMIT = 256_000
"""The same where anybody may send one, and before a limit counts who: of many at once the whole is read."""
SNAPSHOT_BODY_LIMIT = 64 * 1024
"""The same for a view of the graph, which is kept (discogsography-contract.md section 13)."""
BODY_SECONDS = 30.0
"""How long a request body may take to arrive."""
ANSWER_SECONDS = 60.0
"""How long an answer may take to begin; a stream that has begun takes as long as it takes."""
CRON_SECONDS = 300.0
"""The same for a run over all users, which a scheduler waits for (records-contract.md section 3)."""
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

    def __init__(self, app: ASGIApp, observe: Observe | None = None) -> None:
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        status, began = _GIVEN_UP, time.perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self._answer(scope, receive, send_noted, request_id)
            finally:
                self._tell(scope, status, time.perf_counter() - began)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        state = scope.setdefault("state", {})
        started = False
        seconds = CRON_SECONDS if scope["path"].startswith("/api/cron/") else ANSWER_SECONDS
        patience = asyncio.timeout(seconds)

        async def send_dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update({**_SECURITY, "X-Request-ID": request_id})
                if state.get("personal"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        async def send_in_time(message: Message) -> None:
            if not patience.expired():
                patience.reschedule(None)
            await send_dressed(message)

        try:
            async with patience:
                await self.app(scope, _bounded(scope, receive, lambda: started), send_in_time)
        except Exception:
            is_late = patience.expired()
            about = {"request_id": request_id, "method": scope["method"], "route": template(scope)}
            if is_late:
                log.warning("request_took_too_long", **about)
            else:
                log.exception("request_broke", **about)
            if not started:
                await (_late(seconds) if is_late else _unexpected(request_id))(scope, receive, send_dressed)
            # A half-sent answer is left unfinished: the server then breaks the connection, which tells the client.

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        """Count it and log it: what changes something, fails here or is slow at INFO, everything else at DEBUG."""
        method, route = scope["method"], template(scope)
        if self.observe is not None:
            self.observe(method, route, status, seconds)
        is_plain = method in ("GET", "HEAD") and status < 500 and seconds < SLOW_SECONDS
        tell = log.debug if is_plain else log.info
        tell("request", method=method, route=route, status=status, ms=round(seconds * 1000))


def _request_id(scope: Scope) -> str:
    """The id that the caller gave the request, if it is short and of harmless letters; else a new one."""
    offered = Headers(scope=scope).get("x-request-id", "")
    return offered if _REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex[:16]


def _late(seconds: float) -> ASGIApp:
    return answer_with(
        504,
        "timeout",
        f"The answer would have taken more than {seconds:.0f} s, so it was given up.",
        hint="Part of it may have been done: look before you ask again.",
    )


def _unexpected(request_id: str) -> ASGIApp:
    return answer_with(
        500,
        "internal",
        f"Something unexpected happened. The log has the cause under request {request_id}.",
        hint="Try again; if it stays, report it with that part of the log.",
    )


def _limit_of(path: str) -> tuple[int, str]:
    """The largest body that ``path`` takes, in bytes and in words."""
    if path.startswith("/api/auth/"):
        return STRANGERS_BODY_LIMIT, "256 KB"
    if path == "/api/snapshot":
        return SNAPSHOT_BODY_LIMIT, "64 KiB"
    return BODY_LIMIT, "1 MB"


def _bounded(scope: Scope, receive: Receive, is_answered: Callable[[], bool]) -> Receive:
    """``receive``, raising 413 once the body passes the limit and 408 once it is late, unless the answer has begun
    without looking at it.

    What follows is read and dropped up to a second limit, because a connection that is closed with unread data loses
    the answer.
    """
    size = 0
    announced = Headers(scope=scope).get("content-length", "")
    limit, named = _limit_of(scope["path"])
    too_large = announced.isdecimal() and int(announced) > limit
    is_whole = False
    deadline = asyncio.get_running_loop().time() + BODY_SECONDS

    async def receive_in_time() -> Message:
        if is_whole or is_answered():
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                return await receive()
        except TimeoutError:
            late = f"The body did not arrive within {BODY_SECONDS:.0f} s."
            raise HTTPException(408, late, headers={"Connection": "close"}) from None

    async def receive_bounded() -> Message:
        nonlocal size, too_large, is_whole
        message = await receive_in_time()
        while message["type"] == "http.request":
            is_whole = not message.get("more_body", False)
            size += len(message.get("body", b""))
            too_large = too_large or size > limit
            if not too_large or is_answered():
                break
            if is_whole or size > _DISCARD_LIMIT:
                raise HTTPException(413, f"The body is larger than {named}.")
            message = await receive_in_time()
        return message

    return receive_bounded
