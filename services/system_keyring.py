"""The system's keyring, asked with patience: it may be locked (an unlock dialogue nobody sees), or there may be none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")


class KeyringSilent(Exception):
    """The keyring did not answer, or is none."""


class KeyringBackend:
    """What is used of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class SystemKeyring:
    """The keyring of this session. Once it did not answer within ``patience`` seconds it is left alone."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._is_silent = False

    def ask(self, question: Callable[[KeyringBackend], T]) -> T:
        """``question`` answered by the keyring in time, on a thread that may be left behind.

        Raises :class:`KeyringSilent`.
        """
        if self._is_silent:
            raise KeyringSilent("it did not answer before")
        answers: list[T] = []
        failures: list[Exception] = []

        def ask() -> None:
            try:
                answers.append(question(_recommended()))
            except Exception as error:  # noqa: BLE001 - backends raise what they like; all of it means "use the file"
                failures.append(error)

        # Not an executor's thread: those are waited for at exit, and an unlock dialogue may stay open.
        thread = threading.Thread(target=ask, name="keyring", daemon=True)
        thread.start()
        thread.join(self._patience)
        if answers:
            return answers[0]
        self._is_silent = True
        if not failures:
            raise KeyringSilent(f"no answer in {self._patience:g} s")
        raise KeyringSilent(str(failures[0]) or type(failures[0]).__name__)


def _recommended() -> KeyringBackend:
    import keyring  # 60 ms, and only here

    backend = keyring.get_keyring()
    if backend.priority < 1:  # keyring's own line between recommended backends and plain-text ones
        raise KeyringSilent("there is none")
    return cast("KeyringBackend", backend)
