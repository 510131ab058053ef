"""Secrets that the program keeps: in the system's keyring, else in a file only its owner may read.

The environment overrides both. A keyring that is locked or absent (SSH, containers) never holds up the program: after
one time-out it is left alone and the file takes over for what is new.

What was read is remembered until the file changes, and every change writes the file, also where the value itself lies in
the keyring: asking for a secret costs one look at the file's stamp, and a change by another process is seen at once.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import structlog

from services.errors import Conflict, InvalidInput
from services.files import replace_file
from services.log import hide
from services.system_keyring import KeyringSilent, SystemKeyring

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

T = TypeVar("T")
ENCRYPTION_KEY = "OAUTH_ENCRYPTION_KEY"
SESSION_KEY = "JWT_SECRET_KEY"
KEYRING_WAIT = 3.0
"""Seconds that a keyring may take to answer; an unlock dialogue nobody sees takes for ever."""

_Stamp = tuple[int, int, int]
log = structlog.stdlib.get_logger(__name__)


class Origin(StrEnum):
    """Where a secret comes from."""

    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    FILE = "file"


class Secrets:
    """The secrets of one data directory, for any thread. ``overrides`` are those that the environment sets.

    The file also lists the names that went to the keyring, so that a process which cannot reach it says so instead of
    making a second key that cannot read what the first encrypted.
    """

    def __init__(
        self, data_dir: Path, overrides: Mapping[str, str] | None = None, *, keyring_wait: float = KEYRING_WAIT
    ) -> None:
        self.file = data_dir / "secrets.json"
        self._service = f"lockgroove:{data_dir}"
        self._overrides = dict(overrides or {})
        self._keyring = SystemKeyring(keyring_wait)
        # Replaced whole, never changed, so that threads need no lock: the file's stamp, and what was read under it.
        self._seen: tuple[_Stamp, Mapping[str, str | None]] | None = None
        self._cipher: tuple[str, MultiFernet] | None = None

    def __repr__(self) -> str:
        return f"Secrets({str(self.file)!r})"

    async def get(self, name: str) -> str | None:
        """The secret ``name``, None if there is none.

        Raises :class:`Conflict` where it lies in a keyring that does not answer, :class:`InvalidInput` for a damaged
        file.
        """
        if value := self._overrides.get(name) or self._remembered(name):
            return value
        return await asyncio.to_thread(self._get, name)

    def every(self, names: Iterable[str]) -> dict[str, str]:
        """Those of the secrets ``names`` that are kept, without waiting on a loop; what a silent keyring holds is left out."""
        found: dict[str, str] = {}
        for name in self._read().keys() & set(names):
            try:
                value = self._get(name)
            except Conflict as silent:
                log.warning("a kept secret cannot be read", name=name, reason=silent.message)
            else:
                found |= {name: value} if value else {}
        return found

    def set(self, name: str, value: str | None) -> None:
        """Keep ``value`` under ``name`` (None forgets it), without waiting on a loop."""
        self._locked(lambda: self._remove(name) if value is None else self._put(name, value))

    async def put(self, name: str, value: str) -> None:
        """Keep ``value`` under ``name``; every process that asks from now on gets it."""
        await asyncio.to_thread(self._locked, lambda: self._put(name, value))

    async def remove(self, name: str) -> None:
        """Forget ``name``."""
        await asyncio.to_thread(self._locked, lambda: self._remove(name))

    async def obtain(self, name: str, make: Callable[[], str]) -> str:
        """The secret ``name``, made by ``make`` if there is none; two processes at once get the same one."""

        def found_or_made() -> str:
            if (value := self._get(name)) is None:
                value = make()
                self._put(name, value)
            return value

        if value := self._overrides.get(name) or self._remembered(name):
            return value
        return await asyncio.to_thread(self._locked, found_or_made)

    async def origin(self, name: str) -> Origin | None:
        """Where the secret ``name`` comes from, None if there is none."""
        if self._overrides.get(name):
            return Origin.ENVIRONMENT
        kept = await asyncio.to_thread(self._read)
        return None if name not in kept else Origin.KEYRING if kept[name] is None else Origin.FILE

    async def fernet(self) -> MultiFernet:
        """The cipher for kept credentials, its key made on first use: the first key encrypts, all of them decrypt.

        Raises :class:`InvalidInput` for a key that is none; nothing is ever encrypted with another instead.
        """
        from cryptography.fernet import Fernet  # 7 MB that a program without a kept credential never needs

        keys = await self.obtain(ENCRYPTION_KEY, lambda: Fernet.generate_key().decode())
        held = self._cipher
        if held is None or held[0] != keys:
            held = self._cipher = (keys, cipher_of(keys))
        return held[1]

    def forget(self) -> None:
        """Read everything anew: who changed it may have been killed between keyring and file."""
        self._seen = None

    def stamp(self) -> _Stamp | None:
        """What changes with every change; None while nothing is kept."""
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _remembered(self, name: str) -> str | None:
        seen = self._seen
        if seen is None or seen[0] != self.stamp():
            return None
        return seen[1].get(name)

    def _get(self, name: str) -> str | None:
        stamp = self.stamp()  # before reading: a change meanwhile then shows by its own stamp
        kept = self._read()
        if name not in kept:
            return None
        value = kept[name] if kept[name] is not None else self._from_keyring(name)
        if stamp is not None:
            others = dict(self._seen[1]) if self._seen and self._seen[0] == stamp else {}
            self._seen = (stamp, others | {name: value})
        return value

    def _from_keyring(self, name: str) -> str | None:
        try:
            return self._keyring.ask(lambda keyring: keyring.get_password(self._service, name))
        except KeyringSilent as silent:
            raise Conflict(
                f"{name} is kept in the system keyring, which does not answer here ({silent}).",
                f"Unlock the keyring, or set {name} in the environment.",
            ) from silent

    def _put(self, name: str, value: str) -> None:
        kept = self._read()
        if kept.get(name) is None:
            try:
                self._keyring.ask(lambda keyring: keyring.set_password(self._service, name, value))
            except KeyringSilent as silent:
                log.info("a secret goes to the file because no keyring answers", name=name, reason=str(silent))
            else:
                self._write(kept | {name: None})
                return
        # What lies in the file stays there: a process without a keyring may be reading it.
        self._write(kept | {name: value})

    def _remove(self, name: str) -> None:
        kept = self._read()
        if name not in kept:
            return
        if kept.pop(name) is None:
            try:
                self._keyring.ask(lambda keyring: keyring.delete_password(self._service, name))
            except KeyringSilent as silent:
                log.warning("a secret stays in the keyring, which does not answer", name=name, reason=str(silent))
        self._write(kept)

    def _read(self) -> dict[str, str | None]:
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise InvalidInput(
                str(self.file), f"The file of secrets {self.file} cannot be read.", "Restore it from a backup."
            ) from error
        return cast("dict[str, str | None]", kept)

    def _write(self, kept: Mapping[str, str | None]) -> None:
        replace_file(self.file, json.dumps(kept, indent=1))

    def _locked(self, change: Callable[[], T]) -> T:
        with lock(self.file.with_suffix(".lock")):
            return change()


def cipher_of(keys: str) -> MultiFernet:
    """The cipher of these keys, separated by commas. Raises :class:`InvalidInput` if one of them is none."""
    from cryptography.fernet import Fernet, MultiFernet

    each = split_keys(keys)
    hide(*each)
    try:
        return MultiFernet([Fernet(key) for key in each])
    except ValueError:
        raise InvalidInput(
            ENCRYPTION_KEY,
            f"{ENCRYPTION_KEY} is not a Fernet key (32 bytes in URL-safe base64).",
            "Restore the key that was used before, or make one with "
            "`python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'`.",
        ) from None  # the chain could show the key


def split_keys(keys: str) -> list[str]:
    """The keys that one setting holds: the one that encrypts, then former ones that only decrypt."""
    return [key.strip() for key in keys.split(",")]


@contextmanager
def lock(file: Path, *, wait: bool = True) -> Generator[None]:
    """Hold ``file`` against other processes of this machine.

    Raises :class:`BlockingIOError` if another holds it and ``wait`` is false.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("w") as held:
        file.chmod(0o600)
        fcntl.flock(held, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
