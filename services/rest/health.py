"""Whether the program lives and is ready to serve, and what it counts (discogsography-contract.md section 14).

Three questions on the health port, because whoever asks does something different with each answer: ``/health`` is the
contract's and always 200, ``/live`` fails only with the process (then it is restarted), ``/ready`` is 503 while no
request should be sent here (then it is left out, not restarted).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum

import structlog
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from services.errors import LockgrooveError

log = structlog.stdlib.get_logger(__name__)

_PATIENCE = 0.8
"""Seconds that the check may take; the contract allows an answer one second."""
Tell = Callable[[str], Awaitable[tuple[bytes, str]]]
"""The metrics as text and its media type, for an ``Accept`` header."""


class HealthStatus(StrEnum):
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


class HealthAnswer(BaseModel):
    """How the program is."""

    status: HealthStatus = Field(description="`starting` until the database is open, then `healthy`.")
    service: str = Field(default="api", description="Always `api`.")
    error: str | None = Field(default=None, description="What is wrong, when `unhealthy`.")
    timestamp: str = Field(description="When this was asked, ISO 8601 with offset.")


class Readiness(StrEnum):
    READY = "ready"
    STARTING = "starting"
    DRAINING = "draining"
    UNHEALTHY = "unhealthy"


class ReadyAnswer(BaseModel):
    """Whether requests should be sent here: only while ``status`` is ``ready``."""

    status: Readiness
    reason: str | None = Field(default=None, description="Why not.")
    timestamp: str


class LiveAnswer(BaseModel):
    """That the loop turns."""

    status: str = "alive"
    timestamp: str


class Health:
    """The health of one process; also an ASGI app that answers for it and nothing else.

    It is ``starting`` until :meth:`ready` was given a check of the database, and ``draining`` from :meth:`drain` on.
    ``metrics`` is what ``/metrics`` answers with; while it is None there is no such path.
    """

    def __init__(self) -> None:
        self.metrics: Tell | None = None
        self._check: Callable[[], Awaitable[object]] | None = None
        self._is_draining = False

    def ready(self, check: Callable[[], Awaitable[object]]) -> None:
        """The database is open; from now on ``check`` decides."""
        self._check = check

    def drain(self) -> None:
        """No new request should come: what is being answered is finished, then serving ends."""
        self._is_draining = True

    async def look(self) -> HealthAnswer:
        """How it is right now; answers within a second, whatever the database does."""
        if self._check is None:
            return HealthAnswer(status=HealthStatus.STARTING, timestamp=_now())
        if trouble := await self._trouble():
            return HealthAnswer(status=HealthStatus.UNHEALTHY, error=trouble, timestamp=_now())
        return HealthAnswer(status=HealthStatus.HEALTHY, timestamp=_now())

    async def readiness(self) -> ReadyAnswer:
        """Whether requests should be sent here right now; answers within a second."""
        if self._is_draining:
            reason = "This process ends: it finishes what it has begun."
            return ReadyAnswer(status=Readiness.DRAINING, reason=reason, timestamp=_now())
        if self._check is None:
            reason = "The database is being opened, and migrated if need be."
            return ReadyAnswer(status=Readiness.STARTING, reason=reason, timestamp=_now())
        if trouble := await self._trouble():
            return ReadyAnswer(status=Readiness.UNHEALTHY, reason=trouble, timestamp=_now())
        return ReadyAnswer(status=Readiness.READY, timestamp=_now())

    async def _trouble(self) -> str | None:
        """What is wrong with the database, in words that show nothing of it."""
        assert self._check is not None
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._check()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the database, health is answered
            about = error.message if isinstance(error, LockgrooveError) else repr(error)
            log.warning("health_check_failed", error=about)
            late = isinstance(error, TimeoutError)
            return f"The database {'did not answer in time' if late else 'failed'}; the log has the cause."
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, body, media = 404, b"", "application/json"
        if scope["method"] in ("GET", "HEAD"):
            status, body, media = await self._answer(scope)
        headers = [(b"content-length", str(len(body)).encode()), (b"x-content-type-options", b"nosniff")]
        if body:
            headers += [(b"content-type", media.encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, scope: Scope) -> tuple[int, bytes, str]:
        """Status, body and media type for one path."""
        match scope["path"]:
            case "/health":
                return 200, _json(await self.look()), "application/json"
            case "/live":
                return 200, _json(LiveAnswer(timestamp=_now())), "application/json"
            case "/ready":
                found = await self.readiness()
                return 200 if found.status is Readiness.READY else 503, _json(found), "application/json"
            case "/metrics" if self.metrics is not None:
                return 200, *await self.metrics(Headers(scope=scope).get("accept", ""))
            case _:
                return 404, b"", ""


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _json(answer: BaseModel) -> bytes:
    return answer.model_dump_json(exclude_none=True).encode()
