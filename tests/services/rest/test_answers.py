"""What every answer has in common: headers, one shape of errors, never a bare 500."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import structlog

from services.rest import answers, listing

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/health", 200),
        ("HEAD", "/health", 200),
        ("GET", "/api/records", 200),
        ("POST", "/api/records/sync", 200),
        ("GET", "/docs", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/api/records/", 307),
        ("GET", "/api/records/x", 400),
        ("GET", "/nothing", 404),
        ("PATCH", "/api/records", 405),
        ("GET", "/api/activity?limit=0", 422),
        ("OPTIONS", "/api/records", 405),
        ("POST", "/api/auth/login", 422),
    ],
)
async def test_the_security_headers_are_on_every_answer(busy_house, method: str, path: str, status: int) -> None:
    answer = await busy_house.client.request(method, path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    assert "server" not in answer.headers


async def test_what_needs_proof_is_never_cached_and_what_is_public_may_be(busy_house) -> None:
    for path in ("/api/records", "/api/records/x", "/status", "/api/activity?limit=0"):
        assert (await busy_house.client.get(path)).headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in (await busy_house.client.get("/health")).headers


async def test_an_unexpected_failure_is_a_json_500_without_internals(house, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("internal: /secret/path")

    monkeypatch.setattr(house.runtime.jobs, "active", broken)
    with structlog.testing.capture_logs() as lines:
        answer = await house.client.get("/status")
    body = answer.json()
    assert (answer.status_code, body["error"], body["detail"]) == (500, "internal", body["message"])
    assert "secret" not in answer.text
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    line = next(line for line in lines if line["event"] == "request_broke")
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["request_id"] in body["message"]


async def test_an_answer_that_fails_half_way_is_broken_off_not_ended(house, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        await house.client.post("/api/records", json={"artistName": "a", "albumTitle": str(n)})
    monkeypatch.setattr(listing, "WINDOW", 2)
    real = house.runtime.records.some

    async def some(user_id, pks):
        if len(pks) < 2:
            raise RuntimeError("the disk is gone")
        return await real(user_id, pks)

    monkeypatch.setattr(house.runtime.records, "some", some)
    with structlog.testing.capture_logs() as lines, pytest.raises(httpx.RemoteProtocolError):
        await house.client.get("/api/records")
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["request_broke"]
    assert (await house.client.get("/health")).status_code == 200


@pytest.mark.parametrize("path", ["/nothing", "/api/records/a/b", "/api/recordsx"])
async def test_an_unknown_path_is_404_in_the_one_shape_without_proof(busy_house, path: str) -> None:
    body = (await busy_house.stranger.get(path)).json()
    assert (body["error"], body["detail"]) == ("not_found", body["message"])


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "/api/records", "GET, POST"),
        ("POST", "/api/records/7", "GET, PUT, DELETE"),
        ("DELETE", "/api/records/search", "GET"),
        ("GET", "/api/records/sync", "POST"),
        ("PUT", "/api/records/fetch-from-discogs", "POST"),
        ("HEAD", "/status", "GET"),
        ("OPTIONS", "/status", "GET"),
        ("POST", "/health", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_405_and_says_which_are_right(busy_house, method: str, path: str, allow: str) -> None:
    answer = await busy_house.client.request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)
    if method != "HEAD":
        assert answer.json()["error"] == "method_not_allowed"


@pytest.mark.parametrize(("path", "to"), [("/api/records/?size=7", "/api/records?size=7"), ("/status/", "/status")])
async def test_a_trailing_slash_leads_to_the_path_without_it(busy_house, path: str, to: str) -> None:
    answer = await busy_house.client.get(path)
    assert answer.status_code == 307
    assert httpx.URL(answer.headers["Location"]).raw_path == to.encode()


async def test_behind_the_redirect_of_a_trailing_slash_proof_is_still_needed(busy_house) -> None:
    for visitor, status in ((busy_house.client, 200), (busy_house.stranger, 401)):
        answer = await visitor.get("/api/records/?limit=1", follow_redirects=True)
        assert (answer.status_code, len(answer.history)) == (status, 1)
        assert {name: answer.history[0].headers.get(name) for name in SECURITY} == SECURITY


@pytest.mark.parametrize("size", [1_000_001, 5_000_000])
async def test_a_body_over_a_megabyte_is_413(busy_house, size: int) -> None:
    answer = await busy_house.client.post(
        "/api/records", content=b" " * size, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/register"])
async def test_what_a_stranger_may_send_is_smaller(busy_house, path: str) -> None:
    """And it is refused before it is read as JSON or counted against a limit."""
    for _ in range(6):
        answer = await busy_house.stranger.post(path, json={"email": "ana@example.org", "password": "x" * 256_000})
        assert (answer.status_code, answer.json()["message"]) == (413, "The body is larger than 256 KB.")


async def test_a_body_over_a_megabyte_is_413_also_without_a_length(busy_house) -> None:
    async def chunks():
        for _ in range(30):
            yield b" " * 50_000

    answer = await busy_house.client.post(
        "/api/records", content=chunks(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


async def test_a_body_of_a_megabyte_is_read(busy_house) -> None:
    body = b'{"artistName": "a", "albumTitle": "b"' + b" " * 999_962 + b"}"
    assert len(body) == 1_000_000
    answer = await busy_house.client.post("/api/records", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("headers", "body"), [({"Content-Type": "text/plain"}, "{}"), ({"Content-Type": "application/json"}, "[]")]
)
async def test_a_body_that_is_no_json_object_is_told_so_in_words_of_http(
    busy_house, headers: dict[str, str], body: str
) -> None:
    answer = await busy_house.client.post("/api/records", content=body, headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "body: Input should be a JSON object, sent with Content-Type: application/json",
    )


@asynccontextmanager
async def _raw(house) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    address = httpx.URL(house.bound.url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("piece", [b"", b'{"artistName'])
async def test_a_body_that_does_not_arrive_is_408_and_ends_the_connection(
    house, monkeypatch: pytest.MonkeyPatch, piece: bytes
) -> None:
    monkeypatch.setattr(answers, "BODY_SECONDS", 0.2)
    async with _raw(house) as (reader, writer):
        writer.write(
            b"POST /api/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n"
            b"Authorization: Bearer " + house.token.encode() + b"\r\n\r\n" + piece
        )
        answer = await asyncio.wait_for(reader.read(), 20)  # to its end: the server hangs up
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nconnection: close" in head.lower()
    assert json.loads(body)["error"] == "too_slow"
    assert all(name.lower().encode() in head.lower() for name in SECURITY)


async def test_a_body_that_arrives_slowly_but_in_time_is_read(house, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "BODY_SECONDS", 10)

    async def drops():
        for drop in (b'{"artistName": "a", ', b'"albumTitle"', b': "b"}'):
            await asyncio.sleep(0.05)
            yield drop

    answer = await house.client.post("/api/records", content=drops(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


async def test_an_answer_that_does_not_begin_in_time_is_504_and_what_it_did_is_stopped(
    house, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = asyncio.Event()

    async def endless(*_: object) -> None:
        try:
            await asyncio.sleep(600)
        finally:
            stopped.set()

    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(house.runtime.jobs, "active", endless)
    answer = await house.client.get("/status")
    assert (answer.status_code, answer.json()["error"]) == (504, "timeout")
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    assert answer.headers["Cache-Control"] == "no-store"
    assert stopped.is_set()
    assert (await house.client.get("/api/auth/me")).status_code == 200


async def test_a_stream_that_has_begun_may_take_longer(house, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        await house.client.post("/api/records", json={"artistName": "a", "albumTitle": str(n)})
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(listing, "WINDOW", 1)
    real, calls = house.runtime.records.some, 0

    async def slow(user_id, pks):
        nonlocal calls
        calls += 1
        if calls > 1:  # the first window is read before the answer begins
            await asyncio.sleep(0.5)
        return await real(user_id, pks)

    monkeypatch.setattr(house.runtime.records, "some", slow)
    answer = await house.client.get("/api/records")
    assert (answer.status_code, answer.json()["count"]) == (200, 3)
