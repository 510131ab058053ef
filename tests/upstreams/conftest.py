"""Callers of the simulated Discogs: its first account, the second, and nobody."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
import pytest_asyncio

from services.demo.world import World
from tests.upstreams.fixtures import RunningDiscogs


def as_account(discogs: RunningDiscogs, world: World | None) -> httpx.AsyncClient:
    headers = {"User-Agent": "t/1"} | ({"Authorization": f"Discogs token={world.token}"} if world else {})
    return httpx.AsyncClient(base_url=discogs.url, headers=headers, timeout=5)


@pytest_asyncio.fixture
async def http(discogs: RunningDiscogs) -> AsyncGenerator[httpx.AsyncClient]:
    async with as_account(discogs, discogs.world) as client:
        yield client


@pytest_asyncio.fixture
async def other(discogs: RunningDiscogs) -> AsyncGenerator[httpx.AsyncClient]:
    """The second account."""
    async with as_account(discogs, discogs.account("second_digger")) as client:
        yield client


@pytest_asyncio.fixture
async def nobody(discogs: RunningDiscogs) -> AsyncGenerator[httpx.AsyncClient]:
    async with as_account(discogs, None) as client:
        yield client
