"""Answers that break off, as a network or a service in trouble gives them."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Scope, Send


async def into_the_void(message: Message) -> None:
    """An answer that nobody gets."""


async def hang_up(scope: Scope) -> None:
    """Close the connection without a word."""
    scope["app"].state.hang_up(scope["client"])
    await asyncio.sleep(0)


async def send_half(scope: Scope, send: Send) -> None:
    """The beginning of a JSON document, and then nothing."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b'{"items": ', "more_body": True})
    await hang_up(scope)


async def send_endlessly(send: Send) -> None:
    """More than anybody should read."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    for _ in range(40):
        await send({"type": "http.response.body", "body": b" " * 1_000_000, "more_body": True})
    await send({"type": "http.response.body", "body": b"{}"})
