"""The people who use an installation, in the hands of its operator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts.passwords import check_rules, hash_password
from services.accounts.service import Accounts, email_address
from services.errors import Conflict, InvalidInput, NotFound
from storage import accounts as rows
from storage import people
from storage.engine import Storage
from storage.values import Person, User

OWNER = "owner"
"""How the owner, who need not have an e-mail address, is named."""
_PAGE = 200

log = structlog.stdlib.get_logger(__name__)


class People:
    """All users. Whoever is meant is named by e-mail address, or as ``owner``."""

    def __init__(self, storage: Storage, accounts: Accounts) -> None:
        self._storage = storage
        self._accounts = accounts

    async def all(self) -> AsyncGenerator[Person]:
        """Everybody, in the order in which they came."""
        last: User | None = None
        while True:
            async with self._storage.read() as conn:
                page = await people.page(conn, last, limit=_PAGE)
            for person in page:
                yield person
            if len(page) < _PAGE:
                return
            last = page[-1].user

    async def add(self, email: str, password: str) -> User:
        """A new account, whether strangers may register or not.

        Raises :class:`InvalidInput` for an address or a password that cannot be used, :class:`Conflict` if somebody has
        that address.
        """
        made = await self._accounts.create(email, password)
        if made is None:
            raise _taken(email.strip().lower())
        return made

    async def disable(self, who: str) -> User:
        """Let the user in no more: sessions end for good, API tokens are refused until :meth:`enable`; in every process.

        Raises :class:`NotFound`, and :class:`Conflict` for the owner.
        """
        async with self._storage.write() as conn:
            user = await _find(conn, who)
            if user.is_owner:
                raise Conflict(
                    "The owner cannot be disabled: the app and the schedule of this machine act as the owner.",
                    "`lockgroove users passwd owner` ends the owner's sessions.",
                )
            await people.disable(conn, user.id, sessions_since=_next_second())
        log.info("user_disabled", user_id=user.id)
        return user

    async def enable(self, who: str) -> User:
        """Let the user in again. Raises :class:`NotFound`."""
        async with self._storage.write() as conn:
            user = await _find(conn, who)
            await people.enable(conn, user.id)
        log.info("user_enabled", user_id=user.id)
        return user

    async def check(self, who: str, email: str | None = None) -> User:
        """Whether this user can get a password, before one is asked for; ``email`` is the owner's address from then on.

        Raises :class:`NotFound`, :class:`InvalidInput` for an address that cannot be used, that the owner lacks or that
        is not the owner's to change.
        """
        async with self._storage.read() as conn:
            user = await _find(conn, who)
        if email is not None and not user.is_owner:
            raise InvalidInput("email", "Only the owner is given an e-mail address.", "Leave --email out.")
        if email is None and user.email is None:
            raise InvalidInput(
                "email", "The owner has no e-mail address to sign in with yet.", "Add one with --email ADDRESS."
            )
        if email is not None:
            email_address(email)
        return user

    async def set_password(self, who: str, password: str, email: str | None = None) -> User:
        """A new password, which ends all sessions; the owner may get an address along with it.

        Takes to the end of the second, so that a session which begins afterwards is told from those that end. Raises as
        :meth:`check` does, also for a password that cannot be used, and :class:`Conflict` if somebody has the address.
        """
        check_rules(password)
        user = await self.check(who, email)
        address = email_address(email) if email is not None else user.email
        stored = await hash_password(password)
        async with self._storage.write() as conn:
            other = await rows.by_email(conn, address) if address else None
            if other is not None and other.id != user.id:
                raise _taken(other.email)
            since = _next_second()
            await people.set_password(conn, user.id, stored, address, sessions_since=since)
        log.info("password_set", user_id=user.id)
        await asyncio.sleep(max(0.0, since - time.time()))
        return replace(user, email=address, sessions_since=since)


async def _find(conn: AsyncConnection, who: str) -> User:
    name = who.strip().lower()
    user = await (rows.owner(conn) if name == OWNER else rows.by_email(conn, name))
    if user is None:
        raise NotFound(f"There is no user {name}.", "`lockgroove users list` shows who there is.")
    return user


def _taken(email: str | None) -> Conflict:
    return Conflict(
        f"There is a user {email} already.",
        "`lockgroove users passwd` gives them a new password, `enable` lets them in.",
    )


def _next_second() -> int:
    """The first second whose sessions are new: access tokens say in whole seconds when they were issued."""
    return int(time.time()) + 1
