"""A library on each engine, its owner, and the secrets of one data directory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import keyring
import pytest

from services.secrets import Secrets
from storage import accounts
from storage.engine import Storage, open_storage
from storage.values import User

from .rotation_process import FileRing


@pytest.fixture
async def storage(library_url: str, tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(library_url, f"sqlite:///{tmp_path / 'catalogue.db'}") as opened:
        yield opened


@pytest.fixture
async def owner(storage: Storage) -> User:
    async with storage.write() as conn:
        return await accounts.ensure_owner(conn)


@pytest.fixture
def no_ring() -> Iterator[None]:
    from keyring.backends import fail

    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[FileRing]:
    """A system keyring that other processes of the test find too."""
    before = keyring.get_keyring()
    (tmp_path / "ring.json").write_text("{}")
    ring = FileRing(tmp_path / "ring.json")
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def secrets(no_ring: None, tmp_path: Path) -> Secrets:
    return Secrets(tmp_path)
