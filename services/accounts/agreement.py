"""Whether all processes on one database server hold the same two keys.

Processes on different machines keep secrets of their own unless the environment gives them. One that signs sessions with
another key refuses those of the others; one that encrypts with another cannot open what they kept. So each is known to
the others by what its keys are (a keyed hash, from which no key can be found), for as long as it lives.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from services.errors import Conflict, InvalidInput, LockgrooveError
from services.jobs.owner import Owner
from services.secrets import ENCRYPTION_KEY, SESSION_KEY, Secrets, split_keys
from storage import short_lived
from storage.engine import Storage
from storage.short_lived import Kind

EVERY = 20.0
"""Seconds between two signs of life."""
_KEPT = 65.0
"""Seconds for which a process counts as living."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Keys:
    """By what the keys of a process on ``machine`` are known; None and empty where it has made none yet."""

    machine: str
    process: int
    sessions: str | None
    encryption: tuple[str, ...]

    def differs(self, other: Keys) -> list[str]:
        """The names of the keys with which the two do not understand each other."""
        names: list[str] = []
        if self.sessions and other.sessions and self.sessions != other.sessions:
            names.append(SESSION_KEY)
        # The first key encrypts, all of them decrypt: a rotation that is under way is no difference.
        both = self.encryption and other.encryption
        if both and (self.encryption[0] not in other.encryption or other.encryption[0] not in self.encryption):
            names.append(ENCRYPTION_KEY)
        return names


@dataclass(frozen=True, slots=True)
class Difference:
    """Another living process with other keys."""

    other: Keys
    names: tuple[str, ...]

    @property
    def message(self) -> str:
        effects = {
            SESSION_KEY: "who logs in at the one is refused by the other",
            ENCRYPTION_KEY: "accounts connected at the one cannot be used by the other",
        }
        what = ", and ".join(f"{effects[name]} ({name})" for name in self.names)
        return f"Process {self.other.process} on {self.other.machine} shares this database and has other keys: {what}."

    @property
    def hint(self) -> str:
        return f"Set the same {' and '.join(self.names)} in the environment of every process and start them again."


class Agreement:
    """Shows this process's keys to the others on the same server, and looks at theirs."""

    def __init__(self, storage: Storage, secrets: Secrets) -> None:
        self._storage = storage
        self._secrets = secrets
        self._name = str(Owner.this_process())
        self._said: set[tuple[str, tuple[str, ...]]] = set()

    async def run(self) -> None:
        """Show them until cancelled, and log each difference once. A library in a file needs none of it: who can open
        the file has the data directory beside it.
        """
        if self._storage.dialect != "postgresql":
            return
        try:
            while True:
                try:
                    await self._show()
                    for difference in await self.differences():
                        self._say(difference)
                except LockgrooveError as error:
                    log.info("keys could not be compared", error=error.message)
                await asyncio.sleep(EVERY)
        finally:
            await self._leave()

    async def differences(self) -> list[Difference]:
        """The living processes whose keys are others than those of this one. Raises :class:`StoreError`."""
        ours = await self._own()
        async with self._storage.read() as conn:
            kept = await short_lived.every(conn, Kind.PROCESS)
        found = [_keys(json.loads(value)) for name, value in kept.items() if name != self._name]
        return [Difference(other, tuple(names)) for other in found if (names := ours.differs(other))]

    async def _show(self) -> None:
        shown = json.dumps(asdict(await self._own()))
        async with self._storage.write() as conn:
            await short_lived.put(conn, Kind.PROCESS, self._name, shown, seconds=_KEPT)

    async def _leave(self) -> None:
        try:
            async with self._storage.write() as conn:
                await short_lived.forget(conn, Kind.PROCESS, self._name)
        except LockgrooveError as error:
            log.info("the end of this process could not be told", error=error.message)

    async def _own(self) -> Keys:
        sessions, encryption = [await self._kept(name) for name in (SESSION_KEY, ENCRYPTION_KEY)]
        known = tuple(_known_by(key) for key in split_keys(encryption)) if encryption else ()
        machine, process, _ = self._name.rsplit("/", 2)
        return Keys(socket.gethostname() or machine, int(process), sessions and _known_by(sessions), known)

    async def _kept(self, name: str) -> str | None:
        try:
            return await self._secrets.get(name)
        except (Conflict, InvalidInput):  # whoever needs it is told
            return None

    def _say(self, difference: Difference) -> None:
        key = (f"{difference.other.machine}/{difference.other.process}", difference.names)
        if key not in self._said:
            self._said.add(key)
            log.error("keys_differ", message=difference.message, hint=difference.hint)


def _known_by(key: str) -> str:
    return hmac.new(key.encode(), b"lockgroove: which key is this?", hashlib.sha256).hexdigest()[:16]


def _keys(shown: dict[str, Any]) -> Keys:
    return Keys(shown["machine"], shown["process"], shown["sessions"], tuple(shown["encryption"]))
