"""The door to accounts: who registers, logs in and asks, and their API tokens."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from services.accounts.connections import Connections
from services.accounts.passwords import check_password, check_rules, hash_password
from services.accounts.sessions import Session, Sessions
from services.accounts.tokens import PREFIX, hash_of, hint_of, new_token
from services.errors import Conflict, InvalidInput, NotFound, Refused, StoreError
from services.log import hide
from services.secrets import Secrets
from services.settings import Settings
from storage import accounts as rows
from storage.engine import Storage
from storage.instants import instant
from storage.values import ApiToken, User, UserId

log = structlog.stdlib.get_logger(__name__)

EMAIL_LENGTH = 255
_EMAIL = re.compile(r"[^@\s\x00\ud800-\udfff]+@[^@\s\x00\ud800-\udfff]+\.[^@\s\x00\ud800-\udfff]+")
USE_IS_NOTED_EVERY = timedelta(minutes=1)
USES_ARE_WRITTEN_EVERY = 10.0
"""Seconds."""
NAME_LENGTH = 100


class Accounts:
    """Users, their sessions and their API tokens; ``connections`` holds their outside accounts."""

    def __init__(self, storage: Storage, secrets: Secrets, connections: Connections, settings: Settings) -> None:
        self.settings = settings
        self.connections = connections
        self._storage = storage
        self._sessions = Sessions(storage, secrets)
        self._used: dict[str, str] = {}

    async def register(self, email: str, password: str) -> None:
        """Make an account, unless the address has one or registration is closed: who asks is not told
        (discogsography-contract.md section 6).

        Raises :class:`InvalidInput` for an address or a password that cannot be used.
        """
        email, _ = email_address(email), check_rules(password)
        if self.settings.registration == "closed":
            log.info("registration_is_closed")
            return
        made = await self.create(email, password)
        log.info("registered" if made else "registered_again", user_id=made.id if made else None)

    async def create(self, email: str, password: str) -> User | None:
        """A new account, None if the address has one already; it is left as it is.

        Both take the same time. Raises :class:`InvalidInput` for an address or a password that cannot be used.
        """
        email, _ = email_address(email), check_rules(password)
        stored = await hash_password(password)
        async with self._storage.write() as conn:
            return await rows.register(conn, email, stored)

    async def login(self, email: str, password: str) -> Session:
        """A new session. Raises :class:`Refused`, after the same time and with the same words, for an address that
        nobody has, a wrong password and an account that was disabled.
        """
        since = int(time.time())
        async with self._storage.read() as conn:
            found = await rows.password(conn, email.strip().lower())
        user, stored = found or (None, None)
        verdict = await check_password(password, stored)
        if user is None or stored is None or not verdict.is_right or not user.is_active:
            log.info("login_refused")
            raise Refused("The e-mail address or the password is wrong.", "Check both and try again.")
        if verdict.is_weak:
            stronger = await hash_password(password)
            async with self._storage.write() as conn:
                await rows.strengthen(conn, user.id, stored, stronger)
        log.info("logged_in", user_id=user.id)
        return await self._sessions.issue(user, since=since, minutes=self.settings.jwt_expire_minutes)

    async def logout(self, token: str) -> None:
        """End the session of this access token, and no other.

        Raises :class:`Conflict` for an API token, which is no session, and :class:`StoreError` if it cannot be kept.
        """
        if token.startswith(PREFIX):
            raise Conflict(
                "An API token has no session that could end.", "Revoke it with `lockgroove token revoke NAME`."
            )
        await self._sessions.end(token)

    async def create_token(self, user_id: UserId, name: str) -> tuple[ApiToken, str]:
        """A new API token and its text, which is never shown again. Raises :class:`InvalidInput` for a bad name."""
        name = name.strip()
        if not name or len(name) > NAME_LENGTH or not name.isprintable():
            raise InvalidInput(
                "name", f"A token's name is 1 to {NAME_LENGTH} printable characters.", "Name what will use it."
            )
        token = new_token()
        hide(token)
        async with self._storage.write() as conn:
            kept = await rows.add_token(conn, user_id, name, hash=hash_of(token), hint=hint_of(token))
        return kept, token

    async def tokens(self, user_id: UserId) -> list[ApiToken]:
        """The user's tokens, oldest first, revoked ones included."""
        await self.note_uses()
        async with self._storage.read() as conn:
            return await rows.tokens(conn, user_id)

    async def revoke_token(self, user_id: UserId, which: str) -> ApiToken:
        """Revoke the live token with this id or name; it is refused from now on, by every process.

        Raises :class:`NotFound` if there is none, :class:`InvalidInput` if several have that name.
        """
        async with self._storage.write() as conn:
            live = [token for token in await rows.tokens(conn, user_id) if token.revoked_at is None]
            meant = [token for token in live if token.id == which] or [token for token in live if token.name == which]
            if not meant:
                raise NotFound(f"There is no live token {which}.", "`lockgroove token list` shows them.")
            if len(meant) > 1:
                raise InvalidInput("token", f"{len(meant)} tokens are called {which}.", "Give the id of one of them.")
            await rows.revoke_token(conn, user_id, meant[0].id)
        return meant[0]

    async def verify(self, token: str) -> User | None:
        """The active user whose live access token or API token this is, else None.

        Raises :class:`AccountGone` for an access token of nobody, :class:`StoreError` if it cannot be looked up.
        """
        return await (self._by_api_token(token) if token.startswith(PREFIX) else self._sessions.user(token))

    async def _by_api_token(self, token: str) -> User | None:
        """The use of a token is noted at most once a minute, and not while somebody waits: a store has one writer."""
        async with self._storage.read() as conn:
            found = await rows.token_by_hash(conn, hash_of(token))
        if found is None:
            return None
        kept, user = found
        if _is_stale(self._used.get(kept.id) or kept.last_used_at):
            self._used[kept.id] = instant()
        return user

    async def note_uses(self) -> None:
        """Write down when tokens were last used. Raises :class:`StoreError`; then they are written the next time."""
        used, self._used = self._used, {}
        if not used:
            return
        try:
            async with self._storage.write() as conn:
                await rows.touch_tokens(conn, used)
        except StoreError:
            self._used = used | self._used
            raise

    async def keep_noting(self) -> None:
        """Write them down now and then until cancelled, and at the end."""
        try:
            while True:
                await asyncio.sleep(USES_ARE_WRITTEN_EVERY)
                with suppress(StoreError):
                    await self.note_uses()
        finally:
            with suppress(StoreError):
                await self.note_uses()


def email_address(written: str) -> str:
    """An e-mail address as it is stored: trimmed, lower case. Raises :class:`InvalidInput` for what is none.

    Characters that do not show would make one address look like another, and steer the operator's terminal.
    """
    email = written.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > EMAIL_LENGTH or not email.isprintable():
        raise InvalidInput(
            "email",
            f"An e-mail address has one @, a dot after it, no blanks and at most {EMAIL_LENGTH} characters that show.",
            "It looks like ana@example.org.",
        )
    return email


def _is_stale(last_used_at: str | None) -> bool:
    return last_used_at is None or datetime.now(UTC) - datetime.fromisoformat(last_used_at) >= USE_IS_NOTED_EVERY
