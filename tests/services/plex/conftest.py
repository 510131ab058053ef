from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from tests.upstreams.fixtures_plex import RunningPlex

Opens = Callable[..., AbstractAsyncContextManager[Runtime]]


@asynccontextmanager
async def _open(home: Path, environment: dict[str, str], *, work: bool = False) -> AsyncGenerator[Runtime]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LOCKGROOVE_DATA_DIR": str(home), "SYNC_SCHEDULE": "off", **environment}.items():
            patch.setenv(name, value)
        places = locate()
        settings = load_settings(places)
    async with open_runtime(settings, places, work=work) as runtime:
        yield runtime


@pytest.fixture
def opens(tmp_path: Path) -> Opens:
    """Opens the program in the same place with this environment, again and again."""
    return partial(_open, tmp_path / "home")


@pytest_asyncio.fixture
async def program(plex: RunningPlex, opens: Opens) -> AsyncGenerator[Runtime]:
    """The program whose owner has the simulated Plex set up."""
    async with opens(plex.environment) as runtime:
        yield runtime
