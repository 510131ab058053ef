"""One id from the caller through every line of the log, also those of the calls and the job that a request led to."""

from __future__ import annotations

import httpx
import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("offered", ["a", "b7ad6b71-6920-3331", "trace_1.2-x", "x" * 64])
async def test_a_good_id_of_the_caller_is_kept(busy_house, offered: str) -> None:
    answer = await busy_house.stranger.get("/health", headers={"X-Request-ID": offered})
    assert answer.headers.get_list("X-Request-ID") == [offered]


@pytest.mark.parametrize(
    "offered", ["", "x" * 65, "a b", "a\tb", '"', "{}", "a;b", "<script>", "\xe4", "../x", "-a", "a\\n"]
)
async def test_any_other_is_replaced_and_repeated_nowhere(busy_house, offered: str) -> None:
    with capture_logs(processors=[merge_contextvars]) as lines:
        answer = await busy_house.client.get("/api/records/x", headers=[(b"X-Request-ID", offered.encode("latin-1"))])
    (given,) = answer.headers.get_list("X-Request-ID")
    assert given.isalnum() and len(given) == 16
    assert {line["request_id"] for line in lines} == {given}


async def test_each_request_without_one_gets_its_own(busy_house) -> None:
    given = {(await busy_house.stranger.get("/health")).headers["X-Request-ID"] for _ in range(5)}
    assert len(given) == 5


async def test_the_id_stands_in_the_line_of_each_call_outside_and_stays_here(
    house, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[httpx.Request] = []
    really = httpx.AsyncHTTPTransport.handle_async_request

    async def noted(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/database/"):
            sent.append(request)
        return await really(transport, request)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", noted)
    with capture_logs(processors=[merge_contextvars]) as lines:
        answer = await house.client.get(
            "/api/records/search", params={"catalogNumber": "LG-1"}, headers={"X-Request-ID": "of-the-caller"}
        )
    assert answer.status_code == 200
    calls = [line for line in lines if line["event"] == "upstream"]
    assert calls and {line["request_id"] for line in calls} == {"of-the-caller"}
    (told,) = (line for line in lines if line["event"] == "request")
    assert (told["route"], told["status"], told["request_id"]) == ("/api/records/search", 200, "of-the-caller")
    assert sent and not [request for request in sent if "x-request-id" in request.headers]


async def test_a_job_is_named_beside_the_request_that_asked_for_it_and_in_every_line_of_its_own(house) -> None:
    with capture_logs(processors=[merge_contextvars]) as lines:
        answer = await house.client.post("/api/sync", json={"sources": ["discogs"]}, headers={"X-Request-ID": "asked"})
        job_id = answer.json()["sync_id"]
        async for _ in house.runtime.jobs.watch(house.runtime.owner.id, job_id):
            pass
    asked = [line for line in lines if line["event"] == "job asked for" and line["job"] == job_id]
    assert [line["request_id"] for line in asked] == ["asked"]
    calls = [line for line in lines if line["event"] == "upstream"]
    assert calls and {line.get("job") for line in calls} == {job_id}
    assert not [line for line in calls if "request_id" in line], "a job outlives the request that asked for it"
