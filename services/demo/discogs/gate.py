"""What stands before every answer of the simulated Discogs: who asks, how often, and what goes wrong today."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.demo.accounts import Accounts
from services.demo.broken import hang_up, into_the_void, send_endlessly, send_half
from services.demo.catalogue import Document
from services.demo.declined import UNAUTHENTICATED
from services.demo.faults import Fault, Faults
from services.demo.servers import linger

from .credentials import Asker, identify
from .grants import Grants

_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>cloudflare</body></html>"
_NOT_THE_API = ("/images/", "/oauth/authorize")
"""Paths of other hosts of Discogs: no credential, no limit."""
_SIGN_IN = "/oauth/request_token"
_EVERYBODY_SHARE = 25 / 60
"""What is left of the limit without a credential."""


class RateLimit:
    """A moving window over all requests: Discogs counts per source address, and here there is only one."""

    def __init__(self, limit: int, window: float, clock: Callable[[], float]) -> None:
        self.limit = limit
        self.window = window
        self._clock = clock
        self._served: deque[float] = deque()

    def admit(self, *, known: bool) -> tuple[bool, int, int]:
        """Whether one more request is served; the limit of this tier and how much of it is left."""
        limit = self.limit if known else max(1, int(self.limit * _EVERYBODY_SHARE))
        now = self._clock()
        while self._served and self._served[0] <= now - self.window:
            self._served.popleft()
        admitted = len(self._served) < limit
        if admitted:
            self._served.append(now)
        return admitted, limit, max(0, limit - len(self._served))


class Gate:
    """Checks the User-Agent, finds the credential, counts, logs, and lets faults strike."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        accounts: Accounts,
        grants: Grants,
        faults: Faults,
        limit: RateLimit | None,
        requests: list[Document],
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._grants = grants
        self._faults = faults
        self._limit = limit
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_sim/"):
            scope["state"] = {"credential": "control", "account": None}
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asker = identify(scope, headers.get("authorization", ""), self._accounts, self._grants)
        scope["state"] = {"credential": asker.kind, "account": asker.account, "application": asker.application}
        entry: Document = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode(),
            "credential": asker.kind or "none",
            "account": asker.account.username if asker.account else "",
            "status": None,
            "at": time.time(),
        }
        self._requests.append(entry)
        rate: dict[str, str] = {}

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
                MutableHeaders(scope=message).update(rate)
            await send(message)

        refusal = self._refusal(scope, headers, asker, rate)
        if refusal is None:
            await self._answer(scope, receive, send_noting)
        else:
            await refusal(scope, receive, send_noting)

    def _refusal(self, scope: Scope, headers: Headers, asker: Asker, rate: dict[str, str]) -> Response | None:
        """The answer to a request that is not even looked at."""
        path, method = scope["path"], scope["method"]
        if not headers.get("user-agent", "").strip():
            return Response(status_code=403)
        if path.startswith(_NOT_THE_API):
            return None
        if asker.refusal:
            return _message(401, asker.refusal)
        if self._is_revoked(asker, method, path):
            return _message(401, UNAUTHENTICATED)
        admitted = True
        if self._limit is not None:
            admitted, limit, left = self._limit.admit(known=bool(asker.kind))
            rate["x-discogs-ratelimit"] = str(limit)
            rate["x-discogs-ratelimit-used"] = str(limit - left)
            rate["x-discogs-ratelimit-remaining"] = str(left)
        struck = self._faults.strikes(Fault.RATE_LIMIT, method, path)
        if struck and struck.value:
            rate["retry-after"] = struck.value
        if struck or not admitted:
            return _message(429, "You are making requests too quickly.")
        return None

    def _is_revoked(self, asker: Asker, method: str, path: str) -> bool:
        """Whether a fault takes the credential away; who has none has nothing to lose."""
        if not asker.kind:
            return False
        signed = asker.kind == "oauth" and self._faults.strikes(Fault.REVOKED_OAUTH, method, path)
        return bool(signed or self._faults.strikes(Fault.REVOKED_TOKEN, method, path))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The real answer, unless something goes wrong on the way."""
        method, path = scope["method"], scope["path"]
        strikes = self._faults.strikes
        if slow := strikes(Fault.SLOW, method, path):
            await linger(scope, float(slow.value or 1))
        if path == _SIGN_IN and (hanging := strikes(Fault.SIGN_IN_HANGS, method, path)):
            await linger(scope, float(hanging.value or 30))
        if strikes(Fault.DROP_CONNECTION, method, path):
            await hang_up(scope)
            return
        for fault, response in _INSTEAD.items():
            reads_only = fault in (Fault.EMPTY_BODY, Fault.BAD_JSON)
            if not (reads_only and method != "GET") and strikes(fault, method, path):
                await response(scope, receive, send)
                return
        if path == _SIGN_IN and (failure := self._failed_sign_in(method)):
            await failure(scope, receive, send)
            return
        state = scope["state"]
        state["no_seller_settings"] = path.startswith("/marketplace/") and bool(
            strikes(Fault.NO_SELLER_SETTINGS, method, path)
        )
        state["private"] = path.startswith("/users/") and bool(strikes(Fault.PRIVATE, method, path))
        state["short_pages"] = bool(strikes(Fault.SHORT_PAGE, method, path))
        state["stale_search"] = bool(strikes(Fault.STALE_SEARCH, method, path))
        if strikes(Fault.TRUNCATED, method, path):
            await send_half(scope, send)
        elif strikes(Fault.OVERSIZED, method, path):
            await send_endlessly(send)
        elif any(matches(method, path) and strikes(fault, method, path) for fault, matches in _THEN_DROP.items()):
            await self._app(scope, receive, into_the_void)
            await hang_up(scope)
        else:
            await self._app(scope, receive, send)

    def _failed_sign_in(self, method: str) -> Response | None:
        """What the first leg of OAuth answers instead."""
        if self._faults.strikes(Fault.SIGN_IN_FAILS, method, _SIGN_IN):
            return Response("Internal Server Error", 500, media_type="text/plain")
        if self._faults.strikes(Fault.SIGN_IN_EMPTY, method, _SIGN_IN):
            return Response("oauth_callback_confirmed=true", media_type="application/x-www-form-urlencoded")
        return None


def _message(status: int, text: str) -> Response:
    return Response(json.dumps({"message": text}), status, media_type="application/json")


_INSTEAD = {
    Fault.SERVER_ERROR: _message(500, "Query time exceeded. Please try a simpler query."),
    Fault.HTML_502: Response(_PAGE.format("502 Bad Gateway"), 502, media_type="text/html"),
    Fault.MAINTENANCE: Response(_PAGE.format("503 Down for maintenance"), 503, media_type="text/html"),
    Fault.EMPTY_BODY: Response(b"", 200, media_type="application/json"),
    Fault.BAD_JSON: Response(b'{"pagination": {"page": 1, "pa', 200, media_type="application/json"),
    Fault.REDIRECT_AWAY: Response(status_code=302, headers={"location": "http://elsewhere.invalid/"}),
}
"""What is answered instead, by fault."""


def _is_add(method: str, path: str) -> bool:
    return method == "POST" and "/collection/folders/" in path and "/instances/" not in path and "/releases/" in path


def _is_want(method: str, path: str) -> bool:
    return method == "PUT" and "/wants/" in path


def _is_listing(method: str, path: str) -> bool:
    return method == "POST" and path == "/marketplace/listings"


_THEN_DROP = {
    Fault.ADD_THEN_DROP: _is_add,
    Fault.WANT_THEN_DROP: _is_want,
    Fault.LIST_THEN_DROP: _is_listing,
}
"""Writes that are carried out before the connection breaks."""
