"""Whether the program is ready to serve, on both ports (discogsography-contract.md section 14)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum

import structlog
from pydantic import BaseModel, Field
from starlette.types import Receive, Scope, Send

log = structlog.stdlib.get_logger(__name__)

_PATIENCE = 0.8
"""Seconds that the check may take; the contract allows an answer one second."""


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


class Health:
    """The health of one process; also an ASGI app that answers ``/health`` and nothing else.

    It is ``starting`` until :meth:`ready` was given a check of the database.
    """

    def __init__(self) -> None:
        self._check: Callable[[], Awaitable[object]] | None = None

    def ready(self, check: Callable[[], Awaitable[object]]) -> None:
        """The database is open; from now on ``check`` decides."""
        self._check = check

    async def look(self) -> HealthAnswer:
        """How it is right now; answers within a second, whatever the database does."""
        moment = datetime.now(UTC).isoformat()
        if self._check is None:
            return HealthAnswer(status=HealthStatus.STARTING, timestamp=moment)
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._check()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the database, health is answered
            log.warning("health_check_failed", error=repr(error))
            late = isinstance(error, TimeoutError)
            trouble = f"The database {'did not answer in time' if late else 'failed'}; the log has the cause."
            return HealthAnswer(status=HealthStatus.UNHEALTHY, error=trouble, timestamp=moment)
        return HealthAnswer(status=HealthStatus.HEALTHY, timestamp=moment)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, body = 404, b""
        if scope["path"] == "/health" and scope["method"] in ("GET", "HEAD"):
            status, body = 200, (await self.look()).model_dump_json(exclude_none=True).encode()
        headers = [(b"content-length", str(len(body)).encode()), (b"x-content-type-options", b"nosniff")]
        if body:
            headers.append((b"content-type", b"application/json"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
