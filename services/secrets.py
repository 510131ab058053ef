"""Secrets that the program keeps: in the system's keyring, else in a file only its owner may read.

The environment overrides both. A keyring that is locked or absent (SSH, containers) never holds up the program: after
one time-out it is left alone and the file takes over for what is new.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import structlog

from services.errors import Conflict, InvalidInput
from services.files import replace_file

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

T = TypeVar("T")
ENCRYPTION_KEY = "OAUTH_ENCRYPTION_KEY"
KEYRING_WAIT = 3.0
"""Seconds that a keyring may take to answer; an unlock dialogue nobody sees takes for ever."""

log = structlog.stdlib.get_logger(__name__)


class _KeyringSilent(Exception):
    """The keyring did not answer, or is none."""


class Secrets:
    """The secrets of one data directory. ``overrides`` are those that the environment sets.

    The file also lists the names that went to the keyring, so that a process which cannot reach it says so instead of
    making a second key that cannot read what the first encrypted.
    """

    def __init__(
        self, data_dir: Path, overrides: Mapping[str, str] | None = None, *, keyring_wait: float = KEYRING_WAIT
    ) -> None:
        self._file = data_dir / "secrets.json"
        self._service = f"lockgroove:{data_dir}"
        self._overrides = dict(overrides or {})
        self._wait = keyring_wait
        self._keyring_silent = False

    def __repr__(self) -> str:
        return f"Secrets({str(self._file)!r})"

    async def get(self, name: str) -> str | None:
        """The secret ``name``, None if there is none.

        Raises :class:`Conflict` where it lies in a keyring that does not answer, :class:`InvalidInput` for a damaged
        file.
        """
        return self._overrides.get(name) or await asyncio.to_thread(self._get, name)

    async def put(self, name: str, value: str) -> None:
        """Keep ``value`` under ``name``."""
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

        return self._overrides.get(name) or await asyncio.to_thread(self._locked, found_or_made)

    async def fernet(self) -> Fernet:
        """The cipher for kept credentials, its key made on first use.

        Raises :class:`InvalidInput` for a key that is none; nothing is ever encrypted with another instead.
        """
        from cryptography.fernet import Fernet  # 7 MB that a program without a kept credential never needs

        key = await self.obtain(ENCRYPTION_KEY, lambda: Fernet.generate_key().decode())
        try:
            return Fernet(key)
        except ValueError:
            raise InvalidInput(
                ENCRYPTION_KEY,
                f"{ENCRYPTION_KEY} is not a Fernet key (32 bytes in URL-safe base64).",
                "Restore the key that was used before, or make one with "
                "`python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'`.",
            ) from None  # the chain could show the key

    def _get(self, name: str) -> str | None:
        kept = self._read()
        if name in kept:
            value = kept[name]
            return value if value is not None else self._from_keyring(name)
        return None

    def _from_keyring(self, name: str) -> str | None:
        try:
            return self._ask(lambda keyring: keyring.get_password(self._service, name))
        except _KeyringSilent as silent:
            raise Conflict(
                f"{name} is kept in the system keyring, which does not answer here ({silent}).",
                f"Unlock the keyring, or set {name} in the environment.",
            ) from silent

    def _put(self, name: str, value: str) -> None:
        try:
            self._ask(lambda keyring: keyring.set_password(self._service, name, value))
        except _KeyringSilent as silent:
            log.info("a secret goes to the file because no keyring answers", name=name, reason=str(silent))
            self._write(self._read() | {name: value})
        else:
            self._write(self._read() | {name: None})

    def _remove(self, name: str) -> None:
        kept = self._read()
        if name not in kept:
            return
        if kept.pop(name) is None:
            try:
                self._ask(lambda keyring: keyring.delete_password(self._service, name))
            except _KeyringSilent as silent:
                log.warning("a secret stays in the keyring, which does not answer", name=name, reason=str(silent))
        self._write(kept)

    def _ask(self, question: Callable[[_Keyring], T]) -> T:
        """``question`` answered by the keyring in time, on a thread that may be left behind."""
        if self._keyring_silent:
            raise _KeyringSilent("it did not answer before")
        answers: list[T] = []
        failures: list[Exception] = []

        def ask() -> None:
            try:
                answers.append(question(_recommended_keyring()))
            except Exception as error:  # noqa: BLE001 - backends raise what they like; all of it means "use the file"
                failures.append(error)

        # Not an executor's thread: those are waited for at exit, and an unlock dialogue may stay open.
        thread = threading.Thread(target=ask, name="keyring", daemon=True)
        thread.start()
        thread.join(self._wait)
        if answers:
            return answers[0]
        self._keyring_silent = True
        if not failures:
            raise _KeyringSilent(f"no answer in {self._wait:g} s")
        raise _KeyringSilent(str(failures[0]) or type(failures[0]).__name__)

    def _read(self) -> dict[str, str | None]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise InvalidInput(
                str(self._file), f"The file of secrets {self._file} cannot be read.", "Restore it from a backup."
            ) from error
        return cast("dict[str, str | None]", kept)

    def _write(self, kept: Mapping[str, str | None]) -> None:
        replace_file(self._file, json.dumps(kept, indent=1))

    def _locked(self, change: Callable[[], T]) -> T:
        with _lock(self._file.with_suffix(".lock")):
            return change()


class _Keyring:
    """What is used of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def _recommended_keyring() -> _Keyring:
    import keyring  # 60 ms, and only here

    backend = keyring.get_keyring()
    if backend.priority < 1:  # keyring's own line between recommended backends and plain-text ones
        raise _KeyringSilent("there is none")
    return cast("_Keyring", backend)


@contextmanager
def _lock(file: Path) -> Generator[None]:
    """Hold ``file`` against other processes of this machine."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("w") as held:
        file.chmod(0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
