"""What another process does to the keys: ``python -m tests.services.accounts.rotation_process WHAT DIRECTORY ...``."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend

from services.accounts.application import Application
from services.accounts.connections import Connections
from services.accounts.rotation import Rotation
from services.events import Events
from services.places import locate
from services.secrets import Secrets
from services.settings import load_settings
from storage import accounts, sealed
from storage.engine import Storage, open_storage
from storage.sealed import SealedValue

INSTANTS = ("added between", "added", "first value", "encrypted", "dropped between", "dropped")
"""When the rotating process is killed. ``between``: the keyring holds the change, the file does not tell of it yet."""


class FileRing(KeyringBackend):
    """A keyring that several processes share."""

    priority = 9  # pyright: ignore

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def _kept(self) -> dict[str, str]:
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file.write_text(json.dumps({**self._kept(), username: password}))

    def delete_password(self, service: str, username: str) -> None:
        self._file.write_text(json.dumps({name: kept for name, kept in self._kept().items() if name != username}))


class DyingSecrets(Secrets):
    """Kills its process at ``instant``."""

    instant = ""
    puts = 0

    def _put(self, name: str, value: str) -> None:
        super()._put(name, value)
        die_if(self.instant, ("", "added", "dropped")[self.puts])

    def _write(self, kept: Mapping[str, str | None]) -> None:
        self.puts += 1
        die_if(self.instant, ("", "added between", "dropped between")[self.puts])
        super()._write(kept)


def die_if(wanted: str, instant: str) -> None:
    if wanted == instant:
        os.kill(os.getpid(), signal.SIGKILL)


async def rotate(directory: Path, storage: Storage, instant: str) -> None:
    """Rotate the encryption key and be killed at ``instant``."""
    secrets = DyingSecrets(directory)
    secrets.instant = instant
    replace = sealed.replace

    async def replace_and_die(conn: object, value: SealedValue, token: str) -> None:
        await replace(conn, value, token)  # pyright: ignore
        die_if(instant, "first value")

    sealed.replace = replace_and_die  # pyright: ignore
    rotation = Rotation(storage, secrets)
    encrypt_anew = rotation._encrypt_anew

    async def encrypt_and_die(keys: str) -> int:
        count = await encrypt_anew(keys)
        die_if(instant, "encrypted")
        return count

    rotation._encrypt_anew = encrypt_and_die
    await rotation.rotate_encryption()


async def write(directory: Path, storage: Storage, instant: str) -> None:
    """Connect accounts and read all of them back, until standard input ends; prints a line for each round."""
    secrets = Secrets(directory)
    async with storage.write() as conn:
        owner = await accounts.ensure_owner(conn)
    connections = Connections(storage, secrets, Events(), owner.id)
    application = Application(storage, secrets, load_settings(locate(directory / "settings")))
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    rounds = 0
    while not ended.done():
        await connections.connect(owner.id, f"service{rounds % 7}", None, f"secret-{rounds}")
        await application.keep(f"key-{rounds}", f"secret-{rounds}")
        for back in range(min(rounds + 1, 7)):
            credential = await connections.credential(owner.id, f"service{(rounds - back) % 7}")
            assert credential.secret == f"secret-{rounds - back}"
        assert (await application.keys()).consumer_key == f"key-{rounds}"
        rounds += 1
        print(rounds, flush=True)
        await asyncio.sleep(0.01)


async def main(what: str, directory: str, library: str, instant: str = "") -> None:
    home = Path(directory)
    if (ring := home / "ring.json").exists():
        keyring.set_keyring(FileRing(ring))
    async with open_storage(library, f"sqlite:///{home / 'catalogue.db'}") as storage:
        await globals()[what](home, storage, instant)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
