"""Running simulated services on loopback: inside this process, or as a program of their own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import socket
import sys
import threading
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.errors import Conflict

from .discogs import SimulatedDiscogs

_HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """A server inside somebody else's loop: signals are not its business."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def running(app: SimulatedDiscogs, *, port: int = 0) -> AsyncGenerator[str]:
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
    config = uvicorn.Config(
        app, http=H11Protocol, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = _Server(config)

    def hang_up(client: tuple[str, int]) -> None:
        for connection in list(server.server_state.connections):
            if isinstance(connection, H11Protocol) and connection.client == tuple(client):
                connection.transport.close()

    app.state.hang_up = hang_up
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="simulated Discogs")
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 (uvicorn offers no event)
            await asyncio.sleep(0.002)
        yield f"http://{_HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@contextmanager
def beside(app: SimulatedDiscogs, *, port: int = 0) -> Generator[str]:
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

    thread = threading.Thread(target=live, name="simulated Discogs", daemon=True)
    thread.start()
    url, loop, over = started.result()
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


@dataclass(frozen=True, slots=True)
class SeparateDiscogs:
    """A simulated Discogs in another process: its address, the first account, the application, its process id."""

    url: str
    username: str
    token: str
    consumer_key: str
    consumer_secret: str
    pid: int


@asynccontextmanager
async def separate(arguments: Sequence[str] = ()) -> AsyncGenerator[SeparateDiscogs]:
    """Run ``python -m services.demo ARGUMENTS`` while the context lasts, so that it costs this process nothing.

    It has a session of its own (ctrl+c is not its business) and ends with this process, even if that is killed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.demo",
        "--with-parent",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
        if not line:
            raise Conflict("The simulated services did not start.", "See what they printed above.")
        said = json.loads(line)
        yield SeparateDiscogs(
            said["discogs"],
            said["username"],
            said["token"],
            said["consumer_key"],
            said["consumer_secret"],
            process.pid,
        )
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
