"""What routes reach for behind the app, and streams that end in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

import anyio
from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from starlette.types import Send

from services.runtime import Runtime


async def _runtime(request: Request) -> Runtime:
    return request.app.state.runtime


async def _closing(request: Request) -> asyncio.Event:
    return request.app.state.closing


RuntimePart = Annotated[Runtime, Depends(_runtime)]
"""The services."""
ClosingPart = Annotated[asyncio.Event, Depends(_closing)]
"""Set when serving ends, so that endless streams end themselves."""


class Stream(StreamingResponse):
    """Streamed JSON. Its generator is closed where it was opened, also when the reader went away."""

    media_type = "application/json"

    def __init__(self, pieces: AsyncGenerator[bytes]) -> None:
        super().__init__(pieces)
        self._pieces = pieces

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._pieces.aclose()


class EventStream(Stream):
    """Server-sent events, passed on by proxies as they come."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes]) -> None:
        super().__init__(events)
        self.headers["X-Accel-Buffering"] = "no"
