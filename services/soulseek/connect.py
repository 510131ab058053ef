"""What the rest of the program asks about Soulseek: whether slskd is set up and online, and the client for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from services.errors import LockgrooveError, NotConnected
from services.settings import Settings
from services.soulseek.calls import USUAL, Calls
from services.soulseek.client import SlskdClient
from services.soulseek.folder import DownloadsFolder
from services.soulseek.refusals import CREDENTIAL_HINT, OFFLINE_HINT, SERVICE, explain
from services.upstream import Clock, Limiters, Manners, Upstream

MANNERS = Manners("slskd", 600, 60, "slskd.invalid")
"""It is the person's own program and says itself when it is busy: no limit holds until it answers 429."""
NOT_CONFIGURED = "Soulseek is not set up: slskd's address or key is missing."
SET_UP = "Set SLSKD_URL to the address of your slskd and SLSKD_API_KEY to a key of its configuration."

UNREACHABLE_HINT = "See whether slskd runs, and whether SLSKD_URL is its address, with its url_base if it has one."
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class SoulseekStatus:
    """How Soulseek is. ``state``: ``connected`` (slskd is there and logged in), ``disconnected`` (it is not logged in, cannot be
    reached or does not accept the key) or ``unconfigured``. ``message`` and ``hint`` say what is wrong; ``code`` names it.
    """

    state: Literal["connected", "disconnected", "unconfigured"]
    version: str = ""
    server: str = ""
    message: str = ""
    hint: str = ""
    code: str | None = None

    @property
    def ready(self) -> bool:
        """Whether searches and downloads have a chance."""
        return self.state == "connected"


class Soulseek:
    """The installation's slskd: one client, and so one set of guards, for the whole process. Close it at the end.

    ``clock`` is where waiting is done; replace it before the first use.
    """

    def __init__(self, settings: Settings, limiters: Limiters, *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._limiters = limiters
        self.clock = clock or Clock()
        self._client: SlskdClient | None = None
        self._retired: list[SlskdClient] = []

    async def close(self) -> None:
        """Close all connections."""
        for each in (*self._retired, self._client):
            if each is not None:
                await each.close()

    @property
    def settings(self) -> Settings:
        """The settings in use; replaced when the configuration changes."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        changed = any(
            getattr(settings, name) != getattr(self._settings, name) for name in ("slskd_url", "slskd_api_key")
        )
        self._settings = settings
        if changed and self._client:
            self._retired.append(self._client)  # whoever is asking goes on
            self._client = None

    @property
    def is_configured(self) -> bool:
        """Whether there is an address and a key."""
        return not self._missing

    @property
    def _missing(self) -> tuple[str, ...]:
        given = {"SLSKD_URL": self._settings.slskd_url, "SLSKD_API_KEY": self._settings.slskd_api_key}
        return tuple(name for name, value in given.items() if not value)

    async def client(self) -> SlskdClient:
        """The client; asks nobody. Raises :class:`NotConnected` while slskd is not set up."""
        url, key = self._settings.slskd_url, self._settings.slskd_api_key
        if not url or not key:
            raise NotConnected(SERVICE, NOT_CONFIGURED, SET_UP, self._missing)
        if self._client is None:
            api = Upstream(
                "slskd",
                f"{url}/api/v0",
                limiter=self._limiters.of(MANNERS, url, key.get_secret_value()),
                headers={"X-API-Key": key.get_secret_value(), "Accept": "application/json"},
                timeouts=USUAL,
                refused_hint=CREDENTIAL_HINT,
                explain=explain,
            )
            self._client = SlskdClient(Calls(api, self.clock))
        return self._client

    async def status(self) -> SoulseekStatus:
        """How Soulseek is now: asks slskd, never raises."""
        try:
            async with asyncio.timeout(_PATIENCE):
                client = await self.client()
                server = await client.server()
                version = await client.version()
        except TimeoutError:
            message = f"slskd did not say within {_PATIENCE:.0f} s how it is."
            return SoulseekStatus("disconnected", message=message, hint=UNREACHABLE_HINT, code="timeout")
        except NotConnected as error:
            return SoulseekStatus("unconfigured", message=error.message, hint=error.hint)
        except LockgrooveError as error:
            return SoulseekStatus(
                "disconnected", message=error.message, hint=error.hint, code=getattr(error, "code", None)
            )
        if server.is_online:
            return SoulseekStatus("connected", version, server.state)
        message = "slskd is there but not logged in to Soulseek."
        return SoulseekStatus("disconnected", version, server.state, message, OFFLINE_HINT, "not_logged_in")

    async def folder(self) -> DownloadsFolder:
        """Where finished downloads lie, as slskd says and as SLSKD_DOWNLOADS puts it for this machine. Raises
        :class:`NotConnected` and the ``Upstream*`` errors.
        """
        client = await self.client()
        return DownloadsFolder.of(await client.options(), await client.features(), self._settings.slskd_downloads)
