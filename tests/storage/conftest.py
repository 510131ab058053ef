"""Both stores open on each engine, and an owner."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import accounts
from storage.engine import Storage, open_storage
from storage.values import User


@pytest.fixture
def catalogue_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'catalogue.db'}"


@pytest.fixture
async def storage(library_url: str, catalogue_url: str) -> AsyncIterator[Storage]:
    async with open_storage(library_url, catalogue_url) as opened:
        yield opened


@pytest.fixture
async def owner(storage: Storage) -> User:
    async with storage.write() as conn:
        return await accounts.ensure_owner(conn)
