"""What every test may use: both storage engines, the shared real data where it is present."""

from __future__ import annotations

import functools
import os
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import structlog
from fastapi import FastAPI
from fastapi.routing import _IncludedRouter  # pyright: ignore[reportPrivateUsage]
from httpx import _config
from httpx._transports import default

from services.accounts import passwords
from services.rest import app
from storage import migrate
from storage.address import parse_address
from tests import new_stores
from tests.lending import Lender

pytest_plugins = [
    "tests.leaks",
    "tests.upstreams.fixtures",
    "tests.upstreams.fixtures_beets",
    "tests.upstreams.fixtures_spotify",
    "tests.upstreams.fixtures_plex",
    "tests.upstreams.fixtures_slskd",
]

FIXTURES = Path(__file__).resolve().parents[2] / "shared" / "fixtures"
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What speaks to a store by SQL of its own is tried on both engines; what only uses the storage is tried on PostgreSQL by
    hand (``pytest -m by_hand``): the suite has twenty minutes on two cores.
    """
    for item in items:
        is_storage = item.path.is_relative_to(Path(__file__).parent / "storage")
        if "postgresql" in item.name and not is_storage:
            item.add_marker(pytest.mark.by_hand)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """No test reads or writes the person's own configuration, keyring or data."""
    for name in [
        *(n for n in os.environ if n.startswith(("LOCKGROOVE_", "DISCOGS_", "SPOTIFY_", "PLEX_", "SLSKD_", "BEETS"))),
        "DATABASE_URL",
        "REDIS_URL",
    ]:
        monkeypatch.delenv(name, raising=False)
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("BEETS_COMMAND", "/no/beets/here")  # the person's own library is no place for tests


@pytest.fixture
def fixtures() -> Path:
    """The folder of recorded upstream data; skips where it is absent."""
    if not FIXTURES.is_dir():
        pytest.skip("the recorded fixtures are not on this machine")
    return FIXTURES


@pytest.fixture(autouse=True, scope="session")
def _new_stores_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """See :mod:`tests.new_stores`; commands in processes of their own share them."""
    folder = tmp_path_factory.mktemp("new")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(new_stores, "folder", folder)
        patch.setattr(migrate, "_upgrade_file", new_stores.upgrade_in(folder))
        yield


@pytest.fixture(autouse=True, scope="session")
def _clients_share_what_they_trust() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """To read the certificates takes 20 ms, which each of the hundreds of clients that tests open would pay."""
    really = _config.create_ssl_context
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(default, "create_ssl_context", functools.cache(really))
        yield


@pytest.fixture(autouse=True, scope="session")
def _routes_are_built_once() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """An app has the routes of the first one: each would spend 140 ms on them when it is first asked for something."""
    really = app._compose  # pyright: ignore[reportPrivateUsage]
    first = functools.cache(really)

    def compose() -> FastAPI:
        made = really()
        made.router.routes[:] = [
            built if isinstance(built, _IncludedRouter) else own
            for own, built in zip(made.router.routes, first().router.routes, strict=True)
        ]
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "_compose", compose)
        yield


@pytest.fixture(autouse=True, scope="session")
def _passwords_cost_little() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """A password costs next to nothing, except where it is tested what it costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "ITERATIONS", 1000)
        yield


@pytest.fixture(autouse=True, scope="session")
def _loggers_of_now() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """A logger asks for the configuration of now: one kept from an earlier test would speak past who listens today."""
    really = structlog.configure
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", lambda **said: really(**{**said, "cache_logger_on_first_use": False}))
        yield


@contextmanager
def database() -> Generator[str]:
    """The address of a PostgreSQL database while the context lasts; skips where no server answers."""
    name = f"lockgroove_test_{uuid.uuid4().hex[:12]}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    with admin:
        admin.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")  # pyright: ignore
        yield f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # pyright: ignore


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL database of its own; skips where no server answers."""
    with database() as url:
        yield url


@pytest.fixture(scope="session")
def _lender() -> Iterator[Lender]:  # pyright: ignore[reportUnusedFunction]
    """Lends an empty library on PostgreSQL, and the empty catalogue beside it."""
    with database() as url, psycopg.connect(POSTGRES, autocommit=True) as admin:
        for store in ("library", "catalogue"):
            migrate.migrate(parse_address(url), store)
        server, template = url.rsplit("/", 1)
        lender = Lender(admin, server, template)
        yield lender
        lender.close()


@pytest.fixture
def _library_on_a_server(_lender: Lender) -> Iterator[str]:  # pyright: ignore[reportUnusedFunction]
    name = _lender.lend()
    yield f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
    _lender.take_back(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def library_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty library, once per engine: every storage test runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'library.db'}"
    return request.getfixturevalue("_library_on_a_server")
