"""A PostgreSQL and a Redis of a test's own, which it may stop, kill and start again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
"""Where Debian has the programs of the server, which are not in the path."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PrivateServer(ABC):
    """One that runs in a folder on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What runs it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether somebody can work with it."""

    def how(self) -> dict[str, Any]:
        """As whom, and where, it runs."""
        return {}

    def start(self) -> None:
        """Return once it answers. It is begun again while one that was killed still holds what it needs."""
        until = time.monotonic() + 60
        while self._process is None or not self.answers():
            assert time.monotonic() < until, (self.folder / "log").read_text()
            if self._process is None or self._process.poll() is not None:
                with (self.folder / "log").open("ab") as log:
                    self._process = subprocess.Popen(self.command(), stdout=log, stderr=log, **self.how())
            time.sleep(0.02)

    def stop(self, number: signal.Signals) -> None:
        """End it as this signal does, and return once it has ended."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(60)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop(signal.SIGKILL)


class PrivatePostgres(PrivateServer):
    """SIGINT is its fast stop, SIGQUIT its immediate one; SIGKILL leaves its children to find out."""

    binaries: Path

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def how(self) -> dict[str, Any]:
        return {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": "/"} if os.geteuid() == 0 else {}

    def make(self) -> None:
        """Its cluster."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        made = [str(self.binaries / "initdb"), "-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust"]
        subprocess.run(
            [*made, "-E", "UTF8", "--locale", "C", "--no-sync"], check=True, capture_output=True, **self.how()
        )

    def command(self) -> list[str]:
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}"]
        return [
            *(str(self.binaries / "postgres"), "-D", str(self.folder / "data")),
            *(part for option in (*options, "max_connections=40", "shared_buffers=16MB") for part in ("-c", option)),
        ]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class PrivateRedis(PrivateServer):
    """It remembers nothing from one start to the next: whatever is counted there may be lost."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        given = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        return ["redis-server", *given, "--dir", str(self.folder)]

    def answers(self) -> bool:
        from redis import Redis
        from redis.exceptions import RedisError

        try:
            return bool(Redis.from_url(self.url, socket_connect_timeout=1).ping())
        except RedisError:
            return False


@contextmanager
def private_postgres() -> Generator[PrivatePostgres]:
    """Running; skips where its programs are not there, or may not be run."""
    if not BINARIES:
        pytest.skip("the programs of a PostgreSQL server are not on this machine")
    with tempfile.TemporaryDirectory() as folder:  # not below a folder that only its owner may enter
        server = PrivatePostgres(Path(folder))
        server.binaries = BINARIES[0]
        try:
            server.make()
        except (LookupError, PermissionError):
            pytest.skip("there is no user postgres to run a server as")
        try:
            server.start()
            yield server
        finally:
            server.close()


@contextmanager
def private_redis() -> Generator[PrivateRedis]:
    """Running; skips where its program is not there."""
    if shutil.which("redis-server") is None:
        pytest.skip("the program redis-server is not on this machine")
    with tempfile.TemporaryDirectory() as folder:
        server = PrivateRedis(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.close()
