"""Passwords: stored as PBKDF2-HMAC-SHA256 with a salt, and checked so that every refusal costs the same
(discogsography-contract.md section 3).

A stored password is ``pbkdf2_sha256$<iterations>$<salt>$<key>``, or ``<salt>:<key>`` with 100,000 iterations as the
contract documents it; salt and key are 32 bytes in hexadecimal.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple

from services.errors import Crowded, InvalidInput

ITERATIONS = 600_000
"""What a password costs now: some tenths of a second of one core."""
SHORTEST, LONGEST = 8, 1024
"""Length of a password, in code points."""
MOST_AT_ONCE = 32
"""Passwords that are looked at or wait for it, some seconds' work; whoever comes then is sent away at once, so that a
flood neither fills the memory nor lets the others wait for minutes."""
_DOCUMENTED_ITERATIONS = 100_000
_SIZE = 32
_OURS = re.compile(r"pbkdf2_sha256\$([1-9][0-9]{0,7})\$([0-9a-f]{64})\$([0-9a-f]{64})")
_DOCUMENTED = re.compile(r"([0-9a-fA-F]{64}):([0-9a-fA-F]{64})")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_places = threading.BoundedSemaphore(MOST_AT_ONCE)


class Verdict(NamedTuple):
    """``is_right``: it is the password. ``is_weak``: it is stored in a weaker way than passwords are now."""

    is_right: bool
    is_weak: bool = False


class _Kept(NamedTuple):
    iterations: int
    salt: bytes
    key: bytes


def check_rules(password: str) -> None:
    """Raises :class:`InvalidInput` for a password that may not be chosen; any characters are good, also blanks."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(
            "password", f"A password has {SHORTEST} to {LONGEST} characters.", "Several words are easy to remember."
        )
    if _UNSTORABLE.search(password):
        raise InvalidInput("password", "A password has neither NUL nor half a surrogate pair.", "Choose another one.")


async def hash_password(password: str) -> str:
    """``password`` as it is stored, with a salt of its own; takes some tenths of a second on another thread.

    Raises :class:`Crowded` where :data:`MOST_AT_ONCE` are before it.
    """
    salt = secrets.token_bytes(_SIZE)
    with _place():
        key = await _derive(password, salt, ITERATIONS)
    return f"pbkdf2_sha256${ITERATIONS}${salt.hex()}${key.hex()}"


async def check_password(password: str, stored: str | None) -> Verdict:
    """Whether ``password`` is the stored one. None is nobody's: the answer then is no, at the same cost.

    A stored password of fewer iterations costs the difference on top, so that the time does not tell how old it is; one
    that cannot be read is never right. Raises :class:`Crowded` as :func:`hash_password` does, whosever it is.
    """
    kept = _read(stored) if stored is not None else None
    nobodys = _Kept(ITERATIONS, b"\0" * _SIZE, secrets.token_bytes(_SIZE))
    iterations, salt, key = kept or nobodys
    with _place():
        derived = await _derive(password, salt, iterations)
        if iterations < ITERATIONS:
            await _derive(password, salt, ITERATIONS - iterations)
    is_right = secrets.compare_digest(derived, key) and kept is not None
    return Verdict(is_right, is_weak=iterations < ITERATIONS)


def _read(stored: str) -> _Kept | None:
    if ours := _OURS.fullmatch(stored):
        return _Kept(int(ours[1]), bytes.fromhex(ours[2]), bytes.fromhex(ours[3]))
    if documented := _DOCUMENTED.fullmatch(stored):
        return _Kept(_DOCUMENTED_ITERATIONS, bytes.fromhex(documented[1]), bytes.fromhex(documented[2]))
    return None


@contextmanager
def _place() -> Generator[None]:
    if not _places.acquire(blocking=False):
        raise Crowded("Too many passwords are being checked just now.", "Try again in a few seconds.")
    try:
        yield
    finally:
        _places.release()


async def _derive(password: str, salt: bytes, iterations: int) -> bytes:
    text = password.encode("utf-8", "surrogatepass")
    return await asyncio.get_running_loop().run_in_executor(
        _threads(), hashlib.pbkdf2_hmac, "sha256", text, salt, iterations, _SIZE
    )


@cache
def _threads() -> ThreadPoolExecutor:
    """Half the cores at most: many who log in at once wait for each other, not everybody else for them."""
    return ThreadPoolExecutor(max(1, min(4, (os.cpu_count() or 2) // 2)), thread_name_prefix="password")
