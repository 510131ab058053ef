"""API tokens: made once, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "lg_"
HINT_LENGTH = 7


def new_token() -> str:
    """A fresh token: the prefix that secret scanners and people recognise, and 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is stored. A plain hash is enough: 256 random bits cannot be guessed from it.

    Looking a token up by its hash tells nothing by its timing either: who cannot steer the hash cannot come closer.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def hint_of(token: str) -> str:
    """The beginning, by which its owner recognises it in a list."""
    return token[:HINT_LENGTH]
