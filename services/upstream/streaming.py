"""Answers that do not end: a service's events, one by one as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

import httpx
import structlog

from services.errors import UpstreamError

from .refusals import no_answer

log = structlog.stdlib.get_logger(__name__)

_LONGEST = 1_000_000
"""Characters of one event; what is longer is left out."""
_LONGEST_REFUSAL = 20_000


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One server-sent event: its kind (``message`` where it has none) and what it carries."""

    kind: str
    data: str


async def server_events(
    http: httpx.AsyncClient,
    service: str,
    path: str,
    *,
    action: str,
    silence: float,
    judge: Callable[[httpx.Response, bytes], Awaitable[None]],
) -> AsyncGenerator[ServerEvent]:
    """The events at ``path`` until the service ends them. Close the generator to end them here.

    ``judge`` raises for an answer that is no success. Raises :class:`UpstreamTimeout` after ``silence`` seconds without a
    byte, and :class:`UpstreamError` where the connection breaks.
    """
    request = http.build_request("GET", path, headers={"Accept": "text/event-stream"})
    try:
        async with asyncio.timeout(silence):
            response = await http.send(request, stream=True)
        log.info("upstream", service=service, action=action, status=response.status_code, stream=True)
        try:
            if not response.is_success:
                await judge(response, (await response.aread())[:_LONGEST_REFUSAL])
            if "text/event-stream" not in response.headers.get("Content-Type", ""):
                raise UpstreamError(
                    service,
                    f"{service} sent no stream of events when asked to {action}.",
                    "Check the address of the service in the settings.",
                    response.status_code,
                )
            async for event in _events(_lines(response, silence)):
                yield event
        finally:
            await response.aclose()
    except (TimeoutError, httpx.HTTPError) as error:
        raise no_answer(service, action, http.base_url.host, error) from error


async def _lines(response: httpx.Response, silence: float) -> AsyncGenerator[str]:
    """Lines as they come, without their ends."""
    lines = response.aiter_lines()
    while True:
        async with asyncio.timeout(silence):
            line = await anext(lines, None)
        if line is None:
            return
        yield line


async def _events(lines: AsyncGenerator[str]) -> AsyncGenerator[ServerEvent]:
    kind, data, size = "", list[str](), 0
    async for line in lines:
        if not line:
            if data and size <= _LONGEST:
                yield ServerEvent(kind or "message", "\n".join(data))
            kind, data, size = "", list[str](), 0
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "data":
            size += len(value)
            if size <= _LONGEST:
                data.append(value)
