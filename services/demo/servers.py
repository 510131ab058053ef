"""Running simulated services on loopback: inside this process, or as a program of their own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import socket
import sys
import tempfile
import threading
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import uvicorn
from starlette.datastructures import State
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.errors import Conflict

_HOST = "127.0.0.1"


class SimulatedService(Protocol):
    """An ASGI application that stands for a service.

    Its ``state.hang_up`` is set to what closes a connection, ``state.over`` to an event that is the end of the server.
    """

    name: str

    @property
    def state(self) -> State: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class _Server(uvicorn.Server):
    """A server inside somebody else's loop: signals are not its business, and it ends at once when told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.over = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def main_loop(self) -> None:
        """As it was, but without sleeping over the end: hundreds of tests would wait for it."""
        ticks = 0
        while not await self.on_tick(ticks % 864_000):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything; nobody waits for the rest of a simulated answer."""
        for server in self.servers:
            server.close()
        for known in sockets or []:
            known.close()
        for connection in list(self.server_state.connections):
            if isinstance(connection, H11Protocol):
                connection.transport.close()
        await asyncio.sleep(0)  # whoever lingered learns that it is over
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def linger(scope: Scope, seconds: float) -> None:
    """Let an answer wait, but not beyond the end of the server."""
    with suppress(TimeoutError):
        await asyncio.wait_for(scope["app"].state.over.wait(), seconds)


@asynccontextmanager
async def running(app: SimulatedService, *, port: int = 0) -> AsyncGenerator[str]:
    """Serve ``app`` on the running loop while the context lasts; yields its address. Port 0 takes a free one.

    Raises :class:`Conflict` if the port is taken.
    """
    # The protocol must be named: asyncio switches Nagle's delay (40 ms an answer) off only for sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise Conflict(f"Port {port} is in use.", "Choose another one, or 0 for any that is free.") from error
    config = uvicorn.Config(app, http=H11Protocol, log_config=None, access_log=False, lifespan="off", ws="none")
    server = _Server(config)

    def hang_up(client: tuple[str, int]) -> None:
        for connection in list(server.server_state.connections):
            if isinstance(connection, H11Protocol) and connection.client == tuple(client):
                connection.transport.close()

    app.state.hang_up = hang_up
    app.state.over = server.over
    serving = asyncio.create_task(server.serve(sockets=[listener]), name=app.name)
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 (uvicorn offers no event)
            await asyncio.sleep(0.002)
        yield f"http://{_HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.over.set()
        await serving


@contextmanager
def beside(app: SimulatedService, *, port: int = 0) -> Generator[str]:
    """The same in a thread with a loop of its own; yields the address."""
    started: concurrent.futures.Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = (
        concurrent.futures.Future()
    )

    async def serve() -> None:
        over = asyncio.Event()
        async with running(app, port=port) as url:
            started.set_result((url, asyncio.get_running_loop(), over))
            await over.wait()

    def live() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=live, name=app.name, daemon=True)
    thread.start()
    url, loop, over = started.result()
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


@dataclass(frozen=True, slots=True)
class SeparateDiscogs:
    """A simulated Discogs in another process: its address, the first account, the application."""

    url: str
    username: str
    token: str
    consumer_key: str
    consumer_secret: str


@dataclass(frozen=True, slots=True)
class SeparateSpotify:
    """A simulated Spotify in another process: its address, the application, the first account's way in and plays.

    ``history`` is a file with the account's plays as Spotify exports them, empty unless one was asked for.
    """

    url: str
    username: str
    refresh_token: str
    client_id: str
    client_secret: str
    history: str


@dataclass(frozen=True, slots=True)
class SeparateSlskd:
    """A simulated slskd in another process: its address, its key, and the folder in which downloads land."""

    url: str
    key: str
    downloads: str


@dataclass(frozen=True, slots=True)
class SeparatePlex:
    """A simulated Plex in another process: its address and its token."""

    url: str
    token: str


@dataclass(frozen=True, slots=True)
class Separate:
    """The simulated services of another process, and its id."""

    discogs: SeparateDiscogs
    spotify: SeparateSpotify
    slskd: SeparateSlskd
    plex: SeparatePlex
    pid: int


@asynccontextmanager
async def separate(arguments: Sequence[str] = ()) -> AsyncGenerator[Separate]:
    """Run ``python -m services.demo ARGUMENTS`` while the context lasts, so that it costs this process nothing.

    It has a session of its own (ctrl+c is not its business) and ends with this process, even if that is killed.
    """
    with tempfile.TemporaryFile() as said_aside:  # the terminal belongs to whoever runs this
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.demo",
            "--with-parent",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=said_aside,
            start_new_session=True,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        try:
            line = await process.stdout.readline()
            if not line:
                await process.wait()
                said_aside.seek(0)
                last = said_aside.read().decode(errors="replace").strip().rpartition("\n")[2]
                raise Conflict("The simulated services did not start.", last)
            said = json.loads(line)
            discogs = SeparateDiscogs(
                said["discogs"], said["username"], said["token"], said["consumer_key"], said["consumer_secret"]
            )
            yield Separate(
                discogs,
                SeparateSpotify(**said["spotify"]),
                SeparateSlskd(**said["slskd"]),
                SeparatePlex(**said["plex"]),
                process.pid,
            )
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
