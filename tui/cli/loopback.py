"""The ear on 127.0.0.1 at which a browser arrives after the person granted access; open for one sign-in only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

_LONGEST_HEAD = 16_384
_PATIENCE = 10.0
"""Seconds that a connection may take to say what it wants."""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Lockgroove</title></head>
<body><p>{text}</p></body></html>
"""
_HEAD = (
    "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n"
    "Content-Security-Policy: default-src 'none'\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
)


class Loopback:
    """Hears the browser. Say in :attr:`state` which sign-in is waited for: whatever else comes is turned away."""

    def __init__(self) -> None:
        self.port = 0
        self.state = ""
        self._verifier: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def address(self) -> str:
        """Where Discogs is to send the browser."""
        return f"http://127.0.0.1:{self.port}/callback"

    async def verifier(self) -> str:
        """The code that the browser brings; empty if access was not granted."""
        return await asyncio.shield(self._verifier)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with contextlib.suppress(
            OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
        ):
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
                status, text = self._heard(head.decode("latin-1").split("\r\n", 1)[0])
                page = _PAGE.format(text=text).encode()
                writer.write(_HEAD.format(status=status, length=len(page)).encode() + page)
                await writer.drain()
        writer.close()

    def _heard(self, line: str) -> tuple[str, str]:
        """The answer to a request line."""
        method, _, rest = line.partition(" ")
        address = urlsplit(rest.partition(" ")[0])
        given = {name: values[0] for name, values in parse_qs(address.query).items()}
        if method != "GET" or address.path != "/callback":
            return "404 Not Found", "There is nothing here."
        if self._verifier.done() or not self.state or given.get("oauth_token", given.get("denied")) != self.state:
            return "400 Bad Request", "This sign-in is not the one that is waited for. Start again in the terminal."
        verifier = "" if "denied" in given else given.get("oauth_verifier", "")
        self._verifier.set_result(verifier)
        if not verifier:
            return "400 Bad Request", "Access was not granted. You can close this window."
        return "200 OK", "Thank you. You can close this window; the terminal tells the rest."


@asynccontextmanager
async def listening() -> AsyncGenerator[Loopback]:
    """An ear on a free port, while the context lasts."""
    ear = Loopback()
    server = await asyncio.start_server(ear.answer, "127.0.0.1", 0, limit=_LONGEST_HEAD)
    ear.port = server.sockets[0].getsockname()[1]
    try:
        yield ear
    finally:
        server.close()
