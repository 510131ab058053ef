"""The outside services as the program asks them: one question each, put through the door that everything else uses."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings

SECRET = "s3cr3t-t0ken-of-the-faults"
"""In every credential that the program is given here."""
TOKEN = {"access_token": f"{SECRET}-access", "token_type": "Bearer", "expires_in": 3600, "scope": ""}


@dataclass(frozen=True)
class Service:
    """``address`` is the setting of its address, ``ask`` puts a question to it; ``name`` is what errors call it."""

    name: str
    address: str
    ask: Callable[[Runtime], Awaitable[object]]


async def _discogs(runtime: Runtime) -> object:
    client, _ = await runtime.discogs.client(runtime.owner.id)
    return await client.identity()


async def _spotify(runtime: Runtime) -> object:
    return await (await runtime.spotify.client(runtime.owner.id)).profile()


async def _accounts(runtime: Runtime) -> object:
    return await runtime.spotify.authority.refresh(f"{SECRET}-refresh")


async def _plex(runtime: Runtime) -> object:
    return await (await runtime.plex.client()).sections()


async def _slskd(runtime: Runtime) -> object:
    return await (await runtime.soulseek.client()).downloads()


SERVICES = {
    "discogs": Service("Discogs", "DISCOGS_API_BASE", _discogs),
    "spotify": Service("Spotify", "SPOTIFY_API_BASE", _spotify),
    "accounts": Service("Spotify", "SPOTIFY_ACCOUNTS_BASE", _accounts),
    "plex": Service("Plex", "PLEX_BASE_URL", _plex),
    "slskd": Service("slskd", "SLSKD_URL", _slskd),
}


@asynccontextmanager
async def program(folder: Path, patch: pytest.MonkeyPatch, addresses: dict[str, str]) -> AsyncGenerator[Runtime]:
    """The program with a credential for everything; ``addresses`` by the names above."""
    settings = {SERVICES[name].address: url for name, url in addresses.items()}
    credentials = {
        "DISCOGS_TOKEN": SECRET,
        "DISCOGS_USERNAME": "digger",
        "SPOTIFY_CLIENT_ID": "app-of-the-faults",
        "SPOTIFY_CLIENT_SECRET": f"{SECRET}-app",
        "SPOTIFY_REFRESH_TOKEN": f"{SECRET}-refresh",
        "PLEX_TOKEN": f"{SECRET}-plex",
        "SLSKD_API_KEY": f"{SECRET}-slskd-0123456789",
    }
    for name, value in {**settings, **credentials}.items():
        patch.setenv(name, value)
    places = locate(folder)
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        yield runtime
