"""The settings that are kept over REST: a user's own by any name, the program's credentials by their owner.

The shapes are those of harmony-contract.md section 14. What is secret is never told: it is masked, here and in the history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.config_file import change
from services.errors import InvalidInput, OwnersOnly
from services.places import Places
from services.settings import Settings, Source
from storage import setting_changes
from storage.engine import Storage
from storage.instants import instant
from storage.values import SettingChange, User, UserId

CREDENTIALS = (
    "SPOTIFY_CLIENT_ID",
    "SPOTIFY_CLIENT_SECRET",
    "SPOTIFY_REDIRECT_URI",
    "PLEX_BASE_URL",
    "PLEX_TOKEN",
    "PLEX_LIBRARY",
    "SLSKD_URL",
    "SLSKD_API_KEY",
)
"""The keys that are always listed, null where they are not set (harmony-contract.md 14.1)."""
SHOWN = 50
"""Changes that the history tells."""


@dataclass(frozen=True, slots=True)
class Stored:
    """All stored settings, and when one of them was last set (now where none ever was)."""

    values: dict[str, str | None]
    updated_at: str


class StoredSettings:
    """What one user has set; ``use`` makes the program go on with changed settings of its own."""

    def __init__(
        self,
        storage: Storage,
        places: Places,
        settings: Callable[[], Settings],
        use: Callable[[Settings], Awaitable[None]],
    ) -> None:
        self._storage = storage
        self._places = places
        self._settings = settings
        self._use = use

    async def read(self, user: User) -> Stored:
        """The user's values, and the credential keys: set ones are shown to the owner only, secrets masked."""
        async with self._storage.read() as conn:
            values, updated_at = await setting_changes.every(conn, user.id)
        shown = {key: self._shown(key) if user.is_owner else None for key in CREDENTIALS}
        return Stored(values | shown, updated_at or instant())

    async def put(self, user: User, key: str, value: str | None) -> None:
        """Keep ``value`` under ``key``, and that it was set.

        A key of the program itself goes where the settings are kept, a secret where secrets are, and takes effect at once.
        Raises :class:`OwnersOnly` for anybody but the owner, :class:`InvalidInput` for a value that cannot be used, and
        :class:`Conflict` where the environment decides.
        """
        if not key.strip():
            raise InvalidInput("key", "Key must not be empty")
        if key not in CREDENTIALS:
            async with self._storage.write() as conn:
                await setting_changes.put(conn, user.id, key, value)
            return
        if not user.is_owner:
            raise OwnersOnly(f"{key} belongs to the whole installation.", "Its owner can set it.")
        before = self._shown(key)
        settings = await asyncio.to_thread(change, self._places, key, value or None)
        await self._use(settings)
        async with self._storage.write() as conn:
            await setting_changes.note(conn, user.id, key, before, self._shown(key))

    async def history(self, user_id: UserId) -> list[SettingChange]:
        """The last changes made here, newest first; secrets are masked in them."""
        async with self._storage.read() as conn:
            return await setting_changes.newest(conn, user_id, SHOWN)

    def _shown(self, key: str) -> str | None:
        """What may be seen of a credential key: what the file says; the environment's value is not shown."""
        origin = self._settings().origin(key)
        return origin.value or None if origin.source in (Source.FILE, Source.KEPT) else None
