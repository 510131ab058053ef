"""The health port answers before anything else does, and nothing but health (discogsography-contract.md 14)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from services.rest.serve import HealthPort, open_health_port


@pytest.fixture
async def opened() -> AsyncIterator[HealthPort]:
    async with open_health_port(port=0) as opened:
        yield opened


@pytest.fixture
async def client(opened: HealthPort) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=opened.url) as client:
        yield client


async def _fine() -> None:
    return


async def _broken() -> None:
    raise OSError("disk /secret/path is gone")


async def _stuck() -> None:
    await asyncio.Event().wait()


async def test_it_is_starting_until_the_database_is_open(opened: HealthPort, client: httpx.AsyncClient) -> None:
    before = (await client.get("/health")).json()
    opened.health.ready(_fine)
    after = (await client.get("/health")).json()
    assert (before["status"], after["status"]) == ("starting", "healthy")
    assert before["service"] == after["service"] == "api"
    assert after["timestamp"].endswith("+00:00")


@pytest.mark.parametrize("check", [_broken, _stuck])
async def test_a_failing_check_is_unhealthy_within_a_second_and_shows_no_internals(
    opened: HealthPort, client: httpx.AsyncClient, check
) -> None:
    opened.health.ready(check)
    answer = await client.get("/health", timeout=1.0)
    assert answer.status_code == 200
    assert answer.json()["status"] == "unhealthy"
    assert "secret" not in answer.text


async def test_head_is_answered_without_a_body(client: httpx.AsyncClient) -> None:
    answer = await client.head("/health")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/api/records"), ("GET", "/health/"), ("POST", "/health")]
)
async def test_everything_else_is_404_with_an_empty_body(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.content) == (404, b"")
