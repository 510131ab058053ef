"""How often one address may ask (discogsography-contract.md section 4), counted here and in Redis."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import structlog
from limits import parse

from services import shared_counts
from services.accounts import passwords
from services.rest import limits as rules
from services.rest.errors import TooMany
from services.rest.limits import Limits
from tests.services.rest.visitors import PASSWORD, believe_proxies

REDIS = "redis://127.0.0.1:6379/0"
MINUTE = parse("3/minute")
HERE, THERE = "203.0.113.9", "198.51.100.7"


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def redis_url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "memory":
        return None
    redis = pytest.importorskip("redis")
    try:
        redis.Redis(port=6379, socket_connect_timeout=0.5).ping()
    except redis.ConnectionError:
        pytest.skip("no Redis on 127.0.0.1:6379")
    return REDIS


@pytest_asyncio.fixture
async def limits(redis_url: str | None) -> AsyncIterator[Limits]:
    counters = Limits(redis_url, prefix=f"test-{uuid.uuid4().hex}")
    yield counters
    await counters.close()


async def passes(limits: Limits, what: str = "sync", address: str = HERE, limit=MINUTE) -> bool:
    try:
        await limits.count(limit, what, address)
    except TooMany:
        return False
    return True


async def test_the_last_one_within_the_limit_passes_and_the_next_does_not(limits: Limits) -> None:
    assert [await passes(limits) for _ in range(5)] == [True, True, True, False, False]


async def test_of_many_at_once_no_more_than_the_limit_pass(limits: Limits) -> None:
    assert sum(await asyncio.gather(*(passes(limits) for _ in range(20)))) == 3


async def test_every_address_and_every_endpoint_has_a_count_of_its_own(limits: Limits) -> None:
    for _ in range(3):
        assert await passes(limits)
    assert not await passes(limits)
    assert await passes(limits, address=THERE)
    assert await passes(limits, what="login")


async def test_when_the_window_is_over_everything_is_open_again(limits: Limits) -> None:
    short = parse("2/second")
    assert [await passes(limits, limit=short) for _ in range(3)] == [True, True, False]
    await asyncio.sleep(1.1)
    assert await passes(limits, limit=short)


@pytest.mark.parametrize(
    ("rate", "said", "window"),
    [("3/minute", "3 per 1 minute", 60), ("2/10 minutes", "2 per 10 minute", 600), ("30/minute", "30 per 1 minute", 60)],
)  # fmt: skip
async def test_the_refusal_names_the_limit_and_when_to_come_back(
    limits: Limits, rate: str, said: str, window: int
) -> None:
    limit = parse(rate)
    for _ in range(limit.amount):
        await limits.count(limit, "login", HERE)
    with pytest.raises(TooMany) as refusal:
        await limits.count(limit, "login", HERE)
    assert refusal.value.kind == f"Rate limit exceeded: {said}"
    headers = refusal.value.headers
    assert 1 <= int(headers["Retry-After"]) <= window
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == (str(limit.amount), "0")
    assert int(headers["X-RateLimit-Reset"]) > 0


@pytest.mark.redis
@pytest.mark.parametrize("redis_url", ["redis"], indirect=True)
async def test_processes_with_one_library_share_their_counts_and_others_do_not(redis_url: str) -> None:
    prefix = uuid.uuid4().hex
    one, two, stranger = (Limits(redis_url, prefix=name) for name in (prefix, prefix, uuid.uuid4().hex))
    assert [await passes(counters) for counters in (one, two, one, two, stranger)] == [True, True, True, False, True]
    for counters in (one, two, stranger):
        await counters.close()


async def test_without_its_redis_a_process_counts_alone_and_says_so_once(unused_tcp_port: int) -> None:
    limits = Limits(f"redis://127.0.0.1:{unused_tcp_port}/0", prefix="x")
    with structlog.testing.capture_logs() as lines:
        assert [await passes(limits) for _ in range(4)] == [True, True, True, False]
    assert [line["event"] for line in lines] == ["rate_limits_not_shared"]
    await limits.close()


async def test_a_redis_that_does_not_answer_holds_up_one_request_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_counts, "PATIENCE", 0.1)
    silent = await asyncio.start_server(lambda *_: asyncio.sleep(60), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    limits = Limits(f"redis://127.0.0.1:{port}/0", prefix="x")
    with structlog.testing.capture_logs() as lines:
        assert [await passes(limits) for _ in range(4)] == [True, True, True, False]
    assert len(lines) == 1
    await limits.close()
    silent.close()


async def test_no_more_addresses_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_ADDRESSES", 5)
    limits = Limits()
    once = parse("1/minute")
    for n in range(50):
        assert await passes(limits, address=f"198.51.100.{n}", limit=once)
    assert len(limits._own.storage) == 5
    assert not await passes(limits, address="198.51.100.49", limit=once)
    assert await passes(limits, address="198.51.100.0", limit=once)


# Over HTTP


WRONG = {"email": "nobody@example.org", "password": "wrong"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ITERATIONS", 1000)


@pytest_asyncio.fixture
async def house(open_house, redis_url: str | None, quick, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator:
    if redis_url:
        monkeypatch.setenv("REDIS_URL", redis_url)
    async with open_house() as opened:
        yield opened


async def test_the_sixth_login_within_a_minute_is_refused_even_with_the_right_password(house) -> None:
    await house.runtime.accounts.create("ana@example.org", PASSWORD)
    right = {"email": "ana@example.org", "password": PASSWORD}
    tries = [await house.stranger.post("/api/auth/login", json=body) for body in [WRONG] * 4 + [right] * 2]
    assert [answer.status_code for answer in tries] == [401] * 4 + [200, 429]
    body, headers = tries[-1].json(), tries[-1].headers
    assert body["error"] == "Rate limit exceeded: 5 per 1 minute"
    assert body["detail"] == body["message"]
    assert 1 <= int(headers["Retry-After"]) <= 60
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("5", "0")
    assert {"x-ratelimit-reset", "x-frame-options", "x-request-id"} <= set(headers)
    assert headers["Cache-Control"] == "no-store"


async def test_the_fourth_registration_within_a_minute_is_refused_and_logins_are_not(house) -> None:
    person = {"email": "ana@example.org", "password": PASSWORD}
    tries = [await house.stranger.post("/api/auth/register", json=person) for _ in range(4)]
    assert [answer.status_code for answer in tries] == [201, 201, 201, 429]
    assert tries[-1].json()["error"] == "Rate limit exceeded: 3 per 1 minute"
    assert (await house.stranger.post("/api/auth/login", json=person)).status_code == 200


async def test_malformed_requests_do_not_count(house) -> None:
    for body in [{"email": "ana", "password": PASSWORD}, {"email": "ana@example.org", "password": "short"}] * 4:
        assert (await house.stranger.post("/api/auth/register", json=body)).status_code == 422
    good = {"email": "ana@example.org", "password": PASSWORD}
    assert (await house.stranger.post("/api/auth/register", json=good)).status_code == 201


async def test_a_caller_is_told_of_bad_input_before_of_the_limit(house) -> None:
    for _ in range(5):
        await house.stranger.post("/api/auth/login", json=WRONG)
    assert (await house.stranger.post("/api/auth/login", json={})).status_code == 422
    assert (await house.stranger.post("/api/auth/login", json=WRONG)).status_code == 429


@pytest.mark.parametrize("redis_url", ["memory"], indirect=True)
async def test_the_owners_socket_is_not_limited(house) -> None:
    for _ in range(7):
        assert (await house.owner.post("/api/auth/login", json=WRONG)).status_code == 401


@pytest.mark.parametrize("redis_url", ["memory"], indirect=True)
async def test_a_forwarded_address_counts_only_from_a_trusted_proxy(house) -> None:
    async def login(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return (await house.stranger.post("/api/auth/login", json=WRONG, headers=headers)).status_code

    assert [await login(f"198.51.100.{n}") for n in range(6)] == [401] * 5 + [429]
    believe_proxies(house.runtime)
    assert [await login("198.51.100.1") for _ in range(6)] == [401] * 5 + [429]
    assert await login("198.51.100.2") == 401


async def test_a_redis_that_is_gone_fails_nobody(
    open_house, quick, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{unused_tcp_port}/0")
    async with open_house() as house:
        tries = [await house.stranger.post("/api/auth/login", json=WRONG) for _ in range(6)]
        assert [answer.status_code for answer in tries] == [401] * 5 + [429]
