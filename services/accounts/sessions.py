"""Sessions: access tokens (JWT) from login to logout (discogsography-contract.md sections 3 and 6)."""

from __future__ import annotations

import asyncio
import re
import secrets
import sys
import time
from dataclasses import dataclass, field
from importlib import import_module
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.errors import Conflict, InvalidInput, NotFound, StoreError
from services.log import hide
from services.secrets import SESSION_KEY, Secrets
from storage import accounts as rows
from storage import short_lived
from storage.engine import Storage
from storage.short_lived import Kind
from storage.values import User, UserId

_ALGORITHM = "HS256"
_SHAPE = re.compile(r"[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]", re.ASCII)
"""Three parts in base64url, the last of 32 bytes; written in one way only, where decoders would forgive others."""
_LEAST_MEMORY = 60.0
"""A revoked token is remembered for at least so many seconds."""
Instant = Annotated[int, Field(ge=0, lt=2**53)]
"""Unix seconds, as exact as JSON numbers are."""


class AccountGone(NotFound):
    """The token is good, but its account no longer exists."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a login gives; ``expires_in`` is in seconds."""

    access_token: str = field(repr=False)
    expires_in: int


class _Claims(BaseModel):
    """What a token says: whose it is, when it was issued and expires (Unix seconds), and its own name ``jti``."""

    model_config = ConfigDict(frozen=True, strict=True)

    sub: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    email: str
    iat: Instant
    exp: Instant
    jti: Annotated[str, Field(pattern=r"^[!-~]{1,255}$")]

    @property
    def user_id(self) -> UserId:
        return UserId(self.sub)


class Sessions:
    """Issues, verifies and revokes access tokens. What is revoked is kept in the library: every process knows it at
    once, and after a restart too.
    """

    def __init__(self, storage: Storage, keys: Secrets) -> None:
        self._storage = storage
        self._keys = keys

    async def issue(self, user: User, *, since: int, minutes: int) -> Session:
        """A new session of ``user`` for ``minutes`` from ``since`` (Unix seconds) on.

        ``since`` is before the password was looked at: a password that was changed meanwhile ends the session too.
        """
        key = await self._key()
        import jwt

        lifetime = minutes * 60
        jti = secrets.token_hex(16)
        claims = {"sub": user.id, "email": user.email, "iat": since, "exp": since + lifetime, "jti": jti}
        return Session(jwt.encode(claims, key, _ALGORITHM), lifetime)

    async def user(self, token: str) -> User | None:
        """The active user whose live session this is, else None.

        Raises :class:`AccountGone` for a good token of nobody, :class:`StoreError` if it cannot be looked up whether it
        was revoked: a token never passes unlooked.
        """
        claims = _read(token, await self._key())
        if claims is None:
            return None
        async with self._storage.read() as conn:
            user = await rows.get(conn, claims.user_id)
            is_revoked = await short_lived.get(conn, Kind.REVOKED, claims.jti) is not None
        if is_revoked:
            return None
        if user is None:
            raise AccountGone("The account of this token no longer exists.")
        is_live = user.is_active and claims.iat >= (user.sessions_since or 0)
        return user if is_live else None

    async def end(self, token: str) -> None:
        """Revoke ``token``, and no other session of its user. Raises :class:`StoreError` if that cannot be kept."""
        claims = _read(token, await self._key())
        if claims is None:
            return  # it expired since it was verified
        now = time.time()
        left = claims.exp + 1 - now  # it is good to the end of that second
        async with self._storage.write() as conn:
            await short_lived.put(conn, Kind.REVOKED, claims.jti, claims.user_id, seconds=max(left, _LEAST_MEMORY))

    async def _key(self) -> str:
        """What signs. Raises :class:`StoreError` where it cannot be had: nobody can be let in then."""
        try:
            key = await self._keys.obtain(SESSION_KEY, lambda: secrets.token_urlsafe(48))
        except (Conflict, InvalidInput) as error:
            raise StoreError(error.message, error.hint) from error
        if "jwt" not in sys.modules:  # it brings cryptography: 7 MB that a program nobody logs in to never needs
            await asyncio.to_thread(import_module, "jwt")
        hide(key)
        return key


def _read(token: str, key: str) -> _Claims | None:
    """The claims of a token that we signed and that has not expired, None for anything else."""
    import jwt

    if not _SHAPE.fullmatch(token):
        return None
    try:
        said = jwt.decode(token, key, [_ALGORITHM], {"verify_exp": False, "verify_iat": False})
        claims = _Claims.model_validate(said)
    except (jwt.PyJWTError, ValueError, RecursionError):  # the last from PyJWT before 2.15, for JSON that is too deep
        return None
    # No leeway, but the very second of ``exp`` is still in time; a type would make it a token for something else.
    return claims if int(time.time()) <= claims.exp and "type" not in said else None
