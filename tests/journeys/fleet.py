"""Several ``lockgroove serve`` on one PostgreSQL database and one Redis, as behind a load balancer."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest
from cryptography.fernet import Fernet

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
KEYS = {"JWT_SECRET_KEY": uuid.uuid4().hex * 2, "OAUTH_ENCRYPTION_KEY": Fernet.generate_key().decode()}
"""What all processes of one installation must share."""


@dataclass
class Server:
    """One process that serves."""

    process: asyncio.subprocess.Process
    url: str
    client: httpx.AsyncClient
    said: list[str] = field(default_factory=list[str])
    """The lines it wrote after the announcement."""

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """Without a chance to tidy up."""
        self.process.send_signal(signal.SIGKILL)


@contextmanager
def redis() -> Generator[str]:
    """The address of a Redis; skips where none answers."""
    library = pytest.importorskip("redis")
    try:
        library.Redis.from_url(REDIS, socket_connect_timeout=0.5).ping()
    except library.ConnectionError:
        pytest.skip("no Redis on 127.0.0.1:6379")
    yield REDIS


@asynccontextmanager
async def serving(home: Path, environment: dict[str, str], *options: str) -> AsyncGenerator[Server]:
    """A ``lockgroove serve`` with a data directory of its own; ``environment`` adds to what is set here."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).parent / "lockgroove", "serve", "--port", "0", "--health-port", "0", *options,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **KEYS, "LOCKGROOVE_DATA_DIR": str(home), **environment},
    )  # fmt: skip
    assert process.stderr is not None
    said: list[str] = []
    url = ""
    while not url and (line := (await process.stderr.readline()).decode()):
        said.append(line)
        if line.startswith("REST on "):
            url = line.split()[2].rstrip(",")
    assert url, "".join(said)

    async def listen() -> None:
        assert process.stderr is not None
        async for each in process.stderr:
            said.append(each.decode())

    listening = asyncio.create_task(listen())
    try:
        async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
            yield Server(process, url, client, said)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        try:
            async with asyncio.timeout(20):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        await listening


@asynccontextmanager
async def fleet(directory: Path, number: int, environment: dict[str, str]) -> AsyncGenerator[list[Server]]:
    """``number`` of them, started at once."""
    async with AsyncExitStack() as held:
        yield list(
            await asyncio.gather(
                *(
                    held.enter_async_context(serving(directory / f"server{place}", environment))
                    for place in range(number)
                )
            )
        )


def lease_owner(database_url: str, job_id: str) -> int | None:
    """The process id of whoever runs the job."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT lease_owner FROM job WHERE id = %s", (job_id,)).fetchone()
    return int(row[0].rsplit("/", 2)[1]) if row and row[0] else None
