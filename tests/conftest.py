"""What every test may use: both storage engines, the shared real data where it is present."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

pytest_plugins = ["tests.upstreams.fixtures"]

FIXTURES = Path(__file__).resolve().parents[2] / "shared" / "fixtures"
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """No test reads or writes the person's own configuration, keyring or data."""
    for name in [
        *(n for n in os.environ if n.startswith(("LOCKGROOVE_", "DISCOGS_", "SPOTIFY_", "PLEX_", "SLSKD_"))),
        "DATABASE_URL",
        "REDIS_URL",
    ]:
        monkeypatch.delenv(name, raising=False)
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture
def fixtures() -> Path:
    """The folder of recorded upstream data; skips where it is absent."""
    if not FIXTURES.is_dir():
        pytest.skip("the recorded fixtures are not on this machine")
    return FIXTURES


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL database of its own; skips where no server answers."""
    name = f"lockgroove_test_{uuid.uuid4().hex[:12]}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    with admin:
        admin.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")  # pyright: ignore
        yield f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # pyright: ignore


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def library_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A library address, once per engine: every storage test runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'library.db'}"
    return request.getfixturevalue("postgres_url")
