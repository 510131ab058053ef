"""The health port answers before anything else does, and nothing but health (discogsography-contract.md 14)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
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
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/api/records"),
        ("GET", "/health/"),
        ("GET", "/metrics"),  # nothing is counted yet
        *(("POST", path) for path in ("/health", "/live", "/ready", "/metrics")),
    ],
)
async def test_everything_else_is_404_with_an_empty_body(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.content) == (404, b"")


async def test_it_lives_whatever_the_database_does_and_is_ready_only_with_it(
    opened: HealthPort, client: httpx.AsyncClient
) -> None:
    async def seen() -> tuple[int, int, str, bool]:
        live, ready = await client.get("/live"), await client.get("/ready")
        body = ready.json()
        return live.status_code, ready.status_code, body["status"], "reason" in body

    assert await seen() == (200, 503, "starting", True)
    opened.health.ready(_fine)
    assert await seen() == (200, 200, "ready", False)
    opened.health.ready(_stuck)
    assert await seen() == (200, 503, "unhealthy", True)
    opened.health.ready(_broken)
    assert "secret" not in (await client.get("/ready")).text
    opened.health.ready(_fine)
    opened.health.drain()
    assert await seen() == (200, 503, "draining", True)
    assert (await client.get("/health")).json()["status"] == "healthy"  # the contract knows no draining


async def test_what_is_asked_of_the_health_port_is_never_kept_by_a_cache(client: httpx.AsyncClient) -> None:
    for path in ("/health", "/live", "/ready"):
        assert (await client.get(path)).headers["Cache-Control"] == "no-store"


def test_nobody_pays_for_metrics_who_does_not_serve_them() -> None:
    asked = "import sys, services.rest.serve, tui.app; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked]).returncode == 0
