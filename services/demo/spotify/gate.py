"""What stands before every answer of the simulated Spotify: who asks, how often, and what goes wrong today."""

from __future__ import annotations

import base64
import json
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote_plus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.demo.broken import hang_up, into_the_void, send_endlessly, send_half
from services.demo.catalogue import Document
from services.demo.servers import linger

from .faults import SpotifyFault, SpotifyFaults
from .grants import Grants
from .moods import INSTEAD, LATE, instead
from .refusals import Refused

WINDOW = 30.0
"""Seconds over which the calls of an application are counted (spotify-api.md 1.9)."""
_DAY = 86_400.0
_MARKS = {
    SpotifyFault.NEXT_ELSEWHERE: "next_elsewhere",
    SpotifyFault.PHANTOM_PAGES: "phantom_pages",
    SpotifyFault.SHORT_FOLLOWING: "short_following",
    SpotifyFault.LEGACY_ROWS: "legacy_rows",
}
"""Faults that the answers themselves look at."""


class Budget:
    """Calls of each client id: so many per 30 seconds, so many per day. None: no limit. May be changed at any time."""

    def __init__(self, rate: int | None, quota: int | None, clock: Callable[[], float]) -> None:
        self.rate = rate
        self.quota = quota
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._blocked: dict[str, float] = {}

    def admit(self, client_id: str) -> None:
        """Count one call; raises :class:`Refused` with 429. A call during a block lengthens it."""
        now = self._clock()
        calls = self._calls.setdefault(client_id, deque())
        while calls and calls[0] <= now - _DAY:
            calls.popleft()
        if self._blocked.get(client_id, 0) > now:
            self._blocked[client_id] += 60
            raise Refused(429, "Too many requests", "QUOTA_EXCEEDED", int(self._blocked[client_id] - now))
        if self.quota is not None and len(calls) >= self.quota:
            self._blocked[client_id] = max(calls[0] + _DAY, now + 3600) if calls else now + 48_925
            raise Refused(429, "Too many requests", "QUOTA_EXCEEDED", int(self._blocked[client_id] - now))
        if self.rate is not None:
            recent = [at for at in calls if at > now - WINDOW]
            if len(recent) >= self.rate:
                oldest = recent[0] if recent else now
                raise Refused(429, "API rate limit exceeded", retry_after=max(1, int(oldest + WINDOW - now) + 1))
        calls.append(now)

    def forget(self) -> None:
        """Begin anew: no calls, no blocks."""
        self._calls.clear()
        self._blocked.clear()


class Gate:
    """Finds the credential, counts, logs, and lets faults strike."""

    def __init__(
        self, app: ASGIApp, *, grants: Grants, faults: SpotifyFaults, budget: Budget, requests: list[Document]
    ) -> None:
        self._app = app
        self._grants = grants
        self._faults = faults
        self._budget = budget
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(("/_sim/", "/images/")):
            scope["state"] = {"account": "", "scopes": frozenset[str]()}
            await self._app(scope, receive, send)
            return
        headers, body = Headers(scope=scope), await _read(receive)
        state = scope["state"] = self._asker(scope["path"], headers, body)
        entry: Document = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode(),
            "body": _understood(headers, body),
            "content_type": headers.get("content-type", ""),
            "account": state["account"],
            "client_id": state["client_id"],
            "status": None,
            "at": time.time(),
        }
        self._requests.append(entry)

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
                entry["account"] = scope["state"]["account"]
            await send(message)

        sent = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            message = next(sent, None)
            return message if message is not None else await receive()

        refusal = self._refusal(scope, headers, body)
        if refusal is not None:
            await refusal(scope, again, send_noting)
        else:
            await self._answer(scope, again, send_noting)

    def _asker(self, path: str, headers: Headers, body: bytes) -> Document:
        """Who asks for what may be done: account, client id, scopes; and why not."""
        nobody: Document = {"account": "", "client_id": "", "scopes": frozenset[str](), "refusal": None}
        kind, _, token = headers.get("authorization", "").partition(" ")
        if not path.startswith("/v1/"):
            form = dict(parse_qsl(body.decode("utf-8", "replace"))) if path == "/api/token" else {}
            user = self._grants.whose(form.get("refresh_token", "")) or self._grants.whose_code(form.get("code", ""))
            return nobody | {"account": user, "client_id": form.get("client_id") or _basic(token)}
        if not kind:
            return nobody | {"refusal": Refused(401, "No token provided")}
        if kind.lower() != "bearer":
            return nobody | {"refusal": Refused(400, "Only valid bearer authentication supported")}
        access = self._grants.access.get(token)
        if access is None:
            return nobody | {"refusal": Refused(401, "Invalid access token")}
        login = access.login
        asker = nobody | {"client_id": access.client_id, "account": login.user if login else ""}
        if self._grants.is_over(access):
            return asker | {"refusal": Refused(401, "The access token expired")}
        return asker | {"scopes": frozenset(login.scopes) if login else frozenset[str]()}

    def _refusal(self, scope: Scope, headers: Headers, body: bytes) -> Response | None:
        """The answer to a request that is not even looked at."""
        state = scope["state"]
        if not scope["path"].startswith("/v1/"):
            return None
        unsized = "content-length" not in headers and "transfer-encoding" not in headers
        if scope["method"] != "GET" and not body and unsized:
            return Response("<html><h1>411 Length Required</h1></html>", 411, media_type="text/html")
        try:
            if state["refusal"] is not None:
                raise state["refusal"]
            self._budget.admit(state["client_id"])
        except Refused as refused:
            return refused.response()
        application = self._grants.applications.get(state["client_id"])
        if application and state["account"] in application.unlisted:
            return instead(SpotifyFault.NOT_ALLOWLISTED, "")
        return None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The real answer, unless something goes wrong on the way."""
        if not self._faults:
            await self._app(scope, receive, send)
            return
        method, path, state = scope["method"], scope["path"], scope["state"]

        def strikes(fault: SpotifyFault) -> str | None:
            trouble = self._faults.strikes(fault, method, path, state["account"])
            return trouble.value if trouble else None

        for fault in LATE:
            if (late := strikes(fault)) is not None:
                await linger(scope, float(late or 30))
        if strikes(SpotifyFault.DROP_CONNECTION) is not None:
            await hang_up(scope)
            return
        big = _limit(scope) > 10
        for fault in INSTEAD:
            reads_only = fault in (SpotifyFault.EMPTY_BODY, SpotifyFault.BAD_JSON)
            big_only = fault in (SpotifyFault.INVALID_LIMIT, SpotifyFault.INVALID_LIMIT_EMPTY)
            if (reads_only and method != "GET") or (big_only and not big):
                continue
            if (value := strikes(fault)) is not None:
                await instead(fault, value)(scope, receive, send)
                return
        for fault, mark in _MARKS.items():
            state[mark] = strikes(fault) is not None
        await self._end(scope, receive, send, strikes)

    async def _end(
        self, scope: Scope, receive: Receive, send: Send, strikes: Callable[[SpotifyFault], str | None]
    ) -> None:
        writes = scope["method"] != "GET" and scope["path"].startswith("/v1/")
        lost = strikes(SpotifyFault.TOKEN_THEN_DROP) if scope["path"] == "/api/token" else None
        if strikes(SpotifyFault.TRUNCATED) is not None:
            await send_half(scope, send)
        elif strikes(SpotifyFault.OVERSIZED) is not None:
            await send_endlessly(send)
        elif lost is not None or (writes and strikes(SpotifyFault.WRITE_THEN_DROP) is not None):
            await self._app(scope, receive, into_the_void)
            await hang_up(scope)
        elif writes and strikes(SpotifyFault.WRITE_NOT_JSON) is not None:
            await self._app(scope, receive, into_the_void)
            await Response("OK", 200, media_type="text/plain")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _understood(headers: Headers, body: bytes) -> object:
    """What was sent, for the log: the document or the form, else the text."""
    if not body:
        return None
    text = body.decode("utf-8", "replace")
    if "form" in headers.get("content-type", ""):
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return json.loads(text)
    except ValueError:
        return text


def _basic(credential: str) -> str:
    try:
        return unquote_plus(base64.b64decode(credential).decode().partition(":")[0])
    except ValueError:
        return ""


def _limit(scope: Scope) -> int:
    given = dict(parse_qsl(scope["query_string"].decode())).get("limit", "")
    return int(given) if given.isdigit() else 0
