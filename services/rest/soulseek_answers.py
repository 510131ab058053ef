"""What the answers of ``/soulseek`` share: slskd's failures in the contract's words, long lists sent piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import contextmanager
from typing import Any

from fastapi.responses import Response
from pydantic_core import to_json

from services.errors import UpstreamError, UpstreamTimeout
from services.rest.parts import Stream
from services.soulseek.refusals import SERVICE

OF_SLSKD = (401, 403, 422, 502, 503, 504)
"""What a request to slskd may end with."""


@contextmanager
def failing_as(message: str) -> Generator[None]:
    """Tell any failure of slskd in the contract's words, its cause as the hint."""
    try:
        yield
    except UpstreamError as error:
        kind = UpstreamTimeout if isinstance(error, UpstreamTimeout) else UpstreamError
        hint = f"{error.message} {error.hint}".strip()
        raise kind(SERVICE, message, hint, error.status, code=error.code) from error


def streamed(head: dict[str, Any], name: str, entries: Iterable[object]) -> Response:
    """An object whose last member is a long list: put into JSON piece by piece, so that the loop is never held up."""

    async def pieces() -> AsyncGenerator[bytes]:
        begun = to_json(head)[:-1]
        yield begun + (b"," if head else b"") + to_json(name) + b":["
        piece, is_first = bytearray(), True
        for entry in entries:
            piece += (b"" if is_first else b",") + to_json(entry)
            is_first = False
            if len(piece) > 16_384:
                yield bytes(piece)
                piece.clear()
                await asyncio.sleep(0)
        yield bytes(piece) + b"]}"

    return Stream(pieces())
