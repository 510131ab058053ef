from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.services.discogs.installation import Installation, installed
from tests.services.discogs.signing_in import NO_TOKEN
from tests.upstreams.fixtures import RunningDiscogs


@pytest_asyncio.fixture
async def program(
    discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_url: str
) -> AsyncGenerator[Installation]:
    """The program connected to a simulated Discogs of 60 records, on both engines."""
    async with installed(discogs, tmp_path / "home", monkeypatch, library_url) as running:
        yield running


@pytest_asyncio.fixture
async def unconnected(
    discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_url: str
) -> AsyncGenerator[Installation]:
    """The program with the keys of an application and no account connected, on both engines."""
    environment = {**NO_TOKEN, **discogs.application}
    async with installed(discogs, tmp_path / "home", monkeypatch, library_url, **environment) as running:
        yield running
