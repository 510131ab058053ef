"""What Prometheus reads on the health port: true figures, a bounded number of them, nothing of anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import stamina
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from services.demo.faults import Fault
from services.rest.access import Access
from services.rest.serve import open_health_port, open_surface
from services.settings import VERSION
from storage.errors import StoreError
from storage.values import JobState

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Watched:
    """A house whose figures are read."""

    def __init__(self, house, url: str, client: httpx.AsyncClient, prometheus: httpx.AsyncClient) -> None:
        self.house, self.url, self.client, self.prometheus = house, url, client, prometheus

    async def figures(self) -> dict[tuple[str, ...], float]:
        """Every sample, by its name and the values of its labels."""
        answer = await self.prometheus.get("/metrics")
        assert answer.status_code == 200
        return {
            (sample.name, *(value for name, value in sorted(sample.labels.items()) if name != "le")): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
            if not sample.name.endswith("_bucket")
        }


@pytest_asyncio.fixture(loop_scope="module")
async def watched(house) -> AsyncIterator[Watched]:
    async with (
        open_health_port(port=0) as health,
        open_surface(house.runtime, Access(), port=0, health_port=health) as bound,
        httpx.AsyncClient(base_url=bound.url, headers={"Authorization": f"Bearer {house.token}"}) as client,
        httpx.AsyncClient(base_url=health.url) as prometheus,
    ):
        yield Watched(house, bound.url, client, prometheus)


async def test_requests_are_told_by_the_template_of_their_route(watched: Watched) -> None:
    for number in range(3):
        await watched.client.get(f"/api/records/{number + 1000}")
    await watched.client.get("/api/snapshot/a-link-that-opens-a-door")
    await watched.client.get("/no/such/place")
    await watched.client.request("BREW", "/health")
    await watched.client.delete("/api/records")
    figures = await watched.figures()
    count = "lockgroove_http_request_seconds_count"
    assert figures[count, "GET", "/api/records/{recordId}", "400"] == 3
    assert figures[count, "GET", "/api/snapshot/{token}", "404"] == 1
    assert figures[count, "GET", "unmatched", "404"] == 1
    assert figures[count, "other", "/health", "405"] == 1
    assert figures[count, "DELETE", "/api/records", "405"] == 1


async def test_nothing_of_anybody_is_told(watched: Watched) -> None:
    await watched.client.get("/api/records/4711?token=hidden-thing")
    told = (await watched.prometheus.get("/metrics")).text
    house = watched.house
    for secret in (house.token, house.runtime.owner.id, "4711", "hidden-thing", house.discogs.world.username, "/tmp"):
        assert str(secret) not in told


async def test_a_sync_tells_its_job_and_its_calls(watched: Watched) -> None:
    async with watched.client.stream("POST", "/api/records/sync") as answer:
        async for _ in answer.aiter_lines():
            pass
    figures = await watched.figures()
    assert figures["lockgroove_job_seconds_count", "sync", "done"] == 1
    assert figures["lockgroove_upstream_request_seconds_count", "ok", "Discogs"] > 0
    assert figures["lockgroove_upstream_wait_seconds_count", "Discogs"] > 0
    assert figures["lockgroove_db_connections_kept", "writing"] == 1
    assert figures["lockgroove_http_request_seconds_count", "POST", "/api/records/sync", "200"] == 1


async def test_a_running_job_is_told_by_its_state_and_then_by_how_it_ended(watched: Watched) -> None:
    watched.house.discogs.faults.start(Fault.SLOW, match="/releases", value="1")
    job, _ = await watched.house.runtime.jobs.start("sync", watched.house.runtime.owner.id)
    async with asyncio.timeout(10):
        async for seen in watched.house.runtime.jobs.watch(watched.house.runtime.owner.id, job.id):
            if seen.state is JobState.RUNNING:
                break
    assert (await watched.figures())["lockgroove_jobs", "sync", "running"] == 1
    await watched.house.runtime.jobs.cancel(watched.house.runtime.owner.id, job.id)
    async for _ in watched.house.runtime.jobs.watch(watched.house.runtime.owner.id, job.id):
        pass
    figures = await watched.figures()
    assert ("lockgroove_jobs", "sync", "running") not in figures
    assert figures["lockgroove_job_seconds_count", "sync", "cancelled"] == 1


async def test_without_the_store_the_rest_is_told_and_that_it_is_missing(watched: Watched, monkeypatch) -> None:
    def broken() -> None:
        raise StoreError("the disk is gone")

    monkeypatch.setattr(watched.house.runtime.storage, "read", broken)
    figures = await watched.figures()
    assert figures["lockgroove_metrics_without_store_total",] == 1
    assert figures["lockgroove_event_loop_lag_seconds_count",] >= 0
    assert figures["lockgroove_build_info", VERSION] == 1


async def test_every_call_outside_is_told_by_how_it_went(watched: Watched) -> None:
    discogs = watched.house.discogs
    search = "/api/records/search?catalogNumber=LG-1"

    async def outcomes() -> dict[str, float]:
        figures = await watched.figures()
        return {
            key[1]: value for key, value in figures.items() if key[0] == "lockgroove_upstream_request_seconds_count"
        }

    with stamina.set_testing(True, attempts=99, cap=True):
        for fault in (Fault.SERVER_ERROR, Fault.DROP_CONNECTION, Fault.BAD_JSON):
            discogs.faults.start(fault, match="/database/search")
            await watched.client.get(search)
            discogs.faults.stop(fault)
    discogs.world.token = "another"
    await watched.client.get(search)
    assert {"upstream", "no_answer", "upstream_refused"} <= set(await outcomes())


async def test_metrics_can_be_turned_off(house, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = house.runtime.settings.model_copy(update={"lockgroove_metrics": False})
    monkeypatch.setattr(house.runtime, "settings", settings)
    async with (
        open_health_port(port=0) as health,
        open_surface(house.runtime, Access(), port=0, health_port=health),
        httpx.AsyncClient(base_url=health.url) as prometheus,
    ):
        assert (await prometheus.get("/metrics")).status_code == 404
        assert (await prometheus.get("/ready")).status_code == 200


async def test_a_library_that_a_newer_version_migrated_makes_the_process_unready(watched: Watched) -> None:
    async with watched.house.runtime.storage.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = 'library_9999'"))
    answer = await watched.prometheus.get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
