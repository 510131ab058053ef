"""The door to accounts: who is asking, and their API tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.accounts.connections import Connections
from services.accounts.tokens import hash_of, hint_of, new_token
from services.errors import InvalidInput, NotFound
from services.log import hide
from storage import accounts as rows
from storage.engine import Storage
from storage.values import ApiToken, User, UserId

USE_IS_NOTED_EVERY = timedelta(minutes=1)
NAME_LENGTH = 100


class Accounts:
    """Users and their API tokens; ``connections`` holds their outside accounts."""

    def __init__(self, storage: Storage, connections: Connections) -> None:
        self._storage = storage
        self.connections = connections

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
        """The active user whose live token this is, else None. Its use is noted at most once a minute."""
        async with self._storage.read() as conn:
            kept = await rows.token_by_hash(conn, hash_of(token))
            user = await rows.get(conn, kept.user_id) if kept else None
        if kept and _is_stale(kept.last_used_at):
            async with self._storage.write() as conn:
                await rows.touch_token(conn, kept.id)
        return user


def _is_stale(last_used_at: str | None) -> bool:
    return last_used_at is None or datetime.now(UTC) - datetime.fromisoformat(last_used_at) >= USE_IS_NOTED_EVERY
