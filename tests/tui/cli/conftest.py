"""The real command in a process of its own, as a person or a script runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.tui.cli import forked

PROGRAM = str(Path(sys.executable).parent / "lockgroove")


class Ran:
    """How a command ended: its status and what it wrote."""

    def __init__(self, ended: forked.Ended) -> None:
        self.status = ended.returncode
        self.out = ended.stdout
        self.err = ended.stderr

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def lockgroove(tmp_path: Path) -> Run:
    """Run ``lockgroove ARGUMENTS`` in a data directory of this test; no terminal, nothing on standard input."""

    def run(*arguments: str, typed: str = "", **environment: str) -> Ran:
        home = {"LOCKGROOVE_DATA_DIR": str(tmp_path / "home")}
        return Ran(forked.run(list(arguments), typed=typed, environment={**os.environ, **home, **environment}))

    return run


class Upstream:
    """A simulated Discogs that is running: how the program is pointed at it."""

    def __init__(self, said: dict[str, str]) -> None:
        self.url = said["discogs"]
        self.token = said["token"]
        self.username = said["username"]

    @property
    def environment(self) -> dict[str, str]:
        """What points the program at it, connected."""
        return {**self.address, "DISCOGS_TOKEN": self.token}

    @property
    def address(self) -> dict[str, str]:
        """What points the program at it, not connected."""
        return {"DISCOGS_API_BASE": self.url, "DISCOGS_WEB_BASE": self.url}


@contextmanager
def running(*arguments: str) -> Iterator[Upstream]:
    """``python -m services.demo ARGUMENTS`` while the context lasts."""
    command = [sys.executable, "-m", "services.demo", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Upstream(json.loads(process.stdout.readline()))
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def discogs() -> Iterator[Upstream]:
    """A simulated Discogs with 250 records and no rate limit."""
    with running("--records", "250", "--rate-limit", "0") as upstream:
        yield upstream


@pytest.fixture
def simulated() -> Callable[..., AbstractContextManager[Upstream]]:
    """A simulated Discogs of this test's own: ``with simulated("--records", "5") as discogs``."""
    return running
