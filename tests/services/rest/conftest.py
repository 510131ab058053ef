"""A house to knock at: the real runtime on a throw-away data directory, the simulated Discogs, REST over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.demo.discogs import SimulatedDiscogs
from services.demo.invention import invent
from services.demo.servers import running
from services.places import locate
from services.rest.access import Access
from services.rest.serve import Bound, open_surface
from services.runtime import Runtime, open_runtime
from services.settings import load_settings


@dataclass(frozen=True)
class House:
    """``client`` holds a token, ``stranger`` holds nothing, ``owner`` comes through the Unix socket."""

    runtime: Runtime
    bound: Bound
    discogs: SimulatedDiscogs
    token: str
    client: httpx.AsyncClient
    stranger: httpx.AsyncClient
    owner: httpx.AsyncClient

    @property
    def unowned(self) -> list[int]:
        """Releases that Discogs knows and the collection there does not hold."""
        held = {copy.release_id for copy in self.discogs.world.instances.values()}
        return [release for release in self.discogs.world.catalogue.pressings if release not in held]


OpenHouse = Callable[..., AbstractAsyncContextManager[House]]


@asynccontextmanager
async def _open(
    folder: Path, *, records: int = 12, connected: bool = True, application: bool = True, access: Access | None = None
) -> AsyncGenerator[House]:
    """A house with ``records`` in the Discogs collection; ``connected`` False leaves the credentials out, and
    ``application`` False the keys under which people sign in.
    """
    async with AsyncExitStack() as held:
        discogs = SimulatedDiscogs(invent(records), rate_limit=None)
        api_base = await held.enter_async_context(running(discogs))
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
            environment.setenv("LOCKGROOVE_DATA_DIR", str(folder))
            environment.setenv("DISCOGS_API_BASE", api_base)
            environment.setenv("SYNC_SCHEDULE", "off")
            environment.setenv("BEETS_COMMAND", "/no/beets/here")
            environment.delenv("DATABASE_URL", raising=False)
            environment.delenv("DISCOGS_TOKEN", raising=False)
            if application:
                environment.setenv("DISCOGS_CONSUMER_KEY", discogs.consumer_key)
                environment.setenv("DISCOGS_CONSUMER_SECRET", discogs.consumer_secret)
            if connected:
                environment.setenv("DISCOGS_TOKEN", discogs.world.token)
                environment.setenv("DISCOGS_USERNAME", discogs.world.username)
            places = locate()
            settings = load_settings(places)
        runtime = await held.enter_async_context(open_runtime(settings, places))
        _, token = await runtime.accounts.create_token(runtime.owner.id, "tests")
        bound = await held.enter_async_context(
            open_surface(runtime, access or Access(), port=0, socket_path=places.socket)
        )

        async def visitor(**how: Any) -> httpx.AsyncClient:
            return await held.enter_async_context(httpx.AsyncClient(timeout=20, **how))

        yield House(
            runtime,
            bound,
            discogs,
            token,
            client=await visitor(base_url=bound.url, headers={"Authorization": f"Bearer {token}"}),
            stranger=await visitor(base_url=bound.url),
            owner=await visitor(base_url="http://localhost", transport=httpx.AsyncHTTPTransport(uds=str(bound.socket))),
        )


@pytest.fixture
def open_house(tmp_path: Path) -> OpenHouse:
    """Opens a house of its own for a test that needs another kind of house."""
    return partial(_open, tmp_path / "house")


@pytest_asyncio.fixture(loop_scope="module")
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A connected house with twelve releases in the Discogs collection and nothing here yet."""
    async with _open(tmp_path / "house") as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def busy_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for the many tests that leave it as it was; what is in it must not matter to them."""
    async with _open(tmp_path_factory.mktemp("busy") / "house") as opened:
        yield opened


@pytest.fixture(scope="module")
def house_next_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house on another thread's loop, for callers that block."""
    folder = tmp_path_factory.mktemp("next-door") / "house"
    ready: Future[tuple[House, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def live() -> None:
        async with _open(folder) as opened:
            over = asyncio.Event()
            ready.set_result((opened, asyncio.get_running_loop(), over))
            await over.wait()

    with ThreadPoolExecutor(1) as pool:
        living = pool.submit(asyncio.run, live())
        living.add_done_callback(lambda done: None if ready.done() else ready.set_exception(done.exception()))
        opened, loop, over = ready.result(timeout=20)
        yield opened
        loop.call_soon_threadsafe(over.set)
        living.result(timeout=20)
