"""Serving: where, beside whom, and how it ends."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from services.demo.faults import Fault
from services.errors import Conflict
from services.rest.access import Access
from services.rest.serve import open_health_port, open_surface

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_second_daemon_is_refused_and_the_first_goes_on(house) -> None:
    port = httpx.URL(house.bound.url).port
    with pytest.raises(Conflict, match="in use"):
        async with open_surface(house.runtime, Access(), port=port):
            pass
    with pytest.raises(Conflict, match="already serves"):
        async with open_surface(house.runtime, Access(), port=0, socket_path=house.bound.socket):
            pass
    assert (await house.client.get("/status")).status_code == 200
    assert (await house.owner.get("/status")).status_code == 200


async def test_the_health_port_turns_healthy_with_the_surface(house) -> None:
    async with open_health_port(port=0) as health, httpx.AsyncClient(base_url=health.url) as client:
        before = (await client.get("/health")).json()["status"]
        async with open_surface(house.runtime, Access(), port=0, health_port=health) as bound:
            assert bound.health_url == health.url
            assert before == "starting"
            for _ in range(20):  # where others hold the machine, the first question may come too late
                if (after := (await client.get("/health")).json()["status"]) == "healthy":
                    break
            assert after == "healthy"


async def test_errors_inside_the_context_come_out_as_they_are(house) -> None:
    with pytest.raises(LookupError):
        async with open_surface(house.runtime, Access(), port=0):
            raise LookupError


async def test_serving_ends_in_order_when_cancelled(house) -> None:
    path = house.runtime.places.runtime_dir / "second.sock"
    opened = asyncio.Event()

    async def daemon() -> None:
        async with open_surface(house.runtime, Access(), port=0, socket_path=path):
            opened.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(daemon())
    await opened.wait()
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(path))) as client:
        assert (await client.get("http://localhost/health")).status_code == 200
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not path.exists()


async def test_a_watched_sync_does_not_hold_up_the_end(open_house) -> None:
    async with open_house(records=250) as house, httpx.AsyncClient(timeout=20) as client:
        house.discogs.faults.start(Fault.SLOW, match="/releases", value="1")
        headers = {"Authorization": f"Bearer {house.token}"}
        clock = asyncio.get_running_loop().time
        async with open_surface(house.runtime, Access(), port=0) as bound:
            request = client.build_request("POST", f"{bound.url}/api/records/sync", headers=headers)
            answer = await client.send(request, stream=True)
            lines = answer.aiter_lines()
            await anext(lines)
            began = clock()
        rest = [line async for line in lines]
        assert clock() - began < house.runtime.settings.lockgroove_drain_seconds - 1
        assert "done" not in [json.loads(line[6:])["phase"] for line in rest if line.startswith("data: ")]
        kind, retry, data, _ = rest[-4:]
        assert (kind, retry) == ("event: closing", "retry: 3000")
        assert json.loads(data.removeprefix("data: "))["phase"] == "pull"
        (job,) = await house.runtime.jobs.active(house.runtime.owner.id)
        assert job.state.is_active


async def test_ready_says_that_it_drains_before_the_port_closes(house, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        house.runtime, "settings", house.runtime.settings.model_copy(update={"lockgroove_drain_delay": 0.5})
    )
    opened = asyncio.Event()
    async with open_health_port(port=0) as health, httpx.AsyncClient(base_url=health.url) as client:
        urls: list[str] = []

        async def daemon() -> None:
            async with open_surface(house.runtime, Access(), port=0, health_port=health) as bound:
                urls.append(bound.url)
                opened.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(daemon())
        await opened.wait()
        assert (await client.get("/ready")).status_code == 200
        task.cancel()
        await asyncio.sleep(0)
        draining = await client.get("/ready")
        assert (draining.status_code, draining.json()["status"]) == (503, "draining")
        assert (await client.get("/live")).status_code == 200
        assert (await client.get(f"{urls[0]}/health")).status_code == 200  # still answered, for the delay
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{urls[0]}/health")
        assert (await client.get("/ready")).status_code == 503


async def test_what_is_being_answered_is_finished(house, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*_: object) -> list[object]:
        begun.set()
        await go_on.wait()
        return []

    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {house.token}"}) as client:
        async with open_surface(house.runtime, Access(), port=0) as bound:
            monkeypatch.setattr(house.runtime.jobs, "active", slowly)
            asked = asyncio.create_task(client.get(f"{bound.url}/status"))
            await begun.wait()
            asyncio.get_running_loop().call_later(0.3, go_on.set)
        assert (await asked).status_code == 200
