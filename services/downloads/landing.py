"""Where music to be filed lies: the downloads folder as this machine has it, and further folders that the settings name."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from services.errors import LockgrooveError, NotConnected
from services.settings import Settings
from services.soulseek.connect import Soulseek
from services.soulseek.folder import DownloadsFolder
from storage import downloads_keeping
from storage.engine import Storage

_GOOD_FOR = 300.0
"""Seconds for which slskd is believed where its folder is."""


class Landing:
    """Asks the settings first, then slskd."""

    def __init__(self, settings: Settings, storage: Storage, soulseek: Soulseek) -> None:
        self._settings = settings
        self._storage = storage
        self._soulseek = soulseek
        self._kept: tuple[float, DownloadsFolder | None] = (0.0, None)

    @property
    def settings(self) -> Settings:
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings
        self._kept = (0.0, None)

    async def roots(self) -> list[Path]:
        """The folders below which beets may import: the downloads folder, and what BEETS_IMPORT_ROOTS names; anywhere where it
        names none, for it is the owner who asks, and could run beets as well.
        """
        named = [_path(each) for each in self._settings.beets_import_roots if each.strip()] or [Path("/")]
        if (downloads := await self.folder()) is not None:
            named.insert(0, downloads)
        return [root for root in named if root.is_absolute()]

    async def folder(self) -> Path | None:
        """The downloads folder on this machine, None where nobody says which it is."""
        if self._settings.slskd_downloads:
            return _path(self._settings.slskd_downloads)
        with suppress(LockgrooveError):
            found = await self.downloads()
            return found.local if found is not None and found.local.is_absolute() else None
        return None

    async def downloads(self) -> DownloadsFolder | None:
        """The downloads folder as slskd tells it, None where there is no slskd. Raises the ``Upstream*`` errors."""
        asked_at, kept = self._kept
        if time.monotonic() - asked_at < _GOOD_FOR and asked_at:
            return kept
        try:
            kept = await self._soulseek.folder()
        except NotConnected:
            kept = None
        except LockgrooveError:
            if kept is None:
                raise
        self._kept = time.monotonic(), kept
        return kept

    async def busy(self) -> set[str]:
        """The folders into which something is still on its way: what the queue has not fetched yet, and what slskd fetches
        for others that use it.
        """
        try:
            downloads = await self.downloads()
        except LockgrooveError:
            downloads = None
        if downloads is None:
            return set()
        async with self._storage.read() as conn:
            coming = [(each.filename, each.username) for each in await downloads_keeping.active(conn)]
        with suppress(LockgrooveError):
            client = await self._soulseek.client()
            coming += [(each.filename, each.username) for each in await client.downloads() if not each.is_terminal]
        expected = [downloads.expected(filename, username=username) for filename, username in coming]
        return {str(path.parent) for path in expected if path is not None}


def _path(named: str) -> Path:
    return Path(named.strip()).expanduser()
