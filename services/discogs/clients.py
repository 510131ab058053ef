"""The open clients of this process: one per user, replaced when the user's credential changes."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections import OrderedDict
from typing import TypeAlias

import httpx

from services.discogs.client import DiscogsClient
from services.discogs.credentials import Access, SignIn
from services.settings import Settings
from services.upstream import Limiters
from storage.values import UserId

MOST = 64
"""Clients that are kept open for the next call."""

_Opening: TypeAlias = tuple[Access | None, str, str]
"""Everything a client is made of: credential, address, name of the program."""


class Clients:
    """Close it at the end. ``settings`` is replaced when the configuration changes.

    A client that is not kept any more may still be in use by a job: its connections are closed once nobody holds it.
    """

    def __init__(self, settings: Settings, limiters: Limiters) -> None:
        self.settings = settings
        self._limiters = limiters
        self._kept: OrderedDict[UserId | None, tuple[_Opening, DiscogsClient]] = OrderedDict()
        self._unused: list[httpx.AsyncClient] = []

    async def of(self, user_id: UserId | None, access: Access | None) -> DiscogsClient:
        """The user's client for this credential (None: nobody's, without one)."""
        await self._close_unused()
        if isinstance(access, SignIn) and "oauthlib.oauth1" not in sys.modules:
            await asyncio.to_thread(importlib.import_module, "oauthlib.oauth1")  # too slow for the loop the first time
        opening = (access, self.settings.discogs_api_base, self.settings.discogs_user_agent)
        kept = self._kept.get(user_id)
        if kept is None or kept[0] != opening:
            client = self.open(access)
            client.once_unused(self._unused.append)
            kept = self._kept[user_id] = (opening, client)
        self._kept.move_to_end(user_id)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return kept[1]

    def open(self, access: Access | None) -> DiscogsClient:
        """A client of the caller's own, who closes it."""
        return DiscogsClient.open(
            access,
            user_agent=self.settings.discogs_user_agent,
            limiters=self._limiters,
            api_base=self.settings.discogs_api_base,
        )

    async def forget(self, user_id: UserId) -> None:
        """The user's credential is dead: keep no client for it."""
        self._kept.pop(user_id, None)
        await self._close_unused()

    async def close(self) -> None:
        """Close everything."""
        for _, client in self._kept.values():
            await client.close()
        self._kept.clear()
        await self._close_unused()

    async def _close_unused(self) -> None:
        while self._unused:
            await self._unused.pop().aclose()
