"""New keys in the place of old ones: the key that encrypts kept credentials, and the key that signs access tokens.

The encryption key is a short list, the first encrypts and all decrypt, and the list is changed in one step. So a kill at
any instant leaves everything readable: the new key is in the list before anything is encrypted with it, and a former
one leaves the list after everything was encrypted anew. Beginning again is always right.
"""

from __future__ import annotations

import secrets as random
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.ext.asyncio import AsyncConnection

from services.errors import Conflict, InvalidInput
from services.log import hide
from services.secrets import ENCRYPTION_KEY, SESSION_KEY, Origin, Secrets, cipher_of, lock, split_keys
from storage import accounts, sealed
from storage.engine import Storage
from storage.sealed import SealedValue
from storage.values import UserId

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Where the keys come from and what lies under them. ``former`` counts the values under keys that only decrypt;
    ``unreadable`` names those that no key opens.
    """

    encryption: Origin | None
    sessions: Origin | None
    sealed: int
    former: int
    unreadable: tuple[str, ...]


class Rotation:
    """The keys of one installation."""

    def __init__(self, storage: Storage, secrets: Secrets) -> None:
        self._storage = storage
        self._secrets = secrets

    async def status(self) -> KeyStatus:
        """How it stands. Raises what :meth:`Secrets.get` raises."""
        keys = await self._secrets.get(ENCRYPTION_KEY)
        ring = [Fernet(key) for key in split_keys(keys)] if keys and cipher_of(keys) else []
        under: Counter[int | None] = Counter()
        unreadable: list[str] = []
        async with self._storage.read() as conn:
            async for page in sealed.pages(conn):
                for value in page:
                    opener = _opener(ring, value)
                    under[opener] += 1
                    if opener is None and not _passes(value):
                        unreadable.append(await _name(conn, value))
        return KeyStatus(
            encryption=await self._secrets.origin(ENCRYPTION_KEY),
            sessions=await self._secrets.origin(SESSION_KEY),
            sealed=under.total(),
            former=sum(count for opener, count in under.items() if opener),
            unreadable=tuple(unreadable),
        )

    async def check(self, *, encryption: bool, sessions: bool) -> None:
        """Whether these keys can be rotated here. Raises :class:`InvalidInput` for one that the environment sets."""
        if sessions and await self._secrets.origin(SESSION_KEY) is Origin.ENVIRONMENT:
            raise InvalidInput(
                SESSION_KEY,
                f"{SESSION_KEY} is set in the environment, so it cannot be changed here.",
                "Set another one there (32 bytes or more) and start all processes again; that ends all sessions.",
            )
        keys = await self._secrets.get(ENCRYPTION_KEY) if encryption else None
        if keys and await self._secrets.origin(ENCRYPTION_KEY) is Origin.ENVIRONMENT and len(split_keys(keys)) == 1:
            raise InvalidInput(
                ENCRYPTION_KEY,
                f"{ENCRYPTION_KEY} is set in the environment, so it cannot be changed here.",
                f"Stop all processes, set {ENCRYPTION_KEY}=NEW,OLD, start them, run this command once more, "
                "and then leave OLD out.",
            )

    async def rotate_sessions(self) -> None:
        """A new key for access tokens: every session ends now, in all processes. API tokens go on."""
        await self.check(encryption=False, sessions=True)
        key = random.token_urlsafe(48)
        hide(key)
        await self._secrets.put(SESSION_KEY, key)
        log.info("session key rotated")

    async def rotate_encryption(self) -> int:
        """Encrypt everything with a new key; returns how many values that were.

        Where the environment sets the keys, the first of them is the new one. Of the kept keys the one before the new one
        stays for reading: a process that was just encrypting with it, and a backup made before, are still understood.

        Raises :class:`Conflict` if a value cannot be opened by any key (nothing is changed then) or another rotation is
        under way, and what :meth:`check` raises.
        """
        await self.check(encryption=True, sessions=False)
        is_given = await self._secrets.origin(ENCRYPTION_KEY) is Origin.ENVIRONMENT
        with self._alone():
            await self._secrets.fernet()  # the first key, if there is none yet
            self._secrets.forget()
            before = await self._secrets.get(ENCRYPTION_KEY) or ""
            if unreadable := (await self.status()).unreadable:
                raise _refusal(unreadable)
            if is_given:
                return await self._encrypt_anew(before)
            new = Fernet.generate_key().decode()
            hide(new)
            await self._secrets.put(ENCRYPTION_KEY, f"{new},{before}")
            count = await self._encrypt_anew(f"{new},{before}")
            await self._secrets.put(ENCRYPTION_KEY, f"{new},{split_keys(before)[0]}")
        log.info("encryption key rotated", values=count)
        return count

    async def _encrypt_anew(self, keys: str) -> int:
        """Everything under the first of ``keys``, in one transaction."""
        cipher, count = cipher_of(keys), 0
        async with self._storage.write() as conn:
            async for page in sealed.pages(conn):
                for value in page:
                    try:
                        token = cipher.rotate(value.token).decode()
                    except InvalidToken:
                        if _passes(value):
                            continue
                        raise _refusal([await _name(conn, value)]) from None
                    await sealed.replace(conn, value, token)
                    count += 1
        return count

    @contextmanager
    def _alone(self) -> Generator[None]:
        try:
            with lock(self._secrets.file.with_name("keys.lock"), wait=False):
                yield
        except BlockingIOError:
            raise Conflict(
                "Another process is rotating the keys just now.", "Wait until it is done; `lockgroove keys status`."
            ) from None


def _opener(ring: list[Fernet], value: SealedValue) -> int | None:
    """Which key opens ``value``, None if none does."""
    for place, key in enumerate(ring):
        try:
            key.decrypt(value.token.encode())
        except InvalidToken:
            continue
        return place
    return None


def _passes(value: SealedValue) -> bool:
    """Whether ``value`` is of no use in ten minutes: an OAuth request under way, perhaps long expired."""
    return value.place == "short_lived"


async def _name(conn: AsyncConnection, value: SealedValue) -> str:
    """A sealed value as a person would call it."""
    if value.place not in ("connection", "spotify_access"):
        return f"the setting {value.key[0]}"
    user_id, service = value.key if value.place == "connection" else (value.key[0], "spotify")
    user = await accounts.get(conn, UserId(user_id))
    return f"the {service.capitalize()} connection of {user.email if user and user.email else 'the owner'}"


def _refusal(unreadable: Sequence[str]) -> Conflict:
    return Conflict(
        f"No key opens what is kept for {', '.join(unreadable)}; nothing was changed.",
        f"Restore the {ENCRYPTION_KEY} that was used before, or disconnect that account, then try again.",
    )
