"""The ear on 127.0.0.1 at which a browser arrives after the person granted access; open for one sign-in only."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from services.errors import Conflict

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


Given = dict[str, str]
"""The query of an address, by name."""


def discogs_said(given: Given) -> tuple[str, str]:
    """The state and the code in what Discogs sends a browser with; no code if access was not granted."""
    return given.get("oauth_token", given.get("denied", "")), "" if "denied" in given else given.get(
        "oauth_verifier", ""
    )


def spotify_said(given: Given) -> tuple[str, str]:
    """The same for Spotify (spotify-api.md 1.3)."""
    return given.get("state", ""), "" if "error" in given else given.get("code", "")


class Loopback:
    """Hears the browser. Say in :attr:`state` which sign-in is waited for: whatever else comes is turned away. ``said`` reads
    state and code out of what the service sends a browser with."""

    def __init__(self, said: Callable[[Given], tuple[str, str]] = discogs_said, path: str = "/callback") -> None:
        self.port = 0
        self.state = ""
        self._said = said
        self._path = path
        self._verifier: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def address(self) -> str:
        """Where the service is to send the browser."""
        return f"http://127.0.0.1:{self.port}{self._path}"

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
        if method != "GET" or address.path != self._path:
            return "404 Not Found", "There is nothing here."
        state, verifier = self._said(given)
        if self._verifier.done() or not self.state or not hmac.compare_digest(state.encode(), self.state.encode()):
            return "400 Bad Request", "This sign-in is not the one that is waited for. Start again in the terminal."
        self._verifier.set_result(verifier)
        if not verifier:
            return "400 Bad Request", "Access was not granted. You can close this window."
        return "200 OK", "Thank you. You can close this window; the terminal tells the rest."


@asynccontextmanager
async def listening(ear: Loopback | None = None, port: int = 0) -> AsyncGenerator[Loopback]:
    """An ear on ``port``, by default any that is free, while the context lasts. Raises :class:`Conflict` if it is taken."""
    ear = ear or Loopback()
    try:
        server = await asyncio.start_server(ear.answer, "127.0.0.1", port, limit=_LONGEST_HEAD)
    except OSError as error:
        raise Conflict(f"Port {port} is in use, so no browser can come back to it.", "Sign in by pasting.") from error
    ear.port = server.sockets[0].getsockname()[1]
    try:
        yield ear
    finally:
        server.close()
