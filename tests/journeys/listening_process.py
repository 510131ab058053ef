"""``python -m tests.journeys.listening_process DIRECTORY run|ask USER...``: another process on the same store.

It says "ready", and for every line that it is told it fetches everybody's plays (``run``), or asks Spotify whose account
the first user's is (``ask``), and says how that went.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

import structlog

from services.errors import LockgrooveError
from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage.values import UserId

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"


async def listen(directory: Path, does: str, user: UserId) -> None:
    places = locate(directory)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            try:
                await (_run(runtime) if does == "run" else _ask(runtime, user))
                print("ok", flush=True)
            except LockgrooveError as error:
                print(type(error).__name__, error.message, flush=True)


async def _run(runtime: Runtime) -> None:
    await runtime.plays_run.run()


async def _ask(runtime: Runtime, user: UserId) -> None:
    await (await runtime.spotify.client(user)).profile()


if __name__ == "__main__":
    asyncio.run(listen(Path(sys.argv[1]), sys.argv[2], UserId(sys.argv[3])))
