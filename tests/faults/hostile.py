"""A server on loopback that answers every request in the same bad way, and the ways there are."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What is done with a connection on which a request has come in; it is closed afterwards."""


@dataclass
class Hostile:
    """The server at ``url``; ``asked`` has the first line of every request so far."""

    url: str
    asked: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def hostile(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Hostile]:
    """Serve while the context lasts: the first request meets the first behaviour, and so on; the last one stays."""
    connections: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = [line[15:] for line in head.lower().split("\r\n") if line.startswith("content-length:")]
            await reader.readexactly(int(length[0]) if length else 0)
            server.asked.append(head.partition("\r\n")[0])
            await behaviours[min(len(server.asked), len(behaviours)) - 1](writer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server = Hostile(f"{'https' if tls else 'http'}://127.0.0.1:{port}")
    try:
        yield server
    finally:
        listening.close()
        for writer in connections:
            writer.transport.abort()


def says(status: int, body: object = b"", headers: Mapping[str, str] | None = None) -> Behaviour:
    """An answer with this body (whatever is no bytes becomes JSON)."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "text/html" if content.startswith(b"<") else "application/json"
    return _raw(status, {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {})}, content)


def _raw(status: int, headers: Mapping[str, str], content: bytes) -> Behaviour:
    head = f"HTTP/1.1 {status} Whatever\r\n" + "".join(f"{name}: {said}\r\n" for name, said in headers.items())

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + content)
        await writer.drain()

    return answer


truncated = _raw(200, {"Content-Type": "application/json", "Content-Length": "1000"}, b'{"items": [')
"""Half of what was announced."""


async def oversized(writer: asyncio.StreamWriter) -> None:
    """A body without an end."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    for _ in range(1000):
        writer.write(b" " * 1_000_000)
        await writer.drain()


inflating = _raw(
    200,
    {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    gzip.compress(b"[" + b" " * 34_000_000, compresslevel=9),
)
"""Some kilobytes that unpack to 34 megabytes."""


async def headers_without_end(writer: asyncio.StreamWriter) -> None:
    """An answer that never gets to its body."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        writer.write(f"X-{number}: {'x' * 1000}\r\n".encode())
        await writer.drain()


async def drips(writer: asyncio.StreamWriter) -> None:
    """A byte now and then: never silent for long, and never done."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silent(writer: asyncio.StreamWriter) -> None:
    """Takes the request and says nothing."""
    del writer
    await asyncio.sleep(3600)


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    """Closes the connection without an answer."""
    del writer


async def resets(writer: asyncio.StreamWriter) -> None:
    """The same without the courtesy of a FIN."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def babbles(writer: asyncio.StreamWriter) -> None:
    """Speaks something that is no HTTP."""
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()
