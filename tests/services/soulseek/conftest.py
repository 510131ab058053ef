from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import stamina

from services.places import locate
from services.settings import load_settings
from services.soulseek.client import SlskdClient
from services.soulseek.connect import Soulseek
from services.upstream import Limiters
from tests.upstreams.fixtures_slskd import RunningSlskd

Connects = Callable[[RunningSlskd], AbstractAsyncContextManager[Soulseek]]


@asynccontextmanager
async def _connect(upstream: RunningSlskd, **more: str) -> AsyncGenerator[Soulseek]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**upstream.environment, **more}.items():
            patch.setenv(name, value)
        settings = load_settings(locate())
    soulseek = Soulseek(settings, Limiters(), clock=upstream.clock)
    try:
        yield soulseek
    finally:
        await soulseek.close()


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """Between tries nothing is waited for."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def connects(tmp_path: Path) -> Connects:
    """Connects the program to a simulated slskd whose time it moves by waiting."""
    return _connect


@pytest_asyncio.fixture
async def soulseek(slskd: RunningSlskd) -> AsyncGenerator[Soulseek]:
    async with _connect(slskd) as connected:
        yield connected


@pytest_asyncio.fixture
async def client(soulseek: Soulseek) -> SlskdClient:
    """The client for ``slskd``."""
    return await soulseek.client()
